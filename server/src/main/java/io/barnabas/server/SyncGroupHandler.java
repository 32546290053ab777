package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;

/** Tells a member of a classic group what it has. The answer may wait for the leader, who brings what all have. */
final class SyncGroupHandler implements RequestHandler<SyncGroupRequest> {
    /** From this version on a member says which protocol it follows (KIP-559). */
    private static final int PROTOCOL_VERSION = 5;

    private final CoordinatorShards<Groups> groups;
    private final RequestCopies copies;

    SyncGroupHandler(CoordinatorShards<Groups> groups, RequestCopies copies) {
        this.groups = groups;
        this.copies = copies;
    }

    @Override
    public void handle(RequestContext context, SyncGroupRequest request) {
        boolean lacksProtocol = request.protocolType() == null || request.protocolName() == null;
        if (context.apiVersion() >= PROTOCOL_VERSION && lacksProtocol) {
            context.answer(refusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
            return;
        }
        // They outlive the frame.
        var hold = copies.hold(request.assignments().stream().mapToLong(each -> each.assignment().remaining()).sum());
        if (hold == null) {
            context.answer(refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        for (var each : request.assignments()) each.setAssignment(RequestCopies.copyOf(each.assignment()));
        var reply = new ShardReply<SyncGroupResponse>(context::answer, error -> {
            hold.release();
            return refusal(error);
        });
        groups.run(request.groupId(), (state, decision) -> {
            hold.release();
            return state.classic().sync(request, reply, decision);
        }, reply);
    }

    private static SyncGroupResponse refusal(ErrorCode error) {
        return new SyncGroupResponse().setErrorCode(error.code());
    }
}
