package io.barnabas.replication;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.function.Consumer;

/**
 * Knows whether a partition belongs to the open transaction of a producer, as the transaction's coordinator says. A leader asks
 * before it takes the first records of a transaction: ones that the coordinator does not know of would never be ended (KIP-890).
 */
@FunctionalInterface
public interface TransactionVerifier {
    /**
     * What is asked.
     *
     * @param adds whether the partition is to be added to the transaction, for clients that leave this to brokers; else it must be in
     *             it already
     */
    record Question(String transactionalId, long producerId, short producerEpoch, TopicPartition partition, boolean adds) {}

    /**
     * On the partition's loop.
     *
     * @param receiver told once, on the partition's loop, now or later: NONE if the records may be taken, else what the coordinator said
     *                 or why it said nothing
     */
    void verify(Question question, Consumer<ErrorCode> receiver);
}
