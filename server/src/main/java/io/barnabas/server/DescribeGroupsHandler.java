package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeGroupsRequest;
import io.barnabas.protocol.message.DescribeGroupsResponse;
import io.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import java.util.Arrays;
import java.util.List;

/** Describes classic groups, each asked of its coordinator. */
final class DescribeGroupsHandler implements RequestHandler<DescribeGroupsRequest> {
    private final CoordinatorShards<Groups> groups;

    DescribeGroupsHandler(CoordinatorShards<Groups> groups) {
        this.groups = groups;
    }

    @Override
    public void handle(RequestContext context, DescribeGroupsRequest request) {
        var described = new DescribedGroup[request.groups().size()];
        var fanOut = new ShardFanOut(context.loop(), () -> answer(context, request, Arrays.asList(described)));
        short version = context.apiVersion();
        for (int i = 0; i < described.length; i++) {
            int index = i;
            var groupId = request.groups().get(i);
            var reply = fanOut.expect((DescribedGroup group) -> described[index] = group,
                    error -> new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()));
            groups.run(groupId, (state, decision) -> state.administration().describe(groupId, version), reply);
        }
        fanOut.allAsked();
    }

    private static void answer(RequestContext context, DescribeGroupsRequest request, List<DescribedGroup> described) {
        for (var group : described) {
            boolean isWanted = request.includeAuthorizedOperations() && group.errorCode() == ErrorCode.NONE.code();
            group.setAuthorizedOperations(isWanted ? AuthorizedOperations.GROUP : AuthorizedOperations.NONE);
        }
        context.answer(new DescribeGroupsResponse().setGroups(described));
    }
}
