package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.PeerApplication;
import io.barnabas.testkit.process.Repository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An application of Spring Boot gets what Spring promises it: nothing skipped, retries in their order, transactions whole. */
@Tag("long")
class SpringTest {
    private static final int PARTITIONS = 4;
    private static final int RECORDS_PER_PARTITION = 100;
    private static final int LISTENERS = 2;
    /** Endings of the topics that a task goes through. */
    private static final List<String> RETRIES = List.of("", "-retry-100", "-retry-200", "-retry-400");
    private static final long WAIT_SECONDS_MAX = 120;

    private static Broker broker;

    private final List<ConsumerRecord<byte[], byte[]>> results = new ArrayList<>();

    @BeforeAll
    static void start() {
        broker = Subject.start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void whatIsAcknowledgedByHandIsHandledInOrderAndNotAgain() throws Exception {
        createTopics("orders", "handled");
        write("manual-orders", "later");
        var application = startApplication("manual");
        try (var consumer = consumerOf("manual-handled")) {
            await(consumer, () -> results.size() >= PARTITIONS * RECORDS_PER_PARTITION / 4, application);
            application.kill();
            application = startApplication("manual");
            await(consumer, () -> new HashSet<>(values(results)).size() == PARTITIONS * RECORDS_PER_PARTITION, application);
            awaitCommitted("manual-manual", "manual-orders");
            assertEquals(143, application.terminate());
            int repeated = results.size() - PARTITIONS * RECORDS_PER_PARTITION;
            // The kill leaves each listener at most one record that is handled and not yet acknowledged.
            assertTrue(repeated <= LISTENERS, () -> "handled again: " + repeated);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertEquals(written(partition, "later"), new ArrayList<>(new LinkedHashSet<>(values(of("manual-handled", partition)))));
            }
        } finally {
            if (application.isAlive()) application.kill();
        }
    }

    @Test
    void whatFailsIsTriedAgainThroughRetryTopicsUntilItIsDead() throws Exception {
        Clients.createTopic(broker, "retrying-tasks", 2);
        Clients.createTopic(broker, "retrying-results", 1);
        var expected = new TreeSet<String>();
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 50; i++) {
                String value = i % 5 + " task" + i;
                producer.send(Clients.record("retrying-tasks", i % 2, null, "key", value));
                expected.add(i % 5 == 4 ? "dead " + value : "done " + value + RETRIES.get(i % 5));
            }
        }
        var application = startApplication("retrying");
        try (var consumer = consumerOf("retrying-results")) {
            await(consumer, () -> results.size() >= expected.size(), application);
            assertEquals(143, application.terminate());
            assertEquals(List.copyOf(expected), values(results).stream().sorted().toList());
        } finally {
            if (application.isAlive()) application.kill();
        }
    }

    @Test
    void whatIsCopiedInTransactionsIsThereOnceAndWholeWhenTheApplicationIsKilled() throws Exception {
        createTopics("source", "one", "other");
        write("transactional-source", "fails");
        var application = startCopier();
        try (var consumer = consumerOf("transactional-one", "transactional-other")) {
            await(consumer, () -> results.size() >= PARTITIONS * RECORDS_PER_PARTITION / 2, application);
            application.kill();
            application = startCopier();
            await(consumer, () -> results.size() >= 2 * PARTITIONS * RECORDS_PER_PARTITION, application);
            awaitCommitted("transactional-transactional", "transactional-source");
            assertEquals(143, application.terminate());
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertEquals(written(partition, "fails"), values(of("transactional-one", partition)));
                assertEquals(written(partition, "fails"), values(of("transactional-other", partition)));
            }
        } finally {
            if (application.isAlive()) application.kill();
        }
    }

    /** Its consumer waits for the transaction of a killed one until that times out: Spring fences with the first record only. */
    private static ChildProcess startCopier() {
        return startApplication("transactional", "--spring.kafka.producer.transaction-id-prefix=copier-",
                "--spring.kafka.producer.properties.transaction.timeout.ms=5000");
    }

    private static ChildProcess startApplication(String profile, String... more) {
        var arguments = new ArrayList<>(List.of("--spring.profiles.active=" + profile, "--prefix=" + profile,
                "--spring.kafka.bootstrap-servers=" + broker.bootstrap(),
                // The least that a broker allows: what a killed instance had goes over to the next one soon.
                "--spring.kafka.consumer.properties.session.timeout.ms=6000", "--spring.kafka.consumer.heartbeat-interval=1s"));
        arguments.addAll(List.of(more));
        return PeerApplication.start("spring-kafka", Repository.newScratch("spring").resolve(profile + ".out"),
                "io.barnabas.peers.spring.SpringKafkaApplication", arguments.toArray(String[]::new));
    }

    private static void createTopics(String... names) throws Exception {
        String prefix = names[0].equals("orders") ? "manual-" : "transactional-";
        for (String name : names) Clients.createTopic(broker, prefix + name, PARTITIONS);
    }

    private static void write(String topic, String odd) {
        try (var producer = Clients.producer(broker)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                for (String value : written(partition, odd)) producer.send(Clients.record(topic, partition, null, "key", value));
            }
        }
    }

    /** Values of a partition; every twenty-fifth begins with {@code odd}. */
    private static List<String> written(int partition, String odd) {
        var values = new ArrayList<String>();
        for (int i = 0; i < RECORDS_PER_PARTITION; i++) values.add((i % 25 == 7 ? odd : "value") + " " + partition + " " + i);
        return values;
    }

    private static KafkaConsumer<byte[], byte[]> consumerOf(String... topics) {
        var consumer = Clients.consumer(broker, "isolation.level", "read_committed");
        var partitions = new ArrayList<TopicPartition>();
        for (String topic : topics) {
            for (var each : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, each.partition()));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private void await(KafkaConsumer<byte[], byte[]> consumer, BooleanSupplier condition, ChildProcess application) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            assertTrue(application.isAlive(), application::output);
            assertTrue(System.nanoTime() < deadlineNs, () -> "results missing: found=" + results.size() + "\n" + application.output());
            consumer.poll(Duration.ofMillis(100)).forEach(results::add);
        }
    }

    /** Waits until a group has committed all that is in a topic. */
    private static void awaitCommitted(String group, String topic) throws Exception {
        var expected = new TreeMap<Integer, Long>();
        for (int i = 0; i < PARTITIONS; i++) expected.put(i, (long) RECORDS_PER_PARTITION);
        var found = new TreeMap<Integer, Long>();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        try (var admin = Clients.admin(broker)) {
            while (!found.equals(expected)) {
                assertTrue(System.nanoTime() < deadlineNs, () -> "commits missing: topic=" + topic + " found=" + found);
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
                        .forEach((partition, offset) -> found.put(partition.partition(), offset.offset()));
            }
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> of(String topic, int partition) {
        return results.stream().filter(each -> each.topic().equals(topic) && each.partition() == partition).toList();
    }

    private static List<String> values(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> Clients.text(record.value())).toList();
    }
}
