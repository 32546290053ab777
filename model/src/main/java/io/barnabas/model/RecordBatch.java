package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A view of one record batch, format v2, where it lies in a buffer: nothing is copied or decoded ahead. One instance is
 * moved from batch to batch with {@link #wrap}. Owned by one thread; valid as long as the buffer's bytes are.
 * All fields are big-endian:
 *
 * <pre>
 *   0 baseOffset       int64
 *   8 batchLength      int32   bytes that follow this field
 *  12 leaderEpoch      int32
 *  16 magic            int8    2
 *  17 crc              uint32  CRC32C of all that follows
 *  21 attributes       int16   bits 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *  23 lastOffsetDelta  int32
 *  27 baseTimestamp    int64   the delete horizon where bit 6 is set
 *  35 maxTimestamp     int64   the append time of all records where bit 3 is set
 *  43 producerId       int64
 *  51 producerEpoch    int16
 *  53 baseSequence     int32
 *  57 recordCount      int32
 *  61 records                  compressed together
 * </pre>
 */
public final class RecordBatch {
    static final int BASE_OFFSET_AT = 0;
    static final int BATCH_LENGTH_AT = BASE_OFFSET_AT + 8;
    static final int LEADER_EPOCH_AT = BATCH_LENGTH_AT + 4;
    static final int MAGIC_AT = LEADER_EPOCH_AT + 4;
    static final int CRC_AT = MAGIC_AT + 1;
    static final int ATTRIBUTES_AT = CRC_AT + 4;
    static final int LAST_OFFSET_DELTA_AT = ATTRIBUTES_AT + 2;
    static final int BASE_TIMESTAMP_AT = LAST_OFFSET_DELTA_AT + 4;
    static final int MAX_TIMESTAMP_AT = BASE_TIMESTAMP_AT + 8;
    static final int PRODUCER_ID_AT = MAX_TIMESTAMP_AT + 8;
    static final int PRODUCER_EPOCH_AT = PRODUCER_ID_AT + 8;
    static final int BASE_SEQUENCE_AT = PRODUCER_EPOCH_AT + 2;
    static final int RECORD_COUNT_AT = BASE_SEQUENCE_AT + 4;

    /** Bytes of the header, which is also the least size of a batch. */
    public static final int HEADER_BYTES = RECORD_COUNT_AT + 4;
    /** Bytes up to the batch length, inclusive: what {@link #batchLength} does not count. */
    public static final int LENGTH_PREFIX_BYTES = LEADER_EPOCH_AT;
    public static final byte MAGIC = 2;

    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final int NO_LEADER_EPOCH = -1;

    static final int CODEC_BITS = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;
    static final int KNOWN_BITS = 0x7F;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer;
    private int position;

    /**
     * Moves this view over a whole batch.
     *
     * @param buffer   big-endian; all bytes of the batch lie before its limit
     * @param position absolute, where the batch starts
     * @return this
     * @throws RecordException CORRUPT_MESSAGE if no whole v2 batch lies there; this view then stays where it was
     */
    public RecordBatch wrap(ByteBuffer buffer, int position) {
        int available = checkHeader(buffer, position);
        int batchLength = buffer.getInt(position + BATCH_LENGTH_AT);
        if (batchLength > available - LENGTH_PREFIX_BYTES) {
            throw corrupt("batch past the end: batchLength=" + batchLength + " available=" + available);
        }
        this.buffer = buffer;
        this.position = position;
        return this;
    }

    /**
     * Moves this view over the header of a batch whose records need not be in the buffer. Only header fields may be
     * asked then.
     *
     * @return this
     * @throws RecordException CORRUPT_MESSAGE if no v2 header lies there
     */
    public RecordBatch wrapHeader(ByteBuffer buffer, int position) {
        checkHeader(buffer, position);
        this.buffer = buffer;
        this.position = position;
        return this;
    }

    private static int checkHeader(ByteBuffer buffer, int position) {
        int available = buffer.limit() - position;
        if (position < 0 || available < HEADER_BYTES) throw corrupt("batch header past the end: available=" + available);
        int batchLength = buffer.getInt(position + BATCH_LENGTH_AT);
        if (batchLength < HEADER_BYTES - LENGTH_PREFIX_BYTES || batchLength > Integer.MAX_VALUE - LENGTH_PREFIX_BYTES) {
            throw corrupt("batch length out of range: batchLength=" + batchLength);
        }
        byte magic = buffer.get(position + MAGIC_AT);
        if (magic != MAGIC) throw corrupt("not a batch of format v2: magic=" + magic);
        return available;
    }

    private static RecordException corrupt(String message) {
        return new RecordException(ErrorCode.CORRUPT_MESSAGE, message);
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    /** Absolute, in {@link #buffer}. */
    public int position() {
        return position;
    }

    /** Bytes of the whole batch. */
    public int sizeInBytes() {
        return LENGTH_PREFIX_BYTES + batchLength();
    }

    /** Absolute position right after this batch. */
    public int endPosition() {
        return position + sizeInBytes();
    }

    /** The whole batch, sharing memory. */
    public ByteBuffer toByteBuffer() {
        return buffer.slice(position, sizeInBytes());
    }

    /** The records as they lie here, perhaps compressed, sharing memory. */
    public ByteBuffer recordBytes() {
        return buffer.slice(position + HEADER_BYTES, sizeInBytes() - HEADER_BYTES);
    }

    public long baseOffset() {
        return buffer.getLong(position + BASE_OFFSET_AT);
    }

    /** Bytes of the batch after the length field itself. */
    public int batchLength() {
        return buffer.getInt(position + BATCH_LENGTH_AT);
    }

    /** Epoch of the leader that appended this batch. */
    public int leaderEpoch() {
        return buffer.getInt(position + LEADER_EPOCH_AT);
    }

    public byte magic() {
        return buffer.get(position + MAGIC_AT);
    }

    /** As stored, 0 to 2^32 - 1. */
    public long crc() {
        return buffer.getInt(position + CRC_AT) & 0xFFFFFFFFL;
    }

    /** Reads the whole batch. */
    public boolean isValidCrc() {
        return crc() == computeCrc();
    }

    public short attributes() {
        return buffer.getShort(position + ATTRIBUTES_AT);
    }

    /** @return null if nobody knows the codec */
    public CompressionType compressionType() {
        return CompressionType.of(attributes() & CODEC_BITS);
    }

    public boolean isCompressed() {
        return (attributes() & CODEC_BITS) != 0;
    }

    public TimestampType timestampType() {
        return (attributes() & LOG_APPEND_TIME_BIT) == 0 ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_BIT) != 0;
    }

    /** Whether the records are marks of the broker, which consumers never see. */
    public boolean isControl() {
        return (attributes() & CONTROL_BIT) != 0;
    }

    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON_BIT) != 0;
    }

    /** From when on compaction may drop this batch's tombstones and markers, in ms; NO_TIMESTAMP if not decided yet. */
    public long deleteHorizonMs() {
        return hasDeleteHorizon() ? baseTimestamp() : NO_TIMESTAMP;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(position + LAST_OFFSET_DELTA_AT);
    }

    /** The last offset this batch takes, which its last record may lack after compaction. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    public long nextOffset() {
        return lastOffset() + 1;
    }

    /** What record timestamps are stored relative to, in ms. */
    public long baseTimestamp() {
        return buffer.getLong(position + BASE_TIMESTAMP_AT);
    }

    /** In ms, or NO_TIMESTAMP. */
    public long maxTimestamp() {
        return buffer.getLong(position + MAX_TIMESTAMP_AT);
    }

    public long producerId() {
        return buffer.getLong(position + PRODUCER_ID_AT);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return buffer.getShort(position + PRODUCER_EPOCH_AT);
    }

    public int baseSequence() {
        return buffer.getInt(position + BASE_SEQUENCE_AT);
    }

    /** Sequence of the last record; after {@link Integer#MAX_VALUE} comes 0. */
    public int lastSequence() {
        int baseSequence = baseSequence();
        return baseSequence == NO_SEQUENCE ? NO_SEQUENCE : sequenceAfter(baseSequence, lastOffsetDelta());
    }

    /** The sequence {@code count} records after one, wrapping from {@link Integer#MAX_VALUE} to 0; of damaged ones, what Apache Kafka shows. */
    public static int sequenceAfter(int sequence, int count) {
        int after = sequence + count;
        return sequence > Integer.MAX_VALUE - count ? after ^ Integer.MIN_VALUE : after;
    }

    public int recordCount() {
        return buffer.getInt(position + RECORD_COUNT_AT);
    }

    /** Not covered by the checksum. */
    public void setBaseOffset(long baseOffset) {
        buffer.putLong(position + BASE_OFFSET_AT, baseOffset);
    }

    /** Not covered by the checksum. */
    public void setLeaderEpoch(int leaderEpoch) {
        buffer.putInt(position + LEADER_EPOCH_AT, leaderEpoch);
    }

    /** Sets what timestamps mean and the greatest of them; the checksum is computed again only where that changes bytes. */
    public void setMaxTimestamp(TimestampType type, long maxTimestamp) {
        if (timestampType() == type && maxTimestamp() == maxTimestamp) return;
        int others = attributes() & ~LOG_APPEND_TIME_BIT;
        int bit = type == TimestampType.LOG_APPEND_TIME ? LOG_APPEND_TIME_BIT : 0;
        buffer.putShort(position + ATTRIBUTES_AT, (short) (others | bit));
        buffer.putLong(position + MAX_TIMESTAMP_AT, maxTimestamp);
        updateCrc();
    }

    /** Writes the checksum of the bytes as they are now. */
    public void updateCrc() {
        buffer.putInt(position + CRC_AT, (int) computeCrc());
    }

    private long computeCrc() {
        // The buffer's own position and limit move and come back: a view of it would be an allocation per batch.
        int oldPosition = buffer.position();
        int oldLimit = buffer.limit();
        buffer.limit(endPosition()).position(position + ATTRIBUTES_AT);
        crc.reset();
        crc.update(buffer);
        buffer.limit(oldLimit).position(oldPosition);
        return crc.getValue();
    }

    /**
     * Reads the records one by one, through the codec where they are compressed.
     *
     * @param decompressedBytesMax more than this throws MESSAGE_TOO_LARGE
     * @return to be closed, on every path
     * @throws RecordException UNSUPPORTED_COMPRESSION_TYPE if nobody knows the codec
     */
    public RecordReader records(int decompressedBytesMax) {
        return new RecordReader().read(this, decompressedBytesMax);
    }

    /**
     * Looks a record up by time.
     *
     * @param fromOffset records before it do not count
     * @return the first record at or after {@code timestampMs}, or null
     */
    public Record firstAtOrAfter(long timestampMs, long fromOffset, int decompressedBytesMax) {
        if (maxTimestamp() < timestampMs || lastOffset() < fromOffset) return null;
        try (var reader = records(decompressedBytesMax)) {
            for (var record = reader.next(); record != null; record = reader.next()) {
                if (record.timestamp() >= timestampMs && record.offset() >= fromOffset) return record;
            }
            return null;
        }
    }

    @Override
    public String toString() {
        return buffer == null ? "RecordBatch(nowhere)"
                : "RecordBatch(baseOffset=" + baseOffset() + " lastOffset=" + lastOffset() + " sizeInBytes=" + sizeInBytes()
                + " leaderEpoch=" + leaderEpoch() + " producerId=" + producerId() + " baseSequence=" + baseSequence() + ')';
    }
}
