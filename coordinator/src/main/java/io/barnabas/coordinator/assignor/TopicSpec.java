package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.Comparator;
import java.util.Objects;

/** A topic as an assignor sees it: partitions {@code [0, partitionCount)}. */
public record TopicSpec(Uuid id, String name, int partitionCount) {
    static final Comparator<TopicSpec> ORDER = Comparator.comparing(TopicSpec::name).thenComparing(TopicSpec::id);

    public TopicSpec {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        if (partitionCount < 0) throw new IllegalArgumentException("partitionCount=" + partitionCount);
    }
}
