package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ControlRecordType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducerStatesTest {
    private final LogRig rig = LogRig.withDefaults();

    private AppendResult send(long producerId, int epoch, int sequence) {
        var result = rig.append(rig.idempotent(producerId, epoch, sequence, "v"), 0);
        rig.log.write();
        return result;
    }

    private static ErrorCode errorOf(AppendResult result) {
        return assertInstanceOf(AppendResult.Refused.class, result).error();
    }

    @Test
    void anUnknownProducerMayStartAnywhere() {
        assertEquals(new AppendResult.Appended(0, 0), send(1, 0, 500));
        assertEquals(new AppendResult.Appended(1, 1), send(1, 0, 501));
    }

    @Test
    void oneOfTheLastFiveBatchesSentAgainIsAnsweredWithItsFirstOffset() {
        for (int i = 0; i < 7; i++) send(1, 0, i);
        for (int i = 2; i < 7; i++) assertEquals(i, assertInstanceOf(AppendResult.Duplicate.class, send(1, 0, i)).baseOffset());
        assertEquals(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, errorOf(send(1, 0, 1)));
        assertEquals(7, rig.log.endOffset());
    }

    @Test
    void aDuplicateOfWhatIsOnlyStagedIsSeenToo() {
        rig.append(rig.idempotent(1, 0, 0, "v"), 0);
        assertInstanceOf(AppendResult.Duplicate.class, rig.append(rig.idempotent(1, 0, 0, "v"), 0));
    }

    @Test
    void aGapIsOutOfOrder() {
        send(1, 0, 0);
        assertEquals(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, errorOf(send(1, 0, 2)));
    }

    @Test
    void aNewEpochStartsAtZeroAndFencesTheOld() {
        send(1, 0, 0);
        assertEquals(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, errorOf(send(1, 1, 1)));
        assertEquals(new AppendResult.Appended(1, 1), send(1, 1, 0));
        assertEquals(ErrorCode.INVALID_PRODUCER_EPOCH, errorOf(send(1, 0, 1)));
        assertEquals(ErrorCode.INVALID_PRODUCER_EPOCH, errorOf(send(1, 0, 0)));
    }

    private AppendResult sendInTransaction(int epoch, int sequence) {
        var batch = new RecordBatchBuilder().producer(1, (short) epoch, sequence).transactional().append(rig.now(), null, ByteBuffer.allocate(1));
        var result = rig.append(new RecordBatch().wrap(batch.build(), 0), 0);
        rig.log.write();
        return result;
    }

    private AppendResult mark(int epoch, int coordinatorEpoch, AppendOrigin origin) {
        var marker = new RecordBatchBuilder().producer(1, (short) epoch, RecordBatch.NO_SEQUENCE).transactional()
                .appendEndTransaction(rig.now(), false, coordinatorEpoch).build();
        var result = rig.log.append(new RecordBatch().wrap(marker, 0), 0, origin);
        rig.log.write();
        return result;
    }

    @Test
    void aMarkerEndsTheTransactionOfItsEpochOrOfAnOlderOne() {
        sendInTransaction(5, 0);
        assertEquals(ErrorCode.INVALID_PRODUCER_EPOCH, errorOf(mark(4, 0, AppendOrigin.COORDINATOR)));
        assertEquals(new AppendResult.Appended(1, 1), mark(5, 0, AppendOrigin.COORDINATOR));
        sendInTransaction(5, 1);
        assertEquals(new AppendResult.Appended(3, 3), mark(6, 0, AppendOrigin.COORDINATOR));
    }

    @Test
    void aMarkerThatShouldBearAHigherEpochEndsNoTransactionOfItsOwn() {
        sendInTransaction(5, 0);
        assertEquals(ErrorCode.INVALID_PRODUCER_EPOCH, errorOf(mark(5, 0, AppendOrigin.COORDINATOR_OF_VERSION_2)));
        assertEquals(new AppendResult.Appended(1, 1), mark(6, 0, AppendOrigin.COORDINATOR_OF_VERSION_2));
        // Its answer was lost, and it is sent again.
        assertEquals(new AppendResult.Appended(2, 2), mark(6, 0, AppendOrigin.COORDINATOR_OF_VERSION_2));
    }

    @Test
    void aMarkerOfAnOldCoordinatorIsFenced() {
        mark(0, 7, AppendOrigin.COORDINATOR);
        assertEquals(ErrorCode.TRANSACTION_COORDINATOR_FENCED, errorOf(mark(0, 6, AppendOrigin.COORDINATOR)));
        assertEquals(new AppendResult.Appended(1, 1), mark(0, 7, AppendOrigin.COORDINATOR));
    }

    @Test
    void nothingIsWrittenBesideATransactionByTheProducerThatHasItOpen() {
        sendInTransaction(0, 0);
        assertEquals(ErrorCode.INVALID_TXN_STATE, errorOf(send(1, 0, 1)));
        assertEquals(new AppendResult.Appended(1, 1), sendInTransaction(0, 1));
    }

    @Test
    void sequencesWrapFromTheLargestToZero() {
        send(1, 0, Integer.MAX_VALUE);
        assertEquals(new AppendResult.Appended(1, 1), send(1, 0, 0));
        assertInstanceOf(AppendResult.Duplicate.class, send(1, 0, Integer.MAX_VALUE));
    }

    @Test
    void producersSilentForTooLongAreForgotten() {
        send(1, 0, 0);
        rig.simulation.runFor(LogConfig.DEFAULT.producerIdExpirationMs() - 1);
        rig.log.retention().apply(rig.now());
        assertEquals(1, rig.log.activeProducers().size());
        rig.simulation.runFor(1);
        rig.log.retention().apply(rig.now());
        assertTrue(rig.log.activeProducers().isEmpty());
    }

    @Test
    void aFloodOfProducersForgetsTheSilentOnes() {
        var producers = new ProducerStates();
        for (int i = 0; i < ProducerStates.PRODUCERS_MAX + 10; i++) producers.onBatch(i, (short) 0, 0, i, i, i, i == 3, false);
        assertTrue(producers.size() <= ProducerStates.PRODUCERS_MAX);
        assertNull(producers.get(0));
        assertEquals(3, producers.get(3).transactionStartOffset);
        assertEquals(ProducerStates.PRODUCERS_MAX + 9, producers.get(ProducerStates.PRODUCERS_MAX + 9).producerId);
    }

    @Test
    void undoLeavesEveryProducerAsItWas() {
        Seeds.check(200, (seed, random) -> {
            var producers = new ProducerStates();
            long offset = 0;
            for (int i = 0; i < 20; i++, offset++) {
                producers.onBatch(random.nextInt(4), (short) random.nextInt(2), i, offset, offset, i, random.nextInt(5) == 0, true);
            }
            producers.commitUndo();
            var before = producers.active();
            long stable = producers.firstUnstableOffset();
            var duplicates = duplicates(producers);
            for (int i = 0; i < 12; i++, offset++) {
                producers.onBatch(random.nextInt(6), (short) random.nextInt(3), 100 + i, offset, offset, i, random.nextBoolean(), true);
            }
            producers.undo(20);
            assertEquals(before, producers.active());
            assertEquals(stable, producers.firstUnstableOffset());
            assertEquals(duplicates, duplicates(producers));
        });
    }

    private static List<String> duplicates(ProducerStates producers) {
        var found = new java.util.ArrayList<String>();
        for (var state : producers.all()) {
            for (int sequence = 0; sequence < 200; sequence++) {
                int slot = state.slotOf(sequence, sequence);
                if (slot >= 0) found.add(state.producerId + ":" + state.duplicate(slot));
            }
        }
        return found;
    }

    @Test
    void theMapHoldsWhatAnyMapWould() {
        Seeds.check(100, (seed, random) -> {
            var map = new LongMap<Long>();
            var expected = new HashMap<Long, Long>();
            for (int i = 0; i < 500; i++) {
                long key = random.nextInt(60);
                if (random.nextInt(3) == 0) {
                    map.remove(key);
                    expected.remove(key);
                } else {
                    map.put(key, (long) i);
                    expected.put(key, (long) i);
                }
            }
            assertEquals(expected.size(), map.size());
            for (long key = 0; key < 60; key++) assertEquals(expected.get(key), map.get(key));
            map.visit(value -> value % 2 == 0);
            expected.values().removeIf(value -> value % 2 != 0);
            for (long key = 0; key < 60; key++) assertEquals(expected.get(key), map.get(key));
        });
    }

    // --- transactions

    private void sendTransactional(long producerId, int sequence) {
        var builder = new RecordBatchBuilder().producer(producerId, (short) 0, sequence).transactional();
        rig.append(LogRig.build(builder, rig.now(), "t"), 0);
        rig.log.write();
    }

    private void end(long producerId, ControlRecordType type) {
        var builder = new RecordBatchBuilder().producer(producerId, (short) 0, RecordBatch.NO_SEQUENCE).transactional();
        var value = ByteBuffer.allocate(6).putShort((short) 0).putInt(8).flip();
        builder.appendControl(rig.now(), type, value);
        rig.log.append(new RecordBatch().wrap(builder.build(), 0), 0, AppendOrigin.COORDINATOR);
        rig.log.write();
        rig.log.raiseHighWatermark(rig.log.endOffset());
    }

    @Test
    void stableDataEndsWhereTheOldestOpenTransactionStarts() {
        rig.appendAndWrite("plain");
        sendTransactional(1, 0);
        sendTransactional(2, 0);
        rig.log.raiseHighWatermark(3);
        assertEquals(1, rig.log.lastStableOffset());
        end(1, ControlRecordType.ABORT);
        assertEquals(2, rig.log.lastStableOffset());
        assertEquals(List.of(new AbortedTransaction(1, 1)), rig.log.abortedTransactions(0, 10));
        end(2, ControlRecordType.COMMIT);
        assertEquals(5, rig.log.lastStableOffset());
        rig.kill();
        rig.log.raiseHighWatermark(5);
        assertEquals(5, rig.log.lastStableOffset());
        assertEquals(List.of(new AbortedTransaction(1, 1)), rig.log.abortedTransactions(0, 10));
        assertEquals(List.of(), rig.log.abortedTransactions(4, 10));
    }

    /** Reading on through a log costs no look at all the indexes ahead, again and again. */
    @Test
    void indexesOfTransactionsThatBeganLaterAreReadOnce() {
        var small = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 300, 4096));
        for (int i = 0; i < 20; i++) {
            var batch = new RecordBatchBuilder().producer(1, (short) 0, i).transactional().append(small.now(), null, ByteBuffer.allocate(100)).build();
            assertInstanceOf(AppendResult.Appended.class, small.log.append(new RecordBatch().wrap(batch, 0), 0, AppendOrigin.CLIENT));
            var marker = new RecordBatchBuilder().producer(1, (short) 0, RecordBatch.NO_SEQUENCE).transactional();
            marker.appendControl(small.now(), ControlRecordType.ABORT, ByteBuffer.allocate(6).putShort((short) 0).putInt(8).flip());
            small.log.append(new RecordBatch().wrap(marker.build(), 0), 0, AppendOrigin.COORDINATOR);
            small.log.write();
        }
        var opened = new ArrayList<String>();
        small.disk.failOn((call, path) -> {
            if (call == SimulatedDisk.Call.READ && path.toString().endsWith(".txnindex")) opened.add(path.toString());
            return false;
        });
        for (int round = 0; round < 2; round++) {
            opened.clear();
            var slice = ((ReadResult.Data) small.log.read(0, 1000, 40, true)).slice();
            assertEquals(2, slice.endOffsetMax());
            assertEquals(List.of(new AbortedTransaction(1, 0)), small.log.abortedTransactions(0, slice.endOffsetMax()));
            slice.release();
        }
        // That of the active segment may yet tell of any transaction.
        assertTrue(opened.size() <= 2, opened::toString);
        assertEquals(20, small.log.abortedTransactions(0, 40).size());
    }

    @Test
    void anOpenTransactionIsRememberedOverARestart() {
        sendTransactional(1, 0);
        rig.log.raiseHighWatermark(1);
        rig.restart();
        assertEquals(0, rig.log.lastStableOffset());
        rig.kill();
        assertEquals(0, rig.log.lastStableOffset());
    }
}
