package io.barnabas.log;

import io.barnabas.model.ErrorCode;

/** What a read can come to: a caller meets every case here, and no other. */
public sealed interface ReadResult {
    /**
     * Batches from the one that holds the asked offset on; the last one may be cut short, as clients expect.
     *
     * @param slice the reader's to release; empty when nothing lies between the offset and the bound
     */
    record Data(LogSlice slice) implements ReadResult {}

    /** The offset is outside the log, or (KAFKA_STORAGE_ERROR) the disk cannot be read. */
    record Refused(ErrorCode error) implements ReadResult {}
}
