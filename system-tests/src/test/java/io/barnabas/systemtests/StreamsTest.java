package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.PeerApplication;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an application of Kafka Streams computes exactly once is exact, however often it and its broker are killed. */
@Tag("long")
class StreamsTest {
    private static final int PARTITIONS = 4;
    private static final int ROUNDS = 6;
    private static final int LINES_PER_ROUND = 2_000;
    private static final int PAIRS_PER_ROUND = 500;
    private static final int VOCABULARY = 100;
    private static final long WAIT_SECONDS_MAX = 120;

    private final Random random = new Random(1);
    private final String id = "words";
    private final Path scratch = Repository.newScratch("streams");

    private final Map<String, Long> expectedCounts = new HashMap<>();
    private final Set<String> expectedPairs = new HashSet<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final Set<String> pairs = new HashSet<>();

    @Test
    void countsAndJoinsAreExactHoweverOftenApplicationAndBrokerAreKilled() throws Exception {
        Broker broker = Subject.start();
        for (String suffix : List.of("-lines", "-left", "-right", "-counts", "-joined")) {
            Clients.createTopic(broker, id + suffix, PARTITIONS);
        }
        ChildProcess application = startApplication(broker);
        try (var results = resultsOf(broker)) {
            for (int round = 0; round < ROUNDS; round++) {
                write(broker, round);
                awaitMore(results);
                if (round % 2 == 0) {
                    application.kill();
                    application = startApplication(broker);
                } else {
                    broker.process().kill();
                    broker = broker.restart();
                }
                await(results, () -> total(counts) >= total(expectedCounts) && pairs.size() >= expectedPairs.size());
                assertEquals(expectedCounts, counts);
                assertEquals(expectedPairs, pairs);
            }
            assertEquals(143, application.terminate(), application::output);
        } finally {
            if (application.isAlive()) application.kill();
            broker.close();
        }
    }

    private ChildProcess startApplication(Broker broker) {
        return PeerApplication.start("kafka-streams", scratch.resolve("application.out"), "io.barnabas.peers.streams.StreamsApplication",
                broker.bootstrap(), id, scratch.resolve("state").toString(), "classic");
    }

    private KafkaConsumer<byte[], byte[]> resultsOf(Broker broker) {
        var consumer = Clients.consumer(broker, "isolation.level", "read_committed");
        var partitions = new ArrayList<TopicPartition>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new TopicPartition(id + "-counts", i));
            partitions.add(new TopicPartition(id + "-joined", i));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private void write(Broker broker, int round) throws Exception {
        long nowMs = System.currentTimeMillis();
        var answers = new ArrayList<Future<?>>();
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < LINES_PER_ROUND; i++) {
                answers.add(producer.send(Clients.record(id + "-lines", random.nextInt(PARTITIONS), nowMs, null, line())));
            }
            for (int i = 0; i < PAIRS_PER_ROUND; i++) {
                String key = round + "-" + i;
                // Both sides of a key have to be in partitions of one number; those too far apart in time are no pair.
                int partition = random.nextInt(PARTITIONS);
                boolean isPair = random.nextInt(4) > 0;
                answers.add(producer.send(Clients.record(id + "-left", partition, nowMs, key, "left" + key)));
                long rightMs = nowMs + (isPair ? 10_000 : 10_001);
                answers.add(producer.send(Clients.record(id + "-right", partition, rightMs, key, "right" + key)));
                if (isPair) expectedPairs.add("left" + key + " right" + key);
            }
        }
        for (Future<?> answer : answers) answer.get();
    }

    private String line() {
        var words = new ArrayList<String>();
        int length = 1 + random.nextInt(10);
        for (int i = 0; i < length; i++) words.add("word" + random.nextInt(VOCABULARY));
        words.forEach(word -> expectedCounts.merge(word, 1L, Long::sum));
        return String.join(" ", words);
    }

    private static long total(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Waits until some of what is written comes out at the other end: what is killed then is in the middle of it. */
    private void awaitMore(KafkaConsumer<byte[], byte[]> results) {
        long before = total(counts);
        await(results, () -> total(counts) > before);
    }

    private void await(KafkaConsumer<byte[], byte[]> results, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, () -> "results missing: words=" + total(counts) + " of " + total(expectedCounts)
                    + " pairs=" + pairs.size() + " of " + expectedPairs.size());
            results.poll(Duration.ofMillis(100)).forEach(this::onResult);
        }
    }

    private void onResult(ConsumerRecord<byte[], byte[]> result) {
        String value = Clients.text(result.value());
        if (result.topic().endsWith("-joined")) {
            assertTrue(pairs.add(value), () -> "joined twice: " + value);
        } else {
            String word = Clients.text(result.key());
            Long before = counts.put(word, Long.valueOf(value));
            assertTrue(before == null || before < counts.get(word),
                    () -> "counted again: word=" + word + " before=" + before + " now=" + value);
        }
    }
}
