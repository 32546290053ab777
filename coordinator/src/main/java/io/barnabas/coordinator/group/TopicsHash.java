package io.barnabas.coordinator.group;

import io.barnabas.cluster.metadata.ClusterImage;
import java.util.Set;

final class TopicsHash {
    private TopicsHash() {}

    static long of(Set<String> topics, ClusterImage cluster) {
        long hash = 0;
        for (var name : topics) {
            var topic = cluster.topic(name);
            if (topic != null) hash += (topic.id().hashCode() * 31L + topic.partitionCount() + 1) * 0x9E3779B97F4A7C15L;
        }
        return hash;
    }
}
