package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;

/** Takes members out of a classic group; several in one request since KIP-345. */
final class LeaveGroupHandler implements RequestHandler<LeaveGroupRequest> {
    private static final int BATCH_VERSION = 3;

    private final CoordinatorShards<Groups> groups;

    LeaveGroupHandler(CoordinatorShards<Groups> groups) {
        this.groups = groups;
    }

    @Override
    public void handle(RequestContext context, LeaveGroupRequest request) {
        boolean isBatch = context.apiVersion() >= BATCH_VERSION;
        if (!isBatch) request.members().add(new MemberIdentity().setMemberId(request.memberId()));
        var reply = new ShardReply<LeaveGroupResponse>(response -> context.answer(isBatch ? response : ofOne(response)),
                error -> new LeaveGroupResponse().setErrorCode(error.code()));
        groups.run(request.groupId(), (state, decision) -> state.classic().leave(request, decision), reply);
    }

    private static LeaveGroupResponse ofOne(LeaveGroupResponse response) {
        return response.members().isEmpty() ? response : new LeaveGroupResponse().setErrorCode(response.members().get(0).errorCode());
    }
}
