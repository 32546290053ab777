package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.model.ErrorCode;

/**
 * The newest cluster image that this broker has put into effect. Set by the metadata's thread, read from any: a handler
 * takes {@link #image} once and answers from that.
 */
final class MetadataCache {
    private volatile ClusterImage image = ClusterImage.EMPTY;

    ClusterImage image() {
        return image;
    }

    void set(ClusterImage newImage) {
        image = newImage;
    }

    /** Why a partition that this broker does not hold cannot be used here. */
    ErrorCode whyNotHere(String topic, int partition) {
        if (topic == null) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        return image.partition(topic, partition) == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    /** Why a partition that this broker does not hold cannot be used here. */
    ErrorCode whyNotHere(Uuid topicId, int partition) {
        var topic = image.topic(topicId);
        if (topic == null) return ErrorCode.UNKNOWN_TOPIC_ID;
        return topic.partition(partition) == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
}
