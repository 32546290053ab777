package io.barnabas.systemtests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Run in a process of its own with the clients of an older release on its class path, prints what comes of groups and
 * transactions there. Uses what all releases since 2.1 have, and one method, which 4.0 took away, by its name.
 */
final class OldClientDriver {
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 40;
    private static final long WAIT_NS_MAX = 60_000_000_000L;
    private static final Duration POLL = Duration.ofMillis(20);

    private final String bootstrap;
    private final String topic;

    private OldClientDriver(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    /** @param arguments bootstrap servers, a topic of four empty partitions, classes of assignors */
    public static void main(String[] arguments) throws Exception {
        var driver = new OldClientDriver(arguments[0], arguments[1]);
        driver.write();
        for (int i = 2; i < arguments.length; i++) driver.share(arguments[i]);
        driver.commitBySelf();
        driver.transact();
    }

    private void write() {
        try (var producer = producer(Map.of("acks", "all"))) {
            for (int i = 0; i < RECORDS; i++) producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, "%03d".formatted(i)));
        }
    }

    /** Two consumers share the topic, commit what they read, and a third one has nothing left to read. */
    private void share(String assignor) {
        String group = topic + "-" + assignor;
        Map<String, Object> settings = Map.of("partition.assignment.strategy", assignor);
        var values = new ArrayList<String>();
        try (var a = consumer(group, "a", settings); var b = consumer(group, "b", settings)) {
            for (var consumer : List.of(a, b)) consumer.subscribe(List.of(topic));
            long deadlineNs = System.nanoTime() + WAIT_NS_MAX;
            while (a.assignment().size() != PARTITIONS / 2 || b.assignment().size() != PARTITIONS / 2) {
                for (var consumer : List.of(a, b)) {
                    consumer.poll(POLL);
                    // Whatever was read so far is read again by whoever owns it in the end.
                    consumer.seekToBeginning(consumer.assignment());
                }
                check(deadlineNs);
            }
            while (values.size() < RECORDS) {
                for (var consumer : List.of(a, b)) consumer.poll(POLL).forEach(record -> values.add(record.value()));
                check(deadlineNs);
            }
            a.commitSync();
            b.commitSync();
        }
        Collections.sort(values);
        System.out.println(assignor + " read " + values + " and left " + positions(group));
    }

    private static void check(long deadlineNs) {
        if (System.nanoTime() > deadlineNs) throw new IllegalStateException("waited in vain");
    }

    /** Where a member of the group begins. */
    private Map<Integer, Long> positions(String group) {
        var positions = new TreeMap<Integer, Long>();
        try (var consumer = consumer(group, "c", Map.of())) {
            var partitions = new ArrayList<TopicPartition>();
            for (int i = 0; i < PARTITIONS; i++) partitions.add(new TopicPartition(topic, i));
            consumer.assign(partitions);
            for (var partition : partitions) positions.put(partition.partition(), consumer.position(partition));
        }
        return positions;
    }

    private void commitBySelf() {
        String group = topic + "-automatic";
        int count = 0;
        long deadlineNs = System.nanoTime() + WAIT_NS_MAX;
        try (var consumer = consumer(group, "a", Map.of("enable.auto.commit", "true", "auto.commit.interval.ms", "100"))) {
            consumer.subscribe(List.of(topic));
            while (count < RECORDS) {
                count += consumer.poll(POLL).count();
                check(deadlineNs);
            }
        }
        System.out.println("automatically left " + positions(group));
    }

    /** Ten records are read; what is made of them is written with their offsets, in transactions of which every second is aborted. */
    private void transact() throws Exception {
        String group = topic + "-transactional";
        long deadlineNs = System.nanoTime() + WAIT_NS_MAX;
        var input = new TopicPartition(topic, 0);
        try (var producer = producer(Map.of("transactional.id", group)); var consumer = consumer(group, "a", Map.of())) {
            consumer.assign(List.of(input));
            consumer.seekToBeginning(List.of(input));
            var values = new ArrayList<String>();
            while (values.size() < RECORDS / PARTITIONS) {
                consumer.poll(POLL).forEach(record -> values.add(record.value()));
                check(deadlineNs);
            }
            producer.initTransactions();
            for (int i = 0; i < values.size(); i++) {
                producer.beginTransaction();
                // What is not sent before an abort is never sent.
                producer.send(new ProducerRecord<>(topic, 1, null, "made of " + values.get(i))).get();
                producer.getClass().getMethod("sendOffsetsToTransaction", Map.class, String.class)
                        .invoke(producer, Map.of(input, new OffsetAndMetadata(i + 1)), group);
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
        System.out.println("transactions left " + positions(group));
        try (var consumer = consumer(group, "b", Map.of("isolation.level", "read_committed"))) {
            var output = new TopicPartition(topic, 1);
            consumer.assign(List.of(output));
            consumer.seekToBeginning(List.of(output));
            long end = consumer.endOffsets(List.of(output)).get(output);
            var made = new ArrayList<String>();
            while (consumer.position(output) < end) {
                consumer.poll(POLL).forEach(record -> made.add(record.offset() + ":" + record.value()));
                check(deadlineNs);
            }
            System.out.println("transactions made " + made);
        }
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
        settings.putAll(more);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String group, String name, Map<String, Object> more) {
        var settings = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap, "group.id", group, "client.id", name,
                "auto.offset.reset", "earliest", "enable.auto.commit", "false", "heartbeat.interval.ms", "50", "fetch.max.wait.ms", "20"));
        settings.putAll(more);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }
}
