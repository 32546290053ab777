package io.barnabas.cluster.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What changed between two images. Immutable, safe on every thread.
 *
 * @param before          the image before
 * @param after           the image after
 * @param topics          every topic that was created, deleted or changed; one deleted and created anew by the same name
 *                        stands here twice, the deletion first
 * @param configs         resources whose configs changed
 * @param brokerIds       brokers registered, unregistered or changed
 * @param featuresChanged whether a finalized feature level changed
 * @param quotasChanged   whether a client quota changed
 * @param securityChanged whether an ACL, a SCRAM credential or a delegation token changed
 */
public record ClusterDelta(
        ClusterImage before, ClusterImage after, List<TopicChange> topics, Set<ConfigResource> configs,
        SortedSet<Integer> brokerIds, boolean featuresChanged, boolean quotasChanged, boolean securityChanged) {
    /** What changed if nothing was known before. */
    public static ClusterDelta ofAll(ClusterImage image) {
        var topics = new ArrayList<TopicChange>(image.topicCount());
        for (var topic : image.topics()) topics.add(new TopicChange(null, topic));
        var configs = new HashSet<ConfigResource>();
        for (var resource : image.resourceConfigs()) configs.add(resource.resource());
        var brokerIds = new TreeSet<Integer>();
        for (var broker : image.brokers()) brokerIds.add(broker.id());
        return new ClusterDelta(ClusterImage.EMPTY, image, topics, configs, brokerIds, true, true, true);
    }

    /** @param before null if the topic is new @param after null if it is deleted */
    public record TopicChange(TopicImage before, TopicImage after) {
        public boolean isCreated() {
            return before == null;
        }

        public boolean isDeleted() {
            return after == null;
        }

        /** Partitions that are new or differ, as they are now; none if the topic is deleted. */
        public List<PartitionImage> changedPartitions() {
            if (after == null) return List.of();
            if (before == null) return after.partitions();
            var changed = new ArrayList<PartitionImage>();
            for (int i = 0; i < after.partitionCount(); i++) {
                if (before.partition(i) != after.partition(i)) changed.add(after.partition(i));
            }
            return changed;
        }
    }
}
