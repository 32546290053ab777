package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse.TopicPartitions;
import java.util.ArrayList;
import java.util.List;

/** Decides on heartbeats of members that speak the consumer protocol (KIP-848). */
final class ConsumerHeartbeats {
    private final ConsumerGroups groups;
    private final MemberUpdates updates;
    private final ConsumerDepartures departures;
    private final ConsumerSessions sessions;

    ConsumerHeartbeats(ConsumerGroups groups, MemberUpdates updates, ConsumerDepartures departures, ConsumerSessions sessions) {
        this.groups = groups;
        this.updates = updates;
        this.departures = departures;
        this.sessions = sessions;
    }

    /** @throws RefusedException with nothing proposed */
    ConsumerGroupHeartbeatResponse decide(ConsumerHeartbeat heartbeat, Decision decision) {
        var request = heartbeat.request();
        heartbeat.check(groups.context().consumerConfig(request.groupId()));
        return heartbeat.isLeave() ? leave(heartbeat, decision) : beat(heartbeat, decision);
    }

    private ConsumerGroupHeartbeatResponse beat(ConsumerHeartbeat heartbeat, Decision decision) {
        var request = heartbeat.request();
        var upgrade = heartbeat.isJoin() ? groups.upgradeOf(request.groupId()) : null;
        var draft = upgrade == null ? groups.toBeat(request.groupId(), heartbeat.isJoin()) : upgrade.draft();
        var group = draft.group();
        var member = request.instanceId() == null ? dynamicMember(draft, heartbeat) : staticMember(draft, heartbeat);
        var updated = updates.update(draft, member, member.subscription().updatedBy(heartbeat), heartbeat.owned(), decision);
        decision.appendAll(draft.records());
        if (upgrade != null) upgrade.onDecided(decision, sessions);
        decision.whenRefused(error -> group.isRefreshDue = true);
        var config = groups.context().consumerConfig(group.id());
        sessions.touch(group.id(), updated.id(), decision.nowMs(), config.sessionTimeoutMs());
        var response = new ConsumerGroupHeartbeatResponse().setErrorMessage(null).setMemberId(updated.id())
                .setMemberEpoch(updated.memberEpoch()).setHeartbeatIntervalMs(config.heartbeatIntervalMs()).setAssignment(null);
        var assigned = updated.current().assigned().partitions();
        boolean isNews = !assigned.equals(member.current().assigned().partitions());
        return heartbeat.isFull() || isNews ? response.setAssignment(assignment(assigned)) : response;
    }

    private ConsumerMember dynamicMember(GroupDraft draft, ConsumerHeartbeat heartbeat) {
        var request = heartbeat.request();
        var member = draft.member(request.memberId());
        if (member != null) {
            checkEpoch(member, heartbeat);
            return member;
        }
        if (!heartbeat.isJoin()) throw ConsumerGroups.unknownMember(request.memberId(), request.groupId());
        updates.checkRoom(draft);
        var memberId = request.memberId().isEmpty() ? groups.newMemberId() : request.memberId();
        return new ConsumerMember(memberId, ConsumerSubscription.NONE, CurrentAssignment.NONE);
    }

    private ConsumerMember staticMember(GroupDraft draft, ConsumerHeartbeat heartbeat) {
        var request = heartbeat.request();
        var member = draft.group().staticMember(request.instanceId());
        if (!heartbeat.isJoin()) {
            checkStatic(member, request.instanceId(), request.memberId());
            checkEpoch(member, heartbeat);
            return member;
        }
        if (member == null) return dynamicMember(draft, heartbeat);
        boolean isReleased = member.memberEpoch() == CurrentAssignment.LEFT_STATIC_EPOCH || member.isClassic();
        if (!isReleased) {
            throw new RefusedException(ErrorCode.UNRELEASED_INSTANCE_ID, "Static member " + request.memberId() + " with instance id "
                    + request.instanceId() + " cannot join the group because the instance id is owned by " + member.id() + " member.");
        }
        var memberId = request.memberId().isEmpty() ? groups.newMemberId() : request.memberId();
        return MemberUpdates.takeOver(draft, member, memberId);
    }

    /** A member that lags one answer behind is let pass if it owns nothing that it should not (KIP-848). */
    private static void checkEpoch(ConsumerMember member, ConsumerHeartbeat heartbeat) {
        int received = heartbeat.request().memberEpoch();
        int known = member.memberEpoch();
        if (received == known || heartbeat.isJoin()) return;
        boolean isGreater = received > known;
        if (!isGreater && received == member.current().previousMemberEpoch()
                && ownsNoMore(heartbeat.owned(), member.current().assigned().partitions())) return;
        throw new RefusedException(ErrorCode.FENCED_MEMBER_EPOCH, "The consumer group member has a " + (isGreater ? "greater" : "smaller")
                + " member epoch (" + received + ") than the one known by the group coordinator (" + known
                + "). The member must abandon all its partitions and rejoin.");
    }

    private static boolean ownsNoMore(MemberAssignment owned, MemberAssignment assigned) {
        if (owned == null) return false;
        for (var topic : owned.partitions().entrySet()) {
            if (!topic.getValue().minus(assigned.partitionsOf(topic.getKey())).isEmpty()) return false;
        }
        return true;
    }

    static void checkStatic(ConsumerMember member, String instanceId, String memberId) {
        if (member == null) throw new RefusedException(ErrorCode.UNKNOWN_MEMBER_ID, "Instance id " + instanceId + " is unknown.");
        if (member.id().equals(memberId)) return;
        throw new RefusedException(ErrorCode.FENCED_INSTANCE_ID,
                "Static member " + memberId + " with instance id " + instanceId + " was fenced by member " + member.id() + ".");
    }

    private ConsumerGroupHeartbeatResponse leave(ConsumerHeartbeat heartbeat, Decision decision) {
        var request = heartbeat.request();
        var group = groups.existing(request.groupId());
        ConsumerMember member;
        if (request.instanceId() == null) {
            member = group.member(request.memberId());
            if (member == null) throw ConsumerGroups.unknownMember(request.memberId(), group.id());
        } else {
            member = group.staticMember(request.instanceId());
            checkStatic(member, request.instanceId(), request.memberId());
        }
        if (request.memberEpoch() == ConsumerHeartbeat.LEAVE_EPOCH) departures.remove(group, List.of(member), decision);
        else decision.append(ConsumerRecords.current(group.id(), member.id(), member.current().left()));
        return new ConsumerGroupHeartbeatResponse().setErrorMessage(null).setMemberId(member.id())
                .setMemberEpoch(request.memberEpoch()).setAssignment(null);
    }

    private static ConsumerGroupHeartbeatResponse.Assignment assignment(MemberAssignment assigned) {
        var topics = new ArrayList<TopicPartitions>();
        assigned.partitions().forEach((topicId, set) ->
                topics.add(new TopicPartitions().setTopicId(topicId).setPartitions(set.toList())));
        return new ConsumerGroupHeartbeatResponse.Assignment().setTopicPartitions(topics);
    }
}
