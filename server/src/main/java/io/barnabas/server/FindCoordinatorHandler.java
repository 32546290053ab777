package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.List;

/**
 * Says which broker coordinates a group or a transactional id: the leader of its partition of the internal topic, which is
 * made if nobody has asked before.
 */
final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequest> {
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    /** From this version on several coordinators are asked for at once. */
    private static final int BATCH_VERSION = 4;
    private static final int SHARE_VERSION = 6;

    private final Coordinators coordinators;
    private final InternalTopics topics;
    private final PartitionRegistry partitions;
    private final Endpoints endpoints;

    FindCoordinatorHandler(Coordinators coordinators, InternalTopics topics, PartitionRegistry partitions, Endpoints endpoints) {
        this.coordinators = coordinators;
        this.topics = topics;
        this.partitions = partitions;
        this.endpoints = endpoints;
    }

    @Override
    public void handle(RequestContext context, FindCoordinatorRequest request) {
        var keys = context.apiVersion() < BATCH_VERSION ? List.of(request.key()) : request.coordinatorKeys();
        var shards = shardsOf(context.apiVersion(), request.keyType());
        if (shards == null) {
            var error = isKnown(context.apiVersion(), request.keyType()) ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.INVALID_REQUEST;
            answer(context, keys.stream().map(key -> refusal(key, error)).toList());
            return;
        }
        topics.ensure(shards.topic()).thenAccept(image -> context.loop().execute(() -> whenOpen(context, shards, keys, image)));
    }

    /** A client that is told of a coordinator at its first start should find it at work. */
    private void whenOpen(RequestContext context, CoordinatorShards<?> shards, List<String> keys, ClusterImage image) {
        var fanOut = new PartitionFanOut(context.loop(),
                () -> answer(context, keys.stream().map(key -> coordinator(key, shards, image, context)).toList()));
        for (var key : keys) {
            var partition = partitions.find(shards.topic(), shards.partitionOf(key));
            if (partition != null) fanOut.ask(partition, () -> {});
        }
        fanOut.allAsked();
    }

    private CoordinatorShards<?> shardsOf(int version, byte keyType) {
        if (keyType == GROUP) return coordinators.groups();
        return keyType == TRANSACTION ? coordinators.transactions().shards() : null;
    }

    private static boolean isKnown(int version, byte keyType) {
        return keyType == GROUP || keyType == TRANSACTION || keyType == SHARE && version >= SHARE_VERSION;
    }

    private Coordinator coordinator(String key, CoordinatorShards<?> shards, ClusterImage image, RequestContext context) {
        var partition = image.partition(shards.topic(), shards.partitionOf(key));
        var leader = partition == null ? null : image.broker(partition.leader());
        var endpoint = leader == null ? null : endpoints.endpointFor(leader, context.connection());
        if (endpoint == null) return refusal(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        return new Coordinator().setKey(key).setNodeId(leader.id()).setHost(endpoint.host()).setPort(endpoint.port());
    }

    private static Coordinator refusal(String key, ErrorCode error) {
        var message = error == ErrorCode.COORDINATOR_NOT_AVAILABLE ? "The coordinator is not available."
                : "There is no such type of coordinator in this version.";
        return new Coordinator().setKey(key).setNodeId(-1).setHost("").setPort(-1).setErrorCode(error.code()).setErrorMessage(message);
    }

    private static void answer(RequestContext context, List<Coordinator> found) {
        var response = new FindCoordinatorResponse();
        if (context.apiVersion() < BATCH_VERSION) {
            var only = found.get(0);
            response.setErrorCode(only.errorCode()).setErrorMessage(only.errorMessage()).setNodeId(only.nodeId()).setHost(only.host()).setPort(only.port());
        } else {
            response.coordinators().addAll(found);
        }
        context.answer(response);
    }
}
