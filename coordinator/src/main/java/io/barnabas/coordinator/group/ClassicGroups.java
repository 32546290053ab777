package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.protocol.record.GroupMetadataKey;
import io.barnabas.protocol.record.GroupMetadataValue;
import java.util.Map;

/** The classic group protocol: join, sync, heartbeat and leave. */
public final class ClassicGroups {
    private final Map<String, Group> groups;
    private final Rebalances rebalances;
    private final JoinGroups joins;
    private final SyncGroups syncs;
    private final LeaveGroups leaves;
    private final ClassicMembers inConsumerGroups;
    private boolean isLoaded;

    /** @param inConsumerGroups see to members of the classic protocol in groups of the consumer protocol */
    ClassicGroups(Map<String, Group> groups, Timers timers, GroupContext context, ClassicMembers inConsumerGroups) {
        this.groups = groups;
        this.inConsumerGroups = inConsumerGroups;
        this.rebalances = new Rebalances(groups, timers, context);
        this.joins = new JoinGroups(groups, rebalances, context);
        this.syncs = new SyncGroups(groups, rebalances);
        this.leaves = new LeaveGroups(groups, rebalances);
    }

    /**
     * Joins a group, or joins it anew. The metadata of the request is kept: it must be the request's own.
     *
     * @return null if the answer comes through the reply, which may be when all others have joined
     */
    public JoinGroupResponse join(ClientInfo client, JoinGroupRequest request, Reply<JoinGroupResponse> reply, Decision decision) {
        var group = consumerGroup(request.groupId());
        return group == null ? joins.join(client, request, reply, decision) : inConsumerGroups.join(group, client, request, decision);
    }

    /**
     * Learns what a member has in this generation. The assignments of the request are kept: they must be the request's own.
     *
     * @return null if the answer comes through the reply, which may be when the leader has synced
     */
    public SyncGroupResponse sync(SyncGroupRequest request, Reply<SyncGroupResponse> reply, Decision decision) {
        var group = consumerGroup(request.groupId());
        return group == null ? syncs.sync(request, reply, decision) : inConsumerGroups.sync(group, request, decision);
    }

    /** A member shows that it lives. */
    public ErrorCode heartbeat(HeartbeatRequest request, Decision decision) {
        if (request.groupId().isEmpty()) return ErrorCode.INVALID_GROUP_ID;
        var consumers = consumerGroup(request.groupId());
        if (consumers != null) return inConsumerGroups.heartbeat(consumers, request, decision);
        if (!(groups.get(request.groupId()) instanceof ClassicGroup group)) return ErrorCode.UNKNOWN_MEMBER_ID;
        var error = group.memberError(request.memberId(), request.groupInstanceId());
        if (error != ErrorCode.NONE) return error;
        if (request.generationId() != group.generation()) return ErrorCode.ILLEGAL_GENERATION;
        rebalances.touch(group, group.member(request.memberId()), decision.nowMs());
        return group.isIn(ClassicGroupState.PREPARING_REBALANCE) ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    /** Takes members out, each with an answer of its own. */
    public LeaveGroupResponse leave(LeaveGroupRequest request, Decision decision) {
        var group = consumerGroup(request.groupId());
        return group == null ? leaves.leave(request, decision) : inConsumerGroups.leave(group, request, decision);
    }

    /** @return null if there is none, or nobody is in it: it becomes a classic one when somebody joins */
    private ConsumerGroup consumerGroup(String groupId) {
        return groups.get(groupId) instanceof ConsumerGroup group && !group.isEmpty() ? group : null;
    }

    /** What was a consumer group is a classic one again. */
    void onDowngraded(String groupId, Decision decision) {
        if (groups.get(groupId) instanceof ClassicGroup group) rebalances.onDowngraded(group, decision);
    }

    void apply(CoordinatorRecord record) {
        var groupId = ((GroupMetadataKey) record.key()).group();
        var value = (GroupMetadataValue) record.value();
        var existing = groups.get(groupId);
        if (value == null) {
            if (!(existing instanceof ClassicGroup group)) return;
            groups.remove(groupId);
            rebalances.forget(group);
        } else if (isLoaded && existing instanceof ClassicGroup group) {
            applyLive(group, value);
        } else {
            var group = existing instanceof ClassicGroup classic ? classic : new ClassicGroup(groupId);
            ClassicGroupRecords.restore(group, value);
            groups.put(groupId, group);
        }
    }

    /** The members are those of the record already: a rebalance ends with it. */
    private static void applyLive(ClassicGroup group, GroupMetadataValue value) {
        for (var stored : value.members()) group.member(stored.memberId()).assignment = stored.assignment();
        if (group.isIn(ClassicGroupState.COMPLETING_REBALANCE)) {
            group.become(ClassicGroupState.STABLE, value.currentStateTimestamp());
        } else if (value.members().isEmpty() && group.isIn(ClassicGroupState.PREPARING_REBALANCE) && group.size() == 0) {
            group.onEmptied(value.generation(), value.currentStateTimestamp());
        }
    }

    void onLoaded(Decision decision) {
        isLoaded = true;
        rebalances.onLoaded(decision);
    }

    void onUnloaded(ErrorCode error) {
        for (var group : groups.values()) {
            if (!(group instanceof ClassicGroup classic)) continue;
            classic.failParked(error);
            classic.countNoMore();
        }
    }
}
