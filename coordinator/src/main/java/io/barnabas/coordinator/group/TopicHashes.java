package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.coordinator.assignor.SubscriptionHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The hashes of topics that groups subscribe to (KIP-1101), each computed once while its topic stays as it is. */
final class TopicHashes {
    private record Known(TopicImage topic, long hash) {}

    private final Map<Uuid, Known> known = new HashMap<>();
    /** Of brokers that have one, by broker id. */
    private Map<Integer, String> racks = Map.of();

    /** Of a group that subscribes to these topics, those that exist. */
    long ofGroup(Collection<String> topics, ClusterImage cluster) {
        var now = racksOf(cluster);
        if (!now.equals(racks)) known.clear();
        racks = now;
        var hashes = new HashMap<String, Long>();
        for (var name : topics) {
            var topic = cluster.topic(name);
            if (topic != null) hashes.put(name, of(topic));
        }
        return SubscriptionHash.ofGroup(hashes);
    }

    private long of(TopicImage topic) {
        var before = known.get(topic.id());
        if (before != null && before.topic == topic) return before.hash;
        long hash = SubscriptionHash.ofTopic(topic.id(), topic.name(), racksByPartition(topic));
        known.put(topic.id(), new Known(topic, hash));
        return hash;
    }

    void forget(TopicImage deleted) {
        known.remove(deleted.id());
    }

    private List<List<String>> racksByPartition(TopicImage topic) {
        var byPartition = new ArrayList<List<String>>(topic.partitionCount());
        for (var partition : topic.partitions()) {
            var ofPartition = new ArrayList<String>(partition.replicas().length);
            for (int brokerId : partition.replicas()) if (racks.containsKey(brokerId)) ofPartition.add(racks.get(brokerId));
            byPartition.add(ofPartition);
        }
        return byPartition;
    }

    private static Map<Integer, String> racksOf(ClusterImage cluster) {
        var racks = new HashMap<Integer, String>();
        for (var broker : cluster.brokers()) if (broker.rack() != null) racks.put(broker.id(), broker.rack());
        return racks;
    }
}
