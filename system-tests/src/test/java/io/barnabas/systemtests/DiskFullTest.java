package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A full disk costs an error and no record; service goes on when there is room again. */
class DiskFullTest {
    private static final int DISK_MIB = 48;
    private static final String TOPIC = "filling";
    private static final String PROBE = "probe";
    private static final int PARTITIONS = 2;
    private static final int ALL = -1;
    private static final long CHANGE_SECONDS_MAX = 30;
    private static final byte[] VALUE = new byte[20_000];

    @Test
    void whatDoesNotFitIsRefusedAndTakenWhenThereIsRoom() throws Exception {
        var history = new History();
        try (var disk = LoopDisk.ofMib(DISK_MIB); var broker = BarnabasProcess.with().data(disk.path()).start()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            Clients.createTopic(broker, PROBE, 1);
            try (var load = new Load(broker, TOPIC, PARTITIONS, 2, history, new Random(1))) {
                history.awaitProgress(300, 300);
                disk.fillUpTo(1 << 20);
                produceUntil(broker, ErrorCode.KAFKA_STORAGE_ERROR);
                // Reading needs no room.
                Load.readAll(broker, TOPIC, PARTITIONS);
                disk.makeRoom();
                produceUntil(broker, ErrorCode.NONE);
                history.awaitProgress(300, 1);
                load.finish();
            }
            assertEquals(0, history.failedCount(), history::toString);
            DurabilityChecker.check(history, Load.readAll(broker, TOPIC, PARTITIONS));
            broker.process().freeze();
            disk.cutPower();
            broker.process().kill();
            disk.restorePower();
            try (var again = broker.restart()) {
                DurabilityChecker.check(history, Load.readAll(again, TOPIC, PARTITIONS));
            }
        }
    }

    @Test
    void aBrokerThatIsKilledOnAFullDiskComesBackWithAllItsRecords() throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB);
                var broker = BarnabasProcess.with().data(disk.path()).setting("metadata.log.dir", disk.path() + "-metadata").start()) {
            var history = written(broker);
            disk.fillUpTo(0);
            produceUntil(broker, ErrorCode.KAFKA_STORAGE_ERROR);
            broker.process().kill();
            disk.fillUpTo(0);
            try (var again = broker.restart()) {
                DurabilityChecker.check(history, Load.readAll(again, TOPIC, PARTITIONS));
                produceUntil(again, ErrorCode.KAFKA_STORAGE_ERROR);
                disk.makeRoom();
                produceUntil(again, ErrorCode.NONE);
                DurabilityChecker.check(history, Load.readAll(again, TOPIC, PARTITIONS));
            }
        }
    }

    /** Whether a start finds a last block that it may reuse is the file system's affair: it comes up, or says why not. */
    @Test
    void aStartWithoutRoomForTheMetadataDoesNoHarm() throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB); var broker = BarnabasProcess.with().data(disk.path()).start()) {
            var history = written(broker);
            broker.process().kill();
            disk.fillUpTo(0);
            try (var onFullDisk = broker.restart()) {
                DurabilityChecker.check(history, Load.readAll(onFullDisk, TOPIC, PARTITIONS));
            } catch (ChildProcess.EndedException e) {
                assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
            }
            disk.makeRoom();
            try (var again = broker.restart()) {
                DurabilityChecker.check(history, Load.readAll(again, TOPIC, PARTITIONS));
                produceUntil(again, ErrorCode.NONE);
            }
        }
    }

    private static History written(Broker broker) throws Exception {
        var history = new History();
        Clients.createTopic(broker, TOPIC, PARTITIONS);
        Clients.createTopic(broker, PROBE, 1);
        try (var load = new Load(broker, TOPIC, PARTITIONS, 2, history, new Random(2))) {
            history.awaitProgress(300, 300);
            load.finish();
        }
        return history;
    }

    /** Writes until the answer is this one; any other but the two that this is about fails. */
    private static void produceUntil(Broker broker, ErrorCode wanted) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(CHANGE_SECONDS_MAX);
        try (var producer = new RawProducer(broker)) {
            while (true) {
                var found = producer.produce(PROBE, 0, ALL, VALUE);
                // Nothing about the broker's files is told to clients.
                if (found.message() != null) throw new AssertionError("unexpected message: " + found);
                if (found.error() == wanted) return;
                if (found.error() != ErrorCode.NONE && found.error() != ErrorCode.KAFKA_STORAGE_ERROR || System.nanoTime() > deadlineNs) {
                    throw new AssertionError("wanted=" + wanted + " found=" + found + "\n" + broker.process().output());
                }
            }
        }
    }
}
