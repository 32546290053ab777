package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Between the ids by which the consumer protocol knows topics, and the names by which the classic one does. */
final class NamedPartitions {
    private NamedPartitions() {}

    /** Those that exist. */
    static MemberAssignment byId(Map<String, PartitionSet> byName, ClusterImage cluster) {
        var byId = new LinkedHashMap<Uuid, PartitionSet>();
        byName.forEach((name, set) -> {
            var topic = cluster.topic(name);
            if (topic != null) byId.put(topic.id(), set.intersection(PartitionSet.range(0, topic.partitionCount())));
        });
        return MemberAssignment.of(byId);
    }

    /** Those of topics that exist. */
    private static Map<String, PartitionSet> byName(MemberAssignment byId, ClusterImage cluster) {
        var byName = new LinkedHashMap<String, PartitionSet>();
        byId.partitions().forEach((topicId, set) -> {
            var topic = cluster.topic(topicId);
            if (topic != null) byName.put(topic.name(), set);
        });
        return byName;
    }

    /** What a classic member is told that it has. */
    static ByteBuffer write(MemberAssignment assigned, ConsumerMember member, ClusterImage cluster) {
        var metadata = member.subscription().classic().supportedProtocols().get(0).metadata();
        // One whose metadata cannot be read is none of ours, and reads the newest or nothing.
        short version = ConsumerProtocol.readSubscription(metadata).map(ConsumerProtocol.Subscription::version).orElse((short) 0);
        return ConsumerProtocol.write(new ConsumerProtocol.Assignment(version, byName(assigned, cluster), null));
    }

    /** What a classic member has been told that it has; empty if it was told nothing. */
    static Optional<MemberAssignment> read(ByteBuffer assignment, ClusterImage cluster) {
        if (!assignment.hasRemaining()) return Optional.of(MemberAssignment.EMPTY);
        return ConsumerProtocol.readAssignment(assignment).map(told -> byId(told.partitions(), cluster));
    }
}
