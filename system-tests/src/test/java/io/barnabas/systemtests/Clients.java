package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Apache Kafka's own Java clients, set up for tests: short timeouts, no surprises. */
final class Clients {
    private static final long WAIT_SECONDS_MAX = 30;

    private Clients() {}

    static Admin admin(Broker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap(), "default.api.timeout.ms", "30000"));
    }

    /** @param settings pairs of name and value */
    static KafkaProducer<byte[], byte[]> producer(Broker broker, String... settings) {
        var all = settings(broker, settings);
        all.putIfAbsent("delivery.timeout.ms", "60000");
        all.putIfAbsent("request.timeout.ms", "30000");
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer without a group: partitions are assigned to it. */
    static KafkaConsumer<byte[], byte[]> consumer(Broker broker, String... settings) {
        var all = settings(broker, settings);
        all.putIfAbsent("auto.offset.reset", "earliest");
        all.putIfAbsent("enable.auto.commit", "false");
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> settings(Broker broker, String... settings) {
        var all = new HashMap<String, Object>();
        all.put("bootstrap.servers", broker.bootstrap());
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return all;
    }

    static ProducerRecord<byte[], byte[]> record(String topic, int partition, Long timestampMs, String key, String value) {
        return new ProducerRecord<>(topic, partition, timestampMs, bytes(key), bytes(value));
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static void createTopic(Broker broker, String topic, int partitions) throws ExecutionException, InterruptedException {
        createTopic(broker, topic, partitions, Map.of());
    }

    static void createTopic(Broker broker, String topic, int partitions, Map<String, String> configs)
            throws ExecutionException, InterruptedException {
        try (var admin = admin(broker)) {
            create(admin, new NewTopic(topic, partitions, (short) 1).configs(configs));
        }
    }

    static void create(Admin admin, NewTopic topic) throws ExecutionException, InterruptedException {
        int partitionCount = Math.max(topic.numPartitions(), 1);
        admin.createTopics(List.of(topic)).all().get();
        awaitPartitions(admin, topic.name(), partitionCount);
        // A broker of Apache Kafka may know of a partition before it leads it; this asks until it does.
        var ends = new HashMap<TopicPartition, OffsetSpec>();
        for (int i = 0; i < partitionCount; i++) ends.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
        admin.listOffsets(ends).all().get();
    }

    /** Waits until the broker itself has heard of a change that the controller made. @param count 0 for a topic that is gone */
    static void awaitPartitions(Admin admin, String topic, int count) throws InterruptedException, ExecutionException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        int found;
        while ((found = partitions(admin, topic)) != count) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("partitions not seen: topic=" + topic + " wanted=" + count + " found=" + found);
        }
    }

    private static int partitions(Admin admin, String topic) throws InterruptedException, ExecutionException {
        try {
            var partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
            return partitions.stream().allMatch(partition -> partition.leader() != null) ? partitions.size() : -1;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) return 0;
            throw e;
        }
    }

    static void awaitEndOffset(Broker broker, String topic, int partition, long offset) throws ExecutionException, InterruptedException {
        var asked = new TopicPartition(topic, partition);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        try (var admin = admin(broker)) {
            long found;
            while ((found = admin.listOffsets(Map.of(asked, OffsetSpec.latest())).partitionResult(asked).get().offset()) < offset) {
                if (System.nanoTime() > deadlineNs) throw new AssertionError("end offset not reached: wanted=" + offset + " found=" + found);
            }
        }
    }

    /** Reads from the consumer's positions until {@code count} records are there. */
    static List<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (records.size() < count) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("records missing: wanted=" + count + " read=" + records.size());
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    /** Reads one partition, of which the consumer is assigned, from its start to the end that it may see. */
    static List<ConsumerRecord<byte[], byte[]>> readWhole(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (consumer.position(partition) < end) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("end not reached: partition=" + partition + " end=" + end);
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }
}
