package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.KafkaTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Apache Kafka's command-line tools print on Barnabas what they print on Apache Kafka, and read its files without a complaint. */
class ToolsTest extends SideBySide {
    @Test
    void topicsAreMadeDescribedGrownAndDeleted() {
        same(broker -> List.of(
                told(broker, KafkaTools.topics(broker, "--create", "--topic", topic, "--partitions", "3", "--config", "retention.ms=60000")),
                told(broker, KafkaTools.topics(broker, "--create", "--topic", topic)),
                told(broker, KafkaTools.topics(broker, "--describe", "--topic", topic)),
                told(broker, KafkaTools.topics(broker, "--alter", "--topic", topic, "--partitions", "4")),
                listed(KafkaTools.topics(broker, "--list")),
                told(broker, KafkaTools.topics(broker, "--delete", "--topic", topic)),
                told(broker, KafkaTools.topics(broker, "--describe", "--topic", "absent"))));
    }

    private List<String> listed(Command.Answer answer) {
        return answer.successful().lines().stream().filter(line -> line.equals(topic)).toList();
    }

    @Test
    void configurationsAreToldAndChanged() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            String[] ofTopic = {"--entity-type", "topics", "--entity-name", topic};
            return List.of(
                    told(broker, KafkaTools.configs(broker, with(ofTopic, "--alter", "--add-config", "retention.ms=5000,cleanup.policy=compact"))),
                    told(broker, KafkaTools.configs(broker, with(ofTopic, "--describe"))),
                    told(broker, KafkaTools.configs(broker, with(ofTopic, "--alter", "--delete-config", "retention.ms"))),
                    told(broker, KafkaTools.configs(broker, with(ofTopic, "--alter", "--add-config", "no.such=1"))),
                    told(broker, KafkaTools.configs(broker, with(ofTopic, "--describe", "--all"))));
        });
    }

    @Test
    void clusterWideSettingsAreToldAndChanged() {
        same(broker -> {
            String[] everyBroker = {"--entity-type", "brokers", "--entity-default"};
            return List.of(
                    told(broker, KafkaTools.configs(broker, with(everyBroker, "--alter", "--add-config", "log.cleaner.backoff.ms=20000"))),
                    told(broker, KafkaTools.configs(broker, with(everyBroker, "--describe"))),
                    told(broker, KafkaTools.configs(broker, with(everyBroker, "--alter", "--delete-config", "log.cleaner.backoff.ms"))));
        });
    }

    @Test
    void offsetsAreTold() {
        same(broker -> {
            write(broker, 100);
            var found = new ArrayList<String>();
            for (String time : List.of("-1", "-2", "-3", "1000000000050")) {
                found.add(told(broker, KafkaTools.offsets(broker, "--topic", topic, "--time", time)));
            }
            return found;
        });
    }

    @Test
    void theProducerBenchmarkWritesAllItsRecords() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            var answer = KafkaTools.producerPerformance(broker, "--topic", topic, "--num-records", "20000", "--record-size", "100",
                    "--throughput", "-1").successful();
            assertTrue(answer.output().contains("20000 records sent"), answer::toString);
            return KafkaTools.offsets(broker, "--topic", topic).successful().lines().stream().mapToLong(line -> Long.parseLong(line.split(":")[2])).sum();
        });
    }

    @Test
    void theDumpToolReadsSegmentsAndIndexesWithoutAComplaint() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1, Map.of("segment.bytes", "1048576", "index.interval.bytes", "1000"));
            var random = new Random(1);
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                try (var producer = Clients.producer(broker, "compression.type", codec, "batch.size", "2000")) {
                    for (int i = 0; i < 3_000; i++) producer.send(Clients.record(topic, 0, null, "key " + i, randomHex(random, 400)));
                }
            }
            var files = filesIn(broker.partitionDirectory(topic, 0), ".log", ".index", ".timeindex");
            assertTrue(files.size() >= 6, () -> "several segments wanted: " + files);
            var answer = KafkaTools.dumpLog("--deep-iteration", "--files", String.join(",", files)).successful();
            assertNoComplaint(answer);
            return answer.lines().stream().filter(line -> line.contains("| offset:")).count();
        });
    }

    @Test
    void theDumpToolReadsProducerSnapshots() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1, Map.of("segment.bytes", "1048576"));
            try (var producer = Clients.producer(broker, "batch.size", "50000")) {
                for (int i = 0; i < 1_500; i++) producer.send(Clients.record(topic, 0, null, null, "x".repeat(1_000)));
            }
            var snapshots = filesIn(broker.partitionDirectory(topic, 0), ".snapshot");
            assertTrue(!snapshots.isEmpty(), "a roll leaves a snapshot");
            var answer = KafkaTools.dumpLog("--files", String.join(",", snapshots)).successful();
            assertNoComplaint(answer);
            assertTrue(answer.output().contains("producerId:"), answer::toString);
            return "read";
        });
    }

    @Test
    void theDumpToolDecodesTheMetadataLogAndItsSnapshots() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            var files = filesIn(broker.dataDirectory().resolve("__cluster_metadata-0"), ".log", ".checkpoint");
            var answer = KafkaTools.dumpLog("--cluster-metadata-decoder", "--skip-record-metadata", "--files", String.join(",", files)).successful();
            assertNoComplaint(answer);
            for (String record : List.of("FEATURE_LEVEL_RECORD", "REGISTER_BROKER_RECORD", "TOPIC_RECORD", "PARTITION_RECORD")) {
                assertTrue(answer.output().contains(record), () -> "no " + record + " in " + answer);
            }
            return answer.lines().stream().filter(line -> line.contains("\"" + topic + "\"")).map(ToolsTest::withoutIds).toList();
        });
    }

    /** Text that shrinks to about half. */
    private static String randomHex(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) text.append(Integer.toHexString(random.nextInt()));
        return text.toString();
    }

    private static void assertNoComplaint(Command.Answer answer) {
        assertEquals(List.of(), Stream.concat(answer.lines().stream(), answer.errors().lines())
                .filter(line -> line.contains("Mismatches") || line.contains("Could not") || line.contains("Found ") || line.contains("is invalid")
                        || line.contains("isvalid: false") || line.contains("isvalid: null") || line.contains("xception") || line.contains("ERROR")).toList());
    }

    private static List<String> filesIn(Path directory, String... endings) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Path::toString).filter(name -> Stream.of(endings).anyMatch(name::endsWith)).sorted().toList();
        }
    }

    private void write(Broker broker, int count) throws Exception {
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < count; i++) producer.send(Clients.record(topic, 0, 1_000_000_000_000L + i, null, "value " + i));
        }
    }

    private static String[] with(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }

    /** All that a tool said and how it ended, without what no two clusters share. */
    private static String told(Broker broker, Command.Answer answer) {
        String text = "exit code " + answer.exitCode() + "\n" + answer.output() + answer.errors().replaceAll("(?m)^\\tat .*\\n", "");
        return withoutIds(plain(broker, text));
    }

    private static String withoutIds(String text) {
        return text.replaceAll("TopicId: \\S+", "TopicId: ID").replaceAll("\"topicId\":\"[^\"]*\"", "\"topicId\":\"ID\"");
    }
}
