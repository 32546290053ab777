package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** What is done to a cluster before its directory goes to the other broker. */
final class ExchangeScenes {
    /** Of late, else a start forgets the producers. */
    static final long FIRST_TIMESTAMP_MS = System.currentTimeMillis() - 600_000;
    private static final String PLAIN = "plain";
    private static final String COMPACTED = "compacted";
    private static final String SHRINKING = "shrinking";
    private static final String CUT = "cut";
    private static final String TRANSACTIONS = "transactions";
    private static final String GROUP = "readers";
    private static final String SEGMENT_BYTES = "1048576";
    private static final long DEADLINE_SECONDS = 60;

    private final Random random;
    private long clock = FIRST_TIMESTAMP_MS;

    ExchangeScenes(long seed) {
        random = new Random(seed);
    }

    /** Everything that a broker writes but for what {@link #fillFurther} makes. */
    void fill(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            for (var codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                Clients.create(admin, new NewTopic(PLAIN + "-" + codec, 2, (short) 1));
                write(broker, PLAIN + "-" + codec, 2, 40, 300, "compression.type", codec);
            }
            Clients.create(admin, new NewTopic(PLAIN, 1, (short) 1).configs(configsOf(PLAIN)));
            write(broker, PLAIN, 1, 30, 100_000);
            Clients.create(admin, new NewTopic("doomed", 3, (short) 1));
            write(broker, "doomed", 3, 5, 100);
            admin.deleteTopics(List.of("doomed")).all().get();
            compact(broker, admin);
            shrink(broker, admin);
            Clients.create(admin, new NewTopic(CUT, 1, (short) 1));
            write(broker, CUT, 1, 50, 200);
            admin.deleteRecords(Map.of(new TopicPartition(CUT, 0), RecordsToDelete.beforeOffset(17))).all().get();
            set(admin, new ConfigResource(ConfigResource.Type.BROKER, ""), "log.cleaner.backoff.ms", "200");
            set(admin, new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.cleaner.backoff.ms", "150");
        }
        awaitCheckpoint(broker, CUT + " 0 17");
    }

    /** Transactions of each kind, one left open; offsets of a group, and a quota: what Apache Kafka alone can make. */
    void fillFurther(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(new ClientQuotaEntity(Map.of("client-id", "greedy")),
                    List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1e9))))).all().get();
        }
        Clients.createTopic(broker, TRANSACTIONS, 2);
        // Closing it would abort what it has open.
        var open = Clients.producer(broker, "transactional.id", "open", "transaction.timeout.ms", "900000", "max.block.ms", "60000");
        open.initTransactions();
        try (var ending = Clients.producer(broker, "transactional.id", "ending", "compression.type", "lz4")) {
            ending.initTransactions();
            for (int i = 0; i < 6; i++) {
                ending.beginTransaction();
                send(ending, TRANSACTIONS, 2, 20, 100);
                if (i % 2 == 0) ending.commitTransaction();
                else ending.abortTransaction();
                write(broker, TRANSACTIONS, 2, 5, 100);
            }
            open.beginTransaction();
            send(open, TRANSACTIONS, 2, 3, 100);
            ending.beginTransaction();
            send(ending, TRANSACTIONS, 2, 20, 100);
            ending.commitTransaction();
        }
        open.close(Duration.ZERO);
        try (var consumer = Clients.consumer(broker, "group.id", GROUP)) {
            consumer.subscribe(List.of(PLAIN + "-none"));
            Clients.read(consumer, 80);
            consumer.commitSync();
        }
    }

    static String committedOffsets(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            return String.valueOf(admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get());
        }
    }

    /** What is changed on the other side, the n-th time. */
    void change(Broker broker, int n) throws Exception {
        try (var admin = Clients.admin(broker)) {
            writeMore(broker);
            set(admin, new ConfigResource(ConfigResource.Type.TOPIC, PLAIN), "retention.ms", String.valueOf(1_000_000_000L + n));
            set(admin, new ConfigResource(ConfigResource.Type.TOPIC, PLAIN), "max.message.bytes", String.valueOf(2_000_000 + n));
            admin.createPartitions(Map.of(PLAIN + "-lz4", NewPartitions.increaseTo(2 + n))).all().get();
            Clients.awaitPartitions(admin, PLAIN + "-lz4", 2 + n);
            write(broker, PLAIN + "-lz4", 2 + n, 10, 100);
            admin.deleteRecords(Map.of(new TopicPartition(CUT, 0), RecordsToDelete.beforeOffset(17 + n))).all().get();
            Clients.create(admin, new NewTopic("new-" + n, 1, (short) 1).configs(Map.of("retention.bytes", "123456789")));
            write(broker, "new-" + n, 1, 10, 100);
            if (n == 1) admin.deleteTopics(List.of(PLAIN + "-gzip")).all().get();
        }
        awaitCheckpoint(broker, CUT + " 0 " + (17 + n));
    }

    /** More records where there are some. */
    void writeMore(Broker broker) {
        write(broker, PLAIN + "-zstd", 2, 30, 300, "compression.type", "zstd");
        write(broker, PLAIN, 1, 12, 100_000);
        write(broker, COMPACTED, 1, 50, 300);
    }

    /** With which a topic, once it is filled, changes no more by itself. */
    static Map<String, String> configsOf(String topic) {
        return switch (topic) {
            case PLAIN -> Map.of("segment.bytes", SEGMENT_BYTES, "message.timestamp.type", "LogAppendTime");
            case COMPACTED -> Map.of("segment.bytes", SEGMENT_BYTES, "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "1.0");
            case SHRINKING -> Map.of("segment.bytes", SEGMENT_BYTES);
            default -> Map.of();
        };
    }

    private void compact(Broker broker, Admin admin) throws Exception {
        // Nothing is to change by itself while two brokers are asked: a pass is made, and then no more.
        Clients.create(admin, new NewTopic(COMPACTED, 1, (short) 1).configs(Map.of("cleanup.policy", "compact", "segment.bytes", SEGMENT_BYTES,
                "min.cleanable.dirty.ratio", "0.01")));
        write(broker, COMPACTED, 1, 40, 80_000);
        await(() -> Files.readString(broker.dataDirectory().resolve("cleaner-offset-checkpoint")).contains("\n" + COMPACTED + " 0 "));
        set(admin, new ConfigResource(ConfigResource.Type.TOPIC, COMPACTED), "min.cleanable.dirty.ratio", "1.0");
    }

    private void shrink(Broker broker, Admin admin) throws Exception {
        Clients.create(admin, new NewTopic(SHRINKING, 1, (short) 1).configs(Map.of("segment.bytes", SEGMENT_BYTES, "retention.bytes", SEGMENT_BYTES)));
        write(broker, SHRINKING, 1, 40, 100_000);
        var partition = new TopicPartition(SHRINKING, 0);
        await(() -> admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition).get().offset() > 0);
        set(admin, new ConfigResource(ConfigResource.Type.TOPIC, SHRINKING), "retention.bytes", "-1");
    }

    private static void set(Admin admin, ConfigResource resource, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)))).all().get();
    }

    private void write(Broker broker, String topic, int partitions, int count, int valueBytes, String... settings) {
        try (var producer = Clients.producer(broker, settings)) {
            send(producer, topic, partitions, count, valueBytes);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, int partitions, int count, int valueBytes) {
        for (int i = 0; i < count; i++) {
            for (int partition = 0; partition < partitions; partition++) {
                var value = new byte[valueBytes / 2];
                random.nextBytes(value);
                String text = random.nextInt(10) == 0 ? null : HexFormat.of().formatHex(value);
                var record = Clients.record(topic, partition, clock++, "key " + random.nextInt(15), text);
                if (random.nextInt(4) == 0) record.headers().add("header", Clients.bytes(String.valueOf(i)));
                producer.send(record);
            }
        }
        producer.flush();
    }

    /** A start of a log that is not yet noted may come back after a {@code kill -9}, with either broker. */
    private static void awaitCheckpoint(Broker broker, String line) throws Exception {
        Path checkpoint = broker.dataDirectory().resolve("log-start-offset-checkpoint");
        await(() -> Files.readAllLines(checkpoint).contains(line));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!holds(condition)) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("waited in vain");
            Thread.onSpinWait();
        }
    }

    private static boolean holds(Condition condition) throws Exception {
        try {
            return condition.holds();
        } catch (IOException e) {
            return false; // replaced just now, or not there yet
        }
    }
}
