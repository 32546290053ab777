package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.AUTO_CREATE_TOPICS_ENABLE;
import static io.barnabas.server.config.BrokerSettings.FETCH_MAX_BYTES;
import static io.barnabas.server.config.BrokerSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS;
import static io.barnabas.server.config.BrokerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT;
import static io.barnabas.server.config.BrokerSettings.REQUEST_TIMEOUT_MS;

import io.barnabas.cluster.controller.SupportedFeatures;
import io.barnabas.protocol.AdvertisedVersions;
import io.barnabas.protocol.ApiKey;
import io.barnabas.server.config.BrokerLoggers;
import io.barnabas.server.logging.LogLevels;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Which APIs are served on which kind of listener, and by whom. */
final class Handlers {
    /** What a partition in a fetch session takes on the heap. */
    private static final int SESSION_PARTITION_BYTES = 250;

    private final Services node;
    private final Map<ApiKey, RequestHandler<?>> handlers = new EnumMap<>(ApiKey.class);
    private final ControllerCalls calls;
    private final Endpoints endpoints;

    private Handlers(Services node) {
        this.node = node;
        this.calls = new ControllerCalls(node.controller()::image, node.metadata());
        this.endpoints = new Endpoints(node.config().nodeId(), node.config().listeners().isAdvertisedGiven());
    }

    static RequestRouter ofBroker(Services node) {
        var handlers = new Handlers(node);
        handlers.addRecords();
        handlers.addMetadata();
        handlers.addCoordinators();
        handlers.addAdministration(false);
        return handlers.router(AdvertisedVersions.ofBroker());
    }

    static RequestRouter ofController(Services node) {
        var handlers = new Handlers(node);
        handlers.addAdministration(true);
        return handlers.router(AdvertisedVersions.ofController());
    }

    private RequestRouter router(List<AdvertisedVersions> advertised) {
        handlers.put(ApiKey.API_VERSIONS, new ApiVersionsHandler(advertised, handlers.keySet(), SupportedFeatures.LEVELS, node.metadata(),
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
        handlers.put(ApiKey.WRITE_TXN_MARKERS, new WriteTxnMarkersHandler(partitions, metadata, node.coordinators().markers(), node.config().get(REQUEST_TIMEOUT_MS)));
        handlers.put(ApiKey.DESCRIBE_PRODUCERS, new DescribeProducersHandler(partitions, metadata));
        handlers.put(ApiKey.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(node.moves()));
        handlers.put(ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(partitions, node.directories(), node.disk()));
    }

    private void addMetadata() {
        var config = node.config();
        var metadata = node.metadata();
        var creation = config.get(AUTO_CREATE_TOPICS_ENABLE)
                ? new TopicCreation(calls, metadata, node.controller()::createTopics) : null;
        handlers.put(ApiKey.METADATA, new MetadataHandler(metadata, endpoints, node.clusterId(), config.nodeId(), creation));
        handlers.put(ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                new DescribeTopicPartitionsHandler(metadata, config.get(MAX_REQUEST_PARTITION_SIZE_LIMIT)));
        handlers.put(ApiKey.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(metadata));
        handlers.put(ApiKey.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasHandler(metadata));
    }

    private void addCoordinators() {
        var topics = new InternalTopics(node.config(), calls, node.metadata(), node.controller()::createTopics);
        handlers.put(ApiKey.FIND_COORDINATOR, new FindCoordinatorHandler(node.coordinators(), topics, node.partitions(), endpoints));
        addGroups();
        addTransactions();
    }

    private void addGroups() {
        var groups = node.coordinators().groups();
        var metadata = node.metadata();
        var copies = new RequestCopies();
        handlers.put(ApiKey.JOIN_GROUP, new JoinGroupHandler(groups, copies));
        handlers.put(ApiKey.SYNC_GROUP, new SyncGroupHandler(groups, copies));
        handlers.put(ApiKey.HEARTBEAT, new HeartbeatHandler(groups));
        handlers.put(ApiKey.LEAVE_GROUP, new LeaveGroupHandler(groups));
        handlers.put(ApiKey.OFFSET_COMMIT, new OffsetCommitHandler(groups, metadata));
        handlers.put(ApiKey.OFFSET_FETCH, new OffsetFetchHandler(groups, metadata));
        handlers.put(ApiKey.TXN_OFFSET_COMMIT, new TxnOffsetCommitHandler(groups, metadata));
        handlers.put(ApiKey.OFFSET_DELETE, new OffsetDeleteHandler(groups, metadata));
        handlers.put(ApiKey.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups));
        handlers.put(ApiKey.LIST_GROUPS, new ListGroupsHandler(groups));
        handlers.put(ApiKey.DELETE_GROUPS, new DeleteGroupsHandler(groups));
        var consumerProtocol = new ConsumerProtocolSwitch(node.config(), metadata);
        handlers.put(ApiKey.CONSUMER_GROUP_HEARTBEAT, new ConsumerGroupHeartbeatHandler(groups, consumerProtocol));
        handlers.put(ApiKey.CONSUMER_GROUP_DESCRIBE, new ConsumerGroupDescribeHandler(groups, consumerProtocol));
    }

    private void addTransactions() {
        var coordinators = node.coordinators();
        var transactions = coordinators.transactions();
        handlers.put(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(transactions, node.producerIds()));
        handlers.put(ApiKey.ADD_PARTITIONS_TO_TXN, new AddPartitionsToTxnHandler(transactions, node.metadata()));
        handlers.put(ApiKey.ADD_OFFSETS_TO_TXN, new AddOffsetsToTxnHandler(transactions, coordinators));
        handlers.put(ApiKey.END_TXN, new EndTxnHandler(transactions));
        handlers.put(ApiKey.DESCRIBE_TRANSACTIONS, new DescribeTransactionsHandler(transactions));
        handlers.put(ApiKey.LIST_TRANSACTIONS, new ListTransactionsHandler(transactions));
    }

    /** What tools ask of brokers and controllers alike. */
    private void addAdministration(boolean isController) {
        int nodeId = node.config().nodeId();
        handlers.put(ApiKey.DESCRIBE_CLUSTER,
                new DescribeClusterHandler(node.metadata(), endpoints, node.clusterId(), nodeId, isController));
        addTopics();
        addConfigs();
        addQuorum();
        addSecurity();
    }

    private void addTopics() {
        var controller = node.controller();
        handlers.put(ApiKey.CREATE_TOPICS, new CreateTopicsHandler(calls, controller::createTopics));
        handlers.put(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(calls, controller::deleteTopics));
        handlers.put(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(calls, controller::createPartitions));
        handlers.put(ApiKey.ELECT_LEADERS, new ControllerHandler<>(calls, controller::electLeaders));
        handlers.put(ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(node.metadata()));
        handlers.put(ApiKey.LIST_PARTITION_REASSIGNMENTS, new ControllerHandler<>(calls, controller::listPartitionReassignments));
    }

    private void addConfigs() {
        int nodeId = node.config().nodeId();
        var controller = node.controller();
        var loggers = new BrokerLoggers(LogLevels.ofProcess());
        handlers.put(ApiKey.DESCRIBE_CONFIGS, new DescribeConfigsHandler(node.metadata(), node.configNow(), nodeId, loggers));
        handlers.put(ApiKey.ALTER_CONFIGS, new AlterConfigsHandler(calls, controller::alterConfigs, nodeId));
        handlers.put(ApiKey.INCREMENTAL_ALTER_CONFIGS,
                new IncrementalAlterConfigsHandler(calls, controller::incrementalAlterConfigs, nodeId, loggers));
    }

    private void addQuorum() {
        var controller = node.controller();
        handlers.put(ApiKey.DESCRIBE_QUORUM, new DescribeQuorumHandler(calls, controller::describeQuorum));
        handlers.put(ApiKey.UPDATE_FEATURES, new ControllerHandler<>(calls, controller::updateFeatures));
        handlers.put(ApiKey.UNREGISTER_BROKER, new ControllerHandler<>(calls, controller::unregisterBroker));
        handlers.put(ApiKey.ADD_RAFT_VOTER, new AddRaftVoterHandler(node.clusterId()));
        handlers.put(ApiKey.REMOVE_RAFT_VOTER, new RemoveRaftVoterHandler(node.clusterId(), node.config().nodeId()));
    }

    private void addSecurity() {
        handlers.put(ApiKey.DESCRIBE_ACLS, new DescribeAclsHandler());
        handlers.put(ApiKey.CREATE_ACLS, new CreateAclsHandler());
        handlers.put(ApiKey.DELETE_ACLS, new DeleteAclsHandler());
        handlers.put(ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, new DescribeUserScramCredentialsHandler(node.metadata()));
        handlers.put(ApiKey.CREATE_DELEGATION_TOKEN, new CreateDelegationTokenHandler());
        handlers.put(ApiKey.RENEW_DELEGATION_TOKEN, new RenewDelegationTokenHandler());
        handlers.put(ApiKey.EXPIRE_DELEGATION_TOKEN, new ExpireDelegationTokenHandler());
        handlers.put(ApiKey.DESCRIBE_DELEGATION_TOKEN, new DescribeDelegationTokenHandler());
        handlers.put(ApiKey.SASL_HANDSHAKE, new SaslHandshakeHandler());
        handlers.put(ApiKey.SASL_AUTHENTICATE, new SaslAuthenticateHandler());
    }

    private LoopLocal<FetchSessions> fetchSessions() {
        int perLoop = Math.max(1, node.config().get(MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS) / node.loops().size());
        int partitionsMax = (int) Math.min(Runtime.getRuntime().maxMemory() / 4 / SESSION_PARTITION_BYTES, Integer.MAX_VALUE) / node.loops().size();
        return new LoopLocal<>(node.loops(), loop -> new FetchSessions(loop, perLoop, partitionsMax, new SplittableRandom()));
    }
}
