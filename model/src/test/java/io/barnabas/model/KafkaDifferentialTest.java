package io.barnabas.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Apache Kafka's own record classes are the judge, in both directions. */
class KafkaDifferentialTest {
    private static final int ROUNDS = 60;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batchesThatKafkaWritesAreReadFieldByField(CompressionType type) {
        Seeds.check(ROUNDS, (seed, random) -> {
            var samples = RandomRecords.samples(random);
            var header = HeaderFields.random(random);
            var bytes = kafkaBatch(type, type.defaultLevel(), samples, header);
            var batch = new RecordBatch().wrap(random.nextBoolean() ? bytes : RandomRecords.direct(bytes), 0);
            assertSameHeader(batch, onlyBatch(bytes));
            assertThat(batch.isValidCrc()).isTrue();
            assertSameRecords(RandomRecords.recordsOf(batch), onlyBatch(bytes));
        });
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batchesThatWeWriteAreReadByKafka(CompressionType type) {
        Seeds.check(ROUNDS, (seed, random) -> {
            var samples = RandomRecords.samples(random);
            var bytes = ourBatch(type, type.defaultLevel(), samples, HeaderFields.random(random));
            var kafka = onlyBatch(bytes);
            kafka.ensureValid();
            var batch = new RecordBatch().wrap(bytes, 0);
            assertSameHeader(batch, kafka);
            assertSameRecords(RandomRecords.recordsOf(batch), kafka);
        });
    }

    @ParameterizedTest
    @CsvSource({"NONE,0", "LZ4,9", "LZ4,1", "LZ4,17", "GZIP,-1", "GZIP,1", "GZIP,9", "SNAPPY,0", "ZSTD,3", "ZSTD,-5", "ZSTD,12"})
    void theSameRecordsGiveTheSameBytes(CompressionType type, int level) {
        Seeds.check(ROUNDS / 2, (seed, random) -> {
            var samples = RandomRecords.samples(random);
            var header = HeaderFields.random(random);
            var ours = ourBatch(type, level, samples, header);
            var theirs = kafkaBatch(type, level, samples, header);
            // Codecs may cut their blocks differently where writes are cut differently; headers must agree but for that.
            if (type == CompressionType.NONE || type == CompressionType.LZ4) assertThat(ours).isEqualTo(theirs);
            else assertSameHeaderBesidesPacking(ours, theirs);
        });
    }

    @Test
    void headerSettersWriteWhatKafkasWrite() {
        Seeds.check(ROUNDS, (seed, random) -> {
            var bytes = ourBatch(CompressionType.NONE, 0, RandomRecords.samples(random), HeaderFields.random(random));
            var theirs = ByteBuffer.wrap(RandomRecords.array(bytes));
            var batch = new RecordBatch().wrap(bytes, 0);
            var kafka = onlyBatch(theirs);
            long baseOffset = random.nextLong(1L << 50);
            int leaderEpoch = random.nextInt();
            long maxTimestamp = random.nextBoolean() ? batch.maxTimestamp() : random.nextLong(1L << 45);
            boolean isAppendTime = random.nextBoolean();
            batch.setBaseOffset(baseOffset);
            batch.setLeaderEpoch(leaderEpoch);
            batch.setMaxTimestamp(isAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, maxTimestamp);
            kafka.setLastOffset(baseOffset + batch.lastOffsetDelta());
            kafka.setPartitionLeaderEpoch(leaderEpoch);
            kafka.setMaxTimestamp(isAppendTime ? org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME
                    : org.apache.kafka.common.record.TimestampType.CREATE_TIME, maxTimestamp);
            assertThat(bytes).isEqualTo(theirs);
        });
    }

    @Test
    void controlBatchesAreKafkasToTheByte() {
        for (boolean isCommit : new boolean[] {true, false}) {
            var type = isCommit ? org.apache.kafka.common.record.internal.ControlRecordType.COMMIT
                    : org.apache.kafka.common.record.internal.ControlRecordType.ABORT;
            var theirs = MemoryRecords.withEndTransactionMarker(40, RandomRecords.NOW, 7, 99, (short) 3, new EndTransactionMarker(type, 12));
            var ours = new RecordBatchBuilder().baseOffset(40).leaderEpoch(7).producer(99, (short) 3, RecordBatch.NO_SEQUENCE)
                    .transactional().appendEndTransaction(RandomRecords.NOW, isCommit, 12).build();
            assertThat(ours).isEqualTo(theirs.buffer());
        }
        var leader = new LeaderChangeMessage().setVersion((short) 1).setLeaderId(3);
        var theirs = MemoryRecords.withLeaderChangeMessage(5, RandomRecords.NOW, 2, ByteBuffer.allocate(256), leader).buffer();
        assertThat(ourControl(5, 2, ControlRecordType.LEADER_CHANGE, theirs)).isEqualTo(theirs);
        var snapshot = new SnapshotHeaderRecord().setVersion((short) 0).setLastContainedLogTimestamp(77);
        theirs = MemoryRecords.withSnapshotHeaderRecord(0, RandomRecords.NOW, 2, ByteBuffer.allocate(256), snapshot).buffer();
        assertThat(ourControl(0, 2, ControlRecordType.SNAPSHOT_HEADER, theirs)).isEqualTo(theirs);
    }

    @Test
    void controlRecordTypesHaveKafkasNumbers() {
        for (var type : ControlRecordType.values()) {
            var kafka = org.apache.kafka.common.record.internal.ControlRecordType.valueOf(type.name());
            assertThat(type.id()).isEqualTo(kafka.type());
            assertThat(ControlRecordType.ofKey(kafka.recordKey())).isEqualTo(type);
        }
    }

    @Test
    void sequencesWrapAsKafkasDo() {
        for (int base : new int[] {0, 5, Integer.MAX_VALUE - 3, Integer.MAX_VALUE - 2, Integer.MAX_VALUE}) {
            var samples = List.of(sample("a"), sample("b"), sample("c"));
            var bytes = ourBatch(CompressionType.NONE, 0, samples, new HeaderFields(0, 1, 1, (short) 0, base, false, false));
            assertThat(new RecordBatch().wrap(bytes, 0).lastSequence()).isEqualTo(onlyBatch(bytes).lastSequence());
            assertSameRecords(RandomRecords.recordsOf(new RecordBatch().wrap(bytes, 0)), onlyBatch(bytes));
        }
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void whatWeTakeKafkaTakes(CompressionType type) {
        var validator = new RecordBatchValidator();
        Seeds.check(ROUNDS, (seed, random) -> {
            var header = new HeaderFields(0, -1, random.nextInt(100), (short) 0, random.nextInt(Integer.MAX_VALUE), false, random.nextBoolean());
            var bytes = kafkaBatch(type, type.defaultLevel(), RandomRecords.samples(random), header);
            ProduceRequest.validateRecords((short) 13, MemoryRecords.readableRecords(bytes));
            var result = validator.validate(bytes, limitless(null), 13, RandomRecords.NOW);
            assertThat(result).isInstanceOf(ValidationResult.Accepted.class);
            assertThat(((ValidationResult.Accepted) result).batch().isTransactional()).isEqualTo(header.isTransactional);
            onlyBatch(bytes).ensureValid();
        });
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batchesPackedAnewAreReadByKafkaWithTheSameRecords(CompressionType target) {
        var validator = new RecordBatchValidator();
        Seeds.check(ROUNDS / 4, (seed, random) -> {
            for (var source : CompressionType.values()) {
                var bytes = kafkaBatch(source, source.defaultLevel(), RandomRecords.samples(random), HeaderFields.plain());
                var before = RandomRecords.recordsOf(new RecordBatch().wrap(ByteBuffer.wrap(RandomRecords.array(bytes)), 0));
                var result = validator.validate(RandomRecords.direct(bytes), limitless(target), 13, RandomRecords.NOW);
                var accepted = (ValidationResult.Accepted) result;
                assertThat(accepted.isReplaced()).isEqualTo(source != target);
                assertThat(accepted.batch().compressionType()).isEqualTo(target);
                var kafka = onlyBatch(accepted.batch().toByteBuffer());
                kafka.ensureValid();
                assertSameRecords(before, kafka);
            }
        });
    }

    static RecordValidation limitless(CompressionType type) {
        return new RecordValidation(Integer.MAX_VALUE, Integer.MAX_VALUE, TimestampType.CREATE_TIME,
                Long.MAX_VALUE, Long.MAX_VALUE, false, type, -1, 9, 3);
    }

    private static ByteBuffer ourControl(long offset, int epoch, ControlRecordType type, ByteBuffer like) {
        var kafka = onlyBatch(like).iterator().next();
        return new RecordBatchBuilder().baseOffset(offset).leaderEpoch(epoch)
                .appendControl(RandomRecords.NOW, type, kafka.value()).build();
    }

    private static RandomRecords.Sample sample(String value) {
        return new RandomRecords.Sample(RandomRecords.NOW, null, value.getBytes(), List.of());
    }

    private record HeaderFields(long baseOffset, int leaderEpoch, long producerId, short producerEpoch, int baseSequence,
            boolean isLogAppendTime, boolean isTransactional) {
        static HeaderFields plain() {
            return new HeaderFields(0, -1, -1, (short) -1, -1, false, false);
        }

        static HeaderFields random(RandomGenerator random) {
            long offset = random.nextLong(1L << 50);
            if (random.nextBoolean()) return new HeaderFields(offset, random.nextInt(100), -1, (short) -1, -1, random.nextBoolean(), false);
            return new HeaderFields(offset, random.nextInt(100), random.nextLong(1L << 40), (short) random.nextInt(1 << 15),
                    random.nextInt(Integer.MAX_VALUE), random.nextBoolean(), random.nextBoolean());
        }
    }

    private static ByteBuffer ourBatch(CompressionType type, int level, List<RandomRecords.Sample> samples, HeaderFields header) {
        var builder = new RecordBatchBuilder().compression(type, level).baseOffset(header.baseOffset).leaderEpoch(header.leaderEpoch)
                .producer(header.producerId, header.producerEpoch, header.baseSequence);
        if (header.isLogAppendTime) builder.logAppendTime(RandomRecords.NOW);
        if (header.isTransactional) builder.transactional();
        return RandomRecords.fill(builder, samples).build();
    }

    private static ByteBuffer kafkaBatch(CompressionType type, int level, List<RandomRecords.Sample> samples, HeaderFields header) {
        var compression = switch (type) {
            case NONE -> Compression.NONE;
            case GZIP -> Compression.gzip().level(level).build();
            case SNAPPY -> Compression.snappy().build();
            case LZ4 -> Compression.lz4().level(level).build();
            case ZSTD -> Compression.zstd().level(level).build();
        };
        var timestampType = header.isLogAppendTime ? org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME
                : org.apache.kafka.common.record.TimestampType.CREATE_TIME;
        try (var builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(4096), (byte) 2, compression, timestampType,
                header.baseOffset, RandomRecords.NOW, header.producerId, header.producerEpoch, header.baseSequence,
                header.isTransactional, false, header.leaderEpoch, Integer.MAX_VALUE)) {
            for (var sample : samples) {
                var headers = sample.headers().stream()
                        .map(h -> new RecordHeader(h.key(), RandomRecords.array(h.value()))).toArray(Header[]::new);
                builder.append(sample.timestamp(), sample.key(), sample.value(), headers);
            }
            return builder.build().buffer();
        }
    }

    private static MutableRecordBatch onlyBatch(ByteBuffer bytes) {
        var batches = MemoryRecords.readableRecords(bytes.duplicate()).batches().iterator();
        var batch = batches.next();
        assertThat(batches.hasNext()).isFalse();
        return batch;
    }

    private static void assertSameHeader(RecordBatch ours, MutableRecordBatch theirs) {
        assertThat(ours.baseOffset()).isEqualTo(theirs.baseOffset());
        assertThat(ours.lastOffset()).isEqualTo(theirs.lastOffset());
        assertThat(ours.nextOffset()).isEqualTo(theirs.nextOffset());
        assertThat(ours.sizeInBytes()).isEqualTo(theirs.sizeInBytes());
        assertThat(ours.leaderEpoch()).isEqualTo(theirs.partitionLeaderEpoch());
        assertThat(ours.magic()).isEqualTo(theirs.magic());
        assertThat(ours.crc()).isEqualTo(theirs.checksum());
        assertThat(ours.compressionType().name()).isEqualTo(theirs.compressionType().name());
        assertThat(ours.timestampType().name()).isEqualTo(theirs.timestampType().name());
        assertThat(ours.isTransactional()).isEqualTo(theirs.isTransactional());
        assertThat(ours.isControl()).isEqualTo(theirs.isControlBatch());
        assertThat(ours.hasDeleteHorizon()).isEqualTo(theirs.deleteHorizonMs().isPresent());
        assertThat(ours.maxTimestamp()).isEqualTo(theirs.maxTimestamp());
        assertThat(ours.producerId()).isEqualTo(theirs.producerId());
        assertThat(ours.producerEpoch()).isEqualTo(theirs.producerEpoch());
        assertThat(ours.baseSequence()).isEqualTo(theirs.baseSequence());
        assertThat(ours.lastSequence()).isEqualTo(theirs.lastSequence());
        assertThat(ours.recordCount()).isEqualTo(theirs.countOrNull());
    }

    private static void assertSameHeaderBesidesPacking(ByteBuffer ours, ByteBuffer theirs) {
        var left = ByteBuffer.wrap(RandomRecords.array(ours.slice(0, RecordBatch.HEADER_BYTES)));
        var right = ByteBuffer.wrap(RandomRecords.array(theirs.slice(0, RecordBatch.HEADER_BYTES)));
        for (var header : List.of(left, right)) header.putInt(RecordBatch.BATCH_LENGTH_AT, 0).putInt(RecordBatch.CRC_AT, 0);
        assertThat(left).isEqualTo(right);
        assertThat((double) ours.remaining()).isBetween(theirs.remaining() * 0.98 - 64, theirs.remaining() * 1.02 + 64);
    }

    private static void assertSameRecords(List<Record> ours, MutableRecordBatch theirs) {
        int index = 0;
        for (var kafka : theirs) {
            var record = ours.get(index++);
            assertThat(record.offset()).isEqualTo(kafka.offset());
            assertThat(record.timestamp()).isEqualTo(kafka.timestamp());
            assertThat(record.sequence()).isEqualTo(kafka.sequence());
            assertThat(record.key()).isEqualTo(kafka.key());
            assertThat(record.value()).isEqualTo(kafka.value());
            assertThat(record.headers()).hasSize(kafka.headers().length);
            for (int i = 0; i < kafka.headers().length; i++) {
                assertThat(record.headers().get(i).key()).isEqualTo(kafka.headers()[i].key());
                assertThat(RandomRecords.array(record.headers().get(i).value())).isEqualTo(kafka.headers()[i].value());
            }
        }
        assertThat(index).isEqualTo(ours.size());
    }
}
