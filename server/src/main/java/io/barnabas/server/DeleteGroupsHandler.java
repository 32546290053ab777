package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DeleteGroupsRequest;
import io.barnabas.protocol.message.DeleteGroupsResponse;
import io.barnabas.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import java.util.LinkedHashSet;
import java.util.function.Function;

/** Deletes groups that have no members, with their offsets. */
final class DeleteGroupsHandler implements RequestHandler<DeleteGroupsRequest> {
    private final CoordinatorShards<Groups> groups;

    DeleteGroupsHandler(CoordinatorShards<Groups> groups) {
        this.groups = groups;
    }

    @Override
    public void handle(RequestContext context, DeleteGroupsRequest request) {
        var response = new DeleteGroupsResponse();
        var fanOut = new ShardFanOut(context.loop(), () -> context.answer(response));
        // One named twice is deleted, and answered, once.
        for (var groupId : new LinkedHashSet<>(request.groupsNames())) {
            var result = new DeletableGroupResult().setGroupId(groupId);
            response.results().add(result);
            var reply = fanOut.expect((ErrorCode error) -> result.setErrorCode(error.code()), Function.identity());
            groups.run(groupId, (state, decision) -> state.administration().delete(groupId, decision), reply);
        }
        fanOut.allAsked();
    }
}
