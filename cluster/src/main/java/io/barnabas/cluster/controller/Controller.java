package io.barnabas.cluster.controller;

import io.barnabas.base.EventLoop;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.cluster.quorum.MetadataQuorum;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.message.AllocateProducerIdsRequest;
import io.barnabas.protocol.message.AllocateProducerIdsResponse;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterConfigsResponse;
import io.barnabas.protocol.message.AlterPartitionRequest;
import io.barnabas.protocol.message.AlterPartitionResponse;
import io.barnabas.protocol.message.AssignReplicasToDirsRequest;
import io.barnabas.protocol.message.AssignReplicasToDirsResponse;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.BrokerHeartbeatResponse;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationResponse;
import io.barnabas.protocol.message.ControllerRegistrationRequest;
import io.barnabas.protocol.message.ControllerRegistrationResponse;
import io.barnabas.protocol.message.CreatePartitionsRequest;
import io.barnabas.protocol.message.CreatePartitionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsResponse;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.DescribeQuorumResponse;
import io.barnabas.protocol.message.ElectLeadersRequest;
import io.barnabas.protocol.message.ElectLeadersResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import io.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import io.barnabas.protocol.message.ListPartitionReassignmentsResponse;
import io.barnabas.protocol.message.UnregisterBrokerRequest;
import io.barnabas.protocol.message.UnregisterBrokerResponse;
import io.barnabas.protocol.message.UpdateFeaturesRequest;
import io.barnabas.protocol.message.UpdateFeaturesResponse;
import io.barnabas.protocol.record.ProducerIdsRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about everything that the cluster must agree on. It runs on one event loop; each command is decided there in
 * the order of the calls, its records are appended and applied at once, and its answer is given when they are committed:
 * one sync of the disk commits all that was decided meanwhile.
 *
 * <p>Commands are the protocol's own requests, already authorized, and may be given from any thread; the request belongs
 * to the controller from then on. An answer is completed on the controller's loop; expected refusals stand in it as error
 * codes: NOT_CONTROLLER while this node does not lead, KAFKA_STORAGE_ERROR when the metadata log cannot be written. What
 * was refused so may still have been done. A stage never fails exceptionally unless something is wrong with this program.
 */
public final class Controller {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final int PRODUCER_ID_BLOCK = 1000;

    private final int nodeId;
    private final String clusterId;
    private final EventLoop loop;
    private final RandomGenerator random;
    private final ControllerConfig config;
    private final ConfigValidator configValidator;
    private final MetadataQuorum quorum;
    private final ControllerState state;
    private final BrokerSessions sessions;

    /** @param random for topic ids and the spreading of replicas; used on the loop alone */
    public Controller(int nodeId, String clusterId, EventLoop loop, RandomGenerator random, ControllerConfig config,
            ConfigValidator configValidator, MetadataQuorum quorum) {
        this.nodeId = nodeId;
        this.clusterId = clusterId;
        this.loop = loop;
        this.random = random;
        this.config = config;
        this.configValidator = configValidator;
        this.quorum = quorum;
        this.sessions = new BrokerSessions(config.brokerSessionTimeoutMs());
        this.state = new ControllerState(nodeId, loop.clock(), config, quorum, this::onActive);
    }

    /**
     * Loads the metadata log and begins to decide. Listeners added before hear of the loaded image as one change.
     *
     * @return done when this node leads and its image is published; failed if the log cannot be used
     */
    public CompletionStage<Void> start() {
        loop.execute(state::start);
        return state.started();
    }

    /** Hears on the loop, once, that the metadata log cannot be written any more; the process should end. */
    public void onFailure(Consumer<String> listener) {
        loop.execute(() -> state.onFailure(listener));
    }

    /** From now on the listener hears of every change, and first of the image that there is, as one change. From any thread. */
    public void addListener(ClusterListener listener) {
        loop.execute(() -> state.addListener(listener));
    }

    /** The latest committed image. From any thread. */
    public ClusterImage image() {
        return state.published();
    }

    public CompletionStage<ControllerRegistrationResponse> registerController(ControllerRegistrationRequest request) {
        return decide(image -> brokers(image).registerController(request),
                error -> new ControllerRegistrationResponse().setErrorCode(error.code()));
    }

    public CompletionStage<BrokerRegistrationResponse> registerBroker(BrokerRegistrationRequest request) {
        return decide(image -> brokers(image).register(request, clusterId, quorum.endOffset(), nodeId),
                error -> new BrokerRegistrationResponse().setErrorCode(error.code()));
    }

    public CompletionStage<BrokerHeartbeatResponse> heartbeat(BrokerHeartbeatRequest request) {
        return decide(image -> brokers(image).heartbeat(request, image.lastOffset()),
                error -> new BrokerHeartbeatResponse().setErrorCode(error.code()));
    }

    public CompletionStage<UnregisterBrokerResponse> unregisterBroker(UnregisterBrokerRequest request) {
        return decide(image -> brokers(image).unregister(request),
                error -> new UnregisterBrokerResponse().setErrorCode(error.code()));
    }

    /** @return with each created topic's configs, which the caller hides from whoever may not see them */
    public CompletionStage<CreateTopicsResponse> createTopics(CreateTopicsRequest request) {
        return decide(image -> topics(image).create(request), error -> {
            var response = new CreateTopicsResponse();
            for (var topic : request.topics()) {
                response.topics().add(new CreateTopicsResponse.CreatableTopicResult().setName(topic.name()).setErrorCode(error.code()));
            }
            return response;
        });
    }

    /** Takes topics by name or by id, in either of the request's lists. */
    public CompletionStage<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request) {
        return decide(image -> topics(image).delete(request), error -> {
            var response = new DeleteTopicsResponse();
            for (var topic : request.topics()) {
                response.responses().add(new DeleteTopicsResponse.DeletableTopicResult().setName(topic.name())
                        .setTopicId(topic.topicId()).setErrorCode(error.code()));
            }
            for (var name : request.topicNames()) {
                response.responses().add(new DeleteTopicsResponse.DeletableTopicResult().setName(name).setErrorCode(error.code()));
            }
            return response;
        });
    }

    public CompletionStage<CreatePartitionsResponse> createPartitions(CreatePartitionsRequest request) {
        return decide(image -> topics(image).grow(request), error -> {
            var response = new CreatePartitionsResponse();
            for (var topic : request.topics()) {
                response.results().add(new CreatePartitionsResponse.CreatePartitionsTopicResult().setName(topic.name()).setErrorCode(error.code()));
            }
            return response;
        });
    }

    /** Resources of type BROKER_LOGGER are not the controller's: INVALID_REQUEST. */
    public CompletionStage<IncrementalAlterConfigsResponse> incrementalAlterConfigs(IncrementalAlterConfigsRequest request) {
        return decide(image -> new ConfigDecisions(image, configValidator).alterIncrementally(request), error -> {
            var response = new IncrementalAlterConfigsResponse();
            for (var resource : request.resources()) {
                response.responses().add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType()).setResourceName(resource.resourceName()).setErrorCode(error.code()));
            }
            return response;
        });
    }

    public CompletionStage<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request) {
        return decide(image -> new ConfigDecisions(image, configValidator).alter(request), error -> {
            var response = new AlterConfigsResponse();
            for (var resource : request.resources()) {
                response.responses().add(new AlterConfigsResponse.AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType()).setResourceName(resource.resourceName()).setErrorCode(error.code()));
            }
            return response;
        });
    }

    /** Gives a broker the next thousand producer ids, which nobody is ever given again. */
    public CompletionStage<AllocateProducerIdsResponse> allocateProducerIds(AllocateProducerIdsRequest request) {
        return decide(image -> {
            var broker = image.broker(request.brokerId());
            if (broker == null || broker.epoch() != request.brokerEpoch()) {
                return Decision.of(new AllocateProducerIdsResponse().setErrorCode(ErrorCode.STALE_BROKER_EPOCH.code()));
            }
            long first = image.nextProducerId();
            if (first > Long.MAX_VALUE - PRODUCER_ID_BLOCK) {
                return Decision.of(new AllocateProducerIdsResponse().setErrorCode(ErrorCode.UNKNOWN_SERVER_ERROR.code()));
            }
            var record = new ProducerIdsRecord().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch())
                    .setNextProducerId(first + PRODUCER_ID_BLOCK);
            return new Decision<>(List.of(Records.of(MetadataRecordType.PRODUCER_IDS, record)),
                    new AllocateProducerIdsResponse().setProducerIdStart(first).setProducerIdLen(PRODUCER_ID_BLOCK));
        }, error -> new AllocateProducerIdsResponse().setErrorCode(error.code()));
    }

    public CompletionStage<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request) {
        return decide(image -> new FeatureDecisions(image, nodeId).update(request),
                error -> new UpdateFeaturesResponse().setErrorCode(error.code()));
    }

    public CompletionStage<ElectLeadersResponse> electLeaders(ElectLeadersRequest request) {
        return decide(image -> new PartitionDecisions(image).elect(request),
                error -> new ElectLeadersResponse().setErrorCode(error.code()));
    }

    public CompletionStage<AlterPartitionResponse> alterPartition(AlterPartitionRequest request) {
        return decide(image -> new PartitionDecisions(image).alter(request),
                error -> new AlterPartitionResponse().setErrorCode(error.code()));
    }

    public CompletionStage<AssignReplicasToDirsResponse> assignReplicasToDirs(AssignReplicasToDirsRequest request) {
        return decide(image -> new PartitionDecisions(image).assignToDirs(request),
                error -> new AssignReplicasToDirsResponse().setErrorCode(error.code()));
    }

    public CompletionStage<ListPartitionReassignmentsResponse> listPartitionReassignments(ListPartitionReassignmentsRequest request) {
        return decide(image -> Decision.of(new PartitionDecisions(image).reassignments(request)),
                error -> new ListPartitionReassignmentsResponse().setErrorCode(error.code()));
    }

    public CompletionStage<DescribeQuorumResponse> describeQuorum(DescribeQuorumRequest request) {
        return decide(image -> Decision.of(QuorumAnswers.describe(request, quorum.describe())),
                error -> new DescribeQuorumResponse().setErrorCode(error.code()));
    }

    /** Takes no more commands and closes the quorum. Blocks the loop for one sync at most. */
    public CompletionStage<Void> stop() {
        var stopped = new CompletableFuture<Void>();
        loop.execute(() -> {
            state.stop();
            stopped.complete(null);
        });
        return stopped;
    }

    private <R> CompletionStage<R> decide(Function<ClusterImage, Decision<R>> decide, Function<ErrorCode, R> refusal) {
        var answer = new CompletableFuture<R>();
        loop.execute(() -> state.decide(decide, refusal, answer));
        return answer;
    }

    private TopicDecisions topics(ClusterImage image) {
        return new TopicDecisions(image, config, configValidator, random);
    }

    private BrokerDecisions brokers(ClusterImage image) {
        return new BrokerDecisions(image, sessions, loop.clock().nanoTime());
    }

    /** Every broker that may lead has a full session from now on to say that it is alive. */
    private void onActive() {
        sessions.clear();
        long nowNs = loop.clock().nanoTime();
        for (var broker : state.image().brokers()) if (!broker.fenced()) sessions.touch(broker.id(), nowNs, -1);
        checkSessions(state.leaderEpoch());
    }

    /** Fences who was silent for too long; comes again when the next session may end, while this node leads in the epoch. */
    private void checkSessions(int leaderEpoch) {
        if (state.leaderEpoch() != leaderEpoch) return;
        long nowNs = loop.clock().nanoTime();
        for (int id : sessions.expired(nowNs)) {
            sessions.forget(id);
            var broker = state.image().broker(id);
            if (broker != null && !broker.fenced()) {
                LOG.warn("Fencing a broker that was not heard of for its session: brokerId={} sessionTimeoutMs={}", id, config.brokerSessionTimeoutMs());
                state.append(brokers(state.image()).fence(broker));
            }
        }
        long delayMs = sessions.untilNextExpiryNs(nowNs) / 1_000_000 + 1;
        loop.schedule(delayMs, () -> checkSessions(leaderEpoch));
    }
}
