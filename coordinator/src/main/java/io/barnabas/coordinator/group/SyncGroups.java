package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.Wire;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** How the members of a generation learn what they have: the leader brings it, the others wait for it. */
final class SyncGroups {
    private final Map<String, Group> groups;
    private final Rebalances rebalances;

    SyncGroups(Map<String, Group> groups, Rebalances rebalances) {
        this.groups = groups;
        this.rebalances = rebalances;
    }

    /** @return null if the answer comes through the reply, now or later */
    SyncGroupResponse sync(SyncGroupRequest request, Reply<SyncGroupResponse> reply, Decision decision) {
        if (request.groupId().isEmpty()) return refusal(ErrorCode.INVALID_GROUP_ID);
        if (!(groups.get(request.groupId()) instanceof ClassicGroup group)) return refusal(ErrorCode.UNKNOWN_MEMBER_ID);
        var error = errorOf(group, request);
        if (error != ErrorCode.NONE) return refusal(error);
        var member = group.member(request.memberId());
        return switch (group.state()) {
            case PREPARING_REBALANCE -> refusal(ErrorCode.REBALANCE_IN_PROGRESS);
            case COMPLETING_REBALANCE -> {
                park(group, member, reply, decision);
                if (group.isLeader(member.id)) assign(group, request, decision);
                yield null;
            }
            case STABLE -> {
                rebalances.onSynced(group, member.id);
                yield answer(group, member.assignment);
            }
            case EMPTY, DEAD -> refusal(ErrorCode.UNKNOWN_MEMBER_ID);
        };
    }

    private static ErrorCode errorOf(ClassicGroup group, SyncGroupRequest request) {
        var error = group.memberError(request.memberId(), request.groupInstanceId());
        if (error != ErrorCode.NONE) return error;
        if (request.generationId() != group.generation()) return ErrorCode.ILLEGAL_GENERATION;
        boolean differs = request.protocolType() != null && !request.protocolType().equals(group.protocolType())
                || request.protocolName() != null && !request.protocolName().equals(group.protocolName());
        return differs ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : ErrorCode.NONE;
    }

    private void park(ClassicGroup group, ClassicMember member, Reply<SyncGroupResponse> reply, Decision decision) {
        group.answerSync(member, refusal(ErrorCode.REBALANCE_IN_PROGRESS), decision);
        member.sync = reply;
        rebalances.onSynced(group, member.id);
    }

    /** What the leader says is stored; all who wait are told when it is, and those who come later find it here. */
    private void assign(ClassicGroup group, SyncGroupRequest request, Decision decision) {
        var assignments = new HashMap<String, ByteBuffer>();
        for (var each : request.assignments()) assignments.put(each.memberId(), each.assignment());
        int generation = group.generation();
        decision.append(ClassicGroupRecords.of(group, assignments));
        decision.whenRefused(error -> rebalances.prepareAfterRefusal(group, generation, decision.nowMs()));
        for (var member : group.members()) {
            if (member.sync == null) continue;
            group.answerSync(member, answer(group, assignments.getOrDefault(member.id, Wire.NO_BYTES)), decision);
            rebalances.touch(group, member, decision.nowMs());
        }
    }

    static Map<String, ByteBuffer> assignmentsOf(ClassicGroup group) {
        var assignments = new HashMap<String, ByteBuffer>();
        for (var member : group.members()) assignments.put(member.id, member.assignment);
        return assignments;
    }

    private static SyncGroupResponse answer(ClassicGroup group, ByteBuffer assignment) {
        return new SyncGroupResponse().setProtocolType(group.protocolType()).setProtocolName(group.protocolName())
                .setAssignment(assignment);
    }

    static SyncGroupResponse refusal(ErrorCode error) {
        return new SyncGroupResponse().setErrorCode(error.code());
    }
}
