package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import java.util.function.Function;

/** A member of a classic group shows that it lives, and hears of rebalances. */
final class HeartbeatHandler implements RequestHandler<HeartbeatRequest> {
    private final CoordinatorShards<Groups> groups;

    HeartbeatHandler(CoordinatorShards<Groups> groups) {
        this.groups = groups;
    }

    @Override
    public void handle(RequestContext context, HeartbeatRequest request) {
        groups.run(request.groupId(), (state, decision) -> state.classic().heartbeat(request, decision),
                new ShardReply<ErrorCode>(error -> context.answer(new HeartbeatResponse().setErrorCode(error.code())), Function.identity()));
    }
}
