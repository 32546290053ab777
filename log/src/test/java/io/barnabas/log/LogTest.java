package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.testkit.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogTest {
    private final LogRig rig = LogRig.withSmallSegments();

    @Test
    void aStagedBatchHasItsOffsetAndIsReadableOnceItIsWritten() {
        var batch = LogRig.batch(rig.now(), "a", "b");
        assertEquals(new AppendResult.Appended(0, 1), rig.append(batch, 3));
        assertEquals(0, rig.log.endOffset());
        assertEquals(2, rig.log.stagedEndOffset());
        assertEquals(3, batch.leaderEpoch());
        rig.simulation.runUntilIdle();
        assertEquals(2, rig.log.endOffset());
        assertEquals(1, rig.heard.written);
        assertEquals(List.of("a", "b"), rig.values());
        assertEquals(3, rig.log.latestEpoch());
    }

    @Test
    void batchesOfOneTurnAreWrittenTogetherInTheirOrder() {
        var large = "x".repeat(300);
        rig.append(LogRig.batch(rig.now(), "a"), 0);
        rig.append(LogRig.batch(rig.now(), large, large), 0);
        rig.append(LogRig.batch(rig.now(), "b"), 0);
        rig.log.write();
        assertEquals(List.of("a", large, large, "b"), rig.values());
        assertEquals(1, rig.heard.written);
    }

    @Test
    void largeBatchesAreWrittenWhereTheyLieBetweenSmallOnes() {
        var large = "x".repeat(10_000);
        var rig = LogRig.withDefaults();
        for (int i = 0; i < 5; i++) {
            rig.append(LogRig.batch(rig.now(), "s" + i), 0);
            rig.append(LogRig.batch(rig.now(), large + i), 0);
        }
        rig.log.write();
        assertEquals(List.of("s0", large + 0, "s1", large + 1, "s2", large + 2, "s3", large + 3, "s4", large + 4), rig.values());
    }

    @Test
    void aSegmentRollsWhenTheNextBatchDoesNotFit() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "value-" + i), 0);
        rig.log.write();
        assertTrue(rig.disk.list(rig.file("x").getParent()).stream().filter(n -> n.endsWith(".log")).count() >= 5);
        assertEquals(60, rig.values().size());
        assertEquals("value-37", rig.values(37, 38).get(0));
    }

    @Test
    void aSegmentRollsWhenItsRecordsSpanItsTime() {
        var rig = LogRig.withDefaults();
        long t = rig.now();
        rig.append(LogRig.batch(t, "a"), 0);
        rig.append(LogRig.batch(t + LogConfig.DEFAULT.segmentMs(), "b"), 0);
        rig.append(LogRig.batch(t + LogConfig.DEFAULT.segmentMs() + 1, "c"), 0);
        rig.log.write();
        assertTrue(rig.disk.exists(rig.file("00000000000000000002.log")));
        assertEquals(List.of("a", "b", "c"), rig.values());
    }

    @Test
    void aReadEndsAtItsBoundAndItsSize() {
        for (int i = 0; i < 10; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        assertEquals(List.of("v2", "v3"), rig.values(2, 4));
        assertEquals(0, ((ReadResult.Data) rig.log.read(4, 1000, 4, true)).slice().size());
        assertEquals(0, ((ReadResult.Data) rig.log.read(0, 10, 10, false)).slice().size());
        assertEquals(1, rig.records(0, 10, 10).size());
        assertEquals(new ReadResult.Refused(ErrorCode.OFFSET_OUT_OF_RANGE), rig.log.read(11, 10, 11, true));
        assertEquals(new ReadResult.Refused(ErrorCode.OFFSET_OUT_OF_RANGE), rig.log.read(-1, 10, 11, true));
        assertInstanceOf(ReadResult.Data.class, rig.log.read(10, 10, 11, true));
    }

    @Test
    void aSliceStaysReadableWhenItsSegmentIsDeleted() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "value-" + i), 0);
        rig.log.write();
        var slice = ((ReadResult.Data) rig.log.read(53, 400, 60, true)).slice();
        rig.log.truncateFullyAndStartAt(100);
        rig.simulation.runFor(100_000);
        assertEquals(400, slice.toByteBuffer().remaining());
        slice.release();
        assertThrows(IllegalStateException.class, slice::release);
    }

    @Test
    void aReaderThatGoesOnWhereItStoppedNeedsNoIndex() {
        var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 4000, 1));
        for (int i = 0; i < 60; i++) rig.appendAndWrite("value-" + i);
        rig.restart();
        assertEquals("value-20", LogRig.text(rig.records(20, 60, 1).get(0).value()));
        rig.disk.failOn((call, path) -> path.toString().endsWith(FileNames.INDEX));
        for (int i = 21; i < 40; i++) assertEquals("value-" + i, LogRig.text(rig.records(i, 60, 1).get(0).value()));
        assertInstanceOf(ReadResult.Refused.class, rig.log.read(10, 1, 60, true), "the index would have been needed");
    }

    @Test
    void onlyTheTailIsRecent() {
        var large = LogRig.withDefaults();
        large.appendAndWrite("a".repeat(LogReader.SLICE_IN_MEMORY_BYTES_MAX));
        var slice = ((ReadResult.Data) large.log.read(0, 400, 1, true)).slice();
        assertTrue(slice.isRecent());
        slice.release();
        large.restart();
        slice = ((ReadResult.Data) large.log.read(0, 400, 1, true)).slice();
        assertFalse(slice.isRecent());
        slice.release();
    }

    @Test
    void whatALookupHasReadAnywayIsGivenFromMemory() {
        rig.appendAndWrite("a");
        rig.appendAndWrite("b");
        rig.restart();
        for (int offset : new int[] {1, 0, 1}) {
            var slice = ((ReadResult.Data) rig.log.read(offset, 1, 2, true)).slice();
            assertTrue(slice.isRecent());
            assertEquals(offset, new RecordBatch().wrap(slice.toByteBuffer(), 0).baseOffset());
            slice.release();
        }
    }

    @Test
    void segmentsBegunLatelyAreRecentAndOlderOnesAreNot() {
        var small = LogRig.withSmallSegments();
        for (int i = 0; i < 60; i++) small.append(LogRig.batch(small.now(), "value-" + i), 0);
        small.log.write();
        long sinceBytes = 0;
        for (long offset = 59; offset >= 0; offset--) {
            var slice = ((ReadResult.Data) small.log.read(offset, 1, 60, true)).slice();
            sinceBytes += slice.size();
            boolean isRecent = small.log.coldLookup(offset) == null;
            if (isRecent) assertTrue(slice.isRecent(), "offset=" + offset);
            slice.release();
            // Which segment a batch lies in decides: the one that the bound falls into may go either way.
            if (sinceBytes <= LogRig.RECENT_BYTES - 1000) assertTrue(isRecent, "offset=" + offset);
            if (sinceBytes > LogRig.RECENT_BYTES) assertFalse(isRecent, "offset=" + offset);
        }
        assertTrue(sinceBytes > LogRig.RECENT_BYTES);
        small.restart();
        assertNotNull(small.log.coldLookup(45), "of an earlier process");
    }

    @Test
    void whatTookLongToReadIsBroughtIntoThePageCacheFirstAndSoIsTheRestUntilThatIsQuick() {
        var rig = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 10_000, 1));
        rig.recentBytes = 1 << 20;
        rig.restart();
        for (int i = 0; i < 20; i++) rig.appendAndWrite("x".repeat(2000));
        assertTrue(readsAtOnce(rig, 1) && readsAtOnce(rig, 13), "all was appended lately");
        var slice = ((ReadResult.Data) rig.log.read(1, 3000, 20, true)).slice();
        readsTake(rig, 1);
        slice.toByteBuffer();
        assertTrue(readsAtOnce(rig, 13), "as quick as a disk may be while others use the machine");
        readsTake(rig, 5);
        rig.disk.cached(true);
        for (int i = 0; i < 3; i++) slice.toByteBuffer();
        assertTrue(readsAtOnce(rig, 13), "the loop had to wait for something else");
        rig.disk.cached(false);
        slice.toByteBuffer();
        slice.release();
        readsTake(rig, 0);
        assertFalse(readsAtOnce(rig, 1));
        assertFalse(readsAtOnce(rig, 13), "what else was appended then may be gone as well");
        assertTrue(readsAtOnce(rig, 19), "the tail is not");

        rig.simulation.clock().advance(ReadPace.CALM_MS - 1);
        rig.log.coldLookup(1).run();
        assertFalse(readsAtOnce(rig, 13));
        readsTake(rig, 5);
        rig.log.coldLookup(5).run();
        readsTake(rig, 0);
        rig.simulation.clock().advance(ReadPace.CALM_MS - 1);
        rig.log.coldLookup(9).run();
        assertFalse(readsAtOnce(rig, 13), "a slow lookup begins the calm anew");
        rig.simulation.clock().advance(1);
        rig.log.coldLookup(14).run();
        assertTrue(readsAtOnce(rig, 13) && readsAtOnce(rig, 1));
    }

    private static boolean readsAtOnce(LogRig rig, long offset) {
        var slice = ((ReadResult.Data) rig.log.read(offset, 1, 20, true)).slice();
        boolean isRecent = slice.isRecent();
        slice.release();
        // What a lookup has warmed may be sent without another one.
        if (rig.log.coldLookup(offset) == null) assertTrue(isRecent, "offset=" + offset);
        return rig.log.coldLookup(offset) == null;
    }

    private static void readsTake(LogRig rig, long ms) {
        rig.disk.failOn((call, path) -> {
            if (call == SimulatedDisk.Call.READ && path.toString().endsWith(FileNames.LOG)) rig.simulation.clock().advance(ms);
            return false;
        });
    }

    @Test
    void whatWasLookedUpIsFoundWithoutWaitingForTheDiskAndSoIsWhatFollows() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "value-" + i), 0);
        rig.log.write();
        assertNull(rig.log.coldLookup(59), "just appended");
        rig.restart();
        for (long offset = 0; offset < 60; offset++) {
            var lookup = rig.log.coldLookup(offset);
            if (lookup != null) lookup.run();
            assertNull(rig.log.coldLookup(offset), "offset=" + offset);
            var slice = ((ReadResult.Data) rig.log.read(offset, 10, 60, true)).slice();
            assertTrue(slice.isRecent(), "offset=" + offset);
            assertEquals(offset, slice.toByteBuffer().getLong(0));
            slice.release();
        }
        assertNull(rig.log.coldLookup(60), "nothing there to be found");
    }

    @Test
    void aLookupInWhatIsGoneFindsNothing() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "value-" + i), 0);
        rig.restart();
        var lookup = rig.log.coldLookup(0);
        rig.log.truncateFullyAndStartAt(100);
        rig.simulation.runFor(100_000);
        lookup.run();
    }

    @Test
    void aBatchLargerThanASegmentIsRefused() {
        var result = rig.append(LogRig.batch(rig.now(), "x".repeat(2000)), 0);
        assertEquals(ErrorCode.RECORD_LIST_TOO_LARGE, ((AppendResult.Refused) result).error());
        assertEquals(0, rig.log.stagedEndOffset());
    }

    @Test
    void truncationForgetsEveryRecordFromTheGivenOffset() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), i / 20);
        rig.log.write();
        rig.log.raiseHighWatermark(50);
        rig.log.truncateTo(33);
        assertEquals(33, rig.log.endOffset());
        assertEquals(33, rig.log.highWatermark());
        assertEquals(1, rig.log.latestEpoch());
        assertEquals(33, rig.values().size());
        rig.append(LogRig.batch(rig.now(), "new"), 7);
        rig.log.write();
        assertEquals("new", rig.values().get(33));
        assertEquals(new EpochEndOffset(1, 33), rig.log.offsetForLeaderEpoch(4));
        assertEquals(new EpochEndOffset(7, 34), rig.log.offsetForLeaderEpoch(7));
        assertEquals(EpochEndOffset.UNKNOWN, rig.log.offsetForLeaderEpoch(8));
        assertEquals(1, rig.log.epochAt(20));
    }

    @Test
    void aLogCanStartAnewElsewhere() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.truncateFullyAndStartAt(1000);
        assertEquals(1000, rig.log.logStartOffset());
        assertEquals(1000, rig.log.endOffset());
        assertEquals(-1, rig.log.latestEpoch());
        rig.appendAndWrite("a");
        rig.restart();
        assertEquals(1000, rig.log.logStartOffset());
        assertEquals(List.of("a"), rig.values());
    }

    @Test
    void aFollowerTakesBatchesOfSeveralEpochsAsTheyAre() {
        var leader = LogRig.withDefaults();
        leader.append(LogRig.batch(1, "a", "b"), 1);
        leader.append(LogRig.batch(2, "c"), 4);
        leader.log.write();
        var bytes = ((ReadResult.Data) leader.log.read(0, 10_000, 3, true)).slice().toByteBuffer();
        var cut = ByteBuffer.allocate(bytes.limit() + 30).put(bytes.duplicate()).put(new byte[30]).flip();
        cut.putInt(bytes.limit() + 8, 5000);
        assertEquals(new AppendResult.Appended(0, 2), rig.log.replicate(cut));
        rig.log.write();
        assertEquals(List.of("a", "b", "c"), rig.values());
        assertEquals(new EpochEndOffset(1, 2), rig.log.offsetForLeaderEpoch(3));
        assertEquals(ErrorCode.CORRUPT_MESSAGE, ((AppendResult.Refused) rig.log.replicate(bytes)).error());
        bytes.putLong(0, 3).putLong(bytes.limit() - 1 - 60, bytes.getLong(bytes.limit() - 61) ^ 1);
        assertInstanceOf(AppendResult.Refused.class, rig.log.replicate(bytes));
        assertEquals(3, rig.log.stagedEndOffset());
    }

    @Test
    void recordsAreFoundByTheirTime() {
        for (int i = 0; i < 50; i++) rig.append(LogRig.batch(1000 + 10 * i, "a" + i, "b" + i), 2);
        rig.log.write();
        assertEquals(new TimestampOffset(1000, 0, 2), rig.log.offsetForTimestamp(0));
        assertEquals(new TimestampOffset(1210, 42, 2), rig.log.offsetForTimestamp(1205));
        assertEquals(new TimestampOffset(1490, 98, 2), rig.log.maxTimestamp());
        assertNull(rig.log.offsetForTimestamp(2000));
        rig.restart();
        assertEquals(new TimestampOffset(1210, 42, 2), rig.log.offsetForTimestamp(1205));
        assertEquals(new TimestampOffset(1490, 98, 2), rig.log.maxTimestamp());
    }

    @Test
    void theHighWatermarkOnlyRisesAndNeverPassesTheEnd() {
        rig.appendAndWrite("a", "b", "c");
        rig.log.raiseHighWatermark(2);
        rig.log.raiseHighWatermark(1);
        assertEquals(2, rig.log.highWatermark());
        rig.log.raiseHighWatermark(9);
        assertEquals(3, rig.log.highWatermark());
    }

    @Test
    void deletedRecordsStayDeletedAndTheirSegmentsGo() {
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        rig.log.raiseHighWatermark(60);
        assertThrows(IllegalArgumentException.class, () -> rig.log.raiseLogStartOffset(61));
        assertEquals(30, rig.log.raiseLogStartOffset(30));
        assertEquals(30, rig.log.raiseLogStartOffset(10));
        assertEquals(new ReadResult.Refused(ErrorCode.OFFSET_OUT_OF_RANGE), rig.log.read(29, 10, 60, true));
        rig.simulation.runFor(200_000);
        assertFalse(rig.disk.exists(rig.file("00000000000000000000.log")));
        assertTrue(rig.disk.list(rig.file("x").getParent()).stream().noneMatch(n -> n.endsWith(".deleted")));
        rig.powerCut();
        assertEquals(30, rig.log.logStartOffset());
    }

    @Test
    void retentionByTimeDeletesWhatIsOldAndDurable() {
        var rig = new LogRig(1, LogRig.retaining(LogRig.SMALL, 10_000, -1));
        for (int i = 0; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        rig.simulation.runFor(20_000);
        assertEquals(0, rig.log.logStartOffset(), "nothing beyond the high watermark may go");
        rig.log.raiseHighWatermark(60);
        rig.simulation.runFor(20_000);
        assertEquals(60, rig.log.logStartOffset());
        assertEquals(60, rig.log.endOffset());
        assertTrue(rig.heard.startsMoved > 0);
        rig.restart();
        assertEquals(60, rig.log.endOffset());
        rig.appendAndWrite("next");
        assertEquals(List.of("next"), rig.values());
    }

    @Test
    void aTimestampOfTheFutureKeepsNothingLongerThanItsWritingDoes() {
        var rig = new LogRig(1, LogRig.retaining(LogRig.SMALL, 60_000, -1));
        rig.append(LogRig.batch(rig.now() + 1_000_000_000L, "future"), 0);
        for (int i = 1; i < 60; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        rig.log.raiseHighWatermark(60);
        rig.simulation.runFor(50_000);
        assertEquals(0, rig.log.logStartOffset(), "it was written less than retention.ms ago");
        rig.simulation.runFor(20_000);
        assertEquals(60, rig.log.logStartOffset());
    }

    @Test
    void producersAreForgottenWhereNothingIsDeleted() {
        var rig = new LogRig(1, LogRig.compacted(LogRig.SMALL, CompactionConfig.DEFAULT, false));
        rig.append(rig.idempotent(5, 0, 0, "v"), 0);
        rig.log.write();
        rig.simulation.runFor(rig.config.producerIdExpirationMs() - 1);
        assertEquals(1, rig.log.activeProducers().size());
        rig.simulation.runFor(rig.config.producerIdExpirationMs() / 4);
        assertEquals(0, rig.log.activeProducers().size());
        rig.append(rig.idempotent(6, 0, 0, "v"), 0);
        rig.log.write();
        rig.restart();
        rig.simulation.runFor(rig.config.producerIdExpirationMs() * 2);
        assertEquals(0, rig.log.activeProducers().size());
    }

    @Test
    void truncatedWithinABatchOrAGapTheLogEndsWithTheBatchBefore() {
        var leader = LogRig.withDefaults();
        for (int i = 0; i < 4; i++) leader.append(LogRig.batch(rig.now(), "a" + i, "b" + i, "c" + i), 0);
        leader.log.write();
        var bytes = ((ReadResult.Data) leader.log.read(0, 10_000, 12, true)).slice().toByteBuffer();
        int size = bytes.limit() / 4;
        // As compaction leaves it: 0 to 2, 3 to 5, 9 to 11.
        var gapped = ByteBuffer.allocate(3 * size).put(bytes.slice(0, 2 * size)).put(bytes.slice(3 * size, size)).flip();
        for (long offset : new long[] {7, 4}) {
            rig.log.replicate(gapped.duplicate());
            rig.log.write();
            rig.flush();
            rig.simulation.runFor(2_000);
            rig.log.truncateTo(offset);
            long end = offset == 7 ? 6 : 3;
            assertEquals(end, rig.log.endOffset());
            rig.simulation.runFor(2_000);
            rig.kill();
            assertEquals(end, rig.log.endOffset());
            rig.log.truncateTo(0);
        }
    }

    /** Its folder comes from another cluster, which had elected more leaders. */
    @Test
    void aLogOfLaterEpochsThanItsLeadersIsGoneOnWith() {
        rig.append(LogRig.batch(rig.now(), "a"), 7);
        rig.log.write();
        rig.append(LogRig.batch(rig.now(), "b"), 2);
        rig.log.write();
        assertEquals(2, rig.log.latestEpoch());
        assertEquals(new EpochEndOffset(2, 2), rig.log.offsetForLeaderEpoch(2));
        rig.kill();
        assertEquals(List.of("a", "b"), rig.values());
        rig.append(LogRig.batch(rig.now(), "c"), 2);
        rig.log.write();
        rig.restart();
        assertEquals(2, rig.log.latestEpoch());
        assertEquals(List.of("a", "b", "c"), rig.values());
    }

    @Test
    void retentionBySizeKeepsAtLeastThatMuch() {
        var rig = new LogRig(1, LogRig.retaining(LogRig.SMALL, -1, 2000));
        for (int i = 0; i < 200; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
        rig.log.write();
        rig.log.raiseHighWatermark(200);
        rig.simulation.runFor(20_000);
        assertTrue(rig.log.sizeInBytes() >= 2000 && rig.log.sizeInBytes() < 3100, "size=" + rig.log.sizeInBytes());
    }

    @Test
    void aFullDiskLosesOnlyWhatWasStagedAndServiceResumes() {
        rig.appendAndWrite("a");
        rig.disk.capacityBytes(rig.disk.usedBytes() + 50);
        var batch = rig.idempotent(5, 0, 0, "lost");
        assertEquals(new AppendResult.Appended(1, 1), rig.append(batch, 0));
        assertFalse(rig.log.write());
        assertEquals(1, rig.heard.failedFrom);
        assertEquals(1, rig.log.endOffset());
        assertEquals(1, rig.log.stagedEndOffset());
        assertFalse(rig.log.isOffline());
        assertEquals(List.of("a"), rig.values());
        rig.disk.capacityBytes(Long.MAX_VALUE);
        assertEquals(new AppendResult.Appended(1, 1), rig.append(rig.idempotent(5, 0, 0, "again"), 0));
        assertTrue(rig.log.write());
        assertEquals(List.of("a", "again"), rig.values());
        rig.kill();
        assertEquals(List.of("a", "again"), rig.values());
    }

    @Test
    void anInputOutputErrorTakesTheDirectoryOffline() {
        rig.appendAndWrite("a");
        rig.disk.failOn((call, path) -> call == io.barnabas.testkit.SimulatedDisk.Call.WRITE && path.toString().endsWith(".log"));
        rig.append(LogRig.batch(rig.now(), "b"), 0);
        rig.simulation.runUntilIdle();
        assertEquals(1, rig.heard.failedFrom);
        assertTrue(rig.log.isOffline());
        assertTrue(rig.heard.offline.contains("simulated"));
        rig.disk.failOn(null);
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, ((AppendResult.Refused) rig.append(LogRig.batch(1, "c"), 0)).error());
    }

    @Test
    void aFailedSyncIsNeverTakenForSuccess() {
        rig.appendAndWrite("a");
        rig.disk.failOn((call, path) -> call == io.barnabas.testkit.SimulatedDisk.Call.SYNC);
        rig.flush();
        rig.disk.failOn(null);
        assertTrue(rig.directory.isOffline());
        rig.flush();
        rig.simulation.runFor(100_000);
        assertEquals(0, rig.log.flushedOffset());
        assertEquals(0, rig.heard.flushed);
    }

    @Test
    void oneFlushServesAllWhoAskWhileItRuns() {
        for (int i = 0; i < 10; i++) {
            rig.appendAndWrite("v" + i);
            rig.log.flushTo(i + 1);
        }
        long before = rig.disk.syncCount();
        rig.simulation.runUntilIdle();
        assertEquals(10, rig.log.flushedOffset());
        assertTrue(rig.disk.syncCount() - before <= 4, "syncs=" + (rig.disk.syncCount() - before));
    }

    @Test
    void whatNobodyAsksToFlushIsFlushedInTime() {
        rig.appendAndWrite("a");
        rig.simulation.runFor(30_000);
        assertEquals(0, rig.log.flushedOffset());
        rig.simulation.runFor(40_000);
        assertEquals(1, rig.log.flushedOffset());
    }

    @Test
    void aDeletedLogIsGoneAtOnceAndItsFilesLater() {
        rig.appendAndWrite("a");
        rig.flush();
        rig.simulation.runFor(2000);
        rig.log.delete();
        assertFalse(rig.directory.contains(LogRig.PARTITION));
        assertEquals(1, rig.disk.list(LogRig.PATH).stream().filter(n -> n.endsWith("-delete")).count());
        rig.log = rig.directory.openLogNow(LogRig.PARTITION, new io.barnabas.base.Uuid(3, 3), rig.config, rig.loop, rig.heard);
        assertEquals(0, rig.log.endOffset());
        rig.simulation.runFor(100_000);
        assertEquals(0, rig.disk.list(LogRig.PATH).stream().filter(n -> n.endsWith("-delete")).count());
        rig.appendAndWrite("b");
        assertEquals(List.of("b"), rig.values());
    }

    @Test
    void filesAreClosedWhenTooManyAreOpenAndNeverBeforeTheirSync() {
        var rig = LogRig.withDefaults();
        rig.stop();
        rig.openFilesMax = 3;
        rig.start();
        var logs = new Log[10];
        for (int i = 0; i < 10; i++) {
            logs[i] = rig.directory.openLogNow(new io.barnabas.model.TopicPartition("many", i), LogRig.TOPIC_ID, rig.config, rig.loop, rig.heard);
            logs[i].append(LogRig.batch(1, "v"), 0, AppendOrigin.CLIENT);
            logs[i].write();
            rig.simulation.runUntilIdle();
        }
        assertTrue(rig.disk.openFiles() <= 3, "open=" + rig.disk.openFiles());
        for (int i = 0; i < 7; i++) assertEquals(1, logs[i].flushedOffset());
        for (var log : logs) {
            log.append(LogRig.batch(1, "w"), 0, AppendOrigin.CLIENT);
            log.write();
            assertEquals(2, log.endOffset());
            var data = (ReadResult.Data) log.read(1, 100, 2, true);
            assertTrue(data.slice().size() > 0);
            data.slice().release();
            rig.simulation.runUntilIdle();
        }
    }

    @Test
    void anIdleLogHasNothingToDo() {
        rig.appendAndWrite("a");
        rig.log.raiseHighWatermark(1);
        rig.simulation.runFor(3_600_000);
        long before = rig.disk.syncCount();
        rig.simulation.runFor(3_600_000);
        assertEquals(before, rig.disk.syncCount());
    }

}
