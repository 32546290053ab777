package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.AUTO_CREATE_TOPICS_ENABLE;
import static io.barnabas.server.config.BrokerSettings.FETCH_MAX_BYTES;
import static io.barnabas.server.config.BrokerSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS;
import static io.barnabas.server.config.BrokerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT;

import io.barnabas.base.Clock;
import io.barnabas.cluster.metadata.LevelRange;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.protocol.AdvertisedVersions;
import io.barnabas.protocol.ApiKey;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Which APIs are served on which kind of listener, and by whom. */
final class Handlers {
    private final Services node;
    private final Map<ApiKey, RequestHandler<?>> handlers = new EnumMap<>(ApiKey.class);
    private final ControllerCalls calls;

    private Handlers(Services node) {
        this.node = node;
        this.calls = new ControllerCalls(node.controller()::image, node.metadata());
    }

    static RequestRouter ofBroker(Services node) {
        var handlers = new Handlers(node);
        handlers.addRecords();
        handlers.addMetadata();
        handlers.addTopics();
        return handlers.router(AdvertisedVersions.ofBroker());
    }

    static RequestRouter ofController(Services node) {
        var handlers = new Handlers(node);
        handlers.addTopics();
        return handlers.router(AdvertisedVersions.ofController());
    }

    private RequestRouter router(List<AdvertisedVersions> advertised) {
        handlers.put(ApiKey.API_VERSIONS, new ApiVersionsHandler(advertised, handlers.keySet(), features(), node.metadata(),
                node.clusterId(), node.config().nodeId(), node.kraftVersion()));
        return new RequestRouter(handlers);
    }

    private void addRecords() {
        var partitions = node.partitions();
        var metadata = node.metadata();
        handlers.put(ApiKey.PRODUCE, new ProduceHandler(partitions, metadata));
        handlers.put(ApiKey.FETCH, new FetchHandler(partitions, metadata, fetchSessions(), node.config().get(FETCH_MAX_BYTES)));
        handlers.put(ApiKey.LIST_OFFSETS, new ListOffsetsHandler(partitions, metadata));
        handlers.put(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(partitions, metadata));
        handlers.put(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(partitions, metadata));
        handlers.put(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(new ProducerIds(node.loops().get(0), node.controller(), node.epoch())));
        handlers.put(ApiKey.DESCRIBE_PRODUCERS, new DescribeProducersHandler(partitions, metadata));
        handlers.put(ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(partitions, node.directories(), node.disk()));
    }

    private void addMetadata() {
        var config = node.config();
        var endpoints = new Endpoints(config.nodeId(), config.listeners().isAdvertisedGiven());
        var creation = config.get(AUTO_CREATE_TOPICS_ENABLE)
                ? new TopicCreation(calls, node.metadata(), node.controller()::createTopics) : null;
        handlers.put(ApiKey.METADATA, new MetadataHandler(node.metadata(), endpoints, node.clusterId(), config.nodeId(), creation));
        handlers.put(ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                new DescribeTopicPartitionsHandler(node.metadata(), config.get(MAX_REQUEST_PARTITION_SIZE_LIMIT)));
        handlers.put(ApiKey.DESCRIBE_CLUSTER,
                new DescribeClusterHandler(node.metadata(), endpoints, node.clusterId(), config.nodeId(), false));
    }

    private void addTopics() {
        var controller = node.controller();
        handlers.put(ApiKey.CREATE_TOPICS, new CreateTopicsHandler(calls, controller::createTopics));
        handlers.put(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(calls, controller::deleteTopics));
        handlers.put(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(calls, controller::createPartitions));
    }

    private static SortedMap<String, LevelRange> features() {
        var features = new TreeMap<String, LevelRange>();
        features.put(MetadataVersion.FEATURE, new LevelRange(MetadataVersion.LOWEST.level(), MetadataVersion.HIGHEST.level()));
        features.put("kraft.version", new LevelRange((short) 0, (short) 1));
        return features;
    }

    private LoopLocal<FetchSessions> fetchSessions() {
        int perLoop = Math.max(1, node.config().get(MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS) / node.loops().size());
        return new LoopLocal<>(node.loops(), loop -> new FetchSessions(perLoop, Clock.SYSTEM, new SplittableRandom()));
    }
}
