package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.junit.jupiter.api.Test;

/** Apache Kafka's own classes are the judge of the formats v0 and v1: reading, conversion up and down, and the cleaner's filter. */
class LegacyDifferentialTest {
    private static final int ROUNDS = 150;
    private static final long HORIZON_MS = 77_777;
    private static final CompressionType[] OLD_CODECS =
            {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};

    @Test
    void recordsAreReadAsKafkaReadsThem() {
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = randomLog(random, 3);
            if (random.nextBoolean()) bytes = RandomRecords.direct(bytes);
            var expected = new ArrayList<String>();
            for (var kafka : MemoryRecords.readableRecords(bytes).records()) {
                expected.add(text(kafka.offset(), kafka.timestamp(), kafka.key(), kafka.value()));
            }
            assertThat(read(bytes)).isEqualTo(expected);
        });
    }

    /** Some producers leave it 0: what lies within then counts from there. */
    @Test
    void aWrapperThatNobodyHasNumberedIsReadAsKafkaReadsIt() {
        Seeds.check(ROUNDS / 3, (seed, random) -> {
            for (int magic = 0; magic < 2; magic++) {
                var bytes = batch(magic, CompressionType.GZIP, 0, random, false);
                bytes.putLong(0, 0);
                var expected = new ArrayList<String>();
                for (var kafka : MemoryRecords.readableRecords(bytes).records()) {
                    expected.add(text(kafka.offset(), kafka.timestamp(), kafka.key(), kafka.value()));
                }
                assertThat(read(bytes)).isEqualTo(expected);
            }
        });
    }

    @Test
    void headersAreReadAsKafkaReadsThem() {
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = randomLog(random, 2);
            int at = 0;
            var message = new LegacyMessage();
            for (var kafka : MemoryRecords.readableRecords(bytes).batches()) {
                message.wrap(bytes, at);
                assertThat(message.isValidCrc()).isEqualTo(kafka.isValid()).isTrue();
                assertThat(message.lastOffset()).isEqualTo(kafka.lastOffset());
                assertThat(message.magic()).isEqualTo(kafka.magic());
                assertThat(message.maxTimestamp()).isEqualTo(kafka.maxTimestamp());
                assertThat(message.sizeInBytes()).isEqualTo(kafka.sizeInBytes());
                assertThat(message.crc()).isEqualTo(kafka.checksum());
                assertThat(message.compressionType().id()).isEqualTo(kafka.compressionType().id);
                if (message.magic() > 0) assertThat(message.timestampType().ordinal()).isEqualTo(kafka.timestampType().id);
                at = message.endPosition();
            }
            assertThat(at).isEqualTo(bytes.limit());
        });
    }

    @Test
    void batchesAreConvertedDownAsKafkaDid() {
        Seeds.check(ROUNDS * 2, (seed, random) -> {
            var bytes = randomLog(random, 3);
            byte toMagic = (byte) random.nextInt(2);
            long fromOffset = random.nextInt(60);
            var expected = OldKafka.downConvert(bytes.duplicate(), toMagic, fromOffset);
            var conversion = new DownConversion(toMagic, fromOffset, 100);
            var ours = conversion.convert(random.nextBoolean() ? RandomRecords.direct(bytes) : bytes, Integer.MAX_VALUE);
            assertSameMessages(ours, expected);
            assertThat(conversion.nextOffset()).isGreaterThanOrEqualTo(fromOffset);
        });
    }

    @Test
    void conversionDownEndsAtItsBound() {
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = randomLog(random, 3);
            byte toMagic = (byte) random.nextInt(2);
            var whole = new DownConversion(toMagic, 0, 100).convert(bytes, Integer.MAX_VALUE);
            var read = new ArrayList<String>();
            long from = 0;
            int at = 0;
            int bytesMax = 1 + random.nextInt(2000);
            while (at < bytes.limit()) {
                var conversion = new DownConversion(toMagic, from, 100);
                var part = conversion.convert(bytes.slice(at, bytes.limit() - at), bytesMax);
                read.addAll(read(part));
                assertThat(conversion.nextOffset()).isGreaterThan(from);
                from = conversion.nextOffset();
                at = positionAfter(bytes, from);
            }
            assertThat(read).isEqualTo(read(whole));
        });
    }

    private static int positionAfter(ByteBuffer bytes, long offset) {
        int at = 0;
        for (var batch : MemoryRecords.readableRecords(bytes).batches()) {
            if (batch.lastOffset() >= offset) return at;
            at += batch.sizeInBytes();
        }
        return at;
    }

    @Test
    void zstdIsNotConvertedDown() throws Exception {
        for (byte toMagic = 0; toMagic < 2; toMagic++) {
            var plain = batch(2, CompressionType.NONE, 0, Seeds.random(1), false);
            var packed = batch(2, CompressionType.ZSTD, 1000, Seeds.random(1), false);
            assertThat(errorOfDown(packed, toMagic)).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
            assertThat(kafkaErrorOfDown(packed, toMagic)).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
            // What stands before it is given first.
            var both = concat(List.of(plain, packed));
            var conversion = new DownConversion(toMagic, 0, 100);
            assertSameMessages(conversion.convert(both, Integer.MAX_VALUE), OldKafka.downConvert(plain, toMagic, 0));
            assertThat(conversion.nextOffset()).isEqualTo(new RecordBatch().wrap(plain, 0).nextOffset());
        }
    }

    private static ErrorCode errorOfDown(ByteBuffer bytes, byte toMagic) {
        try {
            new DownConversion(toMagic, 0, 100).convert(bytes, Integer.MAX_VALUE);
            return ErrorCode.NONE;
        } catch (RecordException e) {
            return e.error();
        }
    }

    private static Errors kafkaErrorOfDown(ByteBuffer bytes, byte toMagic) throws Exception {
        try {
            OldKafka.downConvert(bytes, toMagic, 0);
            return Errors.NONE;
        } catch (RuntimeException e) {
            // From a class loader of its own.
            return e.getClass().getSimpleName().equals("UnsupportedCompressionTypeException") ? Errors.UNSUPPORTED_COMPRESSION_TYPE : Errors.UNKNOWN_SERVER_ERROR;
        }
    }

    // ---- compaction

    @Test
    void recordsAreTakenOutAsKafkasCleanerDoes() {
        var filter = new LegacyFilter();
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = randomLog(random, 2);
            long salt = random.nextLong();
            int of = 1 + random.nextInt(4);
            var output = ByteBuffer.allocate(bytes.limit() * 2 + 1000);
            var result = MemoryRecords.readableRecords(bytes).filterTo(new EveryFew(salt, of), output, BufferSupplier.NO_CACHING, Integer.MAX_VALUE);
            var expected = result.outputBuffer().flip();
            var parts = new ArrayList<ByteBuffer>();
            var message = new LegacyMessage();
            for (int at = 0; at < bytes.limit(); at = message.endPosition()) {
                message.wrap(bytes, at);
                boolean hasRest = filter.filter(message, (offset, key, keyFrom, keyBytes, hasValue) -> isKept(offset, salt, of));
                if (hasRest) parts.add(filter.rest(message, filter.keepsTombstone() ? HORIZON_MS : RecordBatch.NO_TIMESTAMP));
            }
            assertSameBatches(concat(parts), expected);
        });
    }

    private static void assertSameBatches(ByteBuffer ours, ByteBuffer expected) {
        int a = 0;
        int b = 0;
        while (b < expected.limit()) {
            var our = new RecordBatch().wrap(ours, a);
            var their = new RecordBatch().wrap(expected, b);
            assertThat(our.isValidCrc()).isTrue();
            var codec = their.compressionType();
            if (codec == CompressionType.NONE || codec == CompressionType.LZ4) assertThat(our.toByteBuffer()).isEqualTo(their.toByteBuffer());
            assertThat(our.attributes()).isEqualTo(their.attributes());
            assertThat(our.baseTimestamp()).isEqualTo(their.baseTimestamp());
            assertThat(our.maxTimestamp()).isEqualTo(their.maxTimestamp());
            assertThat(our.lastOffset()).isEqualTo(their.lastOffset());
            assertThat(our.leaderEpoch()).isEqualTo(their.leaderEpoch());
            assertThat(RandomRecords.recordsOf(our)).isEqualTo(RandomRecords.recordsOf(their));
            a = our.endPosition();
            b = their.endPosition();
        }
        assertThat(a).isEqualTo(ours.limit());
    }

    private static boolean isKept(long offset, long salt, int of) {
        return Long.hashCode((offset + 1) * salt) % of != 0;
    }

    private static final class EveryFew extends MemoryRecords.RecordFilter {
        private final long salt;
        private final int of;

        EveryFew(long salt, int of) {
            super(HORIZON_MS - 5, 5);
            this.salt = salt;
            this.of = of;
        }

        @Override
        protected BatchRetentionResult checkBatchRetention(org.apache.kafka.common.record.internal.RecordBatch batch) {
            return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, false);
        }

        @Override
        protected boolean shouldRetainRecord(org.apache.kafka.common.record.internal.RecordBatch batch, org.apache.kafka.common.record.internal.Record record) {
            return isKept(record.offset(), salt, of);
        }
    }

    // ---- produce

    @Test
    void whatOldProducersSendIsConvertedUpAsKafkaDoes() {
        var validator = new RecordBatchValidator();
        Seeds.check(ROUNDS * 2, (seed, random) -> {
            int magic = random.nextInt(2);
            var codec = OLD_CODECS[random.nextInt(OLD_CODECS.length)];
            var bytes = batch(magic, codec, random.nextInt(3) == 0 ? 0 : random.nextInt(50), random, random.nextInt(8) == 0);
            var types = CompressionType.values();
            var target = random.nextInt(3) == 0 ? null : types[random.nextInt(types.length)];
            boolean isStamped = random.nextInt(4) == 0;
            boolean isCompacted = random.nextInt(5) == 0;
            long before = random.nextInt(5) == 0 ? 10_000 : Long.MAX_VALUE;
            long after = random.nextInt(5) == 0 ? 10_000 : Long.MAX_VALUE;
            var settings = new RecordValidation(Integer.MAX_VALUE, Integer.MAX_VALUE,
                    isStamped ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, before, after, isCompacted, target, -1, 9, 3);
            assertSameAnswer(validator, bytes, settings, codec, random);
        });
    }

    @Test
    void whatKafkaRefusesIsRefusedWithItsCode() throws Exception {
        var validator = new RecordBatchValidator();
        var random = Seeds.random(11);
        var v0 = batch(0, CompressionType.NONE, 0, random, false);
        var v1 = batch(1, CompressionType.NONE, 0, random, false);
        var gzip1 = batch(1, CompressionType.GZIP, 0, random, false);
        var gzip0 = batch(0, CompressionType.GZIP, 0, random, false);
        var settings = KafkaDifferentialTest.limitless(null);
        assertRefused(validator, concat(List.of(v0, v1)), settings, CompressionType.NONE, Errors.INVALID_RECORD);
        assertRefused(validator, concat(List.of(gzip1, v1)), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, concat(List.of(v1, gzip1)), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, concat(List.of(gzip1, gzip1)), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, wrapper((byte) 1, CompressionType.GZIP, gzip1), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, wrapper((byte) 0, CompressionType.GZIP, gzip0), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, wrapper((byte) 1, CompressionType.GZIP, v0), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, wrapper((byte) 1, CompressionType.GZIP, ByteBuffer.allocate(0)), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        assertRefused(validator, wrapper((byte) 1, CompressionType.GZIP, null), settings, CompressionType.GZIP, Errors.INVALID_RECORD);
        var damaged = RandomRecords.array(v1);
        damaged[damaged.length - 1] ^= 1;
        if (v1.getInt(v1.limit() - 4) == -1) throw new AssertionError("a value wanted");
        assertRefused(validator, wrapper((byte) 1, CompressionType.GZIP, ByteBuffer.wrap(damaged)), settings, CompressionType.GZIP, Errors.CORRUPT_MESSAGE);
    }

    @Test
    void zstdInAnOldMessageIsRefused() throws Exception {
        var bytes = wrapper((byte) 1, CompressionType.ZSTD, batch(1, CompressionType.NONE, 0, Seeds.random(3), false));
        var result = new RecordBatchValidator().validate(bytes, KafkaDifferentialTest.limitless(null), 2, RandomRecords.NOW);
        assertThat(((ValidationResult.Rejected) result).error()).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(kafkaValidation(bytes, KafkaDifferentialTest.limitless(null), CompressionType.ZSTD)).isEqualTo(Errors.INVALID_RECORD);
    }

    private static void assertRefused(RecordBatchValidator validator, ByteBuffer bytes, RecordValidation settings, CompressionType codec,
            Errors expected) throws Exception {
        var kafka = kafkaValidation(bytes, settings, codec);
        assertThat(kafka).isEqualTo(expected);
        var ours = validator.validate(bytes, settings, 2, RandomRecords.NOW);
        assertThat(((ValidationResult.Rejected) ours).error().code()).as(ours.toString()).isEqualTo(expected.code());
    }

    private static void assertSameAnswer(RecordBatchValidator validator, ByteBuffer bytes, RecordValidation settings, CompressionType codec,
            RandomGenerator random) throws Exception {
        var before = RandomRecords.array(bytes);
        var theirs = kafkaValidation(bytes.duplicate(), settings, codec);
        var given = random.nextBoolean() ? RandomRecords.direct(bytes) : bytes;
        var ours = validator.validate(given, settings, 2, RandomRecords.NOW);
        assertThat(RandomRecords.array(given)).isEqualTo(before);
        if (theirs instanceof Errors error) {
            assertThat(((ValidationResult.Rejected) ours).error().code()).as(ours.toString()).isEqualTo(error.code());
            return;
        }
        if (ours instanceof ValidationResult.Rejected rejected) throw new AssertionError(rejected.toString());
        var accepted = (ValidationResult.Accepted) ours;
        var kafkaBytes = ((MemoryRecords) theirs).buffer();
        var target = accepted.batch().compressionType();
        var ourBytes = accepted.batch().toByteBuffer();
        accepted.batch().setLeaderEpoch(7);
        assertThat(accepted.isReplaced()).isTrue();
        assertThat(accepted.batch().isValidCrc()).isTrue();
        if (target == CompressionType.NONE || target == CompressionType.LZ4) assertThat(ourBytes).isEqualTo(kafkaBytes);
        var kafka = new RecordBatch().wrap(kafkaBytes, 0);
        assertThat(accepted.batch().attributes()).isEqualTo(kafka.attributes());
        assertThat(accepted.batch().maxTimestamp()).isEqualTo(kafka.maxTimestamp());
        assertThat(accepted.batch().baseTimestamp()).isEqualTo(kafka.baseTimestamp());
        assertThat(accepted.batch().lastOffset()).isEqualTo(kafka.lastOffset());
        assertThat(RandomRecords.recordsOf(accepted.batch())).isEqualTo(RandomRecords.recordsOf(kafka));
    }

    /** @return its records, or the error that a client would get */
    private static Object kafkaValidation(ByteBuffer bytes, RecordValidation settings, CompressionType codec) throws Exception {
        var validator = OldKafka.STORAGE.loadClass("org.apache.kafka.storage.internals.log.LogValidator");
        var metrics = OldKafka.STORAGE.loadClass("org.apache.kafka.storage.internals.log.LogValidator$MetricsRecorder");
        var origin = OldKafka.STORAGE.loadClass("org.apache.kafka.storage.internals.log.AppendOrigin");
        var target = settings.compressionType() != null ? settings.compressionType() : codec;
        var timestampType = settings.messageTimestampType() == TimestampType.LOG_APPEND_TIME
                ? org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME : org.apache.kafka.common.record.TimestampType.CREATE_TIME;
        var time = (Time) Proxy.newProxyInstance(Time.class.getClassLoader(), new Class<?>[] {Time.class},
                (proxy, method, arguments) -> method.getName().equals("milliseconds") ? RandomRecords.NOW : (Object) 0L);
        var constructor = validator.getConstructor(MemoryRecords.class, org.apache.kafka.common.TopicPartition.class, Time.class,
                org.apache.kafka.common.record.internal.CompressionType.class, Compression.class, boolean.class, byte.class,
                org.apache.kafka.common.record.TimestampType.class, long.class, long.class, int.class, origin);
        var one = constructor.newInstance(MemoryRecords.readableRecords(bytes), new org.apache.kafka.common.TopicPartition("t", 0), time,
                org.apache.kafka.common.record.internal.CompressionType.forId(codec.id()), compression(target), settings.cleanupPolicyCompact(),
                (byte) 2, timestampType, settings.messageTimestampBeforeMaxMs(), settings.messageTimestampAfterMaxMs(), 7,
                origin.getField("CLIENT").get(null));
        var recorder = Proxy.newProxyInstance(OldKafka.STORAGE, new Class<?>[] {metrics}, (proxy, method, arguments) -> null);
        try {
            var result = OldKafka.call(() -> validator.getMethod("validateMessagesAndAssignOffsets", PrimitiveRef.LongRef.class, metrics, BufferSupplier.class)
                    .invoke(one, PrimitiveRef.ofLong(0), recorder, BufferSupplier.NO_CACHING));
            return result.getClass().getMethod("validatedRecords").invoke(result);
        } catch (ApiException e) {
            return Errors.forException(e);
        } catch (RuntimeException e) {
            return Errors.forException((Throwable) e.getClass().getMethod("invalidException").invoke(e));
        }
    }

    // ---- material

    /** Batches of all formats one after another; the offsets of each may have gaps, as compaction leaves them. */
    static ByteBuffer randomLog(RandomGenerator random, int magicBound) {
        var parts = new ArrayList<ByteBuffer>();
        long offset = random.nextInt(20);
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            var part = batch(random.nextInt(magicBound), OLD_CODECS[random.nextInt(OLD_CODECS.length)], offset, random, random.nextInt(4) == 0);
            parts.add(part);
            for (var kafka : MemoryRecords.readableRecords(part).batches()) offset = kafka.nextOffset();
            offset += random.nextInt(3);
            if (magicBound > 2 && random.nextInt(8) == 0) {
                parts.add(new RecordBatchBuilder().baseOffset(offset++).producer(4, (short) 0, RecordBatch.NO_SEQUENCE).transactional()
                        .appendEndTransaction(RandomRecords.NOW, true, 0).build());
            }
        }
        return concat(parts);
    }

    static ByteBuffer batch(int magic, CompressionType codec, long baseOffset, RandomGenerator random, boolean isStamped) {
        var type = magic == 0 ? org.apache.kafka.common.record.TimestampType.NO_TIMESTAMP_TYPE
                : isStamped ? org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME : org.apache.kafka.common.record.TimestampType.CREATE_TIME;
        long offset = baseOffset;
        try (var builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(4096), (byte) magic, compression(codec), type, baseOffset,
                RandomRecords.NOW - 7, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE, false, false, 3, Integer.MAX_VALUE)) {
            for (var sample : RandomRecords.samples(random)) {
                if (magic < 2) builder.appendWithOffset(offset, magic == 0 ? -1 : sample.timestamp(), sample.keyBuffer(), sample.valueBuffer());
                else builder.appendWithOffset(offset, sample.timestamp(), sample.keyBuffer(), sample.valueBuffer(), headers(sample));
                offset += random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 1;
            }
            return builder.build().buffer();
        }
    }

    private static org.apache.kafka.common.header.Header[] headers(RandomRecords.Sample sample) {
        return sample.headers().stream()
                .map(header -> new org.apache.kafka.common.header.internals.RecordHeader(header.key(), RandomRecords.array(header.value())))
                .toArray(org.apache.kafka.common.header.Header[]::new);
    }

    /** A wrapper of anything, under a checksum that is right. @param within null for a null value */
    static ByteBuffer wrapper(byte magic, CompressionType codec, ByteBuffer within) {
        var output = new BatchOutput(100, 1 << 20);
        if (within != null) {
            try (var packer = codec.compress(output, codec.defaultLevel())) {
                packer.write(RandomRecords.array(within));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        var packed = output.toByteBuffer();
        var bytes = ByteBuffer.allocate(12 + LegacyMessage.sizeMin(magic) + packed.remaining());
        bytes.putLong(0).putInt(bytes.capacity() - 12).putInt(0).put(magic).put((byte) codec.id());
        if (magic > 0) bytes.putLong(RandomRecords.NOW);
        bytes.putInt(-1).putInt(within == null ? -1 : packed.remaining()).put(packed).flip();
        return checksummed(bytes);
    }

    static ByteBuffer checksummed(ByteBuffer message) {
        var crc = new java.util.zip.CRC32();
        crc.update(message.slice(16, message.limit() - 16));
        return message.putInt(12, (int) crc.getValue());
    }

    static Compression compression(CompressionType type) {
        return Compression.of(org.apache.kafka.common.record.internal.CompressionType.forId(type.id())).build();
    }

    static ByteBuffer concat(List<ByteBuffer> parts) {
        var all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
        for (var part : parts) all.put(part.duplicate());
        return all.flip();
    }

    private static List<String> read(ByteBuffer bytes) {
        var read = new ArrayList<String>();
        for (int at = bytes.position(); at < bytes.limit(); ) {
            if (bytes.get(at + 16) == 2) {
                var batch = new RecordBatch().wrap(bytes, at);
                for (var record : RandomRecords.recordsOf(batch)) read.add(text(record.offset(), record.timestamp(), record.key(), record.value()));
                at = batch.endPosition();
            } else {
                var message = new LegacyMessage().wrap(bytes, at);
                assertThat(message.isValidCrc()).isTrue();
                try (var reader = message.records(RandomRecords.DECOMPRESSED_MAX)) {
                    for (var record = reader.next(); record != null; record = reader.next()) {
                        assertThat(reader.isValidCrc()).isTrue();
                        read.add(text(record.offset(), record.timestamp(), record.key(), record.value()));
                    }
                }
                at = message.endPosition();
            }
        }
        return read;
    }

    private static String text(long offset, long timestamp, ByteBuffer key, ByteBuffer value) {
        return offset + " " + timestamp + " " + (key == null ? null : key.hashCode() + "/" + key.remaining())
                + " " + (value == null ? null : value.hashCode() + "/" + value.remaining());
    }

    /** To the byte, but for what gzip and snappy pack differently when it is written in other pieces. */
    static void assertSameMessages(ByteBuffer ours, ByteBuffer expected) {
        int a = 0;
        int b = 0;
        while (b < expected.limit()) {
            var our = new LegacyMessage().wrap(ours, a);
            var their = new LegacyMessage().wrap(expected, b);
            assertThat(our.isValidCrc()).isTrue();
            var codec = their.compressionType();
            if (codec == CompressionType.NONE || codec == CompressionType.LZ4) {
                assertThat(ours.slice(a, our.sizeInBytes())).isEqualTo(expected.slice(b, their.sizeInBytes()));
            }
            assertThat(our.lastOffset()).isEqualTo(their.lastOffset());
            assertThat(our.attributes()).isEqualTo(their.attributes());
            assertThat(our.magic()).isEqualTo(their.magic());
            assertThat(our.maxTimestamp()).isEqualTo(their.maxTimestamp());
            assertThat(read(ours.slice(a, our.sizeInBytes()))).isEqualTo(read(expected.slice(b, their.sizeInBytes())));
            a = our.endPosition();
            b = their.endPosition();
        }
        assertThat(a).isEqualTo(ours.limit());
    }
}
