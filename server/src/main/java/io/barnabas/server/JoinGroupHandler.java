package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.ClientInfo;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;

/** Joins a classic group. The answer may wait until all members have joined; it goes nowhere if the connection is gone by then. */
final class JoinGroupHandler implements RequestHandler<JoinGroupRequest> {
    /** From this version on the name of a protocol may be left out. */
    private static final int NULLABLE_PROTOCOL_VERSION = 7;

    private final CoordinatorShards<Groups> groups;
    private final RequestCopies copies;

    JoinGroupHandler(CoordinatorShards<Groups> groups, RequestCopies copies) {
        this.groups = groups;
        this.copies = copies;
    }

    @Override
    public void handle(RequestContext context, JoinGroupRequest request) {
        // They outlive the frame.
        var hold = copies.hold(request.protocols().stream().mapToLong(protocol -> protocol.metadata().remaining()).sum());
        if (hold == null) {
            answer(context, refusal(request, ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        for (var protocol : request.protocols()) protocol.setMetadata(RequestCopies.copyOf(protocol.metadata()));
        var client = new ClientInfo(context.clientId() == null ? "" : context.clientId(),
                "/" + context.connection().remoteAddress().getAddress().getHostAddress(), context.apiVersion());
        var reply = new ShardReply<JoinGroupResponse>(response -> answer(context, response), error -> {
            hold.release();
            return refusal(request, error);
        });
        groups.run(request.groupId(), (state, decision) -> {
            hold.release();
            return state.classic().join(client, request, reply, decision);
        }, reply);
    }

    private static void answer(RequestContext context, JoinGroupResponse response) {
        if (response.protocolName() == null && context.apiVersion() < NULLABLE_PROTOCOL_VERSION) response.setProtocolName("");
        context.answer(response);
    }

    private static JoinGroupResponse refusal(JoinGroupRequest request, ErrorCode error) {
        return new JoinGroupResponse().setErrorCode(error.code()).setMemberId(request.memberId()).setProtocolName(null);
    }
}
