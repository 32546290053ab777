package io.barnabas.coordinator.transaction;

import static io.barnabas.coordinator.transaction.TransactionRig.partition;
import static io.barnabas.coordinator.transaction.TransactionRig.partitions;
import static io.barnabas.coordinator.transaction.TransactionRig.producer;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How transactions begin and end: what Apache Kafka 4.4.0 answered to the same questions. */
class TransactionsTest {
    private final TransactionRig rig = new TransactionRig(2);

    @Test
    void partitionsBelongToTheTransactionOnceTheyAreAdded() {
        var producer = rig.init();
        assertThat(rig.verify(producer, 0).error()).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(rig.add(producer, 0, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.add(producer, 0)).isEqualTo(ErrorCode.NONE);
        var errors = rig.verify(producer, 0, 2);
        assertThat(errors.of(partition(0))).isEqualTo(ErrorCode.NONE);
        assertThat(errors.of(partition(2))).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(rig.transaction().partitions()).isEqualTo(partitions(0, 1));
        assertThat(rig.add(1_001, 0, 0)).isEqualTo(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        assertThat(rig.add(1_000, 1, 0)).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void aTransactionIsCommittedOnceEveryMarkerIsWritten() {
        var producer = rig.init();
        rig.add(producer, 0, 1);
        assertThat(rig.end(producer, true)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.end(producer, true)).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.add(producer, 2)).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.sent).extracting(TransactionRig.Sent::partition).containsExactlyInAnyOrder(partition(0), partition(1));
        rig.answerMarker(rig.sent.poll(), ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_COMMIT);
        rig.answerMarker(rig.sent.poll(), ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
        assertThat(rig.transaction().partitions()).isEmpty();
        assertThat(rig.end(producer, true)).as("again").isEqualTo(ErrorCode.NONE);
        assertThat(rig.end(producer, false)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.add(producer, 0)).as("the next, with the same epoch").isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theOlderKindEndsNothingThatHasNotBegun() {
        var producer = rig.init();
        assertThat(rig.end(producer, true)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.end(producer, false)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.end(producer(1_000, 1), true)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.end(producer(1_001, 0), true)).isEqualTo(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void everyEndOfTheNewerKindRaisesTheEpoch() {
        var first = rig.init();
        assertThat(rig.endV2(first, true).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        rig.addV2(first, 0);
        var second = rig.finishV2(first, true);
        assertThat(second).isEqualTo(producer(1_000, 1));
        assertThat(rig.endV2(first, true)).as("its answer was lost").isEqualTo(second);
        assertThat(rig.endV2(first, false).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.endV2(second, true).error()).as("nothing has begun").isEqualTo(ErrorCode.INVALID_TXN_STATE);
        var third = rig.finishV2(second, false);
        assertThat(third).isEqualTo(producer(1_000, 2));
        assertThat(rig.endV2(second, false)).isEqualTo(third);
        assertThat(rig.endV2(second, true).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void aLateEndOfTheNewerKindDoesNotTouchTheNextTransaction() {
        var first = rig.init();
        rig.addV2(first, 0);
        var second = rig.finishV2(first, true);
        rig.addV2(second, 1);
        assertThat(rig.endV2(first, true).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.endV2(first, false).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.addV2(first, 0)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
        assertThat(rig.transaction().partitions()).isEqualTo(partitions(1));
    }

    @Test
    void epochsThatRunOutAtAnEndGiveAnotherProducerId() {
        rig.init();
        var last = producer(1_000, Short.MAX_VALUE - 1);
        rig.run((transactions, decision) -> {
            transactions.propose(decision, TransactionRig.ID, rig.transaction().moved(TransactionState.EMPTY, decision.nowMs())
                    .setProducerEpoch(last.producerEpoch()).setTransactionPartitions(null));
            return true;
        });
        rig.addV2(last, 0);
        var next = rig.endV2(last, true);
        assertThat(next).isEqualTo(producer(1_001, 0));
        assertThat(rig.addV2(next, 0)).as("not yet").isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.endV2(last, true).error()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.sent.peek().marker().producerId()).isEqualTo(1_000);
        assertThat(rig.sent.peek().marker().producerEpoch()).isEqualTo(Short.MAX_VALUE);
        rig.reload();
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.endV2(last, true)).as("its answer was lost").isEqualTo(next);
        assertThat(rig.endV2(last, false).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.addV2(next, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.endV2(last, true).error()).as("of the past").isEqualTo(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void markersAreSentAgainUntilTheyAreWritten() {
        var producer = rig.init();
        rig.add(producer, 0, 1);
        rig.end(producer, true);
        var failed = rig.sent.poll();
        rig.answerMarker(failed, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        rig.answerMarker(rig.sent.poll(), ErrorCode.NONE);
        for (int round = 0; round < 20; round++) {
            rig.pass(1_000);
            assertThat(rig.sent).as("once, and no other").containsExactly(failed);
            rig.answerMarkers(ErrorCode.KAFKA_STORAGE_ERROR);
        }
        rig.pass(1_000);
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
    }

    @Test
    void aPartitionThatIsGoneNeedsNoMarker() {
        var producer = rig.init();
        rig.add(producer, 0, 1);
        rig.end(producer, true);
        rig.answerMarker(rig.sent.poll(), ErrorCode.NONE);
        rig.answerMarkers(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(rig.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
    }

    @Test
    void newsOfMarkersThatNobodyWaitsForChangesNothing() {
        var producer = rig.init();
        rig.add(producer, 0, 1);
        rig.end(producer, true);
        var first = rig.sent.peek();
        rig.answerMarker(first, ErrorCode.NONE);
        rig.answerMarker(first, ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_COMMIT);
        rig.answerMarkers(ErrorCode.NONE);
        rig.add(producer, 0);
        rig.end(producer, false);
        rig.answerMarker(first, ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_ABORT);
    }

    @Test
    void whoLoadsADecidedTransactionEndsIt() {
        var producer = rig.init();
        rig.add(producer, 0, 1);
        rig.end(producer, true);
        var before = rig.sent.peek().marker();
        rig.reload();
        assertThat(rig.sent).hasSize(2);
        var marker = rig.sent.peek().marker();
        assertThat(marker.isCommit()).isTrue();
        assertThat(marker.coordinatorEpoch()).isGreaterThan(before.coordinatorEpoch());
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
    }

    @Test
    void whatIsOpenForTooLongIsAborted() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.pass(TransactionRig.TIMEOUT_MS / 2);
        rig.add(producer, 1);
        rig.pass(TransactionRig.TIMEOUT_MS / 2 - 1);
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
        rig.pass(1);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_ABORT);
        assertThat(rig.sent).hasSize(2);
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.end(producer, true)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.endV2(producer, true).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.endV2(producer, false)).isEqualTo(producer(1_000, 1));
        assertThat(rig.init(1_000, 0)).as("it may go on").isEqualTo(producer(1_000, 1));
    }

    @Test
    void whoLoadsAnOpenTransactionAbortsItInTime() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.pass(TransactionRig.TIMEOUT_MS - 1);
        rig.reload();
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
        rig.pass(1);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_ABORT);
    }

    @Test
    void aTransactionThatIsEndedInTimeIsNotAborted() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.pass(TransactionRig.TIMEOUT_MS - 10);
        rig.finish(producer, true);
        rig.add(producer, 0);
        rig.pass(TransactionRig.TIMEOUT_MS - 1);
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
    }

    @Test
    void noMarkerIsSentBeforeTheDecisionIsCommitted() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.shard.worker.pause();
        var heard = rig.shard.run(new EndTransaction(TransactionRig.ID, producer.producerId(), producer.producerEpoch(), true, (short) 0, -1));
        rig.settle();
        assertThat(rig.sent).isEmpty();
        rig.pass(6_000);
        assertThat(heard.error).as("it may be committed yet").isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(rig.sent).isEmpty();
        rig.shard.worker.resume();
        rig.pass(2_000);
        assertThat(rig.sent).as("though nobody waits for an answer").hasSize(1);
    }

    @Test
    void aTransactionDoesNotHangWhenItsEndCannotBeWritten() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.shard.fillUp();
        var heard = rig.shard.run(new EndTransaction(TransactionRig.ID, producer.producerId(), producer.producerEpoch(), true, (short) 0, -1));
        rig.pass(TransactionRig.TIMEOUT_MS);
        assertThat(heard.error).isNotNull().isNotEqualTo(ErrorCode.NONE);
        rig.shard.makeRoom();
        rig.pass(10_000);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_ABORT);
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.state()).isEqualTo(TransactionState.COMPLETE_ABORT);
    }

    @Test
    void idsThatBeginNothingExpire() {
        rig.init();
        rig.pass(rig.config.idExpirationMs() - 1L);
        assertThat(rig.state()).isEqualTo(TransactionState.EMPTY);
        rig.pass(rig.config.expiryIntervalMs() + 1L);
        assertThat(rig.transaction()).isNull();
        rig.reload();
        assertThat(rig.transaction()).isNull();
        assertThat(rig.init()).isEqualTo(producer(1_001, 0));
    }

    @Test
    void anIdWithAnOpenTransactionDoesNotExpire() {
        rig.config = new TransactionConfig(Integer.MAX_VALUE, 1_000, 1_000, (short) 2);
        var producer = rig.init(TransactionRig.ID, 1_000_000, -1, -1);
        rig.add(producer, 0);
        rig.pass(100_000);
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
    }

    @Test
    void filtersAdmitWhatTheyName() {
        var producer = rig.init();
        rig.add(producer, 0);
        rig.init("other", 1_000, -1, -1);
        rig.pass(500);
        assertThat(list(TransactionFilter.of(List.of(), List.of(), -1, null))).containsExactlyInAnyOrder("payments", "other");
        assertThat(list(TransactionFilter.of(List.of("Ongoing", "Bogus"), List.of(), -1, ""))).containsExactly("payments");
        assertThat(list(TransactionFilter.of(List.of("Bogus"), List.of(), -1, ""))).isEmpty();
        assertThat(list(TransactionFilter.of(List.of(), List.of(1_001L), -1, ""))).containsExactly("other");
        assertThat(list(TransactionFilter.of(List.of("Ongoing"), List.of(), 499, ""))).containsExactly("payments");
        assertThat(list(TransactionFilter.of(List.of("Ongoing"), List.of(), 500, ""))).isEmpty();
        assertThat(list(TransactionFilter.of(List.of(), List.of(), -1, "pay"))).isEmpty();
        assertThat(list(TransactionFilter.of(List.of(), List.of(), -1, "pay.*"))).containsExactly("payments");
    }

    private List<String> list(TransactionFilter filter) {
        return rig.run((transactions, decision) -> Descriptions.list(transactions.all(), filter, decision.nowMs())).stream()
                .map(TransactionSummary::transactionalId).toList();
    }
}
