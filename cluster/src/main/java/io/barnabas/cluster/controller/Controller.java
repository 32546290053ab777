package io.barnabas.cluster.controller;

import io.barnabas.base.EventLoop;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterListener;
import io.barnabas.cluster.quorum.MetadataQuorum;
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
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Decides about everything that the cluster must agree on. It runs on one event loop; each command is decided there in
 * the order of the calls, its records are appended and applied at once, and its answer is given when they are committed:
 * one sync of the disk commits all that was decided meanwhile.
 *
 * <p>Commands are the protocol's own requests, already authorized, and may be given from any thread; the request belongs
 * to the controller from then on. An answer is completed on the controller's loop; expected refusals stand in it as error
 * codes. While this node does not lead the quorum every answer says NOT_CONTROLLER. A stage fails exceptionally only
 * when the metadata log is lost.
 */
public final class Controller {
    /** @param random for topic ids and the spreading of replicas */
    public Controller(int nodeId, String clusterId, EventLoop loop, RandomGenerator random, ControllerConfig config,
            ConfigValidator configValidator, MetadataQuorum quorum) {
        throw new UnsupportedOperationException();
    }

    /**
     * Loads the metadata log and begins to decide. Listeners added before hear of the loaded image as one change.
     *
     * @return done when this node leads and its image is published; failed if the log cannot be used
     */
    public CompletionStage<Void> start() {
        throw new UnsupportedOperationException();
    }

    /** From now on the listener hears of every change, and at once of the image that there is. From any thread. */
    public void addListener(ClusterListener listener) {
        throw new UnsupportedOperationException();
    }

    /** The latest committed image. From any thread. */
    public ClusterImage image() {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<ControllerRegistrationResponse> registerController(ControllerRegistrationRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<BrokerRegistrationResponse> registerBroker(BrokerRegistrationRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<BrokerHeartbeatResponse> heartbeat(BrokerHeartbeatRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<UnregisterBrokerResponse> unregisterBroker(UnregisterBrokerRequest request) {
        throw new UnsupportedOperationException();
    }

    /** @return with each created topic's configs, which the caller hides from whoever may not see them */
    public CompletionStage<CreateTopicsResponse> createTopics(CreateTopicsRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Takes topics by name or by id, in either of the request's lists. */
    public CompletionStage<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<CreatePartitionsResponse> createPartitions(CreatePartitionsRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Resources of type BROKER_LOGGER are not the controller's: INVALID_REQUEST. */
    public CompletionStage<IncrementalAlterConfigsResponse> incrementalAlterConfigs(IncrementalAlterConfigsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<AllocateProducerIdsResponse> allocateProducerIds(AllocateProducerIdsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<ElectLeadersResponse> electLeaders(ElectLeadersRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<AlterPartitionResponse> alterPartition(AlterPartitionRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<AssignReplicasToDirsResponse> assignReplicasToDirs(AssignReplicasToDirsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<ListPartitionReassignmentsResponse> listPartitionReassignments(ListPartitionReassignmentsRequest request) {
        throw new UnsupportedOperationException();
    }

    public CompletionStage<DescribeQuorumResponse> describeQuorum(DescribeQuorumRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Takes no more commands, writes what is staged, and closes the quorum. Blocks on the loop for one sync at most. */
    public CompletionStage<Void> stop() {
        throw new UnsupportedOperationException();
    }
}
