package io.barnabas.server;

import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_LOAD_BUFFER_SIZE;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_COMPRESSION_CODEC;

import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.ShardConfig;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.CompressionType;
import io.barnabas.model.TopicNames;
import io.barnabas.replication.Partition;
import io.barnabas.server.config.BrokerConfig;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** This broker's coordinators: the shards of the internal topics that it holds partitions of. */
final class Coordinators implements PartitionListener, ClusterListener {
    private final Supplier<BrokerConfig> config;
    private final MetadataCache metadata;
    private final CoordinatorShards<Groups> groups;

    /** @param config with all changes; any thread */
    Coordinators(Supplier<BrokerConfig> config, MetadataCache metadata) {
        this.config = config;
        this.metadata = metadata;
        var context = new BrokerGroupContext(config, metadata);
        this.groups = new CoordinatorShards<>(TopicNames.CONSUMER_OFFSETS, partitionsOf(TopicNames.CONSUMER_OFFSETS), this::ofGroups,
                timers -> new Groups(timers, context));
    }

    CoordinatorShards<Groups> groups() {
        return groups;
    }

    /** @return null if no coordinator's state is kept in this topic */
    CoordinatorShards<?> ofTopic(String topic) {
        return topic.equals(TopicNames.CONSUMER_OFFSETS) ? groups : null;
    }

    @Override
    public void onCreated(Partition partition) {
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
}
