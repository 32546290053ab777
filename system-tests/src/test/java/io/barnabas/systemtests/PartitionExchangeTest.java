package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

/**
 * Folders of partitions go from Barnabas into a directory that Apache Kafka 3.9 formatted, and from there back into the one that they
 * came from: each shows what the other has left.
 */
class PartitionExchangeTest {
    /** Of those that both make: partitions. */
    private static final Map<String, Integer> TOPICS = new TreeMap<>(Map.of("plain", 1, "plain-none", 2, "plain-gzip", 2, "plain-snappy", 2,
            "plain-lz4", 2, "plain-zstd", 2, "compacted", 1, "shrinking", 1));

    private final ExchangeScenes scenes = new ExchangeScenes(6);
    private final Path ours = Repository.newScratch("barnabas").resolve("data");
    private final Path theirs = Repository.newScratch("kafka-3.9").resolve("data");

    @Test
    void partitionsGoToApacheKafka39AndBack() throws Exception {
        List<String> left;
        try (var broker = barnabas()) {
            scenes.fill(broker);
            left = ClusterView.ofPartitions(broker, TOPICS);
            broker.process().terminate();
        }
        try (var broker = kafka39()) {
            makeTopics(broker);
            broker.process().terminate();
        }
        takeOver(ours, theirs, TOPICS);
        var all = new TreeMap<>(TOPICS);
        try (var broker = kafka39()) {
            assertEquals(String.join("\n", left), String.join("\n", ClusterView.ofPartitions(broker, TOPICS)));
            scenes.fillFurther(broker);
            scenes.writeMore(broker);
            all.put("transactions", 2);
            left = ClusterView.ofPartitions(broker, all);
            broker.process().terminate();
        }
        try (var broker = barnabas()) {
            Clients.createTopic(broker, "transactions", 2);
            broker.process().terminate();
        }
        takeOver(theirs, ours, all);
        try (var broker = barnabas()) {
            assertEquals(String.join("\n", left), String.join("\n", ClusterView.ofPartitions(broker, all)));
            scenes.writeMore(broker);
        }
    }

    private Broker barnabas() {
        return BarnabasProcess.with().data(ours).setting("log.retention.check.interval.ms", "100").setting("log.cleaner.backoff.ms", "100").start();
    }

    private Broker kafka39() {
        return KafkaPeer.with().release39().data(theirs).setting("offsets.topic.num.partitions", "2")
                .setting("transaction.state.log.num.partitions", "2").start();
    }

    private static void makeTopics(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            for (var topic : TOPICS.entrySet()) {
                Clients.create(admin, new NewTopic(topic.getKey(), topic.getValue(), (short) 1).configs(ExchangeScenes.configsOf(topic.getKey())));
            }
        }
    }

    private static void takeOver(Path from, Path to, Map<String, Integer> topics) throws Exception {
        for (var topic : topics.entrySet()) {
            for (int i = 0; i < topic.getValue(); i++) Directories.takeOver(from.resolve(topic.getKey() + "-" + i), to.resolve(topic.getKey() + "-" + i));
        }
    }
}
