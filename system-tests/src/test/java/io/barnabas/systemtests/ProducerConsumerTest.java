package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Apache Kafka's Java producer and consumer of its newest release find on Barnabas what they find on Apache Kafka. */
class ProducerConsumerTest extends SideBySide {
    private static final long T0 = 1_000_000_000_000L;

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void anIdempotentProducerWritesEachRecordOnceAndInOrder(String codec) {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            var offsets = new ArrayList<Long>();
            try (var producer = Clients.producer(broker, "compression.type", codec, "linger.ms", "5")) {
                var sent = new ArrayList<Future<RecordMetadata>>();
                for (int i = 0; i < 2_000; i++) sent.add(producer.send(Clients.record(topic, 0, T0 + i, "key " + i, "value " + i)));
                for (var future : sent) offsets.add(future.get().offset());
            }
            var headers = BatchHeaders.in(broker.partitionDirectory(topic, 0));
            return List.of(offsets, headers.stream().map(BatchHeaders::codec).distinct().toList(),
                    headers.stream().allMatch(header -> header.producerId() >= 0), told(broker, 2_000));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void eachKindOfAcknowledgementTellsTheOffset(String acks) {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            var told = new ArrayList<String>();
            try (var producer = Clients.producer(broker, "acks", acks, "enable.idempotence", "false")) {
                for (int i = 0; i < 5; i++) {
                    var metadata = producer.send(Clients.record(topic, 0, T0 + i, null, "value")).get();
                    told.add(metadata.partition() + " " + metadata.offset() + " " + metadata.timestamp() + " " + metadata.serializedValueSize());
                }
            }
            Clients.awaitEndOffset(broker, topic, 0, 5);
            return List.of(told, told(broker, 5));
        });
    }

    @Test
    void headersKeysAndNullsComeBack() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            try (var producer = Clients.producer(broker)) {
                var headers = List.<Header>of(new RecordHeader("a", Clients.bytes("1")),
                        new RecordHeader("a", null), new RecordHeader("", new byte[0]));
                producer.send(new ProducerRecord<>(topic, 0, T0, null, null, headers)).get();
                producer.send(Clients.record(topic, 0, T0, "", "")).get();
                producer.send(Clients.record(topic, 0, T0, "key", null)).get();
            }
            return told(broker, 3);
        });
    }

    @Test
    void theBrokerStampsRecordsWhereTheTopicWantsIt() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1, Map.of("message.timestamp.type", "LogAppendTime"));
            long beforeMs = System.currentTimeMillis();
            try (var producer = Clients.producer(broker); var consumer = consumer(broker)) {
                long toldMs = producer.send(Clients.record(topic, 0, T0, null, "value")).get().timestamp();
                var record = Clients.read(consumer, 1).get(0);
                return List.of(record.timestampType().toString(), toldMs >= beforeMs, record.timestamp() == toldMs);
            }
        });
    }

    @Test
    void aTopicsOwnCodecIsTheOneInTheLog() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1, Map.of("compression.type", "zstd"));
            try (var producer = Clients.producer(broker, "compression.type", "gzip")) {
                producer.send(Clients.record(topic, 0, T0, null, "repeated ".repeat(100))).get();
            }
            return List.of(BatchHeaders.in(broker.partitionDirectory(topic, 0)).get(0).codec(), told(broker, 1));
        });
    }

    @Test
    void refusalsReachTheProducer() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1, Map.of("max.message.bytes", "1000"));
            Clients.createTopic(broker, topic + "-in-sync", 1, Map.of("min.insync.replicas", "2"));
            Clients.createTopic(broker, topic + "-time", 1, Map.of("message.timestamp.before.max.ms", "1000"));
            var found = new ArrayList<String>();
            try (var producer = Clients.producer(broker, "retries", "0", "enable.idempotence", "false")) {
                found.add(outcome(() -> producer.send(Clients.record(topic, 0, null, null, "x".repeat(2_000))).get()));
                found.add(outcome(() -> producer.send(Clients.record(topic + "-in-sync", 0, null, null, "x")).get()));
                found.add(outcome(() -> producer.send(Clients.record(topic + "-time", 0, T0, null, "x")).get()));
                found.add(outcome(() -> producer.send(Clients.record("no/such", 0, T0, null, "x")).get()));
            }
            return found;
        });
    }

    @Test
    void aConsumerFindsItsPlaceByOffsetAndByTime() {
        same(broker -> {
            write(broker, 100);
            var partition = new TopicPartition(topic, 0);
            try (var consumer = consumer(broker)) {
                var found = new ArrayList<Object>();
                found.add(consumer.beginningOffsets(List.of(partition)).toString());
                found.add(consumer.endOffsets(List.of(partition)).toString());
                for (long time : new long[] {0, T0 + 50, T0 + 99, T0 + 100}) found.add(String.valueOf(consumer.offsetsForTimes(Map.of(partition, time))));
                consumer.seek(partition, 42);
                found.add(Clients.read(consumer, 58).get(0).offset());
                found.add(consumer.position(partition));
                consumer.seekToBeginning(List.of(partition));
                found.add(consumer.position(partition));
                found.add(consumer.partitionsFor(topic).size());
                return found;
            }
        });
    }

    @Test
    void aPositionBeyondTheLogIsOutOfRange() {
        same(broker -> {
            write(broker, 3);
            try (var consumer = consumer(broker, "auto.offset.reset", "none")) {
                consumer.seek(new TopicPartition(topic, 0), 77);
                return outcome(() -> Clients.read(consumer, 1));
            }
        });
    }

    @Test
    void smallFetchesReadEverythingOnce() {
        same(broker -> {
            write(broker, 500);
            try (var consumer = consumer(broker, "max.partition.fetch.bytes", "300", "fetch.max.bytes", "300", "max.poll.records", "7")) {
                return Clients.read(consumer, 500).stream().map(ProducerConsumerTest::told).toList();
            }
        });
    }

    @Test
    void aReadOfCommittedRecordsSeesPlainOnes() {
        same(broker -> {
            write(broker, 20);
            try (var consumer = consumer(broker, "isolation.level", "read_committed")) {
                return Clients.read(consumer, 20).stream().map(ProducerConsumerTest::told).toList();
            }
        });
    }

    @Test
    void aWaitingConsumerGetsWhatIsWrittenLater() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            try (var consumer = consumer(broker, "fetch.min.bytes", "1", "fetch.max.wait.ms", "1500"); var producer = Clients.producer(broker)) {
                consumer.poll(Duration.ofMillis(100));
                producer.send(Clients.record(topic, 0, T0, null, "late")).get();
                return Clients.read(consumer, 1).stream().map(ProducerConsumerTest::told).toList();
            }
        });
    }

    @Test
    void largeDataComesBackWithEqualChecksums() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        same(broker -> {
            Clients.createTopic(broker, topic, 3, Map.of("segment.bytes", "1048576"));
            var random = new Random(seed);
            var written = new long[3];
            var counts = new int[3];
            var sent = new ArrayList<Future<RecordMetadata>>();
            try (var producer = Clients.producer(broker, "batch.size", "100000", "linger.ms", "5", "compression.type", "lz4")) {
                for (int i = 0; i < 1_500; i++) {
                    byte[] value = new byte[1 + random.nextInt(8_000)];
                    random.nextBytes(value);
                    written[i % 3] = checksum(written[i % 3], value);
                    counts[i % 3]++;
                    sent.add(producer.send(new ProducerRecord<>(topic, i % 3, null, value)));
                }
                for (var future : sent) future.get();
            }
            var read = new long[3];
            try (var consumer = Clients.consumer(broker)) {
                consumer.assign(IntStream.range(0, 3).mapToObj(i -> new TopicPartition(topic, i)).toList());
                for (var record : Clients.read(consumer, 1_500)) read[record.partition()] = checksum(read[record.partition()], record.value());
            }
            assertTrue(Arrays.equals(written, read), () -> "seed=" + seed);
            return List.of(counts[0], counts[1], counts[2]);
        });
    }

    private static long checksum(long before, byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return before * 31 + crc.getValue();
    }

    private void write(Broker broker, int count) throws Exception {
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < count; i++) producer.send(Clients.record(topic, 0, T0 + i, "key " + i, "value " + i));
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(Broker broker, String... settings) {
        var consumer = Clients.consumer(broker, settings);
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        return consumer;
    }

    /** The first {@code count} records of partition 0, as text. */
    private List<String> told(Broker broker, int count) {
        try (var consumer = consumer(broker)) {
            return Clients.read(consumer, count).stream().map(ProducerConsumerTest::told).toList();
        }
    }

    private static String told(ConsumerRecord<byte[], byte[]> record) {
        var text = new StringBuilder().append(record.offset()).append(' ').append(record.timestampType()).append(' ').append(record.timestamp())
                .append(' ').append(record.leaderEpoch()).append(' ').append(Clients.text(record.key())).append('=').append(Clients.text(record.value()));
        record.headers().forEach(header -> text.append(' ').append(header.key()).append(':').append(Clients.text(header.value())));
        return text.toString();
    }
}
