package io.barnabas.model;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Varint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes one batch, record by record. Set the header's fields first, append, then {@link #build}. Used by one thread,
 * for one batch.
 */
public final class RecordBatchBuilder {
    private static final List<RecordHeader> NO_HEADERS = List.of();
    private static final short CONTROL_KEY_VERSION = 0;

    private final ByteWriter records = ByteWriter.onHeap(512);
    private CompressionType compressionType = CompressionType.NONE;
    private int compressionLevel;
    private long baseOffset;
    private int leaderEpoch = RecordBatch.NO_LEADER_EPOCH;
    private boolean isLogAppendTime;
    private long logAppendTime;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private boolean isTransactional;
    private boolean isControl;
    private boolean hasDeleteHorizon;
    private long baseTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int lastOffsetDelta = -1;
    private int recordCount;

    /** Packs with the level that topics have by default. */
    public RecordBatchBuilder compression(CompressionType type) {
        return compression(type, type.defaultLevel());
    }

    /** @param level as {@link CompressionType#compress} takes it; ignored where the codec has none */
    public RecordBatchBuilder compression(CompressionType type, int level) {
        this.compressionType = type;
        this.compressionLevel = level;
        return this;
    }

    public RecordBatchBuilder baseOffset(long baseOffset) {
        this.baseOffset = baseOffset;
        return this;
    }

    public RecordBatchBuilder leaderEpoch(int leaderEpoch) {
        this.leaderEpoch = leaderEpoch;
        return this;
    }

    /** Gives all records one time, in ms, whatever they are appended with. */
    public RecordBatchBuilder logAppendTime(long timestampMs) {
        this.isLogAppendTime = true;
        this.logAppendTime = timestampMs;
        return this;
    }

    /** Notes from when on compaction may drop the tombstones, in ms; {@link RecordBatch#NO_TIMESTAMP} for not decided. */
    public RecordBatchBuilder deleteHorizon(long timestampMs) {
        this.hasDeleteHorizon = timestampMs != RecordBatch.NO_TIMESTAMP;
        this.baseTimestamp = timestampMs;
        return this;
    }

    public RecordBatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.baseSequence = baseSequence;
        return this;
    }

    public RecordBatchBuilder transactional() {
        this.isTransactional = true;
        return this;
    }

    /**
     * Appends one record at the next offset.
     *
     * @param timestamp in ms, or {@link RecordBatch#NO_TIMESTAMP}
     * @param key       may be null, like {@code value}; remaining bytes are copied, positions stay
     */
    public RecordBatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        return appendAt(baseOffset + lastOffsetDelta + 1, timestamp, key, value, headers);
    }

    public RecordBatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value) {
        return append(timestamp, key, value, NO_HEADERS);
    }

    /**
     * Appends one record at an offset of its own, such as one kept by compaction.
     *
     * @param offset greater than that of the record before
     */
    public RecordBatchBuilder appendAt(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        int offsetDelta = Math.toIntExact(offset - baseOffset);
        if (offsetDelta <= lastOffsetDelta) throw new IllegalArgumentException("offset not after the last: offset=" + offset);
        if (recordCount == 0 && !hasDeleteHorizon) baseTimestamp = timestamp;
        long timestampDelta = timestamp - baseTimestamp;
        records.writeVarint(sizeOf(timestampDelta, offsetDelta, key, value, headers));
        records.writeByte(0);
        records.writeVarlong(timestampDelta);
        records.writeVarint(offsetDelta);
        writeNullable(key);
        writeNullable(value);
        records.writeVarint(headers.size());
        for (var header : headers) {
            writeNullable(StandardCharsets.UTF_8.encode(header.key()));
            writeNullable(header.value());
        }
        lastOffsetDelta = offsetDelta;
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        recordCount++;
        return this;
    }

    /**
     * Makes this a control batch and appends one control record.
     *
     * @param value the record's message, which starts with its version
     */
    public RecordBatchBuilder appendControl(long timestamp, ControlRecordType type, ByteBuffer value) {
        isControl = true;
        var key = ByteBuffer.allocate(4).putShort(CONTROL_KEY_VERSION).putShort(type.id()).flip();
        return append(timestamp, key, value);
    }

    /** Appends the marker that ends a transaction; the batch's producer must be set, and {@link #transactional}. */
    public RecordBatchBuilder appendEndTransaction(long timestamp, boolean isCommit, int coordinatorEpoch) {
        var value = ByteBuffer.allocate(6).putShort((short) 0).putInt(coordinatorEpoch).flip();
        return appendControl(timestamp, isCommit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, value);
    }

    public int recordCount() {
        return recordCount;
    }

    /** Bytes of the batch so far, before compression. */
    public int sizeInBytes() {
        return RecordBatch.HEADER_BYTES + records.position();
    }

    /** @return the batch, from position 0 to its limit, on the heap */
    public ByteBuffer build() {
        if (recordCount == 0) throw new IllegalStateException("batch without records");
        var plain = records.buffer().duplicate().flip();
        if (compressionType != CompressionType.NONE) return finish(header(packed(plain, compressionType, compressionLevel)), compressionType);
        var batch = ByteBuffer.allocate(sizeInBytes()).position(RecordBatch.HEADER_BYTES).put(plain).flip();
        return finish(header(batch), compressionType);
    }

    /** Room for a header, and the remaining bytes of a buffer on the heap behind it, packed. */
    static ByteBuffer packed(ByteBuffer plain, CompressionType type, int level) {
        var output = new BatchOutput(plain.remaining() / 2 + RecordBatch.HEADER_BYTES, Integer.MAX_VALUE - 8);
        output.writeBytes(new byte[RecordBatch.HEADER_BYTES]);
        try (var packer = type.compress(output, level)) {
            packer.write(plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
        return output.toByteBuffer();
    }

    private ByteBuffer header(ByteBuffer batch) {
        int attributes = (isLogAppendTime ? RecordBatch.LOG_APPEND_TIME_BIT : 0)
                | (isTransactional ? RecordBatch.TRANSACTIONAL_BIT : 0)
                | (isControl ? RecordBatch.CONTROL_BIT : 0)
                | (hasDeleteHorizon ? RecordBatch.DELETE_HORIZON_BIT : 0);
        return batch.putLong(RecordBatch.BASE_OFFSET_AT, baseOffset)
                .putInt(RecordBatch.LEADER_EPOCH_AT, leaderEpoch)
                .put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC)
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes)
                .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, lastOffsetDelta)
                .putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestamp)
                .putLong(RecordBatch.MAX_TIMESTAMP_AT, isLogAppendTime ? logAppendTime : maxTimestamp)
                .putLong(RecordBatch.PRODUCER_ID_AT, producerId)
                .putShort(RecordBatch.PRODUCER_EPOCH_AT, producerEpoch)
                .putInt(RecordBatch.BASE_SEQUENCE_AT, baseSequence)
                .putInt(RecordBatch.RECORD_COUNT_AT, recordCount);
    }

    /** Writes what depends on how the records are packed: length, codec, checksum. */
    static ByteBuffer finish(ByteBuffer batch, CompressionType type) {
        int others = batch.getShort(RecordBatch.ATTRIBUTES_AT) & ~RecordBatch.CODEC_BITS;
        batch.putInt(RecordBatch.BATCH_LENGTH_AT, batch.limit() - RecordBatch.LENGTH_PREFIX_BYTES)
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) (others | type.id()));
        new RecordBatch().wrap(batch, 0).updateCrc();
        return batch;
    }

    private static int sizeOf(long timestampDelta, int offsetDelta, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        int size = 1 + Varint.sizeOfLong(timestampDelta) + Varint.sizeOfInt(offsetDelta)
                + sizeOfNullable(key) + sizeOfNullable(value) + Varint.sizeOfInt(headers.size());
        for (var header : headers) {
            int keyBytes = header.key().getBytes(StandardCharsets.UTF_8).length;
            size = Math.addExact(size, Varint.sizeOfInt(keyBytes) + keyBytes + sizeOfNullable(header.value()));
        }
        return size;
    }

    private static int sizeOfNullable(ByteBuffer bytes) {
        return bytes == null ? 1 : Varint.sizeOfInt(bytes.remaining()) + bytes.remaining();
    }

    private void writeNullable(ByteBuffer bytes) {
        records.writeVarint(bytes == null ? -1 : bytes.remaining());
        if (bytes != null) records.writeBytes(bytes);
    }
}
