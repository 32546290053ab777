package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroupMember;
import io.barnabas.protocol.message.ListGroupsResponse.ListedGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What operators ask about groups of any kind, and do with them. */
public final class GroupAdministration {
    /** From this version on a group that is not there is an error, before it is a dead group (KIP-1043). */
    private static final int NOT_FOUND_VERSION = 6;

    private final Map<String, Group> groups;
    private final Offsets offsets;

    GroupAdministration(Map<String, Group> groups, Offsets offsets) {
        this.groups = groups;
        this.offsets = offsets;
    }

    /** The groups in one of these states and of one of these types, in whatever case they are written; no names mean all. */
    public List<ListedGroup> list(List<String> states, List<String> types) {
        var listed = new ArrayList<ListedGroup>();
        for (var group : groups.values()) {
            if (!isIn(states, group.stateName()) || !isIn(types, group.type().shown())) continue;
            listed.add(new ListedGroup().setGroupId(group.id()).setProtocolType(group.protocolType()).setGroupState(group.stateName())
                    .setGroupType(group.type().shown()));
        }
        return listed;
    }

    private static boolean isIn(List<String> names, String name) {
        return names.isEmpty() || names.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** A classic group; what members say of themselves only while all know what they have. */
    public DescribedGroup describe(String groupId, int apiVersion) {
        var group = groups.get(groupId);
        var described = new DescribedGroup().setGroupId(groupId);
        if (!(group instanceof ClassicGroup classic)) {
            described.setGroupState(ClassicGroupState.DEAD.shown());
            if (apiVersion < NOT_FOUND_VERSION) return described;
            var message = group == null ? "Group %s not found." : "Group %s is not a classic group.";
            var refusal = new RefusedException(ErrorCode.GROUP_ID_NOT_FOUND, message.formatted(groupId));
            return described.setErrorCode(refusal.error().code()).setErrorMessage(refusal.getMessage());
        }
        boolean isStable = classic.isIn(ClassicGroupState.STABLE);
        described.setGroupState(group.stateName()).setProtocolType(group.protocolType());
        if (isStable) described.setProtocolData(classic.protocolName());
        for (var member : classic.members()) {
            var shown = new DescribedGroupMember().setMemberId(member.id).setGroupInstanceId(member.groupInstanceId)
                    .setClientId(member.clientId).setClientHost(member.clientHost);
            shown.setMemberAssignment(member.assignment);
            if (isStable) shown.setMemberMetadata(member.metadata(classic.protocolName()));
            described.members().add(shown);
        }
        return described;
    }

    /** Deletes a group that has no members, with its offsets. */
    public ErrorCode delete(String groupId, Decision decision) {
        var group = groups.get(groupId);
        var error = group == null ? ErrorCode.GROUP_ID_NOT_FOUND : group.deletionError();
        if (error != ErrorCode.NONE) return error;
        offsets.deleteAll(groupId, decision);
        decision.appendAll(group.tombstones());
        return ErrorCode.NONE;
    }
}
