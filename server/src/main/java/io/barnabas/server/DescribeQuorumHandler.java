package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.DescribeQuorumResponse;
import io.barnabas.protocol.message.DescribeQuorumResponse.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Describes the metadata quorum: who votes, who leads, how far each has come. */
final class DescribeQuorumHandler implements RequestHandler<DescribeQuorumRequest> {
    /** From this version on nodes are told with their addresses, and replicas with their directories. */
    private static final int NODES_VERSION = 2;

    private final ControllerCalls calls;
    private final Function<DescribeQuorumRequest, CompletionStage<DescribeQuorumResponse>> describe;

    DescribeQuorumHandler(ControllerCalls calls, Function<DescribeQuorumRequest, CompletionStage<DescribeQuorumResponse>> describe) {
        this.calls = calls;
        this.describe = describe;
    }

    @Override
    public void handle(RequestContext context, DescribeQuorumRequest request) {
        var described = describe.apply(request);
        calls.answer(context, context.apiVersion() >= NODES_VERSION ? described : described.thenApply(DescribeQuorumHandler::withoutNodes));
    }

    private static DescribeQuorumResponse withoutNodes(DescribeQuorumResponse response) {
        for (var topic : response.topics()) {
            for (var partition : topic.partitions()) {
                forgetDirectories(partition.currentVoters());
                forgetDirectories(partition.observers());
            }
        }
        return response.setNodes(new ArrayList<>());
    }

    private static void forgetDirectories(List<ReplicaState> replicas) {
        for (var replica : replicas) replica.setReplicaDirectoryId(Uuid.ZERO);
    }
}
