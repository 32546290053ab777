package io.barnabas.log;

import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;

/**
 * The header of a batch as it lies in a segment, of any format that a segment may hold: v2 batches, and the messages of
 * formats v0 and v1 that old clusters have left (each of those counts as a batch). Moved from batch to batch.
 */
final class BatchHeader {
    /** Up to the magic byte, which all formats have at the same place. */
    static final int BYTES_MIN = 17;
    static final int BYTES_MAX = RecordBatch.HEADER_BYTES;
    static final int LENGTH_AT = 8;
    static final int LEADER_EPOCH_AT = 12;
    static final int MAGIC_AT = 16;

    private static final int OLD_LENGTH_MIN = 14;
    private static final int OLD_TIMESTAMPED_LENGTH_MIN = OLD_LENGTH_MIN + 8;
    private static final int OLD_TIMESTAMP_AT = 18;
    private static final int OLD_TIMESTAMP_END = OLD_TIMESTAMP_AT + 8;

    private ByteBuffer buffer;
    private int position;
    private int magic;
    private int sizeInBytes;

    /**
     * @param available bytes from {@code position} to the end of the buffer's valid bytes
     * @return what is wrong, null if a header lies there; the rest of the batch is not looked at
     */
    String wrap(ByteBuffer buffer, int position, int available) {
        if (available < BYTES_MIN) return "batch header past the end";
        int length = buffer.getInt(position + LENGTH_AT);
        int magic = buffer.get(position + MAGIC_AT);
        if (magic < 0 || magic > RecordBatch.MAGIC) return "unknown magic: magic=" + magic;
        int lengthMin = magic == RecordBatch.MAGIC ? BYTES_MAX - RecordBatch.LENGTH_PREFIX_BYTES
                : magic == 1 ? OLD_TIMESTAMPED_LENGTH_MIN : OLD_LENGTH_MIN;
        if (length < lengthMin || length > Integer.MAX_VALUE - RecordBatch.LENGTH_PREFIX_BYTES) {
            return "batch length out of range: batchLength=" + length;
        }
        int headerBytes = magic == RecordBatch.MAGIC ? BYTES_MAX : magic == 1 ? OLD_TIMESTAMP_END : BYTES_MIN;
        if (available < headerBytes) return "batch header past the end";
        this.buffer = buffer;
        this.position = position;
        this.magic = magic;
        this.sizeInBytes = RecordBatch.LENGTH_PREFIX_BYTES + length;
        if (isV2() && lastOffset() < baseOffset()) return "negative offset delta";
        return null;
    }

    boolean isV2() {
        return magic == RecordBatch.MAGIC;
    }

    int sizeInBytes() {
        return sizeInBytes;
    }

    /** For the old formats the only offset that the header has: of a wrapper, that of the last record within. */
    long baseOffset() {
        return buffer.getLong(position);
    }

    long lastOffset() {
        return isV2() ? baseOffset() + buffer.getInt(position + 23) : baseOffset();
    }

    int leaderEpoch() {
        return isV2() ? buffer.getInt(position + LEADER_EPOCH_AT) : RecordBatch.NO_LEADER_EPOCH;
    }

    long maxTimestamp() {
        if (isV2()) return buffer.getLong(position + 35);
        return magic == 1 ? buffer.getLong(position + OLD_TIMESTAMP_AT) : RecordBatch.NO_TIMESTAMP;
    }

    long producerId() {
        return isV2() ? buffer.getLong(position + 43) : RecordBatch.NO_PRODUCER_ID;
    }

    boolean hasProducerId() {
        return producerId() >= 0;
    }

    short producerEpoch() {
        return buffer.getShort(position + 51);
    }

    int lastSequence() {
        int baseSequence = buffer.getInt(position + 53);
        int delta = buffer.getInt(position + 23);
        return baseSequence == RecordBatch.NO_SEQUENCE ? RecordBatch.NO_SEQUENCE : RecordBatch.sequenceAfter(baseSequence, delta);
    }

    boolean isTransactional() {
        return isV2() && (buffer.getShort(position + 21) & 0x10) != 0;
    }

    boolean isControl() {
        return isV2() && (buffer.getShort(position + 21) & 0x20) != 0;
    }

    /** Where the checksum lies, and where the bytes begin that it covers. */
    int crcAt() {
        return isV2() ? 17 : 12;
    }

    int checkedFrom() {
        return isV2() ? 21 : 16;
    }

    int crc() {
        return buffer.getInt(position + crcAt());
    }

    /** Of a message of the old formats nobody has counted. */
    int recordCount() {
        return isV2() ? buffer.getInt(position + 57) : 1;
    }

    /** The number of the codec. */
    int codec() {
        return (isV2() ? buffer.getShort(position + 21) : buffer.get(position + 17)) & 0x07;
    }
}
