package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.protocol.record.ConsumerProtocolAssignment;
import io.barnabas.protocol.record.ConsumerProtocolSubscription;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What consumers of the classic protocol write for one another into JoinGroup and SyncGroup, and what a coordinator has to read and write
 * where they share a group with members of the consumer protocol:
 * <pre>
 * version int16; a ConsumerProtocolSubscription, or a ConsumerProtocolAssignment, in that version
 * </pre>
 */
final class EmbeddedProtocol {
    private EmbeddedProtocol() {}

    /** @throws DecodeException if it is none; more than the newest version knows may follow */
    static ConsumerProtocolSubscription subscription(ByteBuffer metadata) {
        var reader = new ByteReader(metadata.duplicate());
        short version = version(reader, ConsumerProtocolSubscription.HIGHEST_VERSION);
        return new ConsumerProtocolSubscription(reader, version);
    }

    /** The version in which a member that sent this metadata reads its assignment. */
    static short assignmentVersion(ByteBuffer metadata) {
        return version(new ByteReader(metadata.duplicate()), ConsumerProtocolAssignment.HIGHEST_VERSION);
    }

    private static short version(ByteReader reader, short highest) {
        short version = reader.readShort();
        if (version < 0) throw new DecodeException("unknown version of consumer metadata: version=" + version);
        return version > highest ? highest : version;
    }

    /** Partitions that a member says it owns; topics that do not exist are left out. */
    static MemberAssignment owned(ConsumerProtocolSubscription subscription, ClusterImage cluster) {
        var owned = new LinkedHashMap<Uuid, PartitionSet>();
        for (var topic : subscription.ownedPartitions()) put(owned, topic.topic(), topic.partitions(), cluster);
        return MemberAssignment.of(owned);
    }

    /** @throws DecodeException if it is none; nothing at all is an empty one */
    static MemberAssignment assigned(ByteBuffer assignment, ClusterImage cluster) {
        if (!assignment.hasRemaining()) return MemberAssignment.EMPTY;
        var reader = new ByteReader(assignment.duplicate());
        short version = version(reader, ConsumerProtocolAssignment.HIGHEST_VERSION);
        var assigned = new LinkedHashMap<Uuid, PartitionSet>();
        for (var topic : new ConsumerProtocolAssignment(reader, version).assignedPartitions()) put(assigned, topic.topic(), topic.partitions(), cluster);
        return MemberAssignment.of(assigned);
    }

    private static void put(LinkedHashMap<Uuid, PartitionSet> topics, String name, Collection<Integer> partitions, ClusterImage cluster) {
        var topic = cluster.topic(name);
        if (topic == null) return;
        var existing = partitions.stream().mapToInt(Integer::intValue).filter(partition -> partition >= 0 && partition < topic.partitionCount());
        topics.merge(topic.id(), PartitionSet.of(existing.toArray()), PartitionSet::union);
    }

    static ByteBuffer assignment(MemberAssignment assigned, short version, ClusterImage cluster) {
        var message = new ConsumerProtocolAssignment().setUserData(null);
        assigned.partitions().forEach((topicId, set) -> {
            var topic = cluster.topic(topicId);
            if (topic == null) return;
            List<Integer> partitions = set.stream().boxed().toList();
            message.assignedPartitions().add(new ConsumerProtocolAssignment.TopicPartition().setTopic(topic.name()).setPartitions(partitions));
        });
        var writer = ByteWriter.onHeap(128);
        writer.writeShort(version);
        message.write(writer, version);
        return writer.toByteBuffer();
    }
}
