package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Checks the records that a client wants to append to one partition, in place, before anything is stored. Holds only
 * scratch space; used by one thread. Uncompressed batches cost no allocation.
 */
public final class RecordBatchValidator {
    private final ValidationResult.Accepted accepted = new ValidationResult.Accepted();

    /**
     * Checks everything, and corrects in the buffer what the broker sets: timestamp type, maximum timestamp, and the
     * checksum where that changes.
     *
     * @param records        big-endian; its remaining bytes must be exactly one batch; position and limit stay
     * @param produceVersion of the request, at least 3
     * @param nowMs          the broker's time, for timestamp bounds and LogAppendTime
     * @return {@link ValidationResult.Accepted}, good until the next call, or {@link ValidationResult.Rejected}
     */
    public ValidationResult validate(ByteBuffer records, RecordValidation settings, int produceVersion, long nowMs) {
        return new ValidationResult.Rejected(ErrorCode.INVALID_RECORD, "", List.of());
    }
}
