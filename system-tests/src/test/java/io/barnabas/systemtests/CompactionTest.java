package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/**
 * Both brokers compact copies of one partition, which Apache Kafka wrote with all that a producer can write; what is left must
 * be the same, batch by batch and record by record.
 */
class CompactionTest {
    private static final String TOPIC = "compacted";
    private static final int KEYS = 300;
    /** Of late, else a start forgets the producers. */
    private static final long FIRST_TIMESTAMP_MS = System.currentTimeMillis() - 60_000;
    private static final long DEADLINE_SECONDS = 60;
    /** So that no pass begins before it is wanted. */
    private static final Map<String, String> CONFIGS = Map.of("cleanup.policy", "compact", "segment.bytes", "1048576",
            "min.cleanable.dirty.ratio", "1.0");

    @Test
    void theSameIsLeftAsByApacheKafka() throws Exception {
        Path written = writeWithKafka();
        var expected = compactTwice(written, KafkaPeer.with().setting("log.cleaner.backoff.ms", "100"), null);
        var found = compactTwice(written, null, BarnabasProcess.with().setting("log.cleaner.backoff.ms", "100"));
        for (int pass = 0; pass < expected.size(); pass++) {
            assertEquals(String.join("\n", expected.get(pass)), String.join("\n", found.get(pass)), "after pass " + (pass + 1));
        }
        assertTrue(expected.get(1).stream().anyMatch(line -> line.contains("deleteHorizonMs: OptionalLong[")), "tombstones wanted");
        assertTrue(expected.get(1).size() < expected.get(0).size() / 2, "little is left of what was written");
    }

    /** @return the partition's folder after a clean stop */
    private static Path writeWithKafka() throws Exception {
        try (var kafka = KafkaPeer.with().start()) {
            Clients.createTopic(kafka, TOPIC, 1, CONFIGS);
            var random = new Random(7);
            long[] clock = {FIRST_TIMESTAMP_MS};
            for (String codec : List.of("none", "zstd", "none", "gzip", "lz4", "snappy")) {
                try (var plain = Clients.producer(kafka, "compression.type", codec, "enable.idempotence", "false", "batch.size", "4000", "linger.ms", "5");
                        var numbered = Clients.producer(kafka, "compression.type", codec, "batch.size", "8000", "linger.ms", "5");
                        var transactional = Clients.producer(kafka, "compression.type", codec, "transactional.id", "t-" + codec, "linger.ms", "5")) {
                    transactional.initTransactions();
                    for (int round = 0; round < 4; round++) {
                        send(plain, random, clock, 150);
                        send(numbered, random, clock, 150);
                        transactional.beginTransaction();
                        send(transactional, random, clock, 100);
                        if (round % 2 == 0) transactional.commitTransaction();
                        else transactional.abortTransaction();
                    }
                }
            }
            // What was written so far lies in closed segments.
            close(kafka, random, clock);
            kafka.process().terminate();
            return kafka.partitionDirectory(TOPIC, 0);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Random random, long[] clock, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String value = random.nextInt(12) == 0 ? null : hex(random, 400);
            producer.send(Clients.record(TOPIC, 0, clock[0]++, "key " + random.nextInt(KEYS), value));
        }
        producer.flush();
    }

    private static String hex(Random random, int bytes) {
        var value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    /** Writes until the active segment is another one. */
    private static void close(Broker broker, Random random, long[] clock) throws Exception {
        try (var producer = Clients.producer(broker, "enable.idempotence", "false")) {
            for (int i = 0; i < 4; i++) producer.send(Clients.record(TOPIC, 0, clock[0]++, "filler " + i, hex(random, 200_000))).get();
        }
    }

    /** @return of each pass: what was there before, after it, ... */
    static List<List<String>> compactTwice(Path written, KafkaPeer.Setup kafka, BarnabasProcess.Setup barnabas) throws Exception {
        Path data = Repository.newScratch("compacted").resolve("data");
        if (kafka != null) kafka.data(data);
        else barnabas.data(data);
        try (var broker = kafka != null ? kafka.start() : barnabas.start()) {
            Clients.createTopic(broker, TOPIC, 1, CONFIGS);
            broker.process().terminate();
        }
        var passes = new ArrayList<List<String>>();
        Directories.takeOver(written, data.resolve(TOPIC + "-0"));
        passes.add(dump(data.resolve(TOPIC + "-0")));
        try (var broker = kafka != null ? kafka.start() : barnabas.start()) {
            passes.add(compact(broker));
            // Markers whose data is gone are met again.
            setDirtyRatio(broker, "1.0");
            var random = new Random(8);
            close(broker, random, new long[] {FIRST_TIMESTAMP_MS + 50_000});
            passes.add(compact(broker));
        }
        return passes;
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> compact(Broker broker) throws Exception {
        Path folder = broker.partitionDirectory(TOPIC, 0);
        setDirtyRatio(broker, "0.0");
        var logs = names(folder).stream().filter(name -> name.endsWith(".log")).toList();
        long active = Long.parseLong(logs.get(logs.size() - 1).substring(0, 20));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        try (var admin = Clients.admin(broker)) {
            while (firstDirtyOffset(broker.dataDirectory()) < active) {
                if (System.nanoTime() > deadlineNs) throw new AssertionError("not compacted: broker=" + broker.name() + "\n" + broker.process().output());
                Clients.awaitPartitions(admin, TOPIC, 1);
            }
        }
        return dump(folder);
    }

    private static void setDirtyRatio(Broker broker, String ratio) throws Exception {
        try (var admin = Clients.admin(broker)) {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("min.cleanable.dirty.ratio", ratio), AlterConfigOp.OpType.SET)))).all().get();
        }
    }

    private static long firstDirtyOffset(Path data) throws IOException {
        Path checkpoint = data.resolve("cleaner-offset-checkpoint");
        if (!Files.exists(checkpoint)) return 0;
        for (var line : Files.readAllLines(checkpoint)) if (line.startsWith(TOPIC + " 0 ")) return Long.parseLong(line.split(" ")[2]);
        return 0;
    }

    /** Batches and records as the dump tool tells them, without what packing them again may change, and without times of these passes. */
    private static List<String> dump(Path folder) throws IOException {
        var logs = names(folder).stream().filter(name -> name.endsWith(".log")).map(name -> folder.resolve(name).toString()).collect(Collectors.joining(","));
        var told = KafkaTools.dumpLog("--deep-iteration", "--print-data-log", "--files", logs).successful();
        return told.lines().stream().map(line -> line.replaceAll("^Dumping .*/", "Dumping ")
                .replaceAll("(deleteHorizonMs: OptionalLong\\[)\\d+", "$1when")
                .replaceAll(" position: \\d+| size: \\d+| crc: \\d+", "")).toList();
    }
}
