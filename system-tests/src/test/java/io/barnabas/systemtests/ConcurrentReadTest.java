package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Readers at the tail and from the start on, while retention, deletion of records, compaction and deletion of topics take the segments
 * away that they read: at one offset there is one record, whole, for everybody, or none any more.
 */
class ConcurrentReadTest {
    private static final String RETAINED = "retained";
    private static final String COMPACTED = "compacted";
    private static final String DOOMED = "doomed-";
    private static final int VALUE_BYTES = 10_000;
    private static final int RECORDS = 6_000;
    private static final int KEYS = 50;
    private static final int DOOMED_COUNT = 6;
    private static final int IN_FLIGHT_MAX = 100;
    private static final Map<String, String> SMALL = Map.of("segment.bytes", "1048576", "file.delete.delay.ms", "0");

    private final BarnabasProcess broker = BarnabasProcess.with().setting("log.retention.check.interval.ms", "20").setting("log.cleaner.backoff.ms", "20").start();
    /** By topic and offset: what somebody was told lies there. */
    private final Map<String, Long> contents = new ConcurrentHashMap<>();
    private final AtomicLong readCount = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean isOver;

    @Test
    void whoeverReadsWhatIsTakenAwayReadsItWholeOrNotAtAll() throws Exception {
        try (broker; var admin = Clients.admin(broker)) {
            Clients.create(admin, new NewTopic(RETAINED, 1, (short) 1).configs(with("retention.bytes", "3000000")));
            Clients.create(admin, new NewTopic(COMPACTED, 1, (short) 1).configs(with("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01")));
            var readers = new ArrayList<Thread>();
            for (var topic : List.of(RETAINED, COMPACTED)) {
                for (int i = 0; i < 2; i++) readers.add(start(() -> readAgainAndAgain(topic)));
                readers.add(start(() -> readTail(topic)));
            }
            var doomed = start(() -> makeAndDelete());
            var deleter = start(() -> deleteRecords());
            write();
            doomed.join();
            isOver = true;
            deleter.join();
            for (var reader : readers) reader.join();
            assertNull(failure.get(), () -> failure.get() + "\n" + broker.process().output());
            assertTrue(readCount.get() > RECORDS, () -> "read " + readCount);
        }
    }

    private static Map<String, String> with(String... settings) {
        var all = new java.util.HashMap<>(SMALL);
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return all;
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                isOver = true;
            }
        });
        thread.start();
        return thread;
    }

    private void write() throws Exception {
        var room = new Semaphore(IN_FLIGHT_MAX);
        try (var producer = Clients.producer(broker)) {
            for (long number = 0; number < RECORDS && failure.get() == null; number++) {
                var topic = number % 2 == 0 ? RETAINED : COMPACTED;
                long written = number;
                room.acquire();
                producer.send(new ProducerRecord<>(topic, 0, Clients.bytes("key " + number % KEYS), value(number)), (metadata, error) -> {
                    if (error == null) note(topic, metadata.offset(), written);
                    else failure.compareAndSet(null, error);
                    room.release();
                });
            }
        }
    }

    private static byte[] value(long number) {
        var value = new byte[VALUE_BYTES];
        new Random(number).nextBytes(value);
        java.nio.ByteBuffer.wrap(value).putLong(number);
        return value;
    }

    private void note(String topic, long offset, long number) {
        Long before = contents.putIfAbsent(topic + " " + offset, number);
        if (before != null && before != number) failure.compareAndSet(null, new AssertionError("two records: topic=" + topic + " offset=" + offset + " " + before + " and " + number));
    }

    private void check(ConsumerRecord<byte[], byte[]> record) {
        long number = java.nio.ByteBuffer.wrap(record.value()).getLong();
        if (!java.util.Arrays.equals(value(number), record.value())) throw new AssertionError("not as written: " + record.topic() + " " + record.offset());
        note(record.topic(), record.offset(), number);
        readCount.incrementAndGet();
    }

    /** From the start on, in small steps: what it is about to read is what goes next. */
    private void readAgainAndAgain(String topic) {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker, "max.partition.fetch.bytes", "50000", "fetch.max.bytes", "50000")) {
            consumer.assign(List.of(partition));
            while (!isOver) {
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).get(partition);
                while (consumer.position(partition) < end && !isOver) consumer.poll(Duration.ofMillis(100)).forEach(this::check);
            }
        }
    }

    private void readTail(String topic) {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker)) {
            consumer.assign(List.of(partition));
            while (!isOver) consumer.poll(Duration.ofMillis(100)).forEach(this::check);
        }
    }

    private void deleteRecords() throws Exception {
        var partition = new TopicPartition(RETAINED, 0);
        var random = new Random(3);
        try (var admin = Clients.admin(broker); var consumer = Clients.consumer(broker)) {
            while (!isOver) {
                long start = consumer.beginningOffsets(List.of(partition)).get(partition);
                long end = consumer.endOffsets(List.of(partition)).get(partition);
                if (end > start) admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(start + random.nextLong(end - start)))).all().get();
            }
        }
    }

    /** A topic goes while a reader is in its middle; what the reader is told then is that it is gone. */
    private void makeAndDelete() throws Exception {
        try (var admin = Clients.admin(broker)) {
            for (int i = 0; i < DOOMED_COUNT; i++) {
                var topic = DOOMED + i;
                Clients.create(admin, new NewTopic(topic, 1, (short) 1).configs(SMALL));
                try (var producer = Clients.producer(broker); var consumer = Clients.consumer(broker, "max.partition.fetch.bytes", "50000", "fetch.max.bytes", "50000")) {
                    for (long number = 0; number < 300; number++) producer.send(new ProducerRecord<>(topic, 0, null, value(number)));
                    producer.flush();
                    consumer.assign(List.of(new TopicPartition(topic, 0)));
                    consumer.poll(Duration.ofSeconds(1)).forEach(this::check);
                    admin.deleteTopics(List.of(topic)).all().get();
                    for (int look = 0; look < 5; look++) consumer.poll(Duration.ofMillis(20)).forEach(this::check);
                }
            }
        }
    }
}
