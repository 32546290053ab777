package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes one batch, record by record. Set the header's fields first, append, then {@link #build}. Used by one thread,
 * for one batch.
 */
public final class RecordBatchBuilder {
    /** @param compressionLevel see the codec; ignored where it has none */
    public RecordBatchBuilder compression(CompressionType type, int compressionLevel) {
        return this;
    }

    public RecordBatchBuilder baseOffset(long baseOffset) {
        return this;
    }

    public RecordBatchBuilder leaderEpoch(int leaderEpoch) {
        return this;
    }

    /** Gives all records one time, whatever they are appended with. */
    public RecordBatchBuilder logAppendTime(long timestampMs) {
        return this;
    }

    public RecordBatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        return this;
    }

    public RecordBatchBuilder transactional() {
        return this;
    }

    /** Appends one record; key and value may be null; the buffers' remaining bytes are copied, their positions stay. */
    public RecordBatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        return this;
    }

    public RecordBatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value) {
        return append(timestamp, key, value, List.of());
    }

    /** Makes this a control batch and appends one control record. */
    public RecordBatchBuilder appendControl(long timestamp, ControlRecordType type, ByteBuffer value) {
        return this;
    }

    public int recordCount() {
        return 0;
    }

    /** Bytes of the batch so far, before compression. */
    public int sizeInBytes() {
        return RecordBatch.HEADER_BYTES;
    }

    /** @return the batch, from position 0 to its limit, on the heap */
    public ByteBuffer build() {
        throw new IllegalStateException("batch without records");
    }
}
