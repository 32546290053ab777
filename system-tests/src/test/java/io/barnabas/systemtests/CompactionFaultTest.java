package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A topic that is compacted all the time, while its broker is killed, loses power, or has hardly any room: the last acknowledged
 * value of each key stays, at the offset that was acknowledged.
 */
class CompactionFaultTest {
    private static final String TOPIC = "compacted";
    private static final int WRITERS = 3;
    private static final int KEYS = 40;
    private static final int VALUE_BYTES = 4_000;
    private static final int IN_FLIGHT_MAX = 100;
    private static final int DISK_MIB = 256;
    private static final int SMALL_DISK_MIB = 24;
    /** The disk would be full this often. */
    private static final int FILLINGS = 8;
    private static final int ROUND_BYTES = 4 << 20;
    /** Less is left to compaction, which wants room for what it makes before it gives any. */
    private static final int ROOM_BYTES_MIN = 10 << 20;
    private static final long DEADLINE_SECONDS = 120;
    private static final Map<String, String> CONFIGS = Map.of("cleanup.policy", "compact", "segment.bytes", "1048576",
            "min.cleanable.dirty.ratio", "0.01", "delete.retention.ms", "0", "file.delete.delay.ms", "0");

    /** A value that was acknowledged, and where; a tombstone has a number of its own, too. */
    private record Acknowledged(long number, long offset) {}

    /** Of each key the latest acknowledged, and what was sent last. */
    private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final AtomicLong acknowledgedBytes = new AtomicLong();
    private volatile boolean isStopping;
    private volatile Exception failure;
    private Broker broker;
    /** Null for the machine's own. */
    private LoopDisk disk;

    @Test
    void nothingThatCountsIsLostWhenItIsKilled() throws Exception {
        killRounds(4);
    }

    @Test
    @Tag("long")
    void nothingThatCountsIsLostHoweverOftenItIsKilled() throws Exception {
        killRounds(50);
    }

    private void killRounds(int count) throws Exception {
        runRounds(setup().start(), count, broker -> {
            broker.process().kill();
            return broker.restart();
        });
    }

    @Test
    void nothingThatCountsIsLostWhenThePowerIsCut() throws Exception {
        cutRounds(4);
    }

    @Test
    @Tag("long")
    void nothingThatCountsIsLostHoweverOftenThePowerIsCut() throws Exception {
        cutRounds(50);
    }

    private void cutRounds(int count) throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            this.disk = disk;
            runRounds(setup().data(disk.path()).start(), count, disk::cutPowerOf);
        }
    }

    @Test
    void aSmallDiskHoldsATopicThatIsWrittenForLong() throws Exception {
        try (var disk = LoopDisk.ofMib(SMALL_DISK_MIB);
                var small = setup().data(disk.path()).setting("metadata.log.dir", disk.path() + "-metadata").start()) {
            broker = small;
            this.disk = disk;
            Clients.createTopic(broker, TOPIC, 1, CONFIGS);
            whileWriting(() -> awaitAcknowledged(((long) SMALL_DISK_MIB << 20) * FILLINGS));
            check();
        }
    }

    private static BarnabasProcess.Setup setup() {
        return BarnabasProcess.with().setting("log.cleaner.backoff.ms", "20").setting("log.cleaner.delete.retention.ms", "0");
    }

    private void runRounds(Broker started, int count, UnaryOperator<Broker> fault) throws Exception {
        var current = started;
        try {
            broker = current;
            Clients.createTopic(broker, TOPIC, 1, CONFIGS);
            for (int round = 0; round < count; round++) {
                var before = current;
                var again = new Broker[1];
                whileWriting(() -> {
                    awaitCompaction();
                    awaitAcknowledged(acknowledgedBytes.get() + ROUND_BYTES);
                    again[0] = fault.apply(before);
                    awaitAcknowledged(acknowledgedBytes.get() + ROUND_BYTES);
                });
                current = again[0];
                broker = current;
                check();
            }
        } finally {
            current.close();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void whileWriting(Step step) throws Exception {
        isStopping = false;
        var writers = new ArrayList<Thread>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(new Thread(() -> write(writer), "writer-" + writer));
        }
        writers.forEach(Thread::start);
        try {
            step.run();
        } finally {
            isStopping = true;
            for (var writer : writers) writer.join();
        }
        if (failure != null) throw failure;
    }

    /** Each writer has keys of its own, so that its order is theirs. */
    private void write(int writer) {
        var room = new Semaphore(IN_FLIGHT_MAX);
        try (var producer = Clients.producer(broker, "retry.backoff.ms", "20", "retry.backoff.max.ms", "100", "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100", "request.timeout.ms", "10000", "delivery.timeout.ms", "120000")) {
            for (int i = 0; !isStopping; i++) {
                room.acquireUninterruptibly();
                awaitRoomOnDisk();
                send(producer, "key-" + writer + "-" + i % KEYS, room);
            }
        } catch (RuntimeException | InterruptedException e) {
            failure = e;
        }
    }

    private void awaitRoomOnDisk() throws InterruptedException {
        while (disk != null && disk.usableBytes() < ROOM_BYTES_MIN && !isStopping) TimeUnit.MILLISECONDS.sleep(2);
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String key, Semaphore room) {
        long number = sent.merge(key, 1L, Long::sum);
        boolean isTombstone = number % 7 == 0;
        var record = new ProducerRecord<>(TOPIC, 0, Clients.bytes(key), isTombstone ? null : Clients.bytes(value(number)));
        producer.send(record, (metadata, error) -> {
            if (error == null) onAcknowledged(key, number, metadata.offset());
            else failure = error;
            room.release();
        });
    }

    /** Hard to compress, and none like another. */
    private static String value(long number) {
        return number + " " + Long.toString(number * 0x9E3779B97F4A7C15L, Character.MAX_RADIX).repeat(VALUE_BYTES / 12);
    }

    private void onAcknowledged(String key, long number, long offset) {
        acknowledged.merge(key, new Acknowledged(number, offset), (a, b) -> a.number > b.number ? a : b);
        acknowledgedBytes.addAndGet(VALUE_BYTES);
    }

    private void awaitAcknowledged(long bytes) throws InterruptedException {
        await(() -> acknowledgedBytes.get() >= bytes);
    }

    /** Until one more pass is done than was before. */
    private void awaitCompaction() throws InterruptedException {
        String before = checkpoint();
        await(() -> !checkpoint().isEmpty() && !checkpoint().equals(before));
    }

    private String checkpoint() {
        try {
            return Files.readString(broker.dataDirectory().resolve("cleaner-offset-checkpoint"));
        } catch (IOException e) {
            return ""; // none yet, or replaced just now
        }
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (failure != null) throw new AssertionError("a write failed that could have been tried again", failure);
            if (System.nanoTime() > deadlineNs) throw new AssertionError("no progress: acknowledgedBytes=" + acknowledgedBytes + "\n" + broker.process().output());
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Nothing is being written. */
    private void check() {
        assertEquals(sent.keySet(), acknowledged.keySet());
        var found = new TreeMap<String, TreeMap<Long, String>>();
        try (var consumer = Clients.consumer(broker)) {
            for (var record : Clients.readWhole(consumer, new TopicPartition(TOPIC, 0))) {
                found.computeIfAbsent(Clients.text(record.key()), key -> new TreeMap<>()).put(record.offset(), String.valueOf(Clients.text(record.value())));
            }
        }
        var wrong = new ArrayList<String>();
        acknowledged.forEach((key, last) -> checkKey(key, last, found.getOrDefault(key, new TreeMap<>()), wrong));
        assertEquals(List.of(), wrong);
        long left = found.values().stream().mapToLong(TreeMap::size).sum();
        long written = sent.values().stream().mapToLong(Long::longValue).sum();
        assertTrue(left < written, () -> "nothing was compacted: left=" + left + " written=" + written);
    }

    /** All was acknowledged, so the last that was sent is the last that counts. */
    private void checkKey(String key, Acknowledged last, TreeMap<Long, String> values, List<String> wrong) {
        if (last.number != sent.get(key)) wrong.add(key + ": sent " + sent.get(key) + " acknowledged " + last);
        boolean isTombstone = last.number % 7 == 0;
        if (values.isEmpty() && isTombstone) return;
        if (values.isEmpty() || values.lastKey() != last.offset) {
            wrong.add(key + ": wanted " + last + " found at " + values.keySet());
        } else if (!values.lastEntry().getValue().equals(isTombstone ? "null" : value(last.number))) {
            wrong.add(key + ": wanted " + last + " found another value there");
        }
    }
}
