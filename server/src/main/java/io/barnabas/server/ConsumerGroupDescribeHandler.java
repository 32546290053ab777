package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import java.util.Arrays;
import java.util.List;

/** Describes groups of the consumer protocol, each asked of its coordinator. */
final class ConsumerGroupDescribeHandler implements RequestHandler<ConsumerGroupDescribeRequest> {
    private final CoordinatorShards<Groups> groups;
    private final ConsumerProtocolSwitch protocol;

    ConsumerGroupDescribeHandler(CoordinatorShards<Groups> groups, ConsumerProtocolSwitch protocol) {
        this.groups = groups;
        this.protocol = protocol;
    }

    @Override
    public void handle(RequestContext context, ConsumerGroupDescribeRequest request) {
        var described = new DescribedGroup[request.groupIds().size()];
        var fanOut = new ShardFanOut(context.loop(), () -> answer(context, request, Arrays.asList(described)));
        for (int i = 0; i < described.length; i++) {
            int index = i;
            var groupId = request.groupIds().get(i);
            var error = !protocol.isOn() ? ErrorCode.UNSUPPORTED_VERSION : groupId.isEmpty() ? ErrorCode.INVALID_GROUP_ID : ErrorCode.NONE;
            if (error != ErrorCode.NONE) {
                described[i] = refusal(groupId, error);
                continue;
            }
            var reply = fanOut.expect((DescribedGroup group) -> described[index] = group, refused -> refusal(groupId, refused));
            groups.run(groupId, (state, decision) -> state.consumers().describe(groupId), reply);
        }
        fanOut.allAsked();
    }

    private static DescribedGroup refusal(String groupId, ErrorCode error) {
        return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()).setErrorMessage(null);
    }

    private static void answer(RequestContext context, ConsumerGroupDescribeRequest request, List<DescribedGroup> described) {
        for (var group : described) {
            boolean isWanted = request.includeAuthorizedOperations() && group.errorCode() == ErrorCode.NONE.code();
            group.setAuthorizedOperations(isWanted ? AuthorizedOperations.GROUP : AuthorizedOperations.NONE);
        }
        context.answer(new ConsumerGroupDescribeResponse().setGroups(described));
    }
}
