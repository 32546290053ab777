package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * A view of one message of the formats v0 and v1 where it lies in a buffer, as brokers before 0.11 stored them. It holds one
 * record, or, where it is compressed, wraps a set of messages that holds several: {@link #records} gives them in both cases.
 * One instance is moved from message to message with {@link #wrap}. Owned by one thread; valid as long as the buffer's bytes
 * are. All fields are big-endian:
 *
 * <pre>
 *   0 offset       int64   of the record; of a wrapper, that of the last record within
 *   8 size         int32   bytes that follow this field
 *  12 crc          uint32  CRC-32 of all that follows
 *  16 magic        int8    0 or 1
 *  17 attributes   int8    bits 0-2 codec; 3 timestamp type (v1)
 *  18 timestamp    int64   v1 only; of a wrapper the greatest within, or the append time of all where bit 3 is set
 *     keyLength    int32   -1: none
 *     key
 *     valueLength  int32   -1: none
 *     value                of a wrapper the messages within, compressed together
 * </pre>
 *
 * Messages within a wrapper are drawn the same. Their offsets are the records' own in v0, and in v1 (KIP-31) relative to that
 * of the first message that the producer put there.
 */
public final class LegacyMessage {
    static final int OFFSET_AT = 0;
    static final int SIZE_AT = OFFSET_AT + 8;
    static final int CRC_AT = SIZE_AT + 4;
    static final int MAGIC_AT = CRC_AT + 4;
    static final int ATTRIBUTES_AT = MAGIC_AT + 1;
    static final int TIMESTAMP_AT = ATTRIBUTES_AT + 1;
    static final int TIMESTAMP_BYTES = 8;

    /** Bytes of offset and size, which the size does not count. */
    public static final int LENGTH_PREFIX_BYTES = CRC_AT;
    private static final int LENGTHS_BYTES = 8;

    private final CRC32 crc = new CRC32();
    private ByteBuffer buffer;
    private int position;

    /** The least value of a message's size field. */
    static int sizeMin(int magic) {
        return TIMESTAMP_AT - LENGTH_PREFIX_BYTES + (magic == 0 ? 0 : TIMESTAMP_BYTES) + LENGTHS_BYTES;
    }

    /** Whether a magic byte is one of these formats. */
    public static boolean isLegacy(byte magic) {
        return magic == 0 || magic == 1;
    }

    /**
     * Moves this view over a whole message.
     *
     * @param buffer   big-endian; all bytes of the message lie before its limit
     * @param position absolute, where the message starts
     * @return this
     * @throws RecordException CORRUPT_MESSAGE if no whole message of these formats lies there; this view then stays where it was
     */
    public LegacyMessage wrap(ByteBuffer buffer, int position) {
        int available = buffer.limit() - position;
        if (position < 0 || available <= ATTRIBUTES_AT) throw corrupt("message header past the end: available=" + available);
        byte magic = buffer.get(position + MAGIC_AT);
        if (!isLegacy(magic)) throw corrupt("not a message of format v0 or v1: magic=" + magic);
        int size = buffer.getInt(position + SIZE_AT);
        if (size < sizeMin(magic) || size > available - LENGTH_PREFIX_BYTES) {
            throw corrupt("message size out of range: size=" + size + " available=" + available);
        }
        this.buffer = buffer;
        this.position = position;
        return this;
    }

    static RecordException corrupt(String message) {
        return new RecordException(ErrorCode.CORRUPT_MESSAGE, message);
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    /** Absolute, in {@link #buffer}. */
    public int position() {
        return position;
    }

    /** Bytes of the whole message. */
    public int sizeInBytes() {
        return LENGTH_PREFIX_BYTES + buffer.getInt(position + SIZE_AT);
    }

    /** Absolute position right after this message. */
    public int endPosition() {
        return position + sizeInBytes();
    }

    /** Of the record; of a wrapper, that of the last record within. */
    public long lastOffset() {
        return buffer.getLong(position + OFFSET_AT);
    }

    public byte magic() {
        return buffer.get(position + MAGIC_AT);
    }

    /** As stored, 0 to 2^32 - 1. */
    public long crc() {
        return buffer.getInt(position + CRC_AT) & 0xFFFFFFFFL;
    }

    /** Reads the whole message. Those within a wrapper have checksums of their own. */
    public boolean isValidCrc() {
        int oldPosition = buffer.position();
        int oldLimit = buffer.limit();
        buffer.limit(endPosition()).position(position + MAGIC_AT);
        crc.reset();
        crc.update(buffer);
        buffer.limit(oldLimit).position(oldPosition);
        return crc.getValue() == crc();
    }

    public byte attributes() {
        return buffer.get(position + ATTRIBUTES_AT);
    }

    /** @return null if nobody knows the codec */
    public CompressionType compressionType() {
        return CompressionType.of(attributes() & RecordBatch.CODEC_BITS);
    }

    /** Whether this is a wrapper. */
    public boolean isCompressed() {
        return (attributes() & RecordBatch.CODEC_BITS) != 0;
    }

    /** {@link TimestampType#CREATE_TIME} in v0, where nothing has a time. */
    public TimestampType timestampType() {
        boolean isStamped = magic() > 0 && (attributes() & RecordBatch.LOG_APPEND_TIME_BIT) != 0;
        return isStamped ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    /** In ms; {@link RecordBatch#NO_TIMESTAMP} in v0. Of a wrapper the greatest of the records within. */
    public long maxTimestamp() {
        return magic() == 0 ? RecordBatch.NO_TIMESTAMP : buffer.getLong(position + TIMESTAMP_AT);
    }

    /**
     * The messages within a wrapper, still compressed, sharing memory.
     *
     * @throws RecordException INVALID_RECORD if it has none, or lengths that do not fit
     */
    ByteBuffer packedBytes() {
        int at = position + TIMESTAMP_AT + (magic() == 0 ? 0 : TIMESTAMP_BYTES);
        int end = endPosition();
        int keyBytes = buffer.getInt(at);
        at += 4;
        if (keyBytes < -1 || keyBytes > end - at - 4) throw DecompressionStream.malformed("key past the end of its message: length=" + keyBytes);
        at += Math.max(keyBytes, 0);
        int valueBytes = buffer.getInt(at);
        at += 4;
        if (valueBytes == -1) throw DecompressionStream.malformed("compressed message without a value");
        if (valueBytes != end - at) throw DecompressionStream.malformed("value does not fill its message: length=" + valueBytes);
        return buffer.slice(at, valueBytes);
    }

    /**
     * Opens the stream that unpacks the messages within a wrapper.
     *
     * @return to be closed
     * @throws RecordException UNSUPPORTED_COMPRESSION_TYPE for codecs that these formats do not have
     */
    DecompressionStream unpack(int decompressedBytesMax) {
        var type = compressionType();
        if (type == null || type == CompressionType.ZSTD) {
            throw new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    "codec unknown to the formats v0 and v1: id=" + (attributes() & RecordBatch.CODEC_BITS));
        }
        var packed = packedBytes();
        if (magic() > 0 || type != CompressionType.LZ4) return DecompressionStream.open(type, packed, decompressedBytesMax);
        var stream = new Lz4Stream(false);
        stream.open(packed, decompressedBytesMax, false);
        return stream;
    }

    /**
     * Reads the records one by one: the only one, or those within, through the codec.
     *
     * @param decompressedBytesMax more than this throws MESSAGE_TOO_LARGE
     * @return to be closed, on every path
     * @throws RecordException if the wrapper is not what the formats allow
     */
    public LegacyRecordReader records(int decompressedBytesMax) {
        return new LegacyRecordReader(this, decompressedBytesMax);
    }

    @Override
    public String toString() {
        return buffer == null ? "LegacyMessage(nowhere)"
                : "LegacyMessage(magic=" + magic() + " lastOffset=" + lastOffset() + " sizeInBytes=" + sizeInBytes()
                + " codec=" + (attributes() & RecordBatch.CODEC_BITS) + ')';
    }
}
