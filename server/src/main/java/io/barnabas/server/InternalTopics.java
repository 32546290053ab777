package io.barnabas.server;

import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_REPLICATION_FACTOR;
import static io.barnabas.server.config.CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_STATE_LOG_MIN_ISR;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_STATE_LOG_NUM_PARTITIONS;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_STATE_LOG_REPLICATION_FACTOR;
import static io.barnabas.server.config.TransactionSettings.TRANSACTION_STATE_LOG_SEGMENT_BYTES;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.server.config.BrokerConfig;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Makes the topics that coordinators keep their state in, when one is asked for the first time. Any thread. */
final class InternalTopics {
    private final BrokerConfig config;
    private final ControllerCalls calls;
    private final MetadataCache metadata;
    private final Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics;

    InternalTopics(BrokerConfig config, ControllerCalls calls, MetadataCache metadata,
                   Function<CreateTopicsRequest, CompletionStage<CreateTopicsResponse>> createTopics) {
        this.config = config;
        this.calls = calls;
        this.metadata = metadata;
        this.createTopics = createTopics;
    }

    /**
     * Makes the topic unless it is there.
     *
     * @return the image in effect then; the topic is not in it if it could not be made
     */
    CompletionStage<ClusterImage> ensure(String topic) {
        var image = metadata.image();
        if (image.topic(topic) != null) return CompletableFuture.completedStage(image);
        var request = new CreateTopicsRequest();
        request.topics().add(describe(topic, image));
        return calls.inEffect(createTopics.apply(request)).handle((response, failure) -> metadata.image());
    }

    private CreatableTopic describe(String topic, ClusterImage image) {
        return switch (topic) {
            case TopicNames.CONSUMER_OFFSETS -> topic(topic, image, config.get(OFFSETS_TOPIC_NUM_PARTITIONS), config.get(OFFSETS_TOPIC_REPLICATION_FACTOR),
                    Map.of("cleanup.policy", "compact", "compression.type", "producer",
                            "segment.bytes", String.valueOf(config.get(OFFSETS_TOPIC_SEGMENT_BYTES))));
            case TopicNames.TRANSACTION_STATE -> topic(topic, image, config.get(TRANSACTION_STATE_LOG_NUM_PARTITIONS),
                    config.get(TRANSACTION_STATE_LOG_REPLICATION_FACTOR),
                    Map.of("cleanup.policy", "compact", "compression.type", "uncompressed", "unclean.leader.election.enable", "false",
                            "min.insync.replicas", String.valueOf(config.get(TRANSACTION_STATE_LOG_MIN_ISR)),
                            "segment.bytes", String.valueOf(config.get(TRANSACTION_STATE_LOG_SEGMENT_BYTES))));
            default -> throw new IllegalArgumentException("not a coordinator's topic: topic=" + topic);
        };
    }

    /** As many replicas as are asked for, and no more than there are brokers. */
    private static CreatableTopic topic(String name, ClusterImage image, int partitions, short replicas, Map<String, String> configs) {
        int brokers = (int) image.brokers().stream().filter(broker -> !broker.fenced()).count();
        var topic = new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) Math.max(1, Math.min(replicas, brokers)));
        new TreeMap<>(configs).forEach((key, value) -> topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
        return topic;
    }
}
