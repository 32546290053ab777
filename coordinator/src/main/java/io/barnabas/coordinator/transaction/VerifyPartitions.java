package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.HashSet;
import java.util.Set;

/** Asks whether partitions belong to a transaction that is open (KIP-890). */
record VerifyPartitions(String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> partitions)
        implements Command<Transactions, PartitionErrors> {

    @Override
    public PartitionErrors decide(Transactions transactions, Decision decision) {
        var transaction = transactions.find(transactionalId);
        if (transaction == null || transaction.producerId() != producerId) return PartitionErrors.ofAll(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        if (transaction.producerEpoch() != producerEpoch) return PartitionErrors.ofAll(ErrorCode.PRODUCER_FENCED);
        if (transaction.state().isPrepared()) return PartitionErrors.ofAll(ErrorCode.CONCURRENT_TRANSACTIONS);
        var missing = new HashSet<>(partitions);
        missing.removeAll(transaction.partitions());
        return missing.isEmpty() ? PartitionErrors.NONE : new PartitionErrors(ErrorCode.TRANSACTION_ABORTABLE, missing);
    }
}
