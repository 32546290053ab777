package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.protocol.record.TransactionLogValue;

/**
 * A producer begins to use a transactional id, and fences whoever has used it before (KIP-98); or it names what it was given,
 * and goes on after an error unless it has been fenced itself (KIP-360).
 *
 * @param producerId      -1 if it begins
 * @param producerEpoch   -1 if it begins
 * @param freshProducerId to be used where a new one is needed; -1 if there is none at hand
 */
record InitProducerId(String transactionalId, int timeoutMs, long producerId, short producerEpoch, long freshProducerId)
        implements Command<Transactions, ProducerAnswer> {
    private static final ProducerAnswer FENCED = ProducerAnswer.refusal(ErrorCode.PRODUCER_FENCED);
    private static final ProducerAnswer CONCURRENT = ProducerAnswer.refusal(ErrorCode.CONCURRENT_TRANSACTIONS);

    InitProducerId withFresh(long id) {
        return new InitProducerId(transactionalId, timeoutMs, producerId, producerEpoch, id);
    }

    @Override
    public ProducerAnswer decide(Transactions transactions, Decision decision) {
        boolean isInBounds = timeoutMs > 0 && timeoutMs <= transactions.config().timeoutMsMax();
        if (!isInBounds) return ProducerAnswer.refusal(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
        var transaction = transactions.find(transactionalId);
        if (transaction == null) return begin(transactions, decision);
        if (transaction.state().isPrepared()) return CONCURRENT;
        if (!isKnownTo(transaction)) return FENCED;
        return switch (transaction.state()) {
            case ONGOING -> interrupt(transactions, transaction, decision);
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> goOn(transactions, transaction, decision);
            case PREPARE_COMMIT, PREPARE_ABORT, DEAD, PREPARE_EPOCH_FENCE -> throw new AssertionError(transaction.state());
        };
    }

    private boolean isRecovery() {
        return producerEpoch != RecordBatch.NO_PRODUCER_EPOCH;
    }

    private ProducerAnswer begin(Transactions transactions, Decision decision) {
        if (freshProducerId < 0) return ProducerAnswer.NEEDS_PRODUCER_ID;
        transactions.propose(decision, transactionalId, new TransactionLogValue()
                .setProducerId(freshProducerId)
                .setPreviousProducerId(freshProducerId)
                .setTransactionTimeoutMs(timeoutMs)
                .setTransactionStatus(TransactionState.EMPTY.id())
                .setTransactionPartitions(null)
                .setTransactionLastUpdateTimestampMs(decision.nowMs())
                .setTransactionStartTimestampMs(-1));
        return ProducerAnswer.of(freshProducerId, 0);
    }

    /** Whether the producer that asks may be the one that has the id, or was replaced since its epochs ran out. */
    private boolean isKnownTo(Transaction transaction) {
        return !isRecovery() || producerId == transaction.producerId()
                || producerId == transaction.previousProducerId() && Transaction.isExhausted(producerEpoch);
    }

    /** The open transaction is aborted under a higher epoch; the producer asks again when that is done. */
    private ProducerAnswer interrupt(Transactions transactions, Transaction transaction, Decision decision) {
        // Apache Kafka lets anybody who knows the producer id do so; here one that is fenced harms nobody.
        if (isRecovery() && producerEpoch != transaction.producerEpoch()) return FENCED;
        transactions.abortAndFence(transaction, decision);
        return CONCURRENT;
    }

    private ProducerAnswer goOn(Transactions transactions, Transaction transaction, Decision decision) {
        boolean isCurrent = producerId == transaction.producerId() && producerEpoch == transaction.producerEpoch();
        // It asks again since the answer was lost: nobody else has the epoch.
        boolean isRetry = isRecovery() && !isCurrent && producerEpoch == transaction.lastProducerEpoch;
        if (isRecovery() && !isCurrent && !isRetry) return FENCED;
        if (transaction.isEpochExhausted()) return changeProducerId(transactions, transaction, decision);
        int epoch = isRetry ? transaction.producerEpoch() : transaction.producerEpoch() + 1;
        if (!isRetry) transaction.lastProducerEpoch = isRecovery() ? producerEpoch : RecordBatch.NO_PRODUCER_EPOCH;
        transactions.propose(decision, transactionalId, emptied(transaction, decision).setProducerEpoch((short) epoch));
        return ProducerAnswer.of(transaction.producerId(), epoch);
    }

    private ProducerAnswer changeProducerId(Transactions transactions, Transaction transaction, Decision decision) {
        if (freshProducerId < 0) return ProducerAnswer.NEEDS_PRODUCER_ID;
        transaction.lastProducerEpoch = isRecovery() ? producerEpoch : RecordBatch.NO_PRODUCER_EPOCH;
        transactions.propose(decision, transactionalId,
                emptied(transaction, decision).setProducerId(freshProducerId).setProducerEpoch((short) 0));
        return ProducerAnswer.of(freshProducerId, 0);
    }

    private TransactionLogValue emptied(Transaction transaction, Decision decision) {
        return transaction.moved(TransactionState.EMPTY, decision.nowMs())
                .setTransactionTimeoutMs(timeoutMs)
                .setTransactionPartitions(null)
                .setTransactionStartTimestampMs(-1);
    }
}
