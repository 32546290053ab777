package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Calls on files fail in the middle of load, of compaction and of moves: nothing that was acknowledged is lost, nothing wrong is served,
 * and what lies on another disk is served on.
 */
class FaultyDiskTest {
    private static final String PROBE = "probe";
    private static final int PROBES = 4;
    private static final int EVERYDAY_FAULTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int RECORDS = 300;
    private static final int KEYS = 20;

    /** @param isLasting whether the directory is given up, until a start finds it well again */
    private record Fault(String calls, int error, String file, boolean isLasting) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault("write", FaultyIo.EIO, ".log", true), new Fault("sync", FaultyIo.EIO, ".log", true),
            new Fault("write", FaultyIo.EROFS, ".log", true), new Fault("sync", FaultyIo.ENOSPC, ".log", true),
            new Fault("write", FaultyIo.EIO, ".index", true), new Fault("write", FaultyIo.EIO, ".timeindex", true),
            new Fault("write", FaultyIo.EIO, ".snapshot", true), new Fault("open", FaultyIo.EIO, ".log", true),
            new Fault("write", FaultyIo.EIO, "recovery-point", true), new Fault("sync", FaultyIo.EIO, "recovery-point", true),
            new Fault("rename", FaultyIo.EIO, "recovery-point", true), new Fault("open", FaultyIo.EIO, "recovery-point", true),
            new Fault("write", FaultyIo.ENOSPC, ".log", false), new Fault("write", FaultyIo.ENOSPC, ".index", false),
            new Fault("write", FaultyIo.ENOSPC, ".timeindex", false), new Fault("write", FaultyIo.ENOSPC, ".snapshot", false),
            new Fault("create", FaultyIo.ENOSPC, ".log", false), new Fault("write", FaultyIo.ENOSPC, "recovery-point", false),
            new Fault("rename", FaultyIo.ENOSPC, "recovery-point", false), new Fault("write", FaultyIo.ENOSPC, "replication-offset", false));

    private static final List<Fault> CLEANER_FAULTS = List.of(
            new Fault("write", FaultyIo.EIO, ".log.cleaned", true), new Fault("write", FaultyIo.ENOSPC, ".log.cleaned", false),
            new Fault("create", FaultyIo.ENOSPC, ".cleaned", false), new Fault("sync", FaultyIo.EIO, ".log.cleaned", true),
            new Fault("write", FaultyIo.ENOSPC, "index.cleaned", false), new Fault("rename", FaultyIo.EIO, ".swap", true),
            new Fault("rename", FaultyIo.ENOSPC, ".log.swap", false));
    private static final List<Fault> MOVE_FAULTS = List.of(
            new Fault("write", FaultyIo.EIO, "SECOND/rounds-0*-future*.log", true), new Fault("write", FaultyIo.ENOSPC, "SECOND/rounds-0*-future*.log", false),
            new Fault("create", FaultyIo.ENOSPC, "SECOND/rounds-0*-future*.log", false), new Fault("sync", FaultyIo.EIO, "SECOND/rounds-0*-future", true),
            new Fault("rename", FaultyIo.EIO, "SECOND/rounds-0*-future", true), new Fault("read,send", FaultyIo.EIO, "FIRST/rounds-0/*.log", false));

    private final Path scratch = Repository.newScratch("faulty");
    private final Path first = scratch.resolve("first");
    private final Path second = scratch.resolve("second");
    private final FaultyIo io = new FaultyIo(scratch);

    @Test
    void nothingIsLostAndTheOtherDirectoryServesOn() throws Exception {
        meet(picked(FAULTS, EVERYDAY_FAULTS));
    }

    @Test
    @Tag("long")
    void nothingIsLostWhateverCallFails() throws Exception {
        meet(FAULTS);
    }

    private void meet(List<Fault> faults) throws Exception {
        inRounds(faults, broker -> {}, this::meet);
    }

    /** Each fault under a load of its own, on the same data. @param before what is done without load */
    private void inRounds(List<Fault> faults, Consumer<Broker> before, BiFunction<Broker, Fault, Broker> meeting) throws Exception {
        var started = io.in(BarnabasProcess.with()).data(first).moreData(second).start();
        Clients.createTopic(started, PROBE, PROBES);
        var rounds = new FaultRounds(started);
        try {
            for (var fault : faults) {
                System.out.println(fault);
                before.accept(rounds.broker());
                rounds.run(1, broker -> meeting.apply(broker, fault));
            }
        } finally {
            io.heal();
            rounds.broker().close();
        }
    }

    private Broker meet(Broker broker, Fault fault) {
        int good = partitionIn(first);
        int bad = partitionIn(second);
        io.fail(fault.calls, fault.error, second + "/*" + fault.file);
        io.awaitMet();
        assertEquals(ErrorCode.NONE, produce(broker, good), fault::toString);
        if (!fault.isLasting) {
            io.heal();
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertEquals(ErrorCode.NONE, produce(broker, bad), fault::toString));
            return broker;
        }
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(broker, bad), fault::toString));
        io.heal();
        // What has failed once is not trusted again, however well it looks.
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(broker, bad), fault::toString);
        assertEquals(ErrorCode.NONE, produce(broker, good), fault::toString);
        broker.process().kill();
        return broker.restart();
    }

    private static ErrorCode produce(Broker broker, int partition) {
        try (var producer = new RawProducer(broker)) {
            return producer.produce(PROBE, partition, -1, Clients.bytes("value")).error();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A part of the disk cannot be read: who reads from there is told, and has all the rest, also of the same fetches. */
    @Test
    void whatCannotBeReadKeepsNobodyFromTheRest() throws Exception {
        try (var writing = io.in(BarnabasProcess.with()).data(first).start()) {
            Clients.createTopic(writing, "sectors", 2, Map.of("segment.bytes", "1048576"));
            write(writing, "sectors", 2);
            writing.process().terminate();
            try (var broker = writing.restart()) {
                for (var bytes : List.of("", "@200000")) {
                    io.fail("read,send", FaultyIo.EIO, first + "/sectors-0/*.log" + bytes);
                    readWhile(broker, 1, found -> found.get(1).size() < RECORDS);
                    io.heal();
                    readWhile(broker, 0, found -> found.get(0).size() < RECORDS);
                }
                write(broker, "sectors", 2);
            }
        }
    }

    /** One consumer of both partitions; what it is given is what was written. */
    private static void readWhile(Broker broker, int partition, Predicate<Map<Integer, TreeMap<Long, String>>> isWanted) {
        var found = new HashMap<Integer, TreeMap<Long, String>>(Map.of(0, new TreeMap<>(), 1, new TreeMap<>()));
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        try (var consumer = Clients.consumer(broker, "max.partition.fetch.bytes", "300000")) {
            consumer.assign(List.of(new TopicPartition("sectors", 0), new TopicPartition("sectors", 1)));
            while (isWanted.test(found)) {
                if (System.nanoTime() > deadlineNs) throw new AssertionError("starved: partition=" + partition + " found=" + found.get(partition).size());
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    var value = Clients.text(record.value());
                    assertEquals(value(record.partition(), (int) record.offset()), value);
                    found.get(record.partition()).put(record.offset(), value);
                }
            }
        }
    }

    @Test
    void aCompactionThatFailsTakesNothingAway() throws Exception {
        compact(picked(CLEANER_FAULTS, 2));
    }

    @Test
    @Tag("long")
    void aCompactionTakesNothingAwayWhateverCallFails() throws Exception {
        compact(CLEANER_FAULTS);
    }

    private void compact(List<Fault> faults) throws Exception {
        var broker = io.in(BarnabasProcess.with()).data(first).moreData(second).setting("log.cleaner.backoff.ms", "20")
                .setting("log.cleaner.delete.retention.ms", "0").start();
        Clients.createTopic(broker, PROBE, PROBES);
        try {
            for (int i = 0; i < faults.size(); i++) {
                System.out.println(faults.get(i));
                Clients.createTopic(broker, "compacted-" + i, PROBES,
                        Map.of("cleanup.policy", "compact", "segment.bytes", "1048576", "min.cleanable.dirty.ratio", "0.01"));
                broker = compact(broker, "compacted-" + i, faults.get(i));
            }
        } finally {
            io.heal();
            broker.close();
        }
    }

    private BarnabasProcess compact(BarnabasProcess broker, String topic, Fault fault) throws Exception {
        int partition = partitionIn(second, topic);
        var current = broker;
        var last = new ConcurrentHashMap<String, Long>();
        try (var producer = Clients.producer(broker)) {
            io.fail(fault.calls, fault.error, second + "/" + topic + "*" + fault.file);
            send(producer, topic, partition, 0, last);
            io.awaitMet();
            assertEquals(ErrorCode.NONE, produce(broker, partitionIn(first)), fault::toString);
            if (broker.process().output().contains("goes offline: path=" + second)) {
                broker.process().kill();
                io.heal();
                current = broker.restart();
            }
            io.heal();
            send(producer, topic, partition, RECORDS, last);
            producer.flush();
        }
        var running = current;
        // The last of each key stays where it was acknowledged, and a pass comes to its end after all.
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            var found = new HashMap<String, Long>();
            int count = 0;
            try (var consumer = Clients.consumer(running)) {
                for (var record : Clients.readWhole(consumer, new TopicPartition(topic, partition))) {
                    assertEquals(Clients.text(record.key()), "key-" + number(record.value()) % KEYS);
                    found.put(Clients.text(record.key()), record.offset());
                    count++;
                }
            }
            assertEquals(last, found, fault::toString);
            assertTrue(count < 2 * RECORDS, "nothing was compacted");
        });
        return current;
    }

    /** Idempotent, and in order: who is acknowledged last of a key was sent last. */
    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, int partition, int from, Map<String, Long> last) {
        for (int i = from; i < from + RECORDS; i++) {
            var key = "key-" + i % KEYS;
            producer.send(Clients.record(topic, partition, null, key, value(partition, i)), (metadata, error) -> {
                if (error == null) last.put(key, metadata.offset());
            });
        }
    }

    private static int number(byte[] value) {
        return Integer.parseInt(Clients.text(value).split("/")[1]);
    }

    @Test
    void aMoveThatFailsLosesNothing() throws Exception {
        move(picked(MOVE_FAULTS, 2));
    }

    @Test
    @Tag("long")
    void aMoveLosesNothingWhateverCallFails() throws Exception {
        move(MOVE_FAULTS);
    }

    private void move(List<Fault> faults) throws Exception {
        inRounds(faults, broker -> moveTo(broker, first), (broker, fault) -> {
            io.fail(fault.calls, fault.error, fault.file.replace("FIRST", first.toString()).replace("SECOND", second.toString()));
            moveTo(broker, second, false);
            io.awaitMet();
            assertEquals(ErrorCode.NONE, produce(broker, partitionIn(first)), fault::toString);
            broker.process().kill();
            io.heal();
            return broker.restart();
        });
    }

    @Test
    void aMoveIntoADiskThatLosesPowerLosesNothing() throws Exception {
        try (var disk = LoopDisk.ofMib(128)) {
            var rounds = new FaultRounds(BarnabasProcess.with().data(first).moreData(disk.path()).start());
            try {
                for (int i = 0; i < 4; i++) {
                    // To and fro: the disk is the target, then the source.
                    var target = i % 2 == 0 ? disk.path() : first;
                    rounds.run(1, broker -> {
                        moveTo(broker, target, false);
                        return disk.cutPowerOf(broker);
                    });
                    moveTo(rounds.broker(), target);
                }
            } finally {
                rounds.broker().close();
            }
        }
    }

    private static void moveTo(Broker broker, Path target) {
        moveTo(broker, target, true);
    }

    private static void moveTo(Broker broker, Path target, boolean isAwaited) {
        try (var admin = Clients.admin(broker)) {
            admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica("rounds", 0, 1), target.toString())).all().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
        if (isAwaited) Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(target.resolve("rounds-0")));
    }

    private static List<Fault> picked(List<Fault> faults, int count) {
        var shuffled = new ArrayList<>(faults);
        Collections.shuffle(shuffled, new Random(Long.getLong("barnabas.seed", System.nanoTime())));
        return shuffled.subList(0, count);
    }

    private static void write(Broker broker, String topic, int partitions) throws Exception {
        try (var producer = Clients.producer(broker, "acks", "all")) {
            for (int partition = 0; partition < partitions; partition++) {
                var last = new ArrayList<Future<?>>();
                for (int i = 0; i < RECORDS; i++) last.add(producer.send(Clients.record(topic, partition, null, "key-" + i % KEYS, value(partition, i))));
                for (var sent : last) sent.get();
            }
        }
    }

    private static String value(int partition, int number) {
        return partition + "/" + number + "/" + "x".repeat(9_000);
    }

    private static int partitionIn(Path directory) {
        return partitionIn(directory, PROBE);
    }

    private static int partitionIn(Path directory, String topic) {
        for (int partition = 0; partition < PROBES; partition++) {
            if (Files.exists(directory.resolve(topic + "-" + partition))) return partition;
        }
        throw new AssertionError("no partition is in directory=" + directory);
    }
}
