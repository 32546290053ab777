package io.barnabas.coordinator.transaction;

import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.record.TransactionLogValue;
import io.barnabas.protocol.record.TransactionLogValue.PartitionsSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A transactional id: who produces under it, and the transaction that is open or was the last. Changed by records alone, but for
 * {@link #lastProducerEpoch}.
 */
final class Transaction {
    /** A producer that would begin with a higher epoch gets a new id instead: one more is left to fence it with. */
    private static final short EPOCH_EXHAUSTED = Short.MAX_VALUE - 1;

    private final String id;
    private TransactionState state;
    private long producerId;
    private long previousProducerId;
    private long nextProducerId;
    private short producerEpoch;
    private int timeoutMs;
    private long startMs;
    private long lastUpdateMs;
    private short clientVersion;
    /** What other implementations may have noted; carried, not used (KIP-939). */
    private short nextProducerEpoch;
    private Set<TopicPartition> partitions = Set.of();

    /**
     * The epoch whose owner was given the present one, so that it may ask again; -1 if the present epoch is another's, or if this
     * is not known, since no record says it.
     */
    short lastProducerEpoch = RecordBatch.NO_PRODUCER_EPOCH;

    Transaction(String id) {
        this.id = id;
    }

    void apply(TransactionState newState, TransactionLogValue value) {
        state = newState;
        producerId = value.producerId();
        previousProducerId = value.previousProducerId();
        nextProducerId = value.nextProducerId();
        producerEpoch = value.producerEpoch();
        nextProducerEpoch = value.nextProducerEpoch();
        timeoutMs = value.transactionTimeoutMs();
        startMs = value.transactionStartTimestampMs();
        lastUpdateMs = value.transactionLastUpdateTimestampMs();
        clientVersion = value.clientTransactionVersion();
        partitions = read(value.transactionPartitions());
    }

    private static Set<TopicPartition> read(List<PartitionsSchema> topics) {
        if (topics == null || topics.isEmpty()) return Set.of();
        var partitions = new LinkedHashSet<TopicPartition>();
        for (var topic : topics) for (int index : topic.partitionIds()) partitions.add(new TopicPartition(topic.topic(), index));
        return partitions;
    }

    /** What a record would say of it as it moves on: the same but for the state, and the producer before. */
    TransactionLogValue moved(TransactionState next, long nowMs) {
        return new TransactionLogValue()
                .setProducerId(producerId)
                .setPreviousProducerId(producerId)
                .setNextProducerId(nextProducerId)
                .setProducerEpoch(producerEpoch)
                .setNextProducerEpoch(nextProducerEpoch)
                .setTransactionTimeoutMs(timeoutMs)
                .setTransactionStatus(next.id())
                .setTransactionPartitions(write(partitions))
                .setTransactionLastUpdateTimestampMs(nowMs)
                .setTransactionStartTimestampMs(startMs)
                .setClientTransactionVersion(clientVersion);
    }

    static List<PartitionsSchema> write(Collection<TopicPartition> partitions) {
        var topics = new LinkedHashMap<String, PartitionsSchema>();
        for (var partition : partitions) {
            topics.computeIfAbsent(partition.topic(), topic -> new PartitionsSchema().setTopic(topic)).partitionIds().add(partition.partition());
        }
        return new ArrayList<>(topics.values());
    }

    String id() {
        return id;
    }

    TransactionState state() {
        return state;
    }

    long producerId() {
        return producerId;
    }

    /** The one before a change of the id, until the record that follows; else the present one. */
    long previousProducerId() {
        return previousProducerId;
    }

    /** The one that takes over when the transaction's markers are written; -1 if the present one stays. */
    long nextProducerId() {
        return nextProducerId;
    }

    /** From the moment a transaction of version 2 is decided on, that of the next one. */
    short producerEpoch() {
        return producerEpoch;
    }

    boolean isEpochExhausted() {
        return isExhausted(producerEpoch);
    }

    static boolean isExhausted(short epoch) {
        return epoch >= EPOCH_EXHAUSTED;
    }

    int timeoutMs() {
        return timeoutMs;
    }

    /** In ms since 1970; -1 before the first transaction. */
    long startMs() {
        return startMs;
    }

    long lastUpdateMs() {
        return lastUpdateMs;
    }

    /** Which rules its client, or whoever ended it, follows: 2 from KIP-890's second part on. */
    short clientVersion() {
        return clientVersion;
    }

    /** Those that may hold records of the transaction, and get its markers. */
    Set<TopicPartition> partitions() {
        return partitions;
    }
}
