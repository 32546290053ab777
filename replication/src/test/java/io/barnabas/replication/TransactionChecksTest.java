package io.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.replication.PartitionRig.Sent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A partition asks about the first records of a transaction, and keeps the order of what waits. */
class TransactionChecksTest {
    private static final int OLD = 11;
    private static final int NEW = 12;
    private static final long ID = 7;

    private final PartitionRig rig = new PartitionRig(1, PartitionConfig.FlushPolicy.ACKS_ALL);
    private final List<ErrorCode> heard = new ArrayList<>();

    private Sent send(int version, int epoch, int sequence) {
        return send(new Sent("v" + sequence, version, ID, epoch, sequence));
    }

    private Sent send(Sent sent) {
        rig.loop.execute(() -> rig.partition.append(sent));
        rig.simulation.runUntilIdle();
        return sent;
    }

    private Sent mark(int epoch, AppendOrigin origin) {
        return send(new Sent(ID, epoch, origin));
    }

    private void answer(ErrorCode error) {
        var asked = rig.asked.poll();
        rig.loop.execute(() -> asked.receiver().accept(error));
        rig.simulation.runUntilIdle();
    }

    @Test
    void whatFollowsTheFirstBatchWaitsBehindItsQuestionInOrder() {
        var sent = List.of(send(OLD, 0, 0), send(OLD, 0, 1), send(OLD, 0, 2));
        assertThat(rig.asked).hasSize(1);
        assertThat(rig.asked.peek().question().adds()).isFalse();
        assertThat(sent).noneMatch(each -> each.isDecided);
        answer(ErrorCode.NONE);
        assertThat(sent).allMatch(Sent::isAcknowledged).extracting(Append::baseOffset).containsExactly(0L, 1L, 2L);
        assertThat(send(OLD, 0, 3).isAcknowledged()).as("the transaction is open").isTrue();
        assertThat(rig.asked).isEmpty();
        mark(0, AppendOrigin.COORDINATOR);
        send(OLD, 0, 4);
        assertThat(rig.asked).as("the next one").hasSize(1);
    }

    @Test
    void othersDoNotWait() {
        send(OLD, 0, 0);
        assertThat(rig.append(-1, "plain")).satisfies(plain -> {
            rig.simulation.runUntilIdle();
            assertThat(plain.isAcknowledged()).isTrue();
        });
        var other = send(new Sent("other", OLD, ID + 1, 0, 0));
        assertThat(rig.asked).hasSize(2);
        rig.asked.poll();
        answer(ErrorCode.NONE);
        assertThat(other.isAcknowledged()).isTrue();
    }

    @Test
    void aRefusalIsToldToAllThatWaitInCodesOfTheirVersion() {
        assertRefused(ErrorCode.TRANSACTION_ABORTABLE, 10, ErrorCode.INVALID_TXN_STATE);
        assertRefused(ErrorCode.TRANSACTION_ABORTABLE, OLD, ErrorCode.TRANSACTION_ABORTABLE);
        assertRefused(ErrorCode.PRODUCER_FENCED, NEW, ErrorCode.INVALID_PRODUCER_EPOCH);
        assertRefused(ErrorCode.CONCURRENT_TRANSACTIONS, OLD, ErrorCode.NOT_ENOUGH_REPLICAS);
        assertRefused(ErrorCode.CONCURRENT_TRANSACTIONS, NEW, ErrorCode.CONCURRENT_TRANSACTIONS);
        assertRefused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, NEW, ErrorCode.NOT_ENOUGH_REPLICAS);
        assertRefused(ErrorCode.INVALID_PRODUCER_ID_MAPPING, OLD, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }

    private void assertRefused(ErrorCode error, int version, ErrorCode told) {
        var sent = List.of(send(version, 0, 0), send(version, 0, 1));
        answer(error);
        assertThat(sent).allMatch(each -> each.isDecided && each.isStored).extracting(Append::error).containsOnly(told);
    }

    @Test
    void aMarkerEndsTheWaitOfAnOlderClientsBatch() {
        var late = send(OLD, 0, 0);
        mark(0, AppendOrigin.COORDINATOR);
        assertThat(late.error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        answer(ErrorCode.NONE);
        assertThat(rig.partition.log().endOffset()).as("the marker alone").isEqualTo(1);
    }

    @Test
    void behindAMarkerANewerClientsBatchIsAskedAboutAgain() {
        var first = send(NEW, 1, 0);
        assertThat(rig.asked.peek().question().adds()).isTrue();
        mark(1, AppendOrigin.COORDINATOR_OF_VERSION_2);
        assertThat(rig.asked).hasSize(2);
        answer(ErrorCode.NONE);
        assertThat(first.isDecided).as("what was said before does not count").isFalse();
        answer(ErrorCode.NONE);
        assertThat(first.isAcknowledged()).isTrue();
    }

    @Test
    void aHigherEpochFencesWhatWaits() {
        var old = send(NEW, 1, 0);
        var young = send(NEW, 2, 0);
        assertThat(old.error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(send(NEW, 1, 1).error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        answer(ErrorCode.NONE);
        assertThat(young.isDecided).isFalse();
        answer(ErrorCode.NONE);
        assertThat(young.isAcknowledged()).isTrue();
    }

    @Test
    void aNewerProducerThatNobodyKnowsBeginsWithTheFirstSequence() {
        var gap = send(NEW, 0, 3);
        answer(ErrorCode.NONE);
        assertThat(gap.error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void whatWaitsIsToldWhenTheLeadershipEnds() {
        var sent = send(OLD, 0, 0);
        rig.elect();
        rig.simulation.runUntilIdle();
        assertThat(sent.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        answer(ErrorCode.NONE);
        assertThat(rig.partition.log().endOffset()).isZero();
    }

    @Test
    void whatHasPassedGoesBeforeWhatCameLaterOnABusyDisk() {
        rig.writesTake(200);
        // Such a write makes the log leave the next ones to another thread.
        rig.append(1, "slow");
        rig.append(1, "slower");
        var first = new Sent("a", OLD, ID, 0, 0);
        var second = new Sent("b", OLD, ID, 0, 1);
        send(first);
        rig.append(1, "busy");
        rig.loop.execute(() -> rig.partition.append(second));
        answer(ErrorCode.NONE);
        rig.simulation.runFor(10_000);
        assertThat(first.isAcknowledged()).isTrue();
        assertThat(second.isAcknowledged()).isTrue();
        assertThat(second.baseOffset()).isGreaterThan(first.baseOffset());
    }

    @Test
    void whoWritesHimselfIsToldBeforeAnyMarkerComesBetween() {
        rig.loop.execute(() -> rig.partition.verifyTransaction("id", ID, (short) 0, false, heard::add));
        rig.simulation.runUntilIdle();
        assertThat(heard).isEmpty();
        answer(ErrorCode.NONE);
        assertThat(heard).containsExactly(ErrorCode.NONE);
        rig.loop.execute(() -> rig.partition.verifyTransaction("id", ID, (short) 0, false, heard::add));
        rig.simulation.runUntilIdle();
        mark(0, AppendOrigin.COORDINATOR);
        assertThat(heard).containsExactly(ErrorCode.NONE, ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void aMarkerThatWaitsForTheDiskHasEndedTheTransactionForWhoWritesBehindIt() {
        send(OLD, 0, 0);
        answer(ErrorCode.NONE);
        rig.writesTake(1_000);
        // Such a write makes the log leave the next ones to another thread.
        rig.append(1, "slow");
        rig.simulation.runUntilIdle();
        rig.worker.pause();
        rig.append(1, "busy");
        rig.simulation.runUntilIdle();
        var marker = mark(0, AppendOrigin.COORDINATOR);
        assertThat(marker.isDecided).isFalse();
        rig.loop.execute(() -> rig.partition.verifyTransaction("id", ID, (short) 0, false, heard::add));
        rig.simulation.runUntilIdle();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(marker.isAcknowledged()).isTrue();
        assertThat(heard).containsExactly(ErrorCode.INVALID_TXN_STATE);
    }
}
