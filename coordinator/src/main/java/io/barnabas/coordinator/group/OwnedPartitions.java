package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Partitions that a member holds, each with the epoch at which it was assigned (KIP-1251). Immutable. */
final class OwnedPartitions {
    static final OwnedPartitions EMPTY = new OwnedPartitions(MemberAssignment.EMPTY, Map.of());
    /** Of a partition that is not among these. */
    static final int NOT_OWNED = -1;

    private final MemberAssignment partitions;
    /** By topic id, in the order of the topic's {@link PartitionSet}. */
    private final Map<Uuid, int[]> epochs;

    private OwnedPartitions(MemberAssignment partitions, Map<Uuid, int[]> epochs) {
        this.partitions = partitions;
        this.epochs = epochs;
    }

    /** All of them assigned at one epoch. */
    static OwnedPartitions of(MemberAssignment partitions, int assignmentEpoch) {
        var builder = new Builder();
        partitions.partitions().forEach((topicId, set) -> builder.add(topicId, set, partition -> assignmentEpoch));
        return builder.build();
    }

    MemberAssignment partitions() {
        return partitions;
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** @return the epoch at which the partition was assigned, or {@link #NOT_OWNED} */
    int epochOf(Uuid topicId, int partition) {
        var set = partitions.partitionsOf(topicId);
        for (int low = 0, high = set.size() - 1; low <= high; ) {
            int middle = (low + high) >>> 1;
            if (set.get(middle) == partition) return epochs.get(topicId)[middle];
            if (set.get(middle) < partition) low = middle + 1;
            else high = middle - 1;
        }
        return NOT_OWNED;
    }

    /** Those that are in {@code kept}, too. */
    OwnedPartitions retain(MemberAssignment kept) {
        var builder = new Builder();
        partitions.partitions().forEach((topicId, set) ->
                builder.add(topicId, set.intersection(kept.partitionsOf(topicId)), epochsOf(topicId)));
        return builder.build();
    }

    /** Those that are not in {@code removed}. */
    OwnedPartitions minus(MemberAssignment removed) {
        var builder = new Builder();
        partitions.partitions().forEach((topicId, set) ->
                builder.add(topicId, set.minus(removed.partitionsOf(topicId)), epochsOf(topicId)));
        return builder.build();
    }

    /** These and {@code added}, which are others. */
    OwnedPartitions plus(OwnedPartitions added) {
        if (added.isEmpty()) return this;
        var builder = new Builder();
        partitions.partitions().forEach((topicId, set) -> {
            var both = set.union(added.partitions.partitionsOf(topicId));
            builder.add(topicId, both, partition -> Math.max(epochOf(topicId, partition), added.epochOf(topicId, partition)));
        });
        added.partitions.partitions().forEach((topicId, set) -> {
            if (partitions.partitionsOf(topicId).isEmpty()) builder.add(topicId, set, added.epochsOf(topicId));
        });
        return builder.build();
    }

    OwnedPartitions withEpoch(int assignmentEpoch) {
        return of(partitions, assignmentEpoch);
    }

    private IntUnaryOperator epochsOf(Uuid topicId) {
        return partition -> epochOf(topicId, partition);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof OwnedPartitions that && partitions.equals(that.partitions) && hasEpochsOf(that);
    }

    private boolean hasEpochsOf(OwnedPartitions that) {
        for (var topic : epochs.entrySet()) if (!Arrays.equals(topic.getValue(), that.epochs.get(topic.getKey()))) return false;
        return true;
    }

    @Override
    public int hashCode() {
        return partitions.hashCode();
    }

    @Override
    public String toString() {
        return partitions.toString();
    }

    /** Puts topics together, one call for each. */
    static final class Builder {
        private final Map<Uuid, PartitionSet> sets = new LinkedHashMap<>();
        private final Map<Uuid, int[]> epochs = new HashMap<>();

        void add(Uuid topicId, PartitionSet set, IntUnaryOperator assignmentEpochOf) {
            if (set.isEmpty()) return;
            sets.put(topicId, set);
            int[] ofTopic = new int[set.size()];
            for (int i = 0; i < ofTopic.length; i++) ofTopic[i] = assignmentEpochOf.applyAsInt(set.get(i));
            epochs.put(topicId, ofTopic);
        }

        OwnedPartitions build() {
            return sets.isEmpty() ? EMPTY : new OwnedPartitions(MemberAssignment.of(sets), epochs);
        }
    }
}
