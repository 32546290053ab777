package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.SimulatedDisk.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final String FIRST_LOG = "00000000000000000000.log";

    /** Apache Kafka renames the files of a segment one after the other, the log first. */
    @Test
    void aSegmentThatWasBeingDeletedIsGoneWithItsIndexes() {
        for (var half : List.of("00000000000000000000", "00000000000000000013")) {
            var rig = LogRig.withSmallSegments();
            for (int i = 0; i < 60; i++) rig.appendAndWrite("value " + i);
            rig.flush();
            rig.simulation.runFor(3000);
            rig.killLoops();
            rig.disk.killProcess();
            rig.disk.rename(rig.file(half + ".log"), rig.file(half + ".log.deleted"));
            assertTrue(rig.disk.exists(rig.file(half + ".index")));
            rig.start();
            long from = half.equals("00000000000000000000") ? 13 : 0;
            assertEquals(from, rig.log.logStartOffset());
            // What lay between is passed over, as after a compaction.
            assertEquals(26, rig.records(from == 0 ? 13 : 26, 60, 100).get(0).offset());
            assertFalse(rig.disk.exists(rig.file(half + ".index")));
        }
    }

    /** Offsets 0 and 1 durable, 2 to 5 in three batches not. */
    private static LogRig partlyDurable() {
        var rig = LogRig.withDefaults();
        rig.appendAndWrite("a", "b");
        rig.flush();
        rig.simulation.runFor(3000);
        rig.appendAndWrite("c");
        rig.appendAndWrite("d", "e");
        rig.appendAndWrite("f");
        rig.killLoops();
        rig.disk.killProcess();
        return rig;
    }

    @Test
    void aTailTornAtAnyByteIsCutAtTheLastWholeBatch() {
        var whole = partlyDurable();
        var bytes = whole.disk.bytes(whole.file(FIRST_LOG));
        var borders = borders(bytes);
        assertEquals(List.of(0, 2, 3, 5, 6), borders.stream().map(b -> b[1]).toList());
        for (int size = borders.get(1)[0]; size <= bytes.length; size++) {
            var rig = partlyDurable();
            rig.disk.replace(rig.file(FIRST_LOG), Arrays.copyOf(bytes, size));
            rig.start();
            int end = 0;
            for (var border : borders) if (border[0] <= size) end = border[1];
            assertEquals(end, rig.log.endOffset(), "size=" + size);
            assertEquals(2, rig.log.flushedOffset());
            assertEquals(end, rig.values().size());
            rig.appendAndWrite("next");
            assertEquals("next", rig.values().get(end));
        }
    }

    @Test
    void aFlippedBitBeyondTheRecoveryPointEndsTheLogThere() {
        var bytes = partlyDurable();
        var content = bytes.disk.bytes(bytes.file(FIRST_LOG));
        var borders = borders(content);
        for (int at = borders.get(1)[0]; at < content.length; at += 3) {
            var rig = partlyDurable();
            var flipped = content.clone();
            flipped[at] ^= 16;
            rig.disk.replace(rig.file(FIRST_LOG), flipped);
            rig.start();
            int before = 0;
            for (var border : borders) if (border[0] <= at) before = border[1];
            long end = rig.log.endOffset();
            // Offset and epoch of a batch are not under its checksum: where they grow, it is not seen.
            assertTrue(end == before || isOffsetOrEpoch(borders, at), "at=%d end=%d expected=%d".formatted(at, end, before));
        }
    }

    private static boolean isOffsetOrEpoch(List<int[]> borders, int at) {
        for (var border : borders) {
            int in = at - border[0];
            if (in >= 4 && in < 8 || in >= 12 && in < 16) return true;
        }
        return false;
    }

    private static List<int[]> borders(byte[] bytes) {
        var borders = new java.util.ArrayList<int[]>();
        var buffer = java.nio.ByteBuffer.wrap(bytes);
        int at = 0;
        while (at < bytes.length) {
            borders.add(new int[] {at, (int) buffer.getLong(at)});
            at += 12 + buffer.getInt(at + 8);
        }
        borders.add(new int[] {at, 6});
        return borders;
    }

    @Test
    void checkpointsThatAreEmptyCostAReadingOfTheLog() {
        var rig = partlyDurable();
        for (var name : List.of(FileNames.RECOVERY_POINTS, FileNames.LOG_STARTS, FileNames.HIGH_WATERMARKS, FileNames.CLEANER_OFFSETS)) {
            CheckpointFile.replace(rig.disk, rig.file("../" + name).normalize(), "");
        }
        rig.start();
        assertEquals(6, rig.log.endOffset());
        assertEquals(0, rig.log.logStartOffset());
    }

    @Test
    void aMarkOfACleanStopThatMakesNoSenseDoesNotCount() {
        var rig = partlyDurable();
        CheckpointFile.replace(rig.disk, rig.file("../" + FileNames.CLEAN_SHUTDOWN).normalize(), "{\"version\":0,\"brokerEpoch\":x}");
        rig.start();
        assertEquals(6, rig.log.endOffset());
        assertEquals(-1, rig.directory.previousBrokerEpoch());
    }

    @Test
    void damageBelowTheRecoveryPointKeepsThePartitionOffline() {
        var rig = partlyDurable();
        rig.disk.replace(rig.file(FIRST_LOG), new byte[0]);
        var error = assertThrows(StorageException.class, rig::start);
        assertTrue(error.getMessage().contains("t-0") && error.getMessage().contains("durable up to 2"), error.getMessage());
        var refused = new String[1];
        rig.directory.openLog(LogRig.PARTITION, LogRig.TOPIC_ID, rig.config, rig.loop, rig.heard, new LogDirectory.OpenCallback() {
            @Override
            public void onOpened(Log log) {
                throw new AssertionError("opened");
            }

            @Override
            public void onRefused(String reason) {
                refused[0] = reason;
            }
        });
        rig.simulation.runUntilIdle();
        assertTrue(refused[0].contains("damaged"));
    }

    @Test
    void aLostSegmentInTheMiddleOfWhatWasNotDurableEndsTheLogBeforeIt() {
        var rig = LogRig.withSmallSegments();
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        rig.killLoops();
        rig.disk.killProcess();
        var logs = rig.disk.list(rig.file("x").getParent()).stream().filter(n -> n.endsWith(".log")).toList();
        long second = FileNames.offsetOf(logs.get(1), FileNames.LOG);
        rig.disk.delete(rig.file(logs.get(1)));
        rig.start();
        assertEquals(second, rig.log.endOffset());
        assertFalse(rig.disk.exists(rig.file(logs.get(2))));
    }

    @Test
    void missingIndexesAreMadeAgain() {
        var rig = LogRig.withSmallSegments();
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(1000 + i, "v" + i), 0);
        rig.log.write();
        rig.stop();
        var before = rig.disk.bytes(rig.file("00000000000000000000.index"));
        for (var name : rig.disk.list(rig.file("x").getParent())) if (name.endsWith("index")) rig.disk.delete(rig.file(name));
        rig.start();
        assertEquals(new TimestampOffset(1037, 37, 0), rig.log.offsetForTimestamp(1037));
        assertEquals(60, rig.values().size());
        assertTrue(Arrays.equals(before, rig.disk.bytes(rig.file("00000000000000000000.index"))));
    }

    @Test
    void aRecoveryThatFindsEverythingInPlaceWritesNothing() {
        for (int paddingBytes : List.of(10, 500)) {
            var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 1 << 20, 100));
            long first = rig.now();
            for (int i = 0; i < 300; i++) rig.append(LogRig.batch(first + i, i + "x".repeat(paddingBytes)), 0);
            rig.flush();
            // The last entry of the time index that a clean stop leaves stands between those of the appends.
            rig.restart();
            for (int i = 0; i < 300; i++) rig.append(LogRig.batch(first + 1000 + i, i + "x".repeat(paddingBytes)), 0);
            rig.flush();
            rig.simulation.runFor(2000);
            rig.append(LogRig.batch(rig.now(), "not flushed"), 0);
            rig.log.write();
            rig.kill();
            assertEquals(List.of(), writesOfACrashAndRecovery(rig), "paddingBytes=" + paddingBytes);
            assertEquals(601, rig.values().size());
            assertEquals(new TimestampOffset(first + 1299, 599, 0), rig.log.offsetForTimestamp(first + 1299));
        }
    }

    @Test
    void aRecoveryMakesNoFilesForIndexesThatStayInMemory() {
        var rig = LogRig.withDefaults();
        for (int i = 0; i < 200; i++) rig.append(LogRig.batch(rig.now() + i, i + "x".repeat(5_000)), 0);
        rig.log.write();
        assertEquals(List.of(), writesOfACrashAndRecovery(rig));
        assertEquals(200, rig.values().size());
    }

    private static List<String> writesOfACrashAndRecovery(LogRig rig) {
        var writes = new ArrayList<String>();
        rig.disk.failOn((call, path) -> {
            boolean isWrite = call == Call.WRITE || call == Call.SYNC || call == Call.TRUNCATE || call == Call.RENAME || call == Call.DELETE;
            if (isWrite && path.startsWith(rig.file("x").getParent())) writes.add(call + " " + path.getFileName());
            return false;
        });
        rig.kill();
        rig.disk.failOn(null);
        return writes;
    }

    /** A snapshot knows one batch of each producer, and up to five that it never heard of again may come once more. */
    @Test
    void theLastFiveBatchesOfAProducerAreKnownHoweverNearASnapshotIs() {
        for (int batchCount = 5; batchCount < 60; batchCount++) {
            var rig = LogRig.withSmallSegments();
            for (int i = 0; i < batchCount; i++) {
                for (int producer = 0; producer < 2; producer++) {
                    rig.append(rig.idempotent(producer, 0, 2 * i, i + "x".repeat(i % 40), "second"), 0);
                }
                if (i == batchCount / 2) rig.log.write();
            }
            rig.log.write();
            rig.flush();
            rig.simulation.runFor(100_000);
            rig.kill();
            for (int i = batchCount - 5; i < batchCount; i++) {
                for (int producer = 0; producer < 2; producer++) {
                    var answer = rig.append(rig.idempotent(producer, 0, 2 * i, "again", "and again"), 0);
                    var duplicate = assertInstanceOf(AppendResult.Duplicate.class, answer, "batchCount=" + batchCount + " i=" + i);
                    assertEquals(4L * i + 2 * producer, duplicate.baseOffset());
                }
            }
            assertEquals(4L * batchCount, rig.log.endOffset());
        }
    }

    /** Each has all that may be under way there, one producer after the other, in batches of the usual size. */
    @Test
    void theBatchesOfManyProducersAreFoundBeforeASnapshot() {
        var rig = LogRig.withDefaults();
        int producers = 20;
        for (int producer = 0; producer < producers; producer++) {
            for (int i = 0; i < 7; i++) rig.append(rig.idempotent(producer, 0, i, "x".repeat(10_000)), 0);
        }
        for (int i = 7; i < 12; i++) {
            for (int producer = 0; producer < producers; producer++) rig.append(rig.idempotent(producer, 0, i, "x".repeat(10_000)), 0);
        }
        rig.log.write();
        rig.simulation.runFor(100_000);
        assertEquals(List.of(FileNames.of(rig.log.endOffset(), FileNames.SNAPSHOT)), snapshots(rig));
        rig.kill();
        for (int producer = 0; producer < producers; producer++) {
            for (int i = 7; i < 12; i++) {
                assertInstanceOf(AppendResult.Duplicate.class, rig.append(rig.idempotent(producer, 0, i, "x".repeat(10_000)), 0));
            }
        }
    }

    /** Whether the last index entry stands before the recovery point or the walk begins at the segment's start. */
    @Test
    void ofWhatWasFlushedARecoveryReadsNoMoreThanHeaders() {
        for (int batchCount : List.of(60, 100)) {
            var rig = LogRig.withDefaults();
            for (int i = 0; i < batchCount; i++) rig.append(LogRig.batch(rig.now(), i + "x".repeat(16_000)), 0);
            rig.log.write();
            rig.simulation.runFor(100_000);
            assertEquals(batchCount, rig.log.flushedOffset());
            for (int i = 0; i < 3; i++) rig.append(LogRig.batch(rig.now(), "not flushed"), 0);
            rig.log.write();
            long before = rig.disk.readBytes();
            rig.kill();
            long read = rig.disk.readBytes() - before;
            assertEquals(batchCount + 3, rig.log.endOffset());
            assertTrue(read < 20_000, "batchCount=" + batchCount + " read=" + read);
        }
    }

    @Test
    void afterAFlushARecoveryReadsOnlyTheTailForItsProducers() {
        var rig = LogRig.withDefaults();
        for (int i = 0; i < 100; i++) rig.append(rig.idempotent(9, 2, i, i + "x".repeat(10_000)), 0);
        rig.log.write();
        rig.simulation.runFor(100_000);
        assertEquals(100, rig.log.flushedOffset());
        rig.append(rig.idempotent(9, 2, 100, "not flushed"), 0);
        rig.log.write();
        var before = rig.log.activeProducers();
        var reads = new int[1];
        rig.disk.failOn((call, path) -> {
            if (call == Call.READ && path.equals(rig.file(FIRST_LOG))) reads[0]++;
            return false;
        });
        rig.kill();
        assertEquals(before, rig.log.activeProducers());
        // Most of them for the headers of some batches before the snapshot.
        assertTrue(reads[0] < 20, "reads=" + reads[0]);
    }

    @Test
    void onlyTheLatestSnapshotThatARecoveryNeedsIsKept() {
        var rig = LogRig.withDefaults();
        for (int flush = 1; flush <= 5; flush++) {
            for (int i = 0; i < 20; i++) rig.append(LogRig.batch(rig.now(), i + "x".repeat(10_000)), 0);
            rig.log.write();
            rig.simulation.runFor(100_000);
            assertEquals(List.of(FileNames.of(20L * flush, FileNames.SNAPSHOT)), snapshots(rig));
        }
    }

    private static List<String> snapshots(LogRig rig) {
        return rig.disk.list(rig.file("x").getParent()).stream().filter(name -> name.endsWith(FileNames.SNAPSHOT)).toList();
    }

    @Test
    void aStopThatCouldNotFlushIsNotACleanOne() {
        var rig = LogRig.withDefaults();
        for (int i = 0; i < 100; i++) rig.append(LogRig.batch(rig.now(), i + "x".repeat(1000)), 0);
        rig.log.write();
        rig.disk.capacityBytes(rig.disk.usedBytes() + 10);
        assertThrows(StorageException.class, rig.log::close);
        rig.disk.capacityBytes(Long.MAX_VALUE);
        rig.directory.closeCleanly(5);
        rig.killLoops();
        rig.start();
        assertFalse(rig.directory.wasClosedCleanly());
        assertEquals(100, rig.values().size());
    }

    @Test
    void leaderEpochsComeBackFromTheBatches() {
        var rig = LogRig.withDefaults();
        rig.append(LogRig.batch(1, "a"), 3);
        rig.append(LogRig.batch(1, "b"), 5);
        rig.log.write();
        rig.kill();
        assertEquals(new EpochEndOffset(3, 1), rig.log.offsetForLeaderEpoch(4));
        rig.flush();
        rig.log.close();
        rig.disk.delete(rig.file("leader-epoch-checkpoint"));
        rig.directory.closeCleanly(-1);
        rig.killLoops();
        rig.start();
        assertEquals(new EpochEndOffset(3, 1), rig.log.offsetForLeaderEpoch(4));
    }

    @Test
    void anAcknowledgedRecordSurvivesAPowerCutInANewFolderAndANewFile() {
        for (int seed = 0; seed < 200; seed++) {
            var rig = new LogRig(seed, LogRig.SMALL);
            rig.appendAndWrite("durable");
            rig.flush();
            assertEquals(1, rig.log.flushedOffset());
            rig.powerCut();
            assertEquals(List.of("durable"), rig.values());
        }
    }

    /** Of a transaction whose marker is lost: what its producer writes later would be hidden. */
    @Test
    void anAbortIsForgottenWithItsMarker() {
        var rig = LogRig.withDefaults();
        rig.append(LogRig.build(new RecordBatchBuilder().producer(1, (short) 0, 0).transactional(), rig.now(), "a"), 0);
        rig.log.write();
        rig.flush();
        rig.simulation.runFor(2_000);
        var flushed = rig.disk.bytes(rig.file(FIRST_LOG));
        var marker = new RecordBatchBuilder().producer(1, (short) 0, RecordBatch.NO_SEQUENCE).transactional().appendEndTransaction(rig.now(), false, 7);
        rig.log.append(new RecordBatch().wrap(marker.build(), 0), 0, AppendOrigin.COORDINATOR);
        rig.log.write();
        assertEquals(1, rig.log.abortedTransactions(0, 2).size());
        rig.killLoops();
        rig.disk.replace(rig.file(FIRST_LOG), flushed);
        rig.disk.killProcess();
        rig.start();
        assertEquals(1, rig.log.endOffset());
        rig.log.raiseHighWatermark(1);
        assertEquals(0, rig.log.lastStableOffset());
        assertEquals(List.of(), rig.log.abortedTransactions(0, 2));
    }

    /** Also when nothing moves the high watermark any more, since its checkpoint tells the log's end. */
    @Test
    void aTransactionThatWasDecidedBelowTheHighWatermarkIsStableAfterAKill() {
        var rig = LogRig.withDefaults();
        rig.append(LogRig.build(new RecordBatchBuilder().producer(1, (short) 0, 0).transactional(), rig.now(), "a"), 0);
        var marker = new RecordBatchBuilder().producer(1, (short) 0, RecordBatch.NO_SEQUENCE).transactional().appendEndTransaction(rig.now(), true, 7);
        rig.log.append(new RecordBatch().wrap(marker.build(), 0), 0, AppendOrigin.COORDINATOR);
        rig.log.write();
        rig.log.raiseHighWatermark(2);
        rig.simulation.runFor(2_000);
        rig.kill();
        assertEquals(2, rig.log.highWatermark());
        assertEquals(2, rig.log.lastStableOffset());
    }

    /** The recovery point is noted after the log's start: what lay between them can tell of producers no more. */
    @Test
    void producersOfSegmentsThatAreGoneComeBackWhenTheRecoveryPointIsOld() {
        var rig = LogRig.withSmallSegments();
        for (int i = 0; i < 60; i++) rig.append(rig.idempotent(i < 20 ? 9 : 8, 2, i, "v" + i), 0);
        rig.log.write();
        rig.log.raiseHighWatermark(60);
        rig.flush();
        rig.log.raiseLogStartOffset(40);
        rig.simulation.runFor(100_000);
        assertFalse(rig.disk.exists(rig.file(FIRST_LOG)));
        var before = rig.log.activeProducers();
        assertEquals(2, before.size());
        rig.killLoops();
        rig.disk.killProcess();
        CheckpointFile.replace(rig.disk, rig.file("../" + FileNames.RECOVERY_POINTS).normalize(), "0\n1\nt 0 5\n");
        rig.start();
        assertEquals(before, rig.log.activeProducers());
    }

    @Test
    void producersComeBackWithAndWithoutTheirSnapshot() {
        var rig = LogRig.withSmallSegments();
        for (int i = 0; i < 30; i++) rig.append(rig.idempotent(9, 2, i, "v" + i), 0);
        rig.log.write();
        var before = rig.log.activeProducers();
        rig.restart();
        assertEquals(before, rig.log.activeProducers());
        assertEquals(new AppendResult.Duplicate(29, 29, before.get(0).lastTimestamp()), rig.append(rig.idempotent(9, 2, 29, "again"), 0));
        rig.killLoops();
        rig.disk.killProcess();
        for (var name : rig.disk.list(rig.file("x").getParent())) if (name.endsWith(".snapshot")) rig.disk.delete(rig.file(name));
        rig.start();
        assertEquals(before, rig.log.activeProducers());
        assertEquals(new AppendResult.Duplicate(25, 25, before.get(0).lastTimestamp()), rig.append(rig.idempotent(9, 2, 25, "again"), 0));
    }

    @Test
    void aFullDiskKeepsNoLogFromBeingReadNorFromGoingOnWhenThereIsRoom() {
        var rig = LogRig.withSmallSegments();
        // Segments large enough that their indexes are written at a start.
        rig.log.reconfigure(LogRig.config(rig.config, 100_000, 100));
        String padding = "x".repeat(500);
        int count = 600;
        for (int i = 0; i < count; i++) rig.appendAndWrite(i + padding);
        var before = rig.values();
        rig.killLoops();
        rig.disk.killProcess();
        rig.disk.capacityBytes(0);
        rig.start();
        assertEquals(before, rig.values());
        assertEquals(before.subList(300, 310), rig.values(300, 310));
        rig.appendAndWrite("no room");
        assertEquals(count, rig.log.endOffset());
        rig.disk.capacityBytes(Long.MAX_VALUE);
        rig.appendAndWrite("room");
        rig.flush();
        assertEquals(count + 1, rig.log.flushedOffset());
        rig.restart();
        assertEquals(before, rig.values(0, count));
        rig.powerCut();
        assertEquals(before, rig.values(0, count));
    }

    @Test
    void aCleanStopLeavesTheProducersOfWhatWasFlushedLongBefore() {
        var rig = LogRig.withDefaults();
        rig.restart();
        rig.append(rig.idempotent(1, 0, 0, "a"), 0);
        rig.log.write();
        rig.flush();
        rig.restart();
        assertEquals(1, rig.log.activeProducers().size());
    }

    @Test
    void afterATruncationCheckpointsGoOn() {
        var rig = LogRig.withDefaults();
        rig.appendAndWrite("a");
        rig.appendAndWrite("b");
        rig.flush();
        rig.log.truncateTo(1);
        rig.appendAndWrite("c");
        rig.appendAndWrite("d");
        rig.flush();
        rig.simulation.runFor(2000);
        rig.kill();
        assertEquals(3, rig.log.flushedOffset());
    }

    /** What lies before the start in the same file is not needed, and not durable either for that. */
    @Test
    void aRaisedStartMakesNothingDurable() {
        for (int seed = 0; seed < 20; seed++) {
            var rig = new LogRig(seed, LogConfig.DEFAULT);
            rig.appendAndWrite("a");
            rig.appendAndWrite("b");
            rig.log.raiseHighWatermark(2);
            rig.log.raiseLogStartOffset(1);
            rig.simulation.runFor(1500);
            rig.kill();
            assertEquals(1, rig.log.logStartOffset());
            assertEquals(0, rig.log.flushedOffset());
            rig.simulation.runFor(1500);
            rig.powerCut();
            assertEquals(1, rig.log.logStartOffset());
        }
    }

    @Test
    void aCleanStopIsForgottenAtTheNextStart() {
        var rig = LogRig.withDefaults();
        rig.restart();
        assertTrue(rig.directory.wasClosedCleanly());
        assertEquals(5, rig.directory.previousBrokerEpoch());
        rig.kill();
        assertFalse(rig.directory.wasClosedCleanly());
        assertEquals(-1, rig.directory.previousBrokerEpoch());
    }
}
