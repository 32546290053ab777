package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The partitions of one member, by topic id. Immutable; no topic stands there without a partition. */
public final class MemberAssignment {
    public static final MemberAssignment EMPTY = new MemberAssignment(Map.of());

    private final Map<Uuid, PartitionSet> partitions;
    private final int partitionCount;

    private MemberAssignment(Map<Uuid, PartitionSet> partitions) {
        this.partitions = Collections.unmodifiableMap(partitions);
        int count = 0;
        for (PartitionSet set : partitions.values()) count += set.size();
        this.partitionCount = count;
    }

    /** Keeps the order of {@code partitions}. */
    public static MemberAssignment of(Map<Uuid, PartitionSet> partitions) {
        var copy = new LinkedHashMap<Uuid, PartitionSet>();
        partitions.forEach((topicId, set) -> {
            if (!set.isEmpty()) copy.put(topicId, set);
        });
        return ofOwned(copy);
    }

    /** @param partitions without empty sets; becomes the assignment's own */
    static MemberAssignment ofOwned(Map<Uuid, PartitionSet> partitions) {
        return partitions.isEmpty() ? EMPTY : new MemberAssignment(partitions);
    }

    public Map<Uuid, PartitionSet> partitions() {
        return partitions;
    }

    public PartitionSet partitionsOf(Uuid topicId) {
        return partitions.getOrDefault(topicId, PartitionSet.EMPTY);
    }

    public boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** Over all topics. */
    public int partitionCount() {
        return partitionCount;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof MemberAssignment assignment && partitionCount == assignment.partitionCount
                && partitions.equals(assignment.partitions);
    }

    @Override
    public int hashCode() {
        return partitions.hashCode();
    }

    @Override
    public String toString() {
        return partitions.toString();
    }
}
