package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Whatever is done to the bytes of old messages, the answer is a result or the one typed exception, in bounded memory. */
class LegacyDamageTest {
    private static final Set<ErrorCode> ANSWERS = EnumSet.of(ErrorCode.CORRUPT_MESSAGE, ErrorCode.INVALID_RECORD,
            ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, ErrorCode.INVALID_TIMESTAMP);
    private static final int ROUNDS = 1500;
    private static final CompressionType[] CODECS =
            {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};

    private final RecordBatchValidator validator = new RecordBatchValidator(1 << 20);
    private final RecordValidation settings = new RecordValidation(1 << 20, Integer.MAX_VALUE, TimestampType.CREATE_TIME,
            Long.MAX_VALUE, Long.MAX_VALUE, false, null, -1, 9, 3);

    @Test
    void everyFlippedByteOfWhatAChecksumCoversIsFoundOut() {
        for (int magic = 0; magic < 2; magic++) {
            for (var codec : CODECS) {
                var bytes = sample(magic, codec, Seeds.random(magic));
                var message = new LegacyMessage().wrap(bytes, 0);
                for (int at = 8; at < bytes.limit(); at++) {
                    if (at == message.endPosition()) {
                        // The next one's offset is the broker's to set.
                        message.wrap(bytes, at);
                        at += 8;
                    }
                    var damaged = ByteBuffer.wrap(RandomRecords.array(bytes));
                    damaged.put(at, (byte) (damaged.get(at) ^ 0x55));
                    assertRefused(validator.validate(damaged, settings, 2, RandomRecords.NOW));
                }
            }
        }
    }

    @Test
    void everyTruncationIsFoundOut() {
        for (int magic = 0; magic < 2; magic++) {
            for (var codec : CODECS) {
                var bytes = sample(magic, codec, Seeds.random(magic));
                int boundary = new LegacyMessage().wrap(bytes, 0).endPosition();
                for (int size = 0; size < bytes.limit(); size++) {
                    if (size == boundary) {
                        boundary = new LegacyMessage().wrap(bytes, boundary).endPosition();
                        continue;
                    }
                    assertRefused(validator.validate(bytes.slice(0, size), settings, 2, RandomRecords.NOW));
                }
            }
        }
    }

    @Test
    void damageUnderARightChecksumGetsACleanAnswer() {
        Seeds.check(ROUNDS, (seed, random) -> {
            int magic = random.nextInt(2);
            var bytes = sample(magic, CODECS[random.nextInt(CODECS.length)], random);
            var message = new LegacyMessage().wrap(bytes, 0);
            bytes = ByteBuffer.wrap(RandomRecords.array(bytes.slice(0, message.sizeInBytes())));
            for (int i = random.nextInt(6); i >= 0; i--) flip(bytes, 16 * 8 + random.nextInt((bytes.limit() - 16) * 8));
            if (random.nextInt(4) == 0) {
                bytes.limit(bytes.limit() - random.nextInt(bytes.limit() - 12 - LegacyMessage.sizeMin(magic) + 1));
                bytes.putInt(8, bytes.limit() - 12);
            }
            LegacyDifferentialTest.checksummed(bytes);
            takeClean(bytes);
        });
    }

    /** What lies within a wrapper is damaged before it is packed: nothing outside is wrong. */
    @Test
    void damageWithinAWrapperGetsACleanAnswer() {
        Seeds.check(ROUNDS, (seed, random) -> {
            byte magic = (byte) random.nextInt(2);
            var within = ByteBuffer.wrap(RandomRecords.array(sample(magic, CompressionType.NONE, random)));
            boolean isFlipped = random.nextBoolean();
            if (isFlipped) flip(within, random.nextInt(within.limit() * 8));
            else within.limit(random.nextInt(within.limit()));
            var bytes = LegacyDifferentialTest.wrapper(magic, CODECS[1 + random.nextInt(magic == 0 ? 2 : 3)], within);
            takeClean(bytes);
        });
    }

    /** A message of a few bytes that claims what it likes must not make anybody allocate it. */
    @Test
    void claimsOfSizesAllocateNothing() {
        for (int claim : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 8, 1 << 30, -2, Integer.MIN_VALUE}) {
            var within = ByteBuffer.allocate(40).putLong(0).putInt(claim).putInt(0).put((byte) 1).put((byte) 0).putLong(5).putInt(claim).clear();
            var message = LegacyDifferentialTest.wrapper((byte) 1, CompressionType.GZIP, within);
            takeClean(message);
            message.putInt(8, claim);
            takeClean(message);
        }
    }

    /** A gigabyte of zeros in a megabyte: the reader ends at its cap, the validator at what may be stored. */
    @Test
    void bombsEndAtTheirCaps() {
        int bomb = 200 << 20;
        var start = ByteBuffer.allocate(12 + 22).putLong(0).putInt(22 + bomb).putInt(0).put((byte) 1).put((byte) 0).putLong(5)
                .putInt(-1).putInt(bomb).flip();
        var output = new BatchOutput(100, 1 << 20);
        try (var packer = CompressionType.GZIP.compress(output, 1)) {
            packer.write(RandomRecords.array(start));
            var zeros = new byte[1 << 20];
            for (int i = 0; i < bomb >> 20; i++) packer.write(zeros);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        var packed = output.toByteBuffer();
        var bytes = ByteBuffer.allocate(34 + packed.remaining()).putLong(0).putInt(22 + packed.remaining()).putInt(0).put((byte) 1)
                .put((byte) CompressionType.GZIP.id()).putLong(5).putInt(-1).putInt(packed.remaining()).put(packed).flip();
        LegacyDifferentialTest.checksummed(bytes);
        assertThat(errorOf(bytes)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertRefused(validator.validate(bytes, settings, 2, RandomRecords.NOW));
    }

    private static ErrorCode errorOf(ByteBuffer bytes) {
        try (var reader = new LegacyMessage().wrap(bytes, 0).records(1 << 20)) {
            while (reader.next() != null) { /* to the end */ }
            return ErrorCode.NONE;
        } catch (RecordException e) {
            return e.error();
        }
    }

    private void takeClean(ByteBuffer bytes) {
        var result = validator.validate(bytes, settings, 2, RandomRecords.NOW);
        if (result instanceof ValidationResult.Rejected rejected) assertThat(ANSWERS).contains(rejected.error());
        else RandomRecords.recordsOf(((ValidationResult.Accepted) result).batch());
        try {
            new DownConversion((byte) 0, 0, 100).convert(bytes, 1 << 20);
            var error = errorOf(bytes);
            if (error != ErrorCode.NONE) assertThat(ANSWERS).contains(error);
        } catch (RecordException e) {
            assertThat(ANSWERS).contains(e.error());
        }
    }

    private static void assertRefused(ValidationResult result) {
        assertThat(result).isInstanceOf(ValidationResult.Rejected.class);
        assertThat(ANSWERS).contains(((ValidationResult.Rejected) result).error());
    }

    private static ByteBuffer sample(int magic, CompressionType codec, RandomGenerator random) {
        var output = new BatchOutput(100, 1 << 20);
        try (var writer = new LegacySetWriter(output, (byte) magic, codec, TimestampType.CREATE_TIME)) {
            for (int i = 0; i <= random.nextInt(4); i++) {
                var value = new byte[random.nextInt(120)];
                if (random.nextBoolean()) random.nextBytes(value);
                writer.append(i, RandomRecords.NOW, ByteBuffer.wrap(value), ByteBuffer.wrap(value));
            }
        }
        return output.toByteBuffer();
    }

    private static void flip(ByteBuffer bytes, int bit) {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ (1 << (bit % 8))));
    }
}
