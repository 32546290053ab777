package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.record.ConsumerProtocolAssignment;
import io.barnabas.protocol.record.ConsumerProtocolSubscription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What classic consumers write for one another into the opaque bytes of JoinGroup (a subscription) and SyncGroup (an assignment):
 * <pre>
 * version int16; message of that version, no tagged fields; bytes after it are ignored
 * </pre>
 * A version that is newer than ours is read as our newest: versions only append fields. The coordinator reads and writes this where
 * classic members and those of the consumer protocol share a group. Whatever the bytes, reading throws nothing.
 */
final class ConsumerProtocol {
    /** The protocol type of groups whose members write this. */
    static final String TYPE = "consumer";

    /** Topics and partitions in all. An entry of two bytes takes some fifty in memory. */
    private static final int ELEMENTS_MAX = 200_000;

    private ConsumerProtocol() {}

    /**
     * @param version         of 0-3 the one that was read or is to be written; the member's assignment is written in the same
     * @param topics          names in the order of the member, not checked
     * @param userData        the client-side assignor's own, or null; shares the memory of what was read
     * @param ownedPartitions by topic name; none before version 1
     * @param generationId    in which it owned them, -1 before version 2 and where it does not say
     * @param rackId          null before version 3 and where it has none
     */
    record Subscription(short version, List<String> topics, ByteBuffer userData, Map<String, PartitionSet> ownedPartitions,
            int generationId, String rackId) {}

    /** @param partitions by topic name; {@code userData} as in {@link Subscription} */
    record Assignment(short version, Map<String, PartitionSet> partitions, ByteBuffer userData) {}

    /** @return nothing if these bytes are no subscription, or a larger one than any consumer can mean */
    static Optional<Subscription> readSubscription(ByteBuffer metadata) {
        var reader = new ByteReader(metadata.duplicate(), ELEMENTS_MAX);
        try {
            short version = readVersion(reader, ConsumerProtocolSubscription.HIGHEST_VERSION);
            var message = new ConsumerProtocolSubscription(reader, version);
            var owned = new LinkedHashMap<String, List<Integer>>();
            // Nobody owns a partition that cannot be, whatever it says: heartbeats are heard likewise.
            for (var entry : message.ownedPartitions()) add(owned, entry.topic(), entry.partitions().stream().filter(partition -> partition >= 0).toList());
            return Optional.of(new Subscription(version, Collections.unmodifiableList(message.topics()), message.userData(),
                    sets(owned), message.generationId(), message.rackId()));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** @return nothing if these bytes are no assignment, or a larger one than any consumer can mean */
    static Optional<Assignment> readAssignment(ByteBuffer assignment) {
        var reader = new ByteReader(assignment.duplicate(), ELEMENTS_MAX);
        try {
            short version = readVersion(reader, ConsumerProtocolAssignment.HIGHEST_VERSION);
            var message = new ConsumerProtocolAssignment(reader, version);
            var partitions = new LinkedHashMap<String, List<Integer>>();
            for (var entry : message.assignedPartitions()) add(partitions, entry.topic(), entry.partitions());
            return Optional.of(new Assignment(version, sets(partitions), message.userData()));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** In {@link Subscription#version}, without what that cannot say. */
    static ByteBuffer write(Subscription subscription) {
        var message = new ConsumerProtocolSubscription().setTopics(subscription.topics()).setUserData(subscription.userData())
                .setGenerationId(subscription.generationId()).setRackId(subscription.rackId());
        subscription.ownedPartitions().forEach((topic, partitions) -> message.ownedPartitions().add(
                new ConsumerProtocolSubscription.TopicPartition().setTopic(topic).setPartitions(partitions.toList())));
        return write(subscription.version(), message);
    }

    /** In {@link Assignment#version}. */
    static ByteBuffer write(Assignment assignment) {
        var message = new ConsumerProtocolAssignment().setUserData(assignment.userData());
        assignment.partitions().forEach((topic, partitions) -> message.assignedPartitions().add(
                new ConsumerProtocolAssignment.TopicPartition().setTopic(topic).setPartitions(partitions.toList())));
        return write(assignment.version(), message);
    }

    private static ByteBuffer write(short version, Message message) {
        var writer = ByteWriter.onHeap(64);
        writer.writeShort(version);
        message.write(writer, version);
        return writer.toByteBuffer();
    }

    private static short readVersion(ByteReader reader, short highest) {
        short version = reader.readShort();
        if (version < 0) throw new DecodeException("negative version: version=" + version);
        return (short) Math.min(version, highest);
    }

    private static void add(Map<String, List<Integer>> byTopic, String topic, List<Integer> partitions) {
        for (int partition : partitions) {
            if (partition < 0) throw new DecodeException("negative partition: partition=" + partition);
        }
        byTopic.computeIfAbsent(topic, t -> new ArrayList<>()).addAll(partitions);
    }

    private static Map<String, PartitionSet> sets(Map<String, List<Integer>> byTopic) {
        var sets = new LinkedHashMap<String, PartitionSet>();
        byTopic.forEach((topic, partitions) -> sets.put(topic, PartitionSet.of(partitions)));
        return Collections.unmodifiableMap(sets);
    }
}
