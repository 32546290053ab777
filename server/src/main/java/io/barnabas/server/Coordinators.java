package io.barnabas.server;

import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_LOAD_BUFFER_SIZE;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_COMPRESSION_CODEC;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS;
import static io.barnabas.server.config.TransactionSettings.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS;
import static io.barnabas.server.config.TransactionSettings.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS;
import static io.barnabas.server.config.TransactionSettings.TRANSACTIONAL_ID_EXPIRATION_MS;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_MAX_TIMEOUT_MS;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_PARTITION_VERIFICATION_ENABLE;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE;

import io.barnabas.base.EventLoop;
import io.barnabas.base.NioEventLoop;
import io.barnabas.cluster.metadata.BuiltFeatures;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.ShardConfig;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.coordinator.transaction.MarkerWriter;
import io.barnabas.coordinator.transaction.ProducerIdSource;
import io.barnabas.coordinator.transaction.TransactionConfig;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.coordinator.transaction.TransactionQuestions;
import io.barnabas.model.CompressionType;
import io.barnabas.model.TopicNames;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Partition;
import io.barnabas.replication.TransactionVerifier;
import io.barnabas.server.config.BrokerConfig;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** This broker's coordinators: the shards of the internal topics that it holds partitions of. */
final class Coordinators implements PartitionListener, ClusterListener {
    /** After which whoever waits for a record of a transaction is told to try again. */
    private static final int TRANSACTION_COMMIT_TIMEOUT_MS = 5_000;

    private final Supplier<BrokerConfig> config;
    private final MetadataCache metadata;
    private final CoordinatorShards<Groups> groups;
    private final TransactionCoordinator transactions;
    private final MarkerWriter markers;
    private final LoopLocal<TransactionQuestions> questions;

    /** @param config with all changes; any thread */
    Coordinators(Supplier<BrokerConfig> config, MetadataCache metadata, PartitionRegistry partitions, List<NioEventLoop> loops,
                 ProducerIdSource producerIds) {
        this.config = config;
        this.metadata = metadata;
        var context = new BrokerGroupContext(config, metadata);
        this.groups = new CoordinatorShards<>(TopicNames.CONSUMER_OFFSETS, partitionsOf(TopicNames.CONSUMER_OFFSETS), this::ofGroups,
                timers -> new Groups(timers, context));
        this.markers = new MarkerWriter(groups);
        this.transactions = new TransactionCoordinator(TopicNames.TRANSACTION_STATE, partitionsOf(TopicNames.TRANSACTION_STATE), this::ofTransactionShards,
                this::ofTransactions, producerIds, new LocalMarkers(partitions, metadata, markers));
        this.questions = new LoopLocal<>(loops, loop -> new TransactionQuestions(loop, transactions, this::ofQuestions));
    }

    CoordinatorShards<Groups> groups() {
        return groups;
    }

    TransactionCoordinator transactions() {
        return transactions;
    }

    MarkerWriter markers() {
        return markers;
    }

    /** Who asks about transactions for the partitions of a loop; to be asked on that loop. */
    TransactionVerifier verifierOn(EventLoop loop) {
        return questions.on(loop);
    }

    /** The partition that keeps a group's offsets, or will. */
    TopicPartition offsetsPartitionOf(String groupId) {
        int partition = groups.partitionOf(groupId);
        if (partition < 0) partition = CoordinatorShards.partitionOf(groupId, config.get().get(OFFSETS_TOPIC_NUM_PARTITIONS));
        return new TopicPartition(TopicNames.CONSUMER_OFFSETS, partition);
    }

    /** @return null if no coordinator's state is kept in this topic */
    CoordinatorShards<?> ofTopic(String topic) {
        if (topic.equals(TopicNames.CONSUMER_OFFSETS)) return groups;
        return topic.equals(TopicNames.TRANSACTION_STATE) ? transactions.shards() : null;
    }

    @Override
    public void onCreated(Partition partition) {
        partition.verifyTransactions(verifierOn(partition.loop()));
        var shards = ofTopic(partition.topicPartition().topic());
        if (shards != null) shards.add(partition);
    }

    @Override
    public void onDeleted(Partition partition) {
        var shards = ofTopic(partition.topicPartition().topic());
        if (shards != null) shards.remove(partition);
    }

    @Override
    public void onChange(ClusterDelta delta) {
        if (delta.topics().isEmpty()) return;
        groups.runEverywhere((state, decision) -> {
            state.onClusterChanged(delta, decision);
            return null;
        });
    }

    private IntSupplier partitionsOf(String topic) {
        return () -> {
            var image = metadata.image().topic(topic);
            return image == null ? 0 : image.partitionCount();
        };
    }

    private ShardConfig ofGroups() {
        var now = config.get();
        var codec = CompressionType.of(now.get(OFFSETS_TOPIC_COMPRESSION_CODEC));
        return new ShardConfig(now.get(OFFSETS_LOAD_BUFFER_SIZE), now.get(OFFSETS_COMMIT_TIMEOUT_MS), codec == null ? CompressionType.NONE : codec);
    }

    private ShardConfig ofTransactionShards() {
        return new ShardConfig(config.get().get(TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE), TRANSACTION_COMMIT_TIMEOUT_MS, CompressionType.NONE);
    }

    private TransactionQuestions.Config ofQuestions() {
        var now = config.get();
        return new TransactionQuestions.Config(now.get(TRANSACTION_PARTITION_VERIFICATION_ENABLE), now.get(ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS),
                now.get(ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS));
    }

    private TransactionConfig ofTransactions() {
        var now = config.get();
        return new TransactionConfig(now.get(TRANSACTION_MAX_TIMEOUT_MS), now.get(TRANSACTIONAL_ID_EXPIRATION_MS),
                now.get(TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS), metadata.image().featureLevel(BuiltFeatures.TRANSACTION_VERSION));
    }
}
