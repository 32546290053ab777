package io.barnabas.coordinator.transaction;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;

/**
 * What a producer that asked for its id, or ended a transaction, goes on with.
 *
 * @param producerId    -1 if there is an error
 * @param producerEpoch -1 if there is an error
 */
public record ProducerAnswer(ErrorCode error, long producerId, short producerEpoch) {
    /** To the coordinator itself: the command cannot be decided without a new producer id. */
    static final ProducerAnswer NEEDS_PRODUCER_ID = refusal(ErrorCode.NONE);

    static ProducerAnswer of(long producerId, int producerEpoch) {
        return new ProducerAnswer(ErrorCode.NONE, producerId, (short) producerEpoch);
    }

    static ProducerAnswer refusal(ErrorCode error) {
        return new ProducerAnswer(error, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);
    }
}
