package io.barnabas.systemtests;

import io.barnabas.systemtests.History.Entry;
import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Idempotent producers with acks=all that write until they are told to stop, and a consumer that reads along, all by
 * Apache Kafka's client; what they meet goes into a history. They go on through a restart of the broker.
 */
final class Load implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 200;
    private static final Duration READ_WAIT = Duration.ofSeconds(20);
    private static final String[] PATIENT = {"retry.backoff.ms", "20", "retry.backoff.max.ms", "100", "reconnect.backoff.ms", "20",
            "reconnect.backoff.max.ms", "100"};

    private final Broker broker;
    private final String topic;
    private final int partitionCount;
    private final History history;
    private final List<Thread> writers = new ArrayList<>();
    private final Thread reader;
    private volatile boolean isStopping;
    private volatile boolean isReadingOver;
    private volatile Throwable failure;

    /** Starts at once. */
    Load(Broker broker, String topic, int partitionCount, int writerCount, History history, Random random) {
        this.broker = broker;
        this.topic = topic;
        this.partitionCount = partitionCount;
        this.history = history;
        for (int i = 0; i < writerCount; i++) {
            int writer = history.newWriter();
            long seed = random.nextLong();
            writers.add(new Thread(() -> failing(() -> write(writer, new Random(seed))), "writer-" + writer));
        }
        reader = new Thread(() -> failing(this::readAlong), "reader");
        writers.forEach(Thread::start);
        reader.start();
    }

    /** Stops writing, and waits until everything that was sent is acknowledged or has failed. */
    void finish() {
        isStopping = true;
        for (var writer : writers) join(writer);
        history.awaitAllDecided();
        close();
    }

    @Override
    public void close() {
        isStopping = true;
        isReadingOver = true;
        join(reader);
        if (failure != null) throw new AssertionError("a client failed: " + history, failure);
    }

    /** Everything in the topic, as a new consumer finds it. */
    static Map<Integer, TreeMap<Long, Entry>> readAll(Broker broker, String topic, int partitionCount) {
        var logs = new HashMap<Integer, TreeMap<Long, Entry>>();
        try (var consumer = Clients.consumer(broker)) {
            var partitions = partitions(topic, partitionCount);
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            for (var partition : partitions) logs.put(partition.partition(), new TreeMap<>());
            for (var partition : partitions) {
                while (consumer.position(partition) < ends.get(partition)) {
                    var records = consumer.poll(READ_WAIT);
                    if (records.isEmpty()) throw new AssertionError("nothing comes: ends=" + ends + " position=" + consumer.position(partition));
                    for (var record : records) logs.get(record.partition()).put(record.offset(), Entry.of(record.value()));
                }
            }
        }
        return logs;
    }

    private void write(int writer, Random random) {
        var numbers = new int[partitionCount];
        var room = new Semaphore(IN_FLIGHT_MAX);
        try (var producer = Clients.producer(broker, with("acks", "all", "enable.idempotence", "true", "request.timeout.ms", "10000"))) {
            while (!isStopping) {
                room.acquireUninterruptibly();
                int partition = random.nextInt(partitionCount);
                send(producer, new Entry(partition, writer, numbers[partition]++), room);
            }
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Entry entry, Semaphore room) {
        history.onSent(entry);
        producer.send(new ProducerRecord<>(topic, entry.partition(), null, entry.bytes()), (metadata, error) -> {
            if (error == null) history.onAcknowledged(entry, metadata.offset());
            else history.onFailed(entry, error);
            room.release();
        });
    }

    private void readAlong() {
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(broker, with("fetch.max.wait.ms", "50"))) {
            consumer.assign(partitions(topic, partitionCount));
            while (!isReadingOver) {
                for (var record : consumer.poll(Duration.ofMillis(50))) history.onSeen(record.partition(), record.offset(), record.value());
            }
        }
    }

    private void failing(Runnable client) {
        try {
            client.run();
        } catch (Throwable e) {
            failure = e;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count).mapToObj(partition -> new TopicPartition(topic, partition)).toList();
    }

    private static String[] with(String... settings) {
        var all = new ArrayList<>(List.of(PATIENT));
        all.addAll(List.of(settings));
        return all.toArray(String[]::new);
    }
}
