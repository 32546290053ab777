package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;

/**
 * Ends a transaction. It is decided when the record of that is committed; its markers follow.
 *
 * <p>With transactions of version 2 (KIP-890) the producer goes on with a higher epoch, so that nothing that is late can touch what
 * it does next; and it may ask again when the answer was lost, with the epoch that it had.
 *
 * @param version         2, or less where the epoch stays
 * @param freshProducerId to be used where a new one is needed; -1 if there is none at hand
 */
record EndTransaction(String transactionalId, long producerId, short producerEpoch, boolean isCommit, short version, long freshProducerId)
        implements Command<Transactions, ProducerAnswer> {
    private static final ProducerAnswer INVALID_STATE = ProducerAnswer.refusal(ErrorCode.INVALID_TXN_STATE);
    private static final ProducerAnswer CONCURRENT = ProducerAnswer.refusal(ErrorCode.CONCURRENT_TRANSACTIONS);
    private static final ProducerAnswer FENCED = ProducerAnswer.refusal(ErrorCode.PRODUCER_FENCED);

    EndTransaction withFresh(long id) {
        return new EndTransaction(transactionalId, producerId, producerEpoch, isCommit, version, id);
    }

    @Override
    public ProducerAnswer decide(Transactions transactions, Decision decision) {
        var transaction = transactions.find(transactionalId);
        if (transaction == null) return ProducerAnswer.refusal(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        // First, since who asks may have been told of the producer id that comes when the transaction before is completed.
        if (bumpsEpoch() && transaction.state().isPrepared()) return CONCURRENT;
        boolean isAfterChange = bumpsEpoch() && isAfterChangeOf(transaction);
        if (transaction.producerId() != producerId && !isAfterChange) return ProducerAnswer.refusal(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        boolean isRetry = isAfterChange || bumpsEpoch() && transaction.producerEpoch() == producerEpoch + 1;
        if (transaction.producerEpoch() != producerEpoch && !isRetry) return FENCED;
        return switch (transaction.state()) {
            // What it asks again about is over: the transaction that is open is the next one.
            case ONGOING -> isRetry ? FENCED : end(transactions, transaction, decision);
            case PREPARE_COMMIT, PREPARE_ABORT -> CONCURRENT;
            case COMPLETE_COMMIT -> isEndedAlready(isRetry, isCommit)
                    ? answerOf(transaction) : abortNothing(transactions, transaction, decision, isRetry);
            case COMPLETE_ABORT -> isEndedAlready(isRetry, !isCommit)
                    ? answerOf(transaction) : abortNothing(transactions, transaction, decision, isRetry);
            case EMPTY -> abortNothing(transactions, transaction, decision, isRetry);
            case DEAD, PREPARE_EPOCH_FENCE -> throw new AssertionError(transaction.state());
        };
    }

    private boolean bumpsEpoch() {
        return version >= 2;
    }

    /** Whether the epochs of the producer that asks ran out with the transaction that was the last. */
    private boolean isAfterChangeOf(Transaction transaction) {
        return transaction.previousProducerId() == producerId && transaction.producerId() != producerId
                && Transaction.isExhausted(producerEpoch) && transaction.producerEpoch() == 0;
    }

    /** Where the epoch stays, the same request may always have come before; else only one with the epoch before can have. */
    private boolean isEndedAlready(boolean isRetry, boolean isSameEnd) {
        return isSameEnd && (isRetry || !bumpsEpoch());
    }

    /** One of version 2 may abort what it has not begun, so as to have a higher epoch. */
    private ProducerAnswer abortNothing(Transactions transactions, Transaction transaction, Decision decision, boolean isRetry) {
        if (isCommit || isRetry || !bumpsEpoch()) return INVALID_STATE;
        return end(transactions, transaction, decision);
    }

    private ProducerAnswer end(Transactions transactions, Transaction transaction, Decision decision) {
        boolean changesId = bumpsEpoch() && transaction.isEpochExhausted();
        if (changesId && freshProducerId < 0) return ProducerAnswer.NEEDS_PRODUCER_ID;
        int epoch = bumpsEpoch() ? producerEpoch + 1 : producerEpoch;
        if (bumpsEpoch()) transaction.lastProducerEpoch = producerEpoch;
        var next = transaction.moved(isCommit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT, decision.nowMs())
                .setProducerEpoch((short) epoch)
                .setClientTransactionVersion(version);
        if (changesId) next.setNextProducerId(freshProducerId);
        if (transaction.state() != TransactionState.ONGOING) next.setTransactionStartTimestampMs(decision.nowMs());
        transactions.prepare(transaction, decision, next);
        return changesId ? ProducerAnswer.of(freshProducerId, 0) : ProducerAnswer.of(producerId, epoch);
    }

    private static ProducerAnswer answerOf(Transaction transaction) {
        return ProducerAnswer.of(transaction.producerId(), transaction.producerEpoch());
    }
}
