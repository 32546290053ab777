package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The newest cluster image that this broker has put into effect. Set by the metadata's thread, read from any: a handler
 * takes {@link #image} once and answers from that.
 */
final class MetadataCache {
    /** Somebody who wants an image that holds the record at an offset. */
    private record Waiter(long offset, CompletableFuture<ClusterImage> arrival) {}

    private final int nodeId;
    private volatile ClusterImage image = ClusterImage.EMPTY;
    /** At most one per request in flight; guarded by itself. */
    private final List<Waiter> waiters = new ArrayList<>();

    MetadataCache(int nodeId) {
        this.nodeId = nodeId;
    }

    ClusterImage image() {
        return image;
    }

    void set(ClusterImage newImage) {
        var arrived = new ArrayList<Waiter>();
        synchronized (waiters) {
            image = newImage;
            for (int i = waiters.size() - 1; i >= 0; i--) {
                if (waiters.get(i).offset <= newImage.lastOffset()) arrived.add(waiters.remove(i));
            }
        }
        for (int i = arrived.size() - 1; i >= 0; i--) arrived.get(i).arrival.complete(newImage);
    }

    /**
     * The first image in effect here that holds everything up to an offset of the metadata log. Any thread.
     *
     * @return done at once, or later on the thread that sets the image; never if the offset never comes
     */
    CompletionStage<ClusterImage> awaitOffset(long offset) {
        synchronized (waiters) {
            if (image.lastOffset() >= offset) return CompletableFuture.completedStage(image);
            var arrival = new CompletableFuture<ClusterImage>();
            waiters.add(new Waiter(offset, arrival));
            return arrival;
        }
    }

    /** Why a partition that {@link PartitionRegistry} does not hold cannot be used here. */
    ErrorCode whyNotHere(String topic, int partition) {
        return topic == null || isGone(image.partition(topic, partition)) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    /** Why a partition that {@link PartitionRegistry} does not hold cannot be used here. */
    ErrorCode whyNotHere(Uuid topicId, int partition) {
        var topic = image.topic(topicId);
        if (topic == null) return ErrorCode.UNKNOWN_TOPIC_ID;
        return isGone(topic.partition(partition)) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    /** A replica of this node is in the registry before it is in the image, and leaves it first: its topic is being deleted. */
    private boolean isGone(PartitionImage partition) {
        return partition == null || partition.isReplica(nodeId);
    }
}
