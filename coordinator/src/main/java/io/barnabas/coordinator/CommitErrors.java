package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;

/** What a client of a coordinator is told when records could not be written, in terms of what it should do. */
final class CommitErrors {
    private CommitErrors() {}

    static ErrorCode of(ErrorCode error) {
        return switch (error) {
            // Ask again, here.
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
            // Look for the coordinator anew.
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> ErrorCode.NOT_COORDINATOR;
            // Asking again is in vain.
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> ErrorCode.UNKNOWN_SERVER_ERROR;
            default -> error;
        };
    }
}
