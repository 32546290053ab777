package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.ShardConfig;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Coordinates the transactions whose ids belong to partitions that this broker leads. Any thread; answers come on the loop of the
 * id's shard, or on the caller's if there is no such shard.
 */
public final class TransactionCoordinator {
    private final CoordinatorShards<Transactions> shards;
    private final ProducerIdSource producerIds;
    private final MarkerSender sender;

    /** @param partitionCount of {@code __transaction_state}, 0 while it does not exist; any thread */
    public TransactionCoordinator(String topic, IntSupplier partitionCount, Supplier<ShardConfig> shardConfig, Supplier<TransactionConfig> config,
                                  ProducerIdSource producerIds, MarkerSender sender) {
        this.shards = new CoordinatorShards<>(topic, partitionCount, shardConfig, timers -> new Transactions(timers, config, this::send));
        this.producerIds = producerIds;
        this.sender = sender;
    }

    public CoordinatorShards<?> shards() {
        return shards;
    }

    private void send(String transactionalId, TransactionMarker marker, TopicPartition partition) {
        sender.send(marker, partition, error -> shards.run(transactionalId, (transactions, decision) -> {
            transactions.onMarkerSent(transactionalId, marker, partition, error, decision);
            return null;
        }, Reply.none()));
    }

    /** @param producerId with its epoch what the producer was given before, or both -1 */
    public void initProducerId(String transactionalId, int timeoutMs, long producerId, short producerEpoch, Reply<ProducerAnswer> reply) {
        init(new InitProducerId(transactionalId, timeoutMs, producerId, producerEpoch, -1), reply);
    }

    private void init(InitProducerId command, Reply<ProducerAnswer> reply) {
        shards.run(command.transactionalId(), command, whenIdIsNeeded(reply, id -> init(command.withFresh(id), reply)));
    }

    /** @param version 2 if the producer goes on with a higher epoch (KIP-890), else 0 */
    public void endTransaction(String transactionalId, long producerId, short producerEpoch, boolean isCommit, int version, Reply<ProducerAnswer> reply) {
        end(new EndTransaction(transactionalId, producerId, producerEpoch, isCommit, (short) version, -1), reply);
    }

    private void end(EndTransaction command, Reply<ProducerAnswer> reply) {
        shards.run(command.transactionalId(), command, whenIdIsNeeded(reply, id -> end(command.withFresh(id), reply)));
    }

    /** A command that wants a producer id is run once more with one. */
    private Reply<ProducerAnswer> whenIdIsNeeded(Reply<ProducerAnswer> reply, LongConsumer again) {
        return new Reply<>() {
            @Override
            public void answer(ProducerAnswer answer) {
                if (answer != ProducerAnswer.NEEDS_PRODUCER_ID) {
                    reply.answer(answer);
                    return;
                }
                producerIds.next(id -> {
                    if (id < 0) reply.fail(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                    else again.accept(id);
                });
            }

            @Override
            public void fail(ErrorCode error) {
                reply.fail(error);
            }
        };
    }

    /** @param clientVersion 2 if brokers add what the client writes to (KIP-890), 0 if the client does */
    public void addPartitions(String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> partitions, int clientVersion,
                              Reply<PartitionErrors> reply) {
        shards.run(transactionalId, new AddPartitions(transactionalId, producerId, producerEpoch, partitions, (short) clientVersion), reply);
    }

    /** Asks whether partitions belong to the open transaction of a producer; TRANSACTION_ABORTABLE for those that do not. */
    public void verifyPartitions(String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> partitions,
                                 Reply<PartitionErrors> reply) {
        shards.run(transactionalId, new VerifyPartitions(transactionalId, producerId, producerEpoch, partitions), reply);
    }

    public void describe(String transactionalId, Reply<DescribeTransactionsResponse.TransactionState> reply) {
        shards.run(transactionalId, (transactions, decision) -> Descriptions.describe(transactionalId, transactions.find(transactionalId)), reply);
    }

    /**
     * Lists the transactional ids of the shards that are led here, each shard's to one reply.
     *
     * @param replies asked for the reply to each shard, on the caller's thread
     */
    public void list(TransactionFilter filter, Supplier<Reply<List<TransactionSummary>>> replies) {
        for (var shard : shards.all()) {
            shards.runAt(shard.partition().topicPartition().partition(),
                    (transactions, decision) -> Descriptions.list(transactions.all(), filter, decision.nowMs()), replies.get());
        }
    }
}
