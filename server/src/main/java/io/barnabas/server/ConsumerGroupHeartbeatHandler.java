package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.ClientInfo;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;

/** A member of a group of the consumer protocol joins, shows that it lives, or leaves (KIP-848). */
final class ConsumerGroupHeartbeatHandler implements RequestHandler<ConsumerGroupHeartbeatRequest> {
    private final CoordinatorShards<Groups> groups;
    private final ConsumerProtocolSwitch protocol;

    ConsumerGroupHeartbeatHandler(CoordinatorShards<Groups> groups, ConsumerProtocolSwitch protocol) {
        this.groups = groups;
        this.protocol = protocol;
    }

    @Override
    public void handle(RequestContext context, ConsumerGroupHeartbeatRequest request) {
        if (!protocol.isOn()) {
            context.answer(refusal(ErrorCode.UNSUPPORTED_VERSION));
            return;
        }
        var client = new ClientInfo(context.clientId() == null ? "" : context.clientId(),
                "/" + context.connection().remoteAddress().getAddress().getHostAddress(), context.apiVersion());
        var reply = new ShardReply<ConsumerGroupHeartbeatResponse>(context::answer, ConsumerGroupHeartbeatHandler::refusal);
        groups.run(request.groupId(), (state, decision) -> state.consumers().heartbeat(request, client, decision), reply);
    }

    private static ConsumerGroupHeartbeatResponse refusal(ErrorCode error) {
        return new ConsumerGroupHeartbeatResponse().setErrorCode(error.code()).setErrorMessage(null).setMemberId(null).setAssignment(null);
    }
}
