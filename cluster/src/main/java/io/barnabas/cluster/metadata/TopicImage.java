package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** One topic and its partitions, which are numbered from 0 without a gap. Immutable. */
public final class TopicImage {
    private final String name;
    private final Uuid id;
    private final PartitionImage[] partitions;

    /** @param partitions kept, not copied; each at its own index */
    TopicImage(String name, Uuid id, PartitionImage[] partitions) {
        this.name = Objects.requireNonNull(name);
        this.id = Objects.requireNonNull(id);
        this.partitions = partitions;
    }

    public String name() {
        return name;
    }

    public Uuid id() {
        return id;
    }

    public int partitionCount() {
        return partitions.length;
    }

    /** @return null if there is no such partition */
    public PartitionImage partition(int partition) {
        return partition < 0 || partition >= partitions.length ? null : partitions[partition];
    }

    /** All partitions in order, as an immutable list. */
    public List<PartitionImage> partitions() {
        return java.util.Collections.unmodifiableList(Arrays.asList(partitions));
    }

    PartitionImage[] partitionsCopy(int length) {
        return Arrays.copyOf(partitions, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicImage that && name.equals(that.name) && id.equals(that.id)
                && Arrays.equals(partitions, that.partitions);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return name + " id=" + id + " partitions=" + Arrays.toString(partitions);
    }
}
