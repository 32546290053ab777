package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.barnabas.testkit.Seeds;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchValidatorTest {
    private static final long NOW = RandomRecords.NOW;
    private static final RecordValidation DEFAULT = RecordValidation.DEFAULT;

    private final RecordBatchValidator validator = new RecordBatchValidator();

    @Test
    void aGoodBatchIsTakenWhereItLies() {
        var bytes = plain(3);
        var accepted = accepted(bytes, DEFAULT);
        assertThat(accepted.isReplaced()).isFalse();
        assertThat(accepted.batch().buffer()).isSameAs(bytes);
        assertThat(accepted.recordCount()).isEqualTo(3);
        assertThat(accepted.recordBytes()).isEqualTo(bytes.remaining() - RecordBatch.HEADER_BYTES);
        assertThat(accepted.maxTimestamp()).isEqualTo(NOW);
        assertThat(bytes.position()).isZero();
    }

    @Test
    void aBatchInTheMiddleOfAFrameIsTaken() {
        var batch = plain(2);
        var frame = ByteBuffer.allocateDirect(batch.remaining() + 20).position(7).put(batch.duplicate()).flip().position(7);
        assertThat(accepted(frame, DEFAULT).batch().position()).isEqualTo(7);
        assertThat(frame.position()).isEqualTo(7);
    }

    @Test
    void aPartitionNeedsExactlyOneBatch() {
        assertRejected(ByteBuffer.allocate(0), DEFAULT, ErrorCode.INVALID_RECORD);
        var two = ByteBuffer.allocate(2 * plain(1).remaining()).put(plain(1)).put(plain(1)).flip();
        assertRejected(two, DEFAULT, ErrorCode.INVALID_RECORD);
        var one = plain(1);
        assertRejected(ByteBuffer.allocate(one.remaining() + 3).put(one).rewind(), DEFAULT, ErrorCode.INVALID_RECORD);
    }

    @Test
    void sizesThatLieAreCorrupt() {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 48, plain(1).remaining() - 11, Integer.MAX_VALUE - 11, Integer.MAX_VALUE}) {
            assertRejected(plain(1).putInt(RecordBatch.BATCH_LENGTH_AT, length), DEFAULT, ErrorCode.CORRUPT_MESSAGE);
        }
        for (int size = 1; size < plain(1).remaining(); size++) {
            assertRejected(plain(1).limit(size), DEFAULT, ErrorCode.CORRUPT_MESSAGE);
        }
    }

    @Test
    void aWrongChecksumIsCorrupt() {
        assertRejected(plain(1).putInt(RecordBatch.CRC_AT, 1), DEFAULT, ErrorCode.CORRUPT_MESSAGE);
    }

    @Test
    void otherFormatsAreRefused() {
        assertRejected(plain(1).put(RecordBatch.MAGIC_AT, (byte) 0), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(plain(1).put(RecordBatch.MAGIC_AT, (byte) 1), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(plain(1).put(RecordBatch.MAGIC_AT, (byte) 3), DEFAULT, ErrorCode.CORRUPT_MESSAGE);
    }

    @Test
    void clientsMayNotSetWhatTheBrokerSets() {
        assertRejected(withAttributes(RecordBatch.CONTROL_BIT), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(withAttributes(RecordBatch.DELETE_HORIZON_BIT), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(withAttributes(0x80), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(withAttributes(0x8000), DEFAULT, ErrorCode.INVALID_RECORD);
        assertRejected(withAttributes(RecordBatch.LOG_APPEND_TIME_BIT), DEFAULT, ErrorCode.INVALID_TIMESTAMP);
        assertRejected(plain(1).putLong(RecordBatch.BASE_OFFSET_AT, 1), DEFAULT, ErrorCode.INVALID_RECORD);
    }

    @Test
    void unknownCodecsAreRefused() {
        for (int codec = 5; codec <= 7; codec++) {
            assertRejected(withAttributes(codec), DEFAULT, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
        }
    }

    @Test
    void zstdNeedsProduceVersion7() {
        var bytes = batch(CompressionType.ZSTD, 2);
        var rejected = (ValidationResult.Rejected) validator.validate(bytes, DEFAULT, 6, NOW);
        assertThat(rejected.error()).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(validator.validate(bytes, DEFAULT, 7, NOW)).isInstanceOf(ValidationResult.Accepted.class);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void countsAndOffsetsMustAgreeWithTheRecords(CompressionType type) {
        assertRejected(withCount(type, 3, 2, 1), ErrorCode.INVALID_RECORD);
        assertRejected(withCount(type, 3, 4, 3), ErrorCode.INVALID_RECORD);
        assertRejected(withCount(type, 3, 3, 3), ErrorCode.INVALID_RECORD);
        assertRejected(withCount(type, 3, 0, -1), ErrorCode.INVALID_RECORD);
        assertRejected(withCount(type, 3, -1, -2), ErrorCode.INVALID_RECORD);
        assertRejected(withCount(type, 3, Integer.MAX_VALUE, Integer.MAX_VALUE - 1), ErrorCode.INVALID_RECORD);
        assertThat(accepted(withCount(type, 3, 3, 2), DEFAULT).recordCount()).isEqualTo(3);
    }

    @Test
    void recordsThatLieAreRefused() {
        accepted(RawBatch.ofRecords(RawBatch.record(0, -1, -1, 0), RawBatch.record(1, 0, 0, 0)), DEFAULT);
        assertRejected(RawBatch.ofRecords(RawBatch.record(0, -1, -1, 0), RawBatch.record(2, -1, -1, 0)), ErrorCode.INVALID_RECORD);
        assertRejected(RawBatch.ofRecords(RawBatch.record(1, -1, -1, 0)), ErrorCode.INVALID_RECORD);
        for (int length : new int[] {-2, Integer.MIN_VALUE, 1, 1000, Integer.MAX_VALUE}) {
            assertRejected(RawBatch.ofRecords(RawBatch.record(0, length, -1, 0)), ErrorCode.INVALID_RECORD);
            assertRejected(RawBatch.ofRecords(RawBatch.record(0, -1, length, 0)), ErrorCode.INVALID_RECORD);
            assertRejected(RawBatch.ofRecords(RawBatch.record(0, -1, -1, length)), ErrorCode.INVALID_RECORD);
        }
        var longer = RawBatch.record(0, -1, -1, 0);
        longer.writeByte(0);
        assertRejected(RawBatch.ofRecords(longer), ErrorCode.INVALID_RECORD);
        assertRejected(RawBatch.ofRecords(RawBatch.startOfRecord(0)), ErrorCode.INVALID_RECORD);
    }

    @Test
    void headersNeedAKeyAndMustFit() {
        var bomb = RawBatch.record(0, -1, -1, 50_000_000);
        for (int i = 0; i < 100; i++) bomb.writeByte(0);
        assertRejected(RawBatch.ofRecords(bomb), ErrorCode.INVALID_RECORD);
        var nullKey = RawBatch.record(0, -1, -1, 1);
        nullKey.writeVarint(-1);
        nullKey.writeVarint(-1);
        assertRejected(RawBatch.ofRecords(nullKey), ErrorCode.INVALID_RECORD);
        var good = RawBatch.record(0, -1, -1, 1);
        good.writeVarint(0);
        good.writeVarint(-1);
        accepted(RawBatch.ofRecords(good), DEFAULT);
    }

    @Test
    void varintsThatNeverEndAreRefused() {
        var endless = new byte[40];
        Arrays.fill(endless, (byte) 0xFF);
        assertRejected(RawBatch.of(1, CompressionType.NONE, endless), ErrorCode.INVALID_RECORD);
        var record = RawBatch.startOfRecord(0);
        record.buffer().position(1);
        record.writeBytes(endless);
        assertRejected(RawBatch.ofRecords(record), ErrorCode.INVALID_RECORD);
    }

    @Test
    void aProducerIdComesWithEpochAndSequence() {
        accepted(new RecordBatchBuilder().producer(1, (short) 0, 0).append(NOW, null, null).build(), DEFAULT);
        assertRejected(new RecordBatchBuilder().producer(1, (short) 0, -1).append(NOW, null, null).build(), ErrorCode.INVALID_RECORD);
        assertRejected(new RecordBatchBuilder().producer(1, (short) -1, 0).append(NOW, null, null).build(), ErrorCode.INVALID_RECORD);
        assertRejected(new RecordBatchBuilder().transactional().append(NOW, null, null).build(), ErrorCode.INVALID_RECORD);
    }

    @Test
    void transactionalBatchesAreForTheCallerToAllow() {
        var bytes = new RecordBatchBuilder().producer(1, (short) 0, 0).transactional().append(NOW, null, null).build();
        assertThat(accepted(bytes, DEFAULT).batch().isTransactional()).isTrue();
    }

    @Test
    void aBatchLargerThanTheTopicTakesIsRefused() {
        var bytes = plain(10);
        accepted(bytes, settings(bytes.remaining(), TimestampType.CREATE_TIME, false, null));
        assertRejected(bytes, settings(bytes.remaining() - 1, TimestampType.CREATE_TIME, false, null), ErrorCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void aBatchThatUnpacksToMoreThanTheTopicTakesIsRefused() {
        var settings = settings(1000, TimestampType.CREATE_TIME, false, CompressionType.NONE);
        var bytes = new RecordBatchBuilder().compression(CompressionType.GZIP).append(NOW, null, ByteBuffer.allocate(10_000)).build();
        var before = RandomRecords.array(bytes);
        assertRejected(bytes, settings, ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(RandomRecords.array(bytes)).isEqualTo(before);
    }

    @Test
    void oneRecordOfACompressedBatchMayBeTooLarge() {
        // Attributes, two deltas, null key, two bytes of length, 1000 bytes, no headers.
        int recordBytes = 1 + 1 + 1 + 1 + 2 + 1000 + 1;
        for (var type : CompressionType.values()) {
            var bytes = new RecordBatchBuilder().compression(type).append(NOW, null, ByteBuffer.allocate(1000))
                    .append(NOW, null, ByteBuffer.allocate(900)).build();
            accepted(bytes, decompressed(recordBytes));
            if (type == CompressionType.NONE) accepted(bytes, decompressed(recordBytes - 1));
            else assertRejected(bytes, decompressed(recordBytes - 1), ErrorCode.INVALID_RECORD);
        }
    }

    @Test
    void aCompactedTopicNamesEachRecordWithoutKey() {
        var bytes = new RecordBatchBuilder().append(NOW, null, null).append(NOW, ByteBuffer.allocate(0), null)
                .append(NOW, null, ByteBuffer.allocate(1)).build();
        var rejected = assertRejected(bytes, settings(1000, TimestampType.CREATE_TIME, true, null), ErrorCode.INVALID_RECORD);
        assertThat(rejected.recordErrors()).extracting(RecordError::batchIndex).containsExactly(0, 2);
        accepted(bytes, DEFAULT);
    }

    @Test
    void recordsAtFaultAreListedUpToABound() {
        var builder = new RecordBatchBuilder();
        for (int i = 0; i < 10_000; i++) builder.append(NOW, null, null);
        var rejected = assertRejected(builder.build(), settings(1 << 20, TimestampType.CREATE_TIME, true, null), ErrorCode.INVALID_RECORD);
        assertThat(rejected.recordErrors()).hasSize(RecordBatchValidator.RECORD_ERRORS_MAX);
    }

    @Test
    void timestampsOutOfRangeAreNamed() {
        long before = 5_000;
        long after = 1_000;
        var settings = new RecordValidation(1000, Integer.MAX_VALUE, TimestampType.CREATE_TIME, before, after, false, null, -1, 9, 3);
        accepted(times(NOW - before, NOW + after, RecordBatch.NO_TIMESTAMP), settings);
        var rejected = assertRejected(times(NOW, NOW - before - 1, NOW + after + 1, Long.MAX_VALUE, 0, -2, Long.MIN_VALUE),
                settings, ErrorCode.INVALID_TIMESTAMP);
        assertThat(rejected.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void timestampBoundsDoNotOverflow() {
        var settings = new RecordValidation(1000, Integer.MAX_VALUE, TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, false, null, -1, 9, 3);
        accepted(times(0, NOW, Long.MAX_VALUE), settings);
    }

    @Test
    void theMaximumTimestampIsThatOfTheRecords() {
        var bytes = times(NOW - 3, NOW - 1, NOW - 2, NOW - 1);
        RawBatch.checksummed(bytes.putLong(RecordBatch.MAX_TIMESTAMP_AT, 12345));
        var accepted = accepted(bytes, DEFAULT);
        assertThat(accepted.maxTimestamp()).isEqualTo(NOW - 1);
        assertThat(accepted.maxTimestampOffsetDelta()).isEqualTo(1);
        assertThat(accepted.batch().isValidCrc()).isTrue();
    }

    @Test
    void withLogAppendTimeTheBrokersClockCounts() {
        var accepted = accepted(times(0, 1, Long.MAX_VALUE), settings(1000, TimestampType.LOG_APPEND_TIME, false, null));
        assertThat(accepted.maxTimestamp()).isEqualTo(NOW);
        assertThat(accepted.maxTimestampOffsetDelta()).isZero();
        assertThat(accepted.batch().timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(accepted.batch().isValidCrc()).isTrue();
        assertThat(RandomRecords.recordsOf(accepted.batch())).extracting(Record::timestamp).containsOnly(NOW);
    }

    @Test
    void validatingAnUncompressedDirectBatchAllocatesNothing() {
        var samples = RandomRecords.samples(Seeds.random(1));
        var bytes = RandomRecords.direct(RandomRecords.fill(new RecordBatchBuilder(), samples).build());
        var settings = KafkaDifferentialTest.limitless(null);
        for (int i = 0; i < 1000; i++) validator.validate(bytes, settings, 13, NOW);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // The runtime itself may allocate once in a while, but not in each of several rounds.
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) validator.validate(bytes, settings, 13, NOW);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    @Test
    void aValidatorIsAsGoodAfterARefusal() {
        assertRejected(withAttributes(RecordBatch.CONTROL_BIT), DEFAULT, ErrorCode.INVALID_RECORD);
        assertThat(accepted(plain(2), DEFAULT).recordCount()).isEqualTo(2);
        var compacted = settings(1000, TimestampType.CREATE_TIME, true, null);
        assertRejected(times(NOW), compacted, ErrorCode.INVALID_RECORD);
        accepted(times(NOW), DEFAULT);
    }

    private static RecordValidation settings(int bytesMax, TimestampType type, boolean isCompacted, CompressionType codec) {
        return new RecordValidation(bytesMax, Integer.MAX_VALUE, type, Long.MAX_VALUE, 3_600_000, isCompacted, codec, -1, 9, 3);
    }

    private static RecordValidation decompressed(int recordBytesMax) {
        return new RecordValidation(10_000, recordBytesMax, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false, null, -1, 9, 3);
    }

    private static ByteBuffer plain(int count) {
        return batch(CompressionType.NONE, count);
    }

    private static ByteBuffer batch(CompressionType type, int count) {
        var builder = new RecordBatchBuilder().compression(type);
        for (int i = 0; i < count; i++) builder.append(NOW, null, ByteBuffer.wrap(new byte[] {(byte) i}));
        return RandomRecords.direct(builder.build());
    }

    private static ByteBuffer times(long... timestamps) {
        var builder = new RecordBatchBuilder();
        for (long timestamp : timestamps) builder.append(timestamp, null, null);
        return builder.build();
    }

    private static ByteBuffer withAttributes(int attributes) {
        return RawBatch.checksummed(plain(1).putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes));
    }

    private static ByteBuffer withCount(CompressionType type, int records, int recordCount, int lastOffsetDelta) {
        return RawBatch.checksummed(batch(type, records).putInt(RecordBatch.RECORD_COUNT_AT, recordCount)
                .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, lastOffsetDelta));
    }

    private ValidationResult.Accepted accepted(ByteBuffer bytes, RecordValidation settings) {
        var result = validator.validate(bytes, settings, 13, NOW);
        if (result instanceof ValidationResult.Accepted accepted) return accepted;
        throw new AssertionError(result);
    }

    private ValidationResult.Rejected assertRejected(ByteBuffer bytes, ErrorCode error) {
        return assertRejected(bytes, DEFAULT, error);
    }

    private ValidationResult.Rejected assertRejected(ByteBuffer bytes, RecordValidation settings, ErrorCode error) {
        var result = validator.validate(bytes, settings, 13, NOW);
        assertThat(result).isInstanceOf(ValidationResult.Rejected.class);
        var rejected = (ValidationResult.Rejected) result;
        assertThat(rejected.error()).as(rejected.message()).isEqualTo(error);
        assertThat(rejected.message()).isNotEmpty();
        return rejected;
    }
}
