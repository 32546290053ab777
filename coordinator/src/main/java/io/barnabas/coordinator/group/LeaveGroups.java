package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.LeaveGroupResponse.MemberResponse;
import java.util.Map;

/** Members that leave a classic group, or are put out by an operator: several at once (KIP-345). */
final class LeaveGroups {
    private final Map<String, Group> groups;
    private final Rebalances rebalances;

    LeaveGroups(Map<String, Group> groups, Rebalances rebalances) {
        this.groups = groups;
        this.rebalances = rebalances;
    }

    LeaveGroupResponse leave(LeaveGroupRequest request, Decision decision) {
        if (request.groupId().isEmpty()) return new LeaveGroupResponse().setErrorCode(ErrorCode.INVALID_GROUP_ID.code());
        var response = new LeaveGroupResponse();
        var group = groups.get(request.groupId()) instanceof ClassicGroup classic ? classic : null;
        boolean hasLeft = false;
        for (var identity : request.members()) {
            var error = group == null ? ErrorCode.UNKNOWN_MEMBER_ID : leave(group, identity, decision);
            hasLeft |= error == ErrorCode.NONE;
            response.members().add(new MemberResponse().setMemberId(identity.memberId()).setGroupInstanceId(identity.groupInstanceId())
                    .setErrorCode(error.code()));
        }
        if (hasLeft) rebalances.onRemoved(group, decision);
        return response;
    }

    private ErrorCode leave(ClassicGroup group, MemberIdentity identity, Decision decision) {
        var memberId = identity.memberId();
        if (memberId.isEmpty()) {
            // An operator knows a static member by its instance id alone.
            memberId = group.staticMemberId(identity.groupInstanceId());
            if (memberId == null) return ErrorCode.UNKNOWN_MEMBER_ID;
        } else if (group.forgetPendingJoin(memberId)) {
            return ErrorCode.NONE;
        } else {
            var error = group.memberError(memberId, identity.groupInstanceId());
            if (error != ErrorCode.NONE) return error;
        }
        rebalances.remove(group, group.member(memberId), decision);
        return ErrorCode.NONE;
    }
}
