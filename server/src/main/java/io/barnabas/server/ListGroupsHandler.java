package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ListGroupsRequest;
import io.barnabas.protocol.message.ListGroupsResponse;

/** Lists the groups that this broker coordinates. */
final class ListGroupsHandler implements RequestHandler<ListGroupsRequest> {
    private final CoordinatorShards<Groups> groups;

    ListGroupsHandler(CoordinatorShards<Groups> groups) {
        this.groups = groups;
    }

    @Override
    public void handle(RequestContext context, ListGroupsRequest request) {
        var response = new ListGroupsResponse();
        var fanOut = new ShardFanOut(context.loop(), () -> context.answer(response));
        for (var shard : groups.all()) {
            var reply = fanOut.expect((ListGroupsResponse part) -> add(part, response), error -> new ListGroupsResponse().setErrorCode(error.code()));
            groups.runAt(shard.partition().topicPartition().partition(), (state, decision) ->
                    new ListGroupsResponse().setGroups(state.administration().list(request.statesFilter(), request.typesFilter())), reply);
        }
        fanOut.allAsked();
    }

    /** What another broker coordinates by now is listed there; what is not loaded yet would be missed. */
    private static void add(ListGroupsResponse part, ListGroupsResponse response) {
        if (part.errorCode() == ErrorCode.NOT_COORDINATOR.code()) return;
        if (part.errorCode() != ErrorCode.NONE.code()) response.setErrorCode(part.errorCode());
        response.groups().addAll(part.groups());
    }
}
