package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is done to the bytes of a batch, the answer is a result or the one typed exception. */
class DamageTest {
    private static final Set<ErrorCode> ANSWERS = EnumSet.of(ErrorCode.CORRUPT_MESSAGE, ErrorCode.INVALID_RECORD,
            ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, ErrorCode.INVALID_TIMESTAMP);
    private static final int ROUNDS = 1500;

    private final RecordBatchValidator validator = new RecordBatchValidator(1 << 20);

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void aBatchWithFlippedBitsIsNeverTaken(CompressionType type) {
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = sample(type, random);
            int bit = random.nextInt(bytes.remaining() * 8);
            flip(bytes, bit);
            var result = validator.validate(bytes, settings(), 13, RandomRecords.NOW);
            boolean isLeaderEpoch = bit / 8 >= RecordBatch.LEADER_EPOCH_AT && bit / 8 < RecordBatch.MAGIC_AT;
            // The leader epoch is the broker's to set, whatever the client sent.
            if (!isLeaderEpoch) assertClean(result, ValidationResult.Rejected.class);
        });
    }

    @Test
    void whatCameBeforeDoesNotChangeTheAnswer() {
        Seeds.check(ROUNDS, (seed, random) -> {
            var types = CompressionType.values();
            var bytes = sample(types[random.nextInt(types.length)], random);
            if (random.nextBoolean()) {
                flip(bytes, 8 * RecordBatch.HEADER_BYTES + random.nextInt((bytes.remaining() - RecordBatch.HEADER_BYTES) * 8));
                RawBatch.checksummed(bytes);
            }
            // Of these, one has met all the batches before, and keeps what their codecs needed.
            var fresh = new RecordBatchValidator(1 << 20).validate(bytes, settings(), 13, RandomRecords.NOW);
            var used = validator.validate(bytes, settings(), 13, RandomRecords.NOW);
            assertThat(used.getClass()).isEqualTo(fresh.getClass());
            if (used instanceof ValidationResult.Rejected rejected) assertThat(rejected).isEqualTo(fresh);
        });
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void damageUnderARightChecksumGetsACleanAnswer(CompressionType type) {
        damageUnderARightChecksum(type, ROUNDS);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void muchDamageUnderARightChecksumGetsACleanAnswer(CompressionType type) {
        damageUnderARightChecksum(type, 100_000);
    }

    private void damageUnderARightChecksum(CompressionType type, int rounds) {
        Seeds.check(rounds, (seed, random) -> {
            var bytes = sample(type, random);
            int from = random.nextInt(4) == 0 ? RecordBatch.ATTRIBUTES_AT : RecordBatch.HEADER_BYTES;
            for (int i = random.nextInt(6); i >= 0; i--) {
                flip(bytes, 8 * from + random.nextInt((bytes.remaining() - from) * 8));
            }
            if (random.nextInt(4) == 0) cut(bytes, random.nextInt(bytes.remaining() - RecordBatch.HEADER_BYTES));
            RawBatch.checksummed(bytes);
            readClean(bytes);
            assertClean(validator.validate(bytes, settings(), 13, RandomRecords.NOW), ValidationResult.class);
        });
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void noiseGetsACleanAnswer(CompressionType type) {
        Seeds.check(ROUNDS, (seed, random) -> {
            var noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            var bytes = RawBatch.of(1 + random.nextInt(3), type, noise);
            readClean(bytes);
            assertClean(validator.validate(bytes, settings(), 13, RandomRecords.NOW), ValidationResult.Rejected.class);
        });
    }

    private static ByteBuffer sample(CompressionType type, RandomGenerator random) {
        var builder = new RecordBatchBuilder().compression(type);
        for (int i = random.nextInt(5); i >= 0; i--) {
            var value = new byte[random.nextInt(120)];
            if (random.nextBoolean()) random.nextBytes(value);
            builder.append(RandomRecords.NOW, ByteBuffer.wrap(value), ByteBuffer.wrap(value), List.of(new RecordHeader("h", null)));
        }
        return random.nextBoolean() ? builder.build() : RandomRecords.direct(builder.build());
    }

    private static void flip(ByteBuffer bytes, int bit) {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ (1 << (bit % 8))));
    }

    private static void cut(ByteBuffer bytes, int byteCount) {
        bytes.limit(bytes.limit() - byteCount);
        bytes.putInt(RecordBatch.BATCH_LENGTH_AT, bytes.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
    }

    private static RecordValidation settings() {
        return new RecordValidation(1 << 20, Integer.MAX_VALUE, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false, null, -1, 9, 3);
    }

    private static void readClean(ByteBuffer bytes) {
        try (var reader = new RecordBatch().wrap(bytes, 0).records(1 << 20)) {
            for (var record = reader.next(); record != null; record = reader.next()) record.headers();
        } catch (RecordException e) {
            assertThat(ANSWERS).contains(e.error());
        }
    }

    private static void assertClean(ValidationResult result, Class<?> expected) {
        assertThat(result).isInstanceOf(expected);
        if (result instanceof ValidationResult.Rejected rejected) assertThat(ANSWERS).contains(rejected.error());
    }
}
