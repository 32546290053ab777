package io.barnabas.coordinator.transaction;

import static io.barnabas.coordinator.transaction.TransactionRig.producer;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.TransactionRecordType;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.protocol.record.TransactionLogKey;
import org.junit.jupiter.api.Test;

/** Who may produce under a transactional id: what Apache Kafka 4.4.0 answered to the same questions. */
class ProducerIdentityTest {
    private final TransactionRig rig = new TransactionRig(1);

    @Test
    void aNewIdGetsAProducerIdAndEpochZeroWhateverItSaysItHad() {
        assertThat(rig.init()).isEqualTo(producer(1_000, 0));
        assertThat(rig.init("other", 1, 77, 3)).isEqualTo(producer(1_001, 0));
    }

    @Test
    void timeoutsAreBounded() {
        for (int timeoutMs : new int[] {Integer.MIN_VALUE, -1, 0, 900_001, Integer.MAX_VALUE}) {
            assertThat(rig.init("x", timeoutMs, -1, -1).error()).isEqualTo(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
        }
        assertThat(rig.init("x", 900_000, -1, -1).error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anotherInstanceFencesTheOneBefore() {
        var old = rig.init();
        var now = rig.init();
        assertThat(now).isEqualTo(producer(1_000, 1));
        assertThat(rig.add(old, 0)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.verify(old, 0).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.end(old, true)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.endV2(old, false).error()).as("not a retry: nothing was ended").isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(rig.init(1_000, 0).error()).as("what it had").isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.add(now, 0)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aProducerThatNamesWhatItHasGoesOnWithAHigherEpochAndMayAskAgain() {
        rig.init();
        assertThat(rig.init(1_000, 0)).isEqualTo(producer(1_000, 1));
        assertThat(rig.init(1_000, 0)).as("its answer was lost").isEqualTo(producer(1_000, 1));
        assertThat(rig.init(1_000, 1)).isEqualTo(producer(1_000, 2));
        assertThat(rig.init(1_000, 0).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.init(1_000, 9).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.init(1_005, 2).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void anotherInstanceInAnOpenTransactionAbortsItAndIsToldToWait() {
        var old = rig.init();
        rig.add(old, 0, 1);
        assertThat(rig.init().error()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.state()).isEqualTo(TransactionState.PREPARE_ABORT);
        assertThat(rig.end(old, true)).as("at once").isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.init().error()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.sent).extracting(sent -> sent.marker().isCommit()).containsExactly(false, false);
        assertThat(rig.sent).extracting(sent -> sent.marker().producerEpoch()).as("above that of the records").containsOnly((short) 1);
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.init()).isEqualTo(producer(1_000, 2));
        assertThat(rig.init(1_000, 0).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void aFencedInstanceCannotAbortTheTransactionOfTheOneThatFencedIt() {
        rig.init();
        var now = rig.init();
        rig.add(now, 0);
        assertThat(rig.init(1_000, 0).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.state()).isEqualTo(TransactionState.ONGOING);
    }

    @Test
    void whenEpochsRunOutAnotherProducerIdTakesOver() {
        rig.init();
        setEpoch(Short.MAX_VALUE - 2);
        assertThat(rig.init()).isEqualTo(producer(1_000, Short.MAX_VALUE - 1));
        assertThat(rig.init()).isEqualTo(producer(1_001, 0));
        assertThat(rig.init(1_000, Short.MAX_VALUE - 1).error()).as("the one before").isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void aProducerWhoseEpochsRunOutMayAskAgainForItsNewId() {
        rig.init();
        setEpoch(Short.MAX_VALUE - 1);
        assertThat(rig.init(1_000, Short.MAX_VALUE - 1)).isEqualTo(producer(1_001, 0));
        assertThat(rig.init(1_000, Short.MAX_VALUE - 1)).isEqualTo(producer(1_001, 0));
        assertThat(rig.init(1_000, Short.MAX_VALUE - 2).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void theLastEpochIsKeptForFencing() {
        rig.init();
        setEpoch(Short.MAX_VALUE - 1);
        rig.add(1_000, Short.MAX_VALUE - 1, 0);
        rig.init();
        rig.answerMarkers(ErrorCode.NONE);
        assertThat(rig.transaction().producerEpoch()).isEqualTo(Short.MAX_VALUE);
        assertThat(rig.init()).isEqualTo(producer(1_001, 0));
    }

    @Test
    void aShardThatIsLoadedAnewFencesAsBefore() {
        rig.init();
        var now = rig.init();
        rig.reload();
        assertThat(rig.init(1_000, 0).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.add(now, 0)).isEqualTo(ErrorCode.NONE);
    }

    private void setEpoch(int epoch) {
        rig.run((transactions, decision) -> {
            decision.append(CoordinatorRecord.of(TransactionRecordType.TRANSACTION_LOG, new TransactionLogKey().setTransactionalId(TransactionRig.ID),
                    rig.transaction().moved(TransactionState.EMPTY, decision.nowMs()).setProducerEpoch((short) epoch).setTransactionPartitions(null)));
            return true;
        });
    }
}
