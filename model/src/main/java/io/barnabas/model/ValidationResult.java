package io.barnabas.model;

import java.util.List;

/** What validating a client's records came to. */
public sealed interface ValidationResult {

    /** The batch may be appended. Belongs to its validator: good until that validates again. */
    final class Accepted implements ValidationResult {
        final RecordBatch batch = new RecordBatch();
        boolean isReplaced;
        int recordBytes;
        int maxTimestampOffsetDelta;

        Accepted() {}

        /**
         * The batch to append, where base offset and leader epoch are still to be set: in the client's own buffer, or in
         * one made for it. Its records, their count and its maximum timestamp are as they will be stored. Whether it
         * {@link RecordBatch#isTransactional} is for the caller to allow.
         */
        public RecordBatch batch() {
            return batch;
        }

        /** Whether the batch lies in a new buffer, since the topic asks for another codec. */
        public boolean isReplaced() {
            return isReplaced;
        }

        public int recordCount() {
            return batch.recordCount();
        }

        /** Bytes of all records after decompression, without the batch's header. */
        public int recordBytes() {
            return recordBytes;
        }

        /** In ms, or {@link RecordBatch#NO_TIMESTAMP}; with LogAppendTime the time given to validate. */
        public long maxTimestamp() {
            return batch.maxTimestamp();
        }

        /** Which record has the maximum timestamp, the first of several. */
        public int maxTimestampOffsetDelta() {
            return maxTimestampOffsetDelta;
        }
    }

    /**
     * The batch may not be appended.
     *
     * @param recordErrors single records at fault, possibly none
     */
    record Rejected(ErrorCode error, String message, List<RecordError> recordErrors) implements ValidationResult {}
}
