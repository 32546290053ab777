package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells whether topics that a group subscribes to have changed in a way that may change assignments (KIP-1101): the group's hash is
 * in {@code ConsumerGroupMetadataValue.metadataHash}, and another one means another assignment. The hashes are those of Apache Kafka,
 * so that a group goes on undisturbed where the coordinator changes from one to the other.
 */
public final class SubscriptionHash {
    /** Of a group none of whose topics exists. */
    public static final long NONE = 0;

    /** Goes up when a change to what is hashed is to make all groups assign anew. */
    private static final byte MAGIC = 0;

    private SubscriptionHash() {}

    /**
     * @param racksByPartition of each partition the racks of its replicas, in any order, a rack as often as it has a replica;
     *                         brokers that have no rack or are not registered left out
     */
    public static long ofTopic(Uuid id, String name, List<List<String>> racksByPartition) {
        var input = new Xxh3.Input().put(MAGIC).put(id.mostSignificantBits()).put(id.leastSignificantBits()).put(name).put(racksByPartition.size());
        for (int partition = 0; partition < racksByPartition.size(); partition++) {
            input.put(partition);
            // The length makes two racks another thing than one whose name is both.
            racksByPartition.get(partition).stream().sorted().forEach(rack -> input.put(rack.length()).put(rack));
        }
        return input.hash();
    }

    /** @param topicHashes by name, of those topics alone that exist */
    public static long ofGroup(Map<String, Long> topicHashes) {
        if (topicHashes.isEmpty()) return NONE;
        var input = new Xxh3.Input();
        new TreeMap<>(topicHashes).values().forEach(hash -> input.put(hash.longValue()));
        return input.hash();
    }
}
