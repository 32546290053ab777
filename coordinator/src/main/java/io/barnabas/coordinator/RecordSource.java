package io.barnabas.coordinator;

import io.barnabas.model.RecordBatch;

/**
 * Where a record comes from.
 *
 * @param timestampMs   of the record, in ms since 1970
 * @param producerId    of the transaction that it belongs to, -1 if none
 * @param producerEpoch -1 if none
 */
public record RecordSource(long timestampMs, long producerId, short producerEpoch) {
    static RecordSource plain(long timestampMs) {
        return new RecordSource(timestampMs, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);
    }

    boolean is(long ofTimestampMs, long ofProducerId, short ofProducerEpoch) {
        return timestampMs == ofTimestampMs && producerId == ofProducerId && producerEpoch == ofProducerEpoch;
    }

    /** Whether the record counts only once its transaction is committed. */
    public boolean isTransactional() {
        return producerId != RecordBatch.NO_PRODUCER_ID;
    }
}
