package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Adds partitions to a transaction, and begins it with the first: from then on each of them gets its markers.
 *
 * @param clientVersion 2 if the client leaves the adding to brokers (KIP-890), else 0
 */
record AddPartitions(String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> partitions, short clientVersion)
        implements Command<Transactions, PartitionErrors> {

    @Override
    public PartitionErrors decide(Transactions transactions, Decision decision) {
        var transaction = transactions.find(transactionalId);
        var error = errorOf(transaction);
        if (error != ErrorCode.NONE) return PartitionErrors.ofAll(error);
        boolean isOngoing = transaction.state() == TransactionState.ONGOING;
        if (isOngoing && transaction.partitions().containsAll(partitions)) return PartitionErrors.NONE;
        var all = new LinkedHashSet<>(transaction.partitions());
        all.addAll(partitions);
        transactions.propose(decision, transactionalId, transaction.moved(TransactionState.ONGOING, decision.nowMs())
                .setTransactionPartitions(Transaction.write(all))
                .setTransactionStartTimestampMs(isOngoing ? transaction.startMs() : decision.nowMs())
                .setClientTransactionVersion(clientVersion));
        return PartitionErrors.NONE;
    }

    private ErrorCode errorOf(Transaction transaction) {
        if (transaction == null) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
        // First, since who asks may have been told of the producer id that comes when the transaction before is completed.
        if (transaction.state().isPrepared()) return ErrorCode.CONCURRENT_TRANSACTIONS;
        if (transaction.producerId() != producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
        return transaction.producerEpoch() == producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
    }
}
