package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.Wire;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a classic group goes from one generation to the next: members are asked to join anew, those who come in time are the next
 * generation, their leader says who gets what.
 */
final class Rebalances {
    /** The timers of a group. */
    private enum Kind { JOIN, SYNC, SESSIONS }

    private record TimerKey(Kind kind, String groupId) {}

    /** For one who has not been told its id yet, and so cannot show that it lives. */
    static final int NEW_MEMBER_TIMEOUT_MS = 5 * 60_000;

    private final Map<String, Group> groups;
    private final Timers timers;
    private final GroupContext context;

    Rebalances(Map<String, Group> groups, Timers timers, GroupContext context) {
        this.groups = groups;
        this.timers = timers;
        this.context = context;
    }

    // --- joining

    /** Membership or metadata has changed: a rebalance begins, or goes on. */
    void prepareOrComplete(ClassicGroup group, Decision decision) {
        if (group.state().canBecome(ClassicGroupState.PREPARING_REBALANCE)) prepare(group, decision);
        else completeIfAllJoined(group, decision);
    }

    void completeIfAllJoined(ClassicGroup group, Decision decision) {
        // The first rebalance of a group waits for its time, since more members may be on their way.
        boolean isFirst = group.previousState() == ClassicGroupState.EMPTY;
        if (group.isIn(ClassicGroupState.PREPARING_REBALANCE) && !isFirst && group.haveAllJoined()) complete(group, decision);
    }

    private void prepare(ClassicGroup group, Decision decision) {
        for (var member : group.members()) {
            // What they had before is not theirs any more, once a generation has begun in which they have nothing yet.
            if (group.isIn(ClassicGroupState.COMPLETING_REBALANCE)) member.assignment = Wire.NO_BYTES;
            if (member.sync == null) continue;
            group.answerSync(member, SyncGroups.refusal(ErrorCode.REBALANCE_IN_PROGRESS), decision);
            touch(group, member, decision.nowMs());
        }
        timers.cancel(new TimerKey(Kind.SYNC, group.id()));
        if (group.isIn(ClassicGroupState.EMPTY)) {
            int delayMs = context.config().initialRebalanceDelayMs();
            group.become(ClassicGroupState.PREPARING_REBALANCE, decision.nowMs());
            group.hasNewMember = false;
            awaitFirstMembers(group, delayMs, Math.max(group.rebalanceTimeoutMs() - delayMs, 0));
            return;
        }
        group.become(ClassicGroupState.PREPARING_REBALANCE, decision.nowMs());
        if (group.haveAllJoined()) complete(group, decision);
        else scheduleCompletion(group);
    }

    /** The leader's word was not taken by the log: all join anew. Whoever had synced is being told. */
    void prepareAfterRefusal(ClassicGroup group, int generation, long nowMs) {
        if (!group.isIn(ClassicGroupState.COMPLETING_REBALANCE) || group.generation() != generation) return;
        timers.cancel(new TimerKey(Kind.SYNC, group.id()));
        for (var member : group.members()) {
            member.assignment = Wire.NO_BYTES;
            touch(group, member, nowMs);
        }
        group.become(ClassicGroupState.PREPARING_REBALANCE, nowMs);
        scheduleCompletion(group);
    }

    private void awaitFirstMembers(ClassicGroup group, int delayMs, int remainingMs) {
        timers.schedule(new TimerKey(Kind.JOIN, group.id()), delayMs, decision -> {
            if (!group.hasNewMember || remainingMs == 0) {
                complete(group, decision);
                return;
            }
            group.hasNewMember = false;
            int nextDelayMs = Math.min(context.config().initialRebalanceDelayMs(), remainingMs);
            awaitFirstMembers(group, nextDelayMs, Math.max(remainingMs - delayMs, 0));
        });
    }

    private void scheduleCompletion(ClassicGroup group) {
        timers.schedule(new TimerKey(Kind.JOIN, group.id()), group.rebalanceTimeoutMs(), decision -> complete(group, decision));
    }

    /** Who has joined by now is the next generation; static members that have not are given more time (KIP-345). */
    private void complete(ClassicGroup group, Decision decision) {
        if (!group.isIn(ClassicGroupState.PREPARING_REBALANCE)) return;
        timers.cancel(new TimerKey(Kind.JOIN, group.id()));
        for (var member : List.copyOf(group.members())) {
            if (member.join == null && !member.isStatic()) group.remove(member);
        }
        if (group.size() == 0) {
            decision.append(ClassicGroupRecords.withoutMembers(group, group.generation() + 1, decision.nowMs()));
            return;
        }
        if (!group.electLeaderIfGone()) {
            scheduleCompletion(group);
            return;
        }
        group.beginGeneration(decision.nowMs());
        var all = membersOf(group);
        for (var member : group.members()) {
            group.answerJoin(member, generationAnswer(group, member.id, all), decision);
            touch(group, member, decision.nowMs());
            member.isNew = false;
        }
        int generation = group.generation();
        timers.schedule(new TimerKey(Kind.SYNC, group.id()), group.rebalanceTimeoutMs(), later -> expireSyncs(group, generation, later));
    }

    /** What a member is told of its generation; the leader is told of all members. */
    static JoinGroupResponse generationAnswer(ClassicGroup group, String memberId, List<JoinGroupResponseMember> all) {
        var answer = new JoinGroupResponse().setGenerationId(group.generation()).setProtocolType(group.protocolType())
                .setProtocolName(group.protocolName()).setLeader(group.leaderId()).setMemberId(memberId);
        return group.isLeader(memberId) ? answer.setMembers(all) : answer;
    }

    static List<JoinGroupResponseMember> membersOf(ClassicGroup group) {
        var all = new ArrayList<JoinGroupResponseMember>(group.size());
        for (var member : group.members()) {
            all.add(new JoinGroupResponseMember().setMemberId(member.id).setGroupInstanceId(member.groupInstanceId)
                    .setMetadata(member.metadata(group.protocolName())));
        }
        return all;
    }

    // --- syncing

    void onSynced(ClassicGroup group, String memberId) {
        group.onSynced(memberId);
        if (group.haveAllSynced()) timers.cancel(new TimerKey(Kind.SYNC, group.id()));
    }

    /** Who has joined and not synced in time is gone. */
    private void expireSyncs(ClassicGroup group, int generation, Decision decision) {
        boolean isOver = !group.isIn(ClassicGroupState.COMPLETING_REBALANCE) && !group.isIn(ClassicGroupState.STABLE);
        if (isOver || group.generation() != generation || group.haveAllSynced()) return;
        for (var member : group.notSynced()) remove(group, member, decision);
        prepare(group, decision);
    }

    // --- sessions

    /** A member has been heard of. The check that is set stays, unless this member may have to be given up before it. */
    void touch(ClassicGroup group, ClassicMember member, long nowMs) {
        member.deadlineMs = nowMs + member.sessionTimeoutMs;
        checkSessionsBy(group, member.deadlineMs, nowMs);
    }

    /** Somebody who does not know its id yet. */
    void touchNew(ClassicGroup group, ClassicMember member, long nowMs) {
        member.deadlineMs = nowMs + NEW_MEMBER_TIMEOUT_MS;
        checkSessionsBy(group, member.deadlineMs, nowMs);
    }

    void expectJoin(ClassicGroup group, String memberId, int sessionTimeoutMs, long nowMs) {
        group.expectJoin(memberId, nowMs + sessionTimeoutMs);
        checkSessionsBy(group, nowMs + sessionTimeoutMs, nowMs);
    }

    private void checkSessionsBy(ClassicGroup group, long deadlineMs, long nowMs) {
        if (deadlineMs >= group.sessionCheckMs) return;
        group.sessionCheckMs = deadlineMs;
        long delayMs = Math.max(0, deadlineMs - nowMs);
        timers.schedule(new TimerKey(Kind.SESSIONS, group.id()), delayMs, decision -> checkSessions(group, decision));
    }

    private void checkSessions(ClassicGroup group, Decision decision) {
        group.sessionCheckMs = ClassicMember.NO_DEADLINE;
        long nowMs = decision.nowMs();
        boolean isFewerExpected = !group.pendingJoins().isEmpty()
                && group.pendingJoins().values().removeIf(deadlineMs -> deadlineMs <= nowMs);
        int before = group.size();
        for (var member : List.copyOf(group.members())) if (member.isExpired(nowMs)) remove(group, member, decision);
        if (group.size() < before) onRemoved(group, decision);
        else if (isFewerExpected) completeIfAllJoined(group, decision);
        long next = ClassicMember.NO_DEADLINE;
        for (long deadlineMs : group.pendingJoins().values()) next = Math.min(next, deadlineMs);
        for (var member : group.members()) if (member.deadlineMs > nowMs) next = Math.min(next, member.deadlineMs);
        if (next != ClassicMember.NO_DEADLINE) checkSessionsBy(group, next, nowMs);
    }

    // --- leaving

    /** Takes a member out, and tells it if it waits for something. */
    void remove(ClassicGroup group, ClassicMember member, Decision decision) {
        group.answerJoin(member, JoinGroups.refusal("", ErrorCode.UNKNOWN_MEMBER_ID), decision);
        group.answerSync(member, SyncGroups.refusal(ErrorCode.UNKNOWN_MEMBER_ID), decision);
        group.remove(member);
    }

    /** Members, or some that were expected, are gone: the rest share their work. */
    void onRemoved(ClassicGroup group, Decision decision) {
        switch (group.state()) {
            case STABLE, COMPLETING_REBALANCE -> prepare(group, decision);
            case PREPARING_REBALANCE -> completeIfAllJoined(group, decision);
            case EMPTY, DEAD -> { }
        }
    }

    /** The group is deleted, or has become another. */
    void forget(ClassicGroup group) {
        group.countNoMore();
        for (var kind : Kind.values()) timers.cancel(new TimerKey(kind, group.id()));
        group.sessionCheckMs = ClassicMember.NO_DEADLINE;
    }

    /** The group was one of the consumer protocol: its members join anew. */
    void onDowngraded(ClassicGroup group, Decision decision) {
        for (var member : group.members()) touch(group, member, decision.nowMs());
        prepareOrComplete(group, decision);
    }

    /** From now on members are expected to show that they live. */
    void onLoaded(Decision decision) {
        // Most have none; and a rebalance may take a group away.
        var withMembers = new ArrayList<ClassicGroup>();
        for (var group : groups.values()) if (group instanceof ClassicGroup classic && classic.size() > 0) withMembers.add(classic);
        for (var group : withMembers) {
            group.countIn(context.memberMemory());
            for (var member : group.members()) touch(group, member, decision.nowMs());
            if (group.size() > context.config().maxSize()) prepare(group, decision);
        }
    }
}
