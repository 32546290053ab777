package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the partitions that this broker holds, from any thread. Only the metadata's thread changes it; what it finds is
 * to be used on the partition's loop.
 */
final class PartitionRegistry {
    /** A topic's partitions by index, null where this broker holds no replica. Replaced, never changed. */
    private record Topic(String name, Uuid id, Partition[] partitions) {
        Partition partition(int index) {
            return index >= 0 && index < partitions.length ? partitions[index] : null;
        }
    }

    private final ConcurrentHashMap<String, Topic> byName = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Uuid, Topic> byId = new ConcurrentHashMap<>();

    /** @return null if it is not held here */
    Partition find(String topic, int index) {
        var found = byName.get(topic);
        return found == null ? null : found.partition(index);
    }

    /** @return null if it is not held here */
    Partition find(Uuid topicId, int index) {
        var found = byId.get(topicId);
        return found == null ? null : found.partition(index);
    }

    Partition find(TopicPartition partition) {
        return find(partition.topic(), partition.partition());
    }

    /** The partitions of a topic that are held here. */
    List<Partition> ofTopic(String topic) {
        var found = byName.get(topic);
        var held = new ArrayList<Partition>();
        if (found == null) return held;
        for (var partition : found.partitions) if (partition != null) held.add(partition);
        return held;
    }

    List<Partition> all() {
        var held = new ArrayList<Partition>();
        for (var topic : byName.keySet()) held.addAll(ofTopic(topic));
        return held;
    }

    /** Adds partitions of one topic; the metadata's thread. */
    void add(List<Partition> added) {
        var first = added.get(0);
        String name = first.topicPartition().topic();
        var old = byName.get(name);
        var partitions = old == null ? new Partition[0] : old.partitions;
        int length = partitions.length;
        for (var partition : added) length = Math.max(length, partition.topicPartition().partition() + 1);
        var grown = Arrays.copyOf(partitions, length);
        for (var partition : added) grown[partition.topicPartition().partition()] = partition;
        var topic = new Topic(name, first.topicId(), grown);
        byName.put(name, topic);
        byId.put(topic.id, topic);
    }

    /** Forgets a topic; the metadata's thread. */
    void removeTopic(String name) {
        var removed = byName.remove(name);
        if (removed != null) byId.remove(removed.id);
    }
}
