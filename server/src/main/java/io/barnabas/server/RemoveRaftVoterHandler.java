package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.RemoveRaftVoterRequest;
import io.barnabas.protocol.message.RemoveRaftVoterResponse;

/** Refuses to take away the metadata quorum's only voter, which this node is. */
final class RemoveRaftVoterHandler implements RequestHandler<RemoveRaftVoterRequest> {
    private final String clusterId;
    private final int nodeId;

    RemoveRaftVoterHandler(String clusterId, int nodeId) {
        this.clusterId = clusterId;
        this.nodeId = nodeId;
    }

    @Override
    public void handle(RequestContext context, RemoveRaftVoterRequest request) {
        var response = new RemoveRaftVoterResponse();
        if (request.clusterId() != null && !request.clusterId().equals(clusterId)) {
            response.setErrorCode(ErrorCode.INCONSISTENT_CLUSTER_ID.code())
                    .setErrorMessage(AddRaftVoterHandler.wrongCluster(request.clusterId(), clusterId));
        } else if (request.voterId() != nodeId) {
            response.setErrorCode(ErrorCode.VOTER_NOT_FOUND.code())
                    .setErrorMessage("Not a voter of the metadata quorum: voterId=" + request.voterId() + " voters=" + nodeId);
        } else {
            response.setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setErrorMessage("The only voter of the metadata quorum cannot be removed: voterId=" + nodeId);
        }
        context.answer(response);
    }
}
