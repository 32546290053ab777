package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AddRaftVoterRequest;
import io.barnabas.protocol.message.AddRaftVoterResponse;

/** Refuses a further voter: the metadata quorum of this node has one. */
final class AddRaftVoterHandler implements RequestHandler<AddRaftVoterRequest> {
    private final String clusterId;

    AddRaftVoterHandler(String clusterId) {
        this.clusterId = clusterId;
    }

    @Override
    public void handle(RequestContext context, AddRaftVoterRequest request) {
        var response = new AddRaftVoterResponse();
        if (request.clusterId() != null && !request.clusterId().equals(clusterId)) {
            response.setErrorCode(ErrorCode.INCONSISTENT_CLUSTER_ID.code()).setErrorMessage(wrongCluster(request.clusterId(), clusterId));
        } else {
            response.setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setErrorMessage("The metadata quorum of this cluster has one voter and takes no other: voterId=" + request.voterId());
        }
        context.answer(response);
    }

    static String wrongCluster(String given, String clusterId) {
        return "The given id \"" + given + "\" doesn't match the cluster id \"" + clusterId + "\"";
    }
}
