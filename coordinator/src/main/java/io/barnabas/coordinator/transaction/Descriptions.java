package io.barnabas.coordinator.transaction;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import io.barnabas.protocol.message.DescribeTransactionsResponse.TopicData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What tools see of transactions (KIP-664). */
final class Descriptions {
    private Descriptions() {}

    /** @param transaction null if nobody knows the id */
    static DescribeTransactionsResponse.TransactionState describe(String transactionalId, Transaction transaction) {
        var description = new DescribeTransactionsResponse.TransactionState().setTransactionalId(transactionalId);
        if (transaction == null) return description.setErrorCode(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND.code());
        for (var topic : Transaction.write(transaction.partitions())) {
            description.topics().add(new TopicData().setTopic(topic.topic()).setPartitions(topic.partitionIds()));
        }
        return description.setTransactionState(transaction.state().text)
                .setTransactionTimeoutMs(transaction.timeoutMs())
                .setTransactionStartTimeMs(transaction.startMs())
                .setProducerId(transaction.producerId())
                .setProducerEpoch(transaction.producerEpoch());
    }

    static List<TransactionSummary> list(Collection<Transaction> transactions, TransactionFilter filter, long nowMs) {
        var list = new ArrayList<TransactionSummary>();
        for (var transaction : transactions) {
            if (!filter.admits(transaction, nowMs)) continue;
            list.add(new TransactionSummary(transaction.id(), transaction.producerId(), transaction.state().text));
        }
        return list;
    }
}
