package io.barnabas.coordinator.transaction;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.Set;

/**
 * What became of the partitions of one request.
 *
 * @param only those that have the error; null if all have it
 */
public record PartitionErrors(ErrorCode error, Set<TopicPartition> only) {
    static final PartitionErrors NONE = ofAll(ErrorCode.NONE);

    static PartitionErrors ofAll(ErrorCode error) {
        return new PartitionErrors(error, null);
    }

    public ErrorCode of(TopicPartition partition) {
        return only == null || only.contains(partition) ? error : ErrorCode.NONE;
    }
}
