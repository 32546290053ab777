package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.SimulatedDisk.Call;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogMoveTest {
    private static final LogConfig SMALL = LogRig.config(LogConfig.DEFAULT, 400, 100);

    @Test
    void theLogLiesInTheOtherDirectoryAfterwardsWithAllThatItHad() {
        var rig = new MoveRig(1, SMALL);
        for (int i = 0; i < 50; i++) rig.write("value " + i, "x".repeat(30));
        rig.log.raiseHighWatermark(60);
        rig.log.raiseLogStartOffset(13);
        var before = rig.values();
        rig.move();
        rig.settle();
        assertEquals(1, rig.here());
        assertEquals(before, rig.values());
        assertEquals(60, rig.log.highWatermark());
        assertEquals(13, rig.log.logStartOffset());
        assertEquals(100, rig.log.flushedOffset());
        assertFalse(rig.directories[0].contains(LogRig.PARTITION));
        rig.powerCut();
        assertEquals(1, rig.here());
        assertEquals(before, rig.values().subList(rig.values().size() - before.size(), rig.values().size()));
    }

    /** As when the broker is killed before its answers have come to the producer. */
    @Test
    void theLastFiveBatchesOfAProducerAreKnownInTheOtherDirectory() {
        for (int batchCount = 5; batchCount < 30; batchCount++) {
            var rig = new MoveRig(1, SMALL);
            long now = rig.simulation.clock().nowMs();
            for (int i = 0; i < batchCount; i++) rig.append(idempotent(i, now), 0);
            rig.log.write();
            rig.move();
            rig.settle();
            assertEquals(1, rig.here());
            assertRetriesAreKnown(rig, batchCount, now);
            rig.kill();
            assertEquals(1, rig.here());
            assertRetriesAreKnown(rig, batchCount, now);
        }
    }

    private static RecordBatch idempotent(int sequence, long timestamp) {
        return LogRig.build(new RecordBatchBuilder().producer(5, (short) 0, sequence), timestamp, "value " + sequence);
    }

    private static void assertRetriesAreKnown(MoveRig rig, int batchCount, long timestamp) {
        for (int i = batchCount - 5; i < batchCount; i++) {
            assertEquals(new AppendResult.Duplicate(i, i, timestamp), rig.append(idempotent(i, timestamp), 0), "batchCount=" + batchCount);
        }
    }

    @Test
    void noMoreIsCopiedThanIsAllowed() {
        var rig = new MoveRig(2, SMALL);
        for (int i = 0; i < 200; i++) rig.write("x".repeat(50));
        rig.pace.limit(1000);
        rig.move();
        long size = rig.log.sizeInBytes();
        rig.simulation.runFor(5000);
        // What a second allows may come at once, and one piece more is on its way.
        assertTrue(rig.move.sizeInBytes() <= 6000 + rig.pieceBytes, "copied " + rig.move.sizeInBytes() + " of " + size);
        assertTrue(rig.move.sizeInBytes() >= 4000, "copied " + rig.move.sizeInBytes());
        rig.pace.limit(Long.MAX_VALUE);
        rig.settle();
        assertEquals(1, rig.here());
    }

    @Test
    void nothingIsCompactedMeanwhile() {
        var compaction = new CompactionConfig(86_400_000, 0, Long.MAX_VALUE, 0);
        var rig = new MoveRig(3, LogRig.compacted(SMALL, compaction, false));
        for (int i = 0; i < 30; i++) rig.write("x".repeat(50));
        long now = rig.simulation.clock().nowMs();
        assertTrue(rig.log.cleanable().offerIfDue(now));
        rig.move();
        assertFalse(rig.log.cleanable().offerIfDue(now));
        rig.cancel();
        assertTrue(rig.log.cleanable().offerIfDue(now));
        assertFalse(rig.directories[1].futures().contains(LogRig.PARTITION), "the copy is deleted");
    }

    @Test
    void aFullDiskKeepsNobodyFromAppendingForLong() {
        var rig = new MoveRig(6, SMALL);
        rig.tellingMs = 1000;
        for (int i = 0; i < 30; i++) rig.write("value " + i);
        rig.move();
        rig.simulation.runFor(900);
        rig.write("appended while the controller is told");
        rig.disks[1].capacityBytes(rig.disks[1].usedBytes());
        rig.simulation.runFor(5000);
        assertTrue(rig.postponedCount > 0);
        assertFalse(rig.isHeld);
        rig.write("appended while the disk is full");
        rig.disks[1].capacityBytes(Long.MAX_VALUE);
        rig.settle();
        assertEquals(1, rig.here());
        assertEquals(32, rig.values().size());
    }

    @Test
    void aTargetThatFailsLeavesTheLogAsItWas() {
        var rig = new MoveRig(4, SMALL);
        for (int i = 0; i < 30; i++) rig.write("value " + i);
        rig.disks[1].failOn((call, path) -> call == Call.SYNC && path.toString().contains("-future"));
        rig.move();
        rig.simulation.runFor(10_000);
        assertNotNull(rig.failure);
        assertNull(rig.move);
        assertEquals(0, rig.here());
        assertInstanceOf(AppendResult.Appended.class, rig.append(LogRig.batch(1, "more"), 0));
        assertTrue(rig.log.write());
        assertEquals(31, rig.values().size());
    }

    @Test
    void aRenameThatFailsLeavesTheLogAsItWas() {
        var rig = new MoveRig(5, SMALL);
        for (int i = 0; i < 30; i++) rig.write("value " + i);
        rig.disks[1].failOn((call, path) -> call == Call.RENAME && path.toString().endsWith("-future"));
        rig.move();
        rig.simulation.runFor(10_000);
        assertNotNull(rig.failure);
        assertEquals(0, rig.here());
        assertEquals(0, rig.assigned);
        rig.disks[1].failOn((call, path) -> false);
        rig.powerCut();
        assertEquals(0, rig.here());
        rig.settle();
        assertEquals(1, rig.here(), "the copy was gone on with");
    }

    @Test
    void foldersOfCopiesAreNamedAsApacheKafkaNamesThem() {
        var unique = new UUID(0x0123456789abcdefL, 0x0fedcba987654321L);
        assertEquals("t-0.0123456789abcdef0fedcba987654321-future", FileNames.futureFolder(LogRig.PARTITION, unique));
        assertEquals(LogRig.PARTITION, FileNames.futurePartitionOf("t-0.0123456789abcdef0fedcba987654321-future"));
        for (var other : List.of("t-0", "t-0-future", "t-0.01-future", "t.0123456789abcdef0fedcba987654321-future", "t-0.0123456789abcdef0fedcba987654321-delete")) {
            assertNull(FileNames.futurePartitionOf(other), other);
        }
    }
}
