package io.barnabas.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the records that a client wants to append to one partition, in place, before anything is stored. Holds only
 * scratch space, bounded and partly native: one for each thread that needs one, for as long as that runs. Costs next to no allocation.
 */
public final class RecordBatchValidator {
    /** The first version of Produce whose clients write batches, of format v2. */
    private static final int BATCH_PRODUCE_VERSION = 3;
    /** The first version of Produce whose clients may pack with zstd. */
    private static final int ZSTD_PRODUCE_VERSION = 7;
    /** Beyond these, records at fault are not listed one by one. */
    static final int RECORD_ERRORS_MAX = 100;
    private static final int RECORD_BYTES_MIN = 6;
    private static final int HEADER_BYTES_MIN = 2;
    private static final int CHUNK_BYTES = 8 << 10;

    /** What can be unpacked and walked over in about a second. */
    private static final int DECOMPRESSED_BYTES_MAX = 1 << 30;

    private final int decompressedBytesMax;
    private final ValidationResult.Accepted accepted = new ValidationResult.Accepted();
    private final RecordBatch batch = accepted.batch;
    private final RecordBytes bytes = new RecordBytes();
    private final DecompressionStreams streams = new DecompressionStreams();
    private long timestamp;
    private boolean hasKey;
    private List<RecordError> recordErrors;
    private boolean isTimestampAtFault;

    public RecordBatchValidator() {
        this(DECOMPRESSED_BYTES_MAX);
    }

    /** @param decompressedBytesMax the greatest size of a batch's records together after decompression */
    public RecordBatchValidator(int decompressedBytesMax) {
        this.decompressedBytesMax = decompressedBytesMax;
    }

    /**
     * Checks everything, and corrects in the buffer what the broker sets: timestamp type, maximum timestamp, and the
     * checksum where that changes. A refused batch is left as it came. Messages of the formats v0 and v1, which requests before
     * version 3 bring, become one batch in a new buffer, as Apache Kafka makes it.
     *
     * @param records        big-endian; its remaining bytes must be exactly one batch, or one set of old messages; position and limit stay
     * @param produceVersion of the request
     * @param nowMs          the broker's time, for timestamp bounds and LogAppendTime
     * @return {@link ValidationResult.Accepted}, good until the next call, or {@link ValidationResult.Rejected}
     */
    public ValidationResult validate(ByteBuffer records, RecordValidation settings, int produceVersion, long nowMs) {
        recordErrors = null;
        isTimestampAtFault = false;
        try {
            if (produceVersion < BATCH_PRODUCE_VERSION && isLegacy(records)) return convert(records, settings, nowMs);
            checkFrame(records, settings.maxMessageBytes());
            checkHeader(produceVersion);
            long maxTimestamp = checkRecords(settings, nowMs);
            if (recordErrors != null) return refusal();
            accept(settings, maxTimestamp, nowMs);
            return accepted;
        } catch (RecordException e) {
            return new ValidationResult.Rejected(e.error(), e.getMessage(), List.of());
        }
    }

    private static boolean isLegacy(ByteBuffer records) {
        return records.remaining() > LegacyMessage.MAGIC_AT && LegacyMessage.isLegacy(records.get(records.position() + LegacyMessage.MAGIC_AT));
    }

    private ValidationResult convert(ByteBuffer records, RecordValidation settings, long nowMs) {
        var conversion = new UpConversion(records, settings, nowMs, decompressedBytesMax);
        conversion.run(accepted);
        return conversion.rejected() == null ? accepted : conversion.rejected();
    }

    private void checkFrame(ByteBuffer records, int bytesMax) {
        int available = records.remaining();
        if (available == 0) throw invalid("a partition needs one record batch, and there is none");
        checkMagic(records, available);
        batch.wrap(records, records.position());
        int sizeInBytes = batch.sizeInBytes();
        if (sizeInBytes < available) {
            throw invalid("a partition takes exactly one record batch, and bytes follow it: bytesLeft=" + (available - sizeInBytes));
        }
        if (sizeInBytes > bytesMax) {
            throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE,
                    "batch larger than max.message.bytes: sizeInBytes=" + sizeInBytes + " max.message.bytes=" + bytesMax);
        }
        if (!batch.isValidCrc()) throw new RecordException(ErrorCode.CORRUPT_MESSAGE, "checksum mismatch: crc=" + batch.crc());
    }

    private static void checkMagic(ByteBuffer records, int available) {
        if (available <= RecordBatch.MAGIC_AT) return;
        byte magic = records.get(records.position() + RecordBatch.MAGIC_AT);
        if (magic == 0 || magic == 1) throw invalid("from Produce version 3 on batches are of format v2: magic=" + magic);
    }

    private void checkHeader(int produceVersion) {
        int attributes = batch.attributes();
        if ((attributes & ~RecordBatch.KNOWN_BITS) != 0) throw invalid("unknown attributes: attributes=" + attributes);
        if (batch.isControl()) throw invalid("clients may not write control records");
        if (batch.hasDeleteHorizon()) throw invalid("clients may not set a delete horizon");
        if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
            throw new RecordException(ErrorCode.INVALID_TIMESTAMP, "clients may not set the timestamp type to LogAppendTime");
        }
        if (batch.compressionType() == CompressionType.ZSTD && produceVersion < ZSTD_PRODUCE_VERSION) {
            throw new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    "zstd needs Produce version " + ZSTD_PRODUCE_VERSION + " or later: version=" + produceVersion);
        }
        if (batch.baseOffset() != 0) throw invalid("a new batch starts at offset 0: baseOffset=" + batch.baseOffset());
        checkCounts();
        checkProducer();
    }

    private void checkCounts() {
        int count = batch.recordCount();
        if (count <= 0) throw invalid("batch without records: recordCount=" + count);
        if (batch.lastOffsetDelta() != count - 1) {
            throw invalid("record count and offsets differ: recordCount=" + count + " lastOffsetDelta=" + batch.lastOffsetDelta());
        }
    }

    private void checkProducer() {
        if (batch.hasProducerId()) {
            if (batch.producerEpoch() < 0 || batch.baseSequence() < 0) {
                throw invalid("producer id without epoch or sequence: producerId=" + batch.producerId()
                        + " producerEpoch=" + batch.producerEpoch() + " baseSequence=" + batch.baseSequence());
            }
        } else if (batch.isTransactional()) {
            throw invalid("transactional batch without a producer id");
        }
    }

    /** @return the greatest timestamp of the records */
    private long checkRecords(RecordValidation settings, long nowMs) {
        var stream = RecordReader.open(batch, decompressedBytesMax, bytes, streams);
        try {
            return walk(settings, nowMs);
        } finally {
            if (stream != null) stream.close();
        }
    }

    private long walk(RecordValidation settings, long nowMs) {
        boolean isTimeChecked = settings.messageTimestampType() == TimestampType.CREATE_TIME;
        long timestampMin = isTimeChecked ? minusOrMin(nowMs, settings.messageTimestampBeforeMaxMs()) : Long.MIN_VALUE;
        long timestampMax = isTimeChecked ? plusOrMax(nowMs, settings.messageTimestampAfterMaxMs()) : Long.MAX_VALUE;
        long baseTimestamp = batch.baseTimestamp();
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        int maxTimestampAt = 0;
        int count = batch.recordCount();
        int recordBytesMax = batch.isCompressed() ? settings.maxDecompressedMessageBytes() : Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            checkRecord(i, recordBytesMax);
            timestamp += baseTimestamp;
            if (timestamp > maxTimestamp) {
                maxTimestamp = timestamp;
                maxTimestampAt = i;
            }
            if (!hasKey && settings.cleanupPolicyCompact()) onRecordWithoutKey(i);
            else if ((timestamp < timestampMin || timestamp > timestampMax) && timestamp != RecordBatch.NO_TIMESTAMP) {
                onTimestampOutOfRange(i, timestampMin, timestampMax);
            }
        }
        if (!bytes.isAtEnd()) throw invalid("bytes left over after the last record");
        accepted.recordBytes = (int) bytes.bytesRead();
        accepted.maxTimestampOffsetDelta = maxTimestampAt;
        return maxTimestamp;
    }

    /**
     * Checks the next record, field by field, and notes what of it matters outside: its timestamp, relative to the
     * batch's, and whether it has a key.
     */
    private void checkRecord(int index, int recordBytesMax) {
        int length = bytes.readVarint();
        if (length < RECORD_BYTES_MIN) throw invalid("record too short: index=" + index + " length=" + length);
        if (length > recordBytesMax) {
            throw invalid("record larger than max.decompressed.message.bytes: index=" + index + " length=" + length);
        }
        long end = bytes.bytesRead() + length;
        bytes.readByte();
        timestamp = bytes.readVarlong();
        int offsetDelta = bytes.readVarint();
        if (offsetDelta != index) throw invalid("offsets not consecutive: index=" + index + " offsetDelta=" + offsetDelta);
        hasKey = skipNullable(index, end) >= 0;
        skipNullable(index, end);
        checkHeaders(index, end);
        if (bytes.bytesRead() != end) throw invalid("record does not fill its length: index=" + index + " length=" + length);
    }

    private void checkHeaders(int index, long end) {
        int count = bytes.readVarint();
        if (count < 0 || (long) count * HEADER_BYTES_MIN > end - bytes.bytesRead()) {
            throw invalid("record with an impossible number of headers: index=" + index + " headerCount=" + count);
        }
        for (int i = 0; i < count; i++) {
            if (skipNullable(index, end) < 0) throw invalid("header without a key: index=" + index);
            skipNullable(index, end);
        }
    }

    /** @return the length that was skipped, or -1 */
    private int skipNullable(int index, long end) {
        int length = bytes.readVarint();
        if (length < -1 || length > end - bytes.bytesRead()) {
            throw invalid("field past the end of its record: index=" + index + " length=" + length);
        }
        if (length > 0) bytes.skip(length);
        return length;
    }

    private void onRecordWithoutKey(int index) {
        addRecordError(index, "a compacted topic takes no record without a key");
    }

    private void onTimestampOutOfRange(int index, long timestampMin, long timestampMax) {
        isTimestampAtFault = true;
        addRecordError(index, "timestamp out of range: timestamp=" + timestamp + " min=" + timestampMin + " max=" + timestampMax);
    }

    private void addRecordError(int index, String message) {
        if (recordErrors == null) recordErrors = new ArrayList<>();
        if (recordErrors.size() < RECORD_ERRORS_MAX) recordErrors.add(new RecordError(index, message));
    }

    private ValidationResult refusal() {
        var first = recordErrors.get(0);
        var error = isTimestampAtFault ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD;
        return new ValidationResult.Rejected(error, "batch has records that cannot be taken, the first of them: index="
                + first.batchIndex() + ", " + first.message(), recordErrors);
    }

    private void accept(RecordValidation settings, long maxTimestamp, long nowMs) {
        var target = settings.compressionType();
        accepted.isReplaced = target != null && target != batch.compressionType();
        if (accepted.isReplaced) batch.wrap(repack(target, settings), 0);
        if (settings.messageTimestampType() == TimestampType.CREATE_TIME) {
            batch.setMaxTimestamp(TimestampType.CREATE_TIME, maxTimestamp);
        } else {
            batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, nowMs);
            accepted.maxTimestampOffsetDelta = 0;
        }
    }

    /** The same batch in another codec: records are the same bytes in every one. */
    private ByteBuffer repack(CompressionType target, RecordValidation settings) {
        var output = new BatchOutput(batch.sizeInBytes(), settings.maxMessageBytes());
        var header = new byte[RecordBatch.HEADER_BYTES];
        batch.buffer().get(batch.position(), header);
        output.writeBytes(header);
        try (var packer = target.compress(output, settings.levelOf(target));
                var records = batch.compressionType().decompress(batch.recordBytes(), decompressedBytesMax)) {
            var chunk = new byte[CHUNK_BYTES];
            for (int count = 0; count >= 0 && !output.isOverfull(); count = records.read(chunk)) packer.write(chunk, 0, count);
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
        return RecordBatchBuilder.finish(output.toByteBuffer(), target);
    }

    static long minusOrMin(long value, long subtrahend) {
        return value < Long.MIN_VALUE + subtrahend ? Long.MIN_VALUE : value - subtrahend;
    }

    static long plusOrMax(long value, long addend) {
        return value > Long.MAX_VALUE - addend ? Long.MAX_VALUE : value + addend;
    }

    private static RecordException invalid(String message) {
        return DecompressionStream.malformed(message);
    }
}
