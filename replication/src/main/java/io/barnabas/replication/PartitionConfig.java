package io.barnabas.replication;

import io.barnabas.log.LogConfig;
import io.barnabas.model.RecordValidation;

/**
 * What settings mean for one partition, made when they change.
 *
 * @param minInSyncReplicas {@code min.insync.replicas}
 * @param flushPolicy       which acknowledgements wait for stable storage
 */
public record PartitionConfig(LogConfig log, RecordValidation validation, int minInSyncReplicas, FlushPolicy flushPolicy) {
    /** Which acknowledgements wait until their records are on stable storage. */
    public enum FlushPolicy {
        /** None: the log flushes in its own time. {@code log.flush.before.ack=false}, or the largest {@code flush.messages}. */
        NEVER,
        /** Those with acks=all. */
        ACKS_ALL,
        /** Also those with acks=1; {@code flush.messages=1}. */
        EVERY_ACK;

        /** Whether records written with these acks stay unseen and unacknowledged until they are flushed. */
        boolean covers(short acks) {
            return switch (this) {
                case NEVER -> false;
                case ACKS_ALL -> acks == Append.ACKS_ALL;
                case EVERY_ACK -> true;
            };
        }
    }
}
