package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.List;
import java.util.regex.Pattern;

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
    private static final Pattern SHARE_KEY = Pattern.compile("(?s).+:[A-Za-z0-9_-]{22}:[0-9]{1,10}");

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
        var shards = shardsOf(request.keyType());
        if (shards == null) {
            answer(context, keys.stream().map(key -> refusal(key, request.keyType(), context.apiVersion())).toList());
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

    private CoordinatorShards<?> shardsOf(byte keyType) {
        if (keyType == GROUP) return coordinators.groups();
        return keyType == TRANSACTION ? coordinators.transactions().shards() : null;
    }

    /** Share groups have no coordinators here; a key of theirs is {@code group:topic id:partition} (KIP-932). */
    private static Coordinator refusal(String key, byte keyType, int version) {
        if (keyType != SHARE) return refusal(key, ErrorCode.INVALID_REQUEST).setErrorMessage(messageOf(ErrorCode.INVALID_REQUEST.code()));
        boolean isValid = version >= SHARE_VERSION && SHARE_KEY.matcher(key).matches();
        return refusal(key, isValid ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.INVALID_REQUEST);
    }

    private Coordinator coordinator(String key, CoordinatorShards<?> shards, ClusterImage image, RequestContext context) {
        var partition = image.partition(shards.topic(), shards.partitionOf(key));
        var leader = partition == null ? null : image.broker(partition.leader());
        var endpoint = leader == null ? null : endpoints.endpointFor(leader, context.connection());
        if (endpoint == null) return refusal(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        return new Coordinator().setKey(key).setNodeId(leader.id()).setHost(endpoint.host()).setPort(endpoint.port());
    }

    private static Coordinator refusal(String key, ErrorCode error) {
        return new Coordinator().setKey(key).setNodeId(-1).setHost("").setPort(-1).setErrorCode(error.code());
    }

    private static void answer(RequestContext context, List<Coordinator> found) {
        var response = new FindCoordinatorResponse();
        if (context.apiVersion() < BATCH_VERSION) {
            var only = found.get(0);
            response.setErrorCode(only.errorCode()).setErrorMessage(messageOf(only.errorCode()))
                    .setNodeId(only.nodeId()).setHost(only.host()).setPort(only.port());
        } else {
            response.coordinators().addAll(found);
        }
        context.answer(response);
    }

    /** What there is to say in versions that have a text for everything; later ones have it for nothing. */
    private static String messageOf(short errorCode) {
        if (errorCode == ErrorCode.NONE.code()) return "NONE";
        return errorCode == ErrorCode.COORDINATOR_NOT_AVAILABLE.code() ? "The coordinator is not available."
                : "There is no such type of coordinator in this version.";
    }
}
