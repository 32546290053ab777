package io.barnabas.model;

import io.barnabas.base.Varint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one v2 batch of the messages of formats v0 and v1 that a client sent, checking them on the way: either plain messages
 * one after another, or one wrapper. Records pass from codec to codec through small windows; of what is made no more is kept
 * than {@code max.message.bytes}. Used once.
 */
final class UpConversion {
    private static final int RECORD_START_BYTES_MAX = 32;
    /** What a record has beside timestamp, offset, key and value: attributes and the count of headers, both 0. */
    private static final int RECORD_FIXED_BYTES = 2;

    private final ByteBuffer records;
    private final RecordValidation settings;
    private final long nowMs;
    private final int decompressedBytesMax;
    private final boolean isTimeChecked;
    private final long timestampMin;
    private final long timestampMax;

    private final LegacyMessage message = new LegacyMessage();
    private final RecordBytes bytes = new RecordBytes();
    private final LegacyMessageWalk walk = new LegacyMessageWalk(bytes);
    private final ByteBuffer start = ByteBuffer.allocate(RECORD_START_BYTES_MAX);

    private byte magic;
    /** Null where the messages came plain. */
    private LegacyMessage wrapper;
    private int recordCount;
    private long recordBytes;
    private long baseTimestamp;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int maxTimestampAt;
    private final List<RecordError> recordErrors = new ArrayList<>(0);
    private boolean isTimestampAtFault;

    UpConversion(ByteBuffer records, RecordValidation settings, long nowMs, int decompressedBytesMax) {
        this.records = records;
        this.settings = settings;
        this.nowMs = nowMs;
        this.decompressedBytesMax = decompressedBytesMax;
        this.isTimeChecked = settings.messageTimestampType() == TimestampType.CREATE_TIME;
        this.timestampMin = RecordBatchValidator.minusOrMin(nowMs, settings.messageTimestampBeforeMaxMs());
        this.timestampMax = RecordBatchValidator.plusOrMax(nowMs, settings.messageTimestampAfterMaxMs());
    }

    /** @throws RecordException if the set as a whole cannot be taken */
    void run(ValidationResult.Accepted accepted) {
        var source = checkSet();
        var target = settings.compressionType() != null ? settings.compressionType() : source;
        int level = settings.compressionType() != null ? settings.levelOf(target) : target.defaultLevel();
        var output = new BatchOutput(RecordBatch.HEADER_BYTES + records.remaining(), settings.maxMessageBytes());
        output.writeBytes(new byte[RecordBatch.HEADER_BYTES]);
        try (var packer = target.compress(output, level)) {
            if (source == CompressionType.NONE) convertPlain(packer, output);
            else convertWrapped(packer, output);
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
        if (!recordErrors.isEmpty()) return;
        accepted.batch.wrap(RecordBatchBuilder.finish(header(output.toByteBuffer()), target), 0);
        accepted.isReplaced = true;
        accepted.recordBytes = (int) recordBytes;
        accepted.maxTimestampOffsetDelta = isTimeChecked ? maxTimestampAt : 0;
    }

    /** Null unless single records are at fault. */
    ValidationResult.Rejected rejected() {
        if (recordErrors.isEmpty()) return null;
        var first = recordErrors.get(0);
        var error = isTimestampAtFault ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD;
        return new ValidationResult.Rejected(error, "messages that cannot be taken, the first of them: index=" + first.batchIndex()
                + ", " + first.message(), recordErrors);
    }

    /** Checks the messages as they came, all of one format, and their checksums. @return the codec of the wrapper, if it is one */
    private CompressionType checkSet() {
        var codec = CompressionType.NONE;
        int count = 0;
        int end = records.limit();
        magic = records.get(records.position() + LegacyMessage.MAGIC_AT);
        for (int at = records.position(); at < end; at = message.endPosition()) {
            if (end - at > LegacyMessage.MAGIC_AT && records.get(at + LegacyMessage.MAGIC_AT) != magic) {
                throw DecompressionStream.malformed("messages of different formats in one set: magic=" + magic + " other="
                        + records.get(at + LegacyMessage.MAGIC_AT));
            }
            message.wrap(records, at);
            if (message.sizeInBytes() > settings.maxMessageBytes()) {
                throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "message larger than max.message.bytes: sizeInBytes="
                        + message.sizeInBytes() + " max.message.bytes=" + settings.maxMessageBytes());
            }
            if (!message.isValidCrc()) throw LegacyMessage.corrupt("checksum mismatch: crc=" + message.crc());
            count++;
            if (message.isCompressed() || codec != CompressionType.NONE) codec = codecOf(message, count);
        }
        return codec;
    }

    private static CompressionType codecOf(LegacyMessage message, int count) {
        if (count > 1) throw DecompressionStream.malformed("a compressed message stands alone in its set, and there are others");
        var codec = message.compressionType();
        if (codec == null || codec == CompressionType.ZSTD) {
            throw new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    "codec unknown to the formats v0 and v1: id=" + (message.attributes() & RecordBatch.CODEC_BITS));
        }
        return codec;
    }

    private void convertPlain(OutputStream packer, BatchOutput output) throws IOException {
        bytes.resetTo(records, records.position(), records.limit());
        // Each message is judged by itself, so the first at fault decides; of a wrapper, all within it do.
        while (!output.isOverfull() && recordErrors.isEmpty() && walk.next()) convert(packer, Integer.MAX_VALUE);
    }

    private void convertWrapped(OutputStream packer, BatchOutput output) throws IOException {
        wrapper = message;
        try (var unpacked = wrapper.unpack(decompressedBytesMax)) {
            bytes.resetTo(unpacked);
            while (!output.isOverfull() && walk.next()) {
                if (walk.isCompressed()) throw DecompressionStream.malformed("compressed message within a compressed one: index=" + recordCount);
                if (walk.magic() != magic) {
                    throw DecompressionStream.malformed("message of another format within a compressed one: magic=" + magic + " within=" + walk.magic());
                }
                convert(packer, settings.maxDecompressedMessageBytes());
            }
        }
        if (recordCount == 0) throw DecompressionStream.malformed("compressed message with nothing within");
    }

    /** Checks the message that the walk has come to, and writes it as a record. */
    private void convert(OutputStream packer, int recordBytesMax) throws IOException {
        int index = recordCount++;
        long timestamp = wrapper != null && isStamped() ? wrapper.maxTimestamp() : walk.timestamp();
        if (walk.bodyBytes() > recordBytesMax) {
            throw DecompressionStream.malformed("record larger than max.decompressed.message.bytes: index=" + index + " length=" + walk.bodyBytes());
        }
        if (settings.cleanupPolicyCompact() && walk.keyBytes() < 0) addError(index, "a compacted topic takes no record without a key");
        else checkTimestamp(index, timestamp);
        if (index == 0) baseTimestamp = timestamp;
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampAt = index;
        }
        write(packer, index, timestamp - baseTimestamp);
        if (!walk.isValidCrc()) throw LegacyMessage.corrupt("checksum mismatch within a compressed message: index=" + index);
    }

    private void checkTimestamp(int index, long timestamp) {
        if (isTimeChecked && timestamp != RecordBatch.NO_TIMESTAMP) {
            if (timestamp >= timestampMin && timestamp <= timestampMax) return;
            addError(index, "timestamp out of range: timestamp=" + timestamp + " min=" + timestampMin + " max=" + timestampMax);
        } else if (isStamped()) {
            addError(index, "clients may not set the timestamp type to LogAppendTime");
        } else {
            return;
        }
        isTimestampAtFault = true;
    }

    /** Whether the client has set the type LogAppendTime, of a record by itself or of all within a wrapper. */
    private boolean isStamped() {
        return wrapper == null ? walk.isLogAppendTime() : wrapper.timestampType() == TimestampType.LOG_APPEND_TIME;
    }

    private void addError(int index, String message) {
        if (recordErrors.size() < RecordBatchValidator.RECORD_ERRORS_MAX) recordErrors.add(new RecordError(index, message));
    }

    private void write(OutputStream packer, int offsetDelta, long timestampDelta) throws IOException {
        int keyBytes = walk.keyBytes();
        // A null has no bytes, and neither has an empty value: the sum is right before the value's length is known.
        int valueBytes = walk.bodyBytes() - Math.max(keyBytes, 0);
        int size = RECORD_FIXED_BYTES + Varint.sizeOfLong(timestampDelta) + Varint.sizeOfInt(offsetDelta)
                + Varint.sizeOfInt(keyBytes) + Varint.sizeOfInt(valueBytes == 0 ? -1 : valueBytes) + walk.bodyBytes();
        start.clear();
        Varint.writeInt(start, size);
        start.put((byte) 0);
        Varint.writeLong(start, timestampDelta);
        Varint.writeInt(start, offsetDelta);
        Varint.writeInt(start, keyBytes);
        packer.write(start.array(), 0, start.position());
        recordBytes += Varint.sizeOfInt(size) + size;
        walk.drainKey(packer);
        start.clear();
        Varint.writeInt(start, walk.readValueLength());
        packer.write(start.array(), 0, start.position());
        walk.drainValue(packer);
        packer.write(0);
    }

    private ByteBuffer header(ByteBuffer batch) {
        return batch.putInt(RecordBatch.LEADER_EPOCH_AT, RecordBatch.NO_LEADER_EPOCH)
                .put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC)
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) (isTimeChecked ? 0 : RecordBatch.LOG_APPEND_TIME_BIT))
                .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, recordCount - 1)
                .putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestamp)
                .putLong(RecordBatch.MAX_TIMESTAMP_AT, isTimeChecked ? maxTimestamp : nowMs)
                .putLong(RecordBatch.PRODUCER_ID_AT, RecordBatch.NO_PRODUCER_ID)
                .putShort(RecordBatch.PRODUCER_EPOCH_AT, RecordBatch.NO_PRODUCER_EPOCH)
                .putInt(RecordBatch.BASE_SEQUENCE_AT, RecordBatch.NO_SEQUENCE)
                .putInt(RecordBatch.RECORD_COUNT_AT, recordCount);
    }
}
