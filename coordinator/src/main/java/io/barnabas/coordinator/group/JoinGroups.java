package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Who may join a classic group, and what comes of it. */
final class JoinGroups {
    /** From this version on, a client comes again with the id that it was given (KIP-394). */
    private static final int MEMBER_ID_REQUIRED_VERSION = 4;
    /** From this version on, a leader can be told that it need not assign anew (KIP-814). */
    private static final int SKIP_ASSIGNMENT_VERSION = 9;
    /** A member id is a name, a hyphen and a UUID, and the protocol has no room for longer ones. */
    private static final int NAME_BYTES_MAX = Short.MAX_VALUE - 1 - 36;

    private final Map<String, Group> groups;
    private final Rebalances rebalances;
    private final GroupContext context;

    JoinGroups(Map<String, Group> groups, Rebalances rebalances, GroupContext context) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.context = context;
    }

    /** One join, with what all its steps need to know. */
    private record Join(ClassicGroup group, ClientInfo client, JoinGroupRequest request, List<ClassicMember.Protocol> protocols,
                        Reply<JoinGroupResponse> reply, Decision decision) {
        long nowMs() {
            return decision.nowMs();
        }

        String instanceId() {
            return request.groupInstanceId();
        }

        int rebalanceTimeoutMs() {
            return client.apiVersion() == 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs();
        }

        boolean matches(ClassicMember member) {
            return member.protocols.equals(protocols);
        }
    }

    /** @return null if the answer comes through the reply, now or later */
    JoinGroupResponse join(ClientInfo client, JoinGroupRequest request, Reply<JoinGroupResponse> reply, Decision decision) {
        var memberId = request.memberId();
        if (request.groupId().isEmpty()) return refusal(memberId, ErrorCode.INVALID_GROUP_ID);
        var config = context.config();
        int sessionTimeoutMs = request.sessionTimeoutMs();
        if (sessionTimeoutMs < config.minSessionTimeoutMs() || sessionTimeoutMs > config.maxSessionTimeoutMs()) {
            return refusal(memberId, ErrorCode.INVALID_SESSION_TIMEOUT);
        }
        // Nobody could be told of such a member, nor could a record.
        if (memberId.isEmpty() && nameOf(client, request).getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
            return refusal(memberId, ErrorCode.UNKNOWN_SERVER_ERROR);
        }
        var existing = groups.get(request.groupId());
        // A consumer group is one that nobody is in.
        boolean isNew = !(existing instanceof ClassicGroup);
        if (isNew && !memberId.isEmpty()) return refusal(memberId, ErrorCode.UNKNOWN_MEMBER_ID);

        var protocols = protocolsOf(request);
        if (!isMemoryFor(protocols, existing, memberId)) return refusal(memberId, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        var group = isNew ? create(request.groupId(), decision) : (ClassicGroup) existing;
        group.countIn(context.memberMemory());
        var join = new Join(group, client, request, protocols, reply, decision);
        if (!hasRoom(group, memberId)) {
            var member = group.member(memberId);
            if (member != null) rebalances.remove(group, member, decision);
            group.forgetPendingJoin(memberId);
            return refusal("", ErrorCode.GROUP_MAX_SIZE_REACHED);
        }
        return memberId.isEmpty() ? joinNew(join) : joinAgain(join);
    }

    /** A member that joins anew takes what it has taken already. */
    private boolean isMemoryFor(List<ClassicMember.Protocol> protocols, Group existing, String memberId) {
        var member = existing instanceof ClassicGroup group ? group.member(memberId) : null;
        long known = member == null ? 0 : ClassicMember.Protocol.bytesOf(member.protocols);
        long more = ClassicMember.Protocol.bytesOf(protocols) - known;
        return more <= 0 || context.memberMemory().hasRoomFor(more);
    }

    /** There from now on, for the join that made it; if the log does not take its first record, it goes again with all in it. */
    private ClassicGroup create(String groupId, Decision decision) {
        var group = new ClassicGroup(groupId);
        var before = groups.put(groupId, group);
        if (before != null) decision.appendAll(before.tombstones());
        decision.append(ClassicGroupRecords.withoutMembers(group, 0, decision.nowMs()));
        decision.whenRefused(error -> {
            groups.remove(groupId, group);
            if (before != null) groups.putIfAbsent(groupId, before);
            rebalances.forget(group);
            group.failParked(error);
        });
        return group;
    }

    private boolean hasRoom(ClassicGroup group, String memberId) {
        int max = context.config().maxSize();
        return switch (group.state()) {
            case EMPTY, DEAD -> true;
            case PREPARING_REBALANCE -> {
                var member = group.member(memberId);
                yield member != null && member.join != null || group.awaitingJoin() < max;
            }
            case COMPLETING_REBALANCE, STABLE -> group.hasMember(memberId) || group.size() < max;
        };
    }

    private JoinGroupResponse joinNew(Join join) {
        var group = join.group;
        if (!group.supports(join.request.protocolType(), join.protocols)) return refusal("", ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        var memberId = nameOf(join.client, join.request) + "-" + context.newUuid();
        if (join.instanceId() != null) {
            var current = group.staticMemberId(join.instanceId());
            return current == null ? add(join, memberId) : takePlaceOf(group.member(current), join, memberId);
        }
        if (join.client.apiVersion() < MEMBER_ID_REQUIRED_VERSION) return add(join, memberId);
        rebalances.expectJoin(group, memberId, join.request.sessionTimeoutMs(), join.nowMs());
        return refusal(memberId, ErrorCode.MEMBER_ID_REQUIRED);
    }

    /** What a member is called after. */
    private static String nameOf(ClientInfo client, JoinGroupRequest request) {
        return request.groupInstanceId() == null ? client.clientId() : request.groupInstanceId();
    }

    private JoinGroupResponse joinAgain(Join join) {
        var group = join.group;
        var memberId = join.request.memberId();
        if (!group.supports(join.request.protocolType(), join.protocols)) return refusal(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        if (group.isPendingJoin(memberId)) {
            // Ids that are given out are given to dynamic members only.
            return join.instanceId() == null ? add(join, memberId) : refusal(memberId, ErrorCode.UNKNOWN_SERVER_ERROR);
        }
        var error = group.memberError(memberId, join.instanceId());
        if (error != ErrorCode.NONE) return refusal(memberId, error);
        var member = group.member(memberId);
        return switch (group.state()) {
            case PREPARING_REBALANCE -> update(member, join);
            case COMPLETING_REBALANCE -> join.matches(member)
                    // It has probably not received the first answer.
                    ? Rebalances.generationAnswer(group, memberId, Rebalances.membersOf(group)) : update(member, join);
            // A leader that joins anew wants a rebalance: its view of the topics has changed.
            case STABLE -> group.isLeader(memberId) || !join.matches(member)
                    ? update(member, join) : Rebalances.generationAnswer(group, memberId, List.of());
            case EMPTY, DEAD -> refusal(memberId, ErrorCode.UNKNOWN_MEMBER_ID);
        };
    }

    private JoinGroupResponse add(Join join, String memberId) {
        var group = join.group;
        var member = new ClassicMember(memberId, join.instanceId(), join.client.clientId(), join.client.clientHost(),
                join.rebalanceTimeoutMs(), join.request.sessionTimeoutMs(), join.protocols);
        member.isNew = true;
        boolean isFirstRebalance = group.isIn(ClassicGroupState.PREPARING_REBALANCE) && group.previousState() == ClassicGroupState.EMPTY;
        if (isFirstRebalance) group.hasNewMember = true;
        group.add(member, join.request.protocolType());
        group.parkJoin(member, join.reply);
        rebalances.touchNew(group, member, join.nowMs());
        rebalances.prepareOrComplete(group, join.decision);
        return null;
    }

    private JoinGroupResponse update(ClassicMember member, Join join) {
        join.group.update(member, join.protocols, join.rebalanceTimeoutMs(), join.request.sessionTimeoutMs());
        park(member, join);
        rebalances.prepareOrComplete(join.group, join.decision);
        return null;
    }

    /** A client that joins while its join is parked has given up waiting for that one. */
    private static void park(ClassicMember member, Join join) {
        join.group.answerJoin(member, refusal(member.id, ErrorCode.REBALANCE_IN_PROGRESS), join.decision);
        join.group.parkJoin(member, join.reply);
    }

    /** A static member is back under a new id: the one before it is fenced, and all may stay as it is (KIP-345). */
    private JoinGroupResponse takePlaceOf(ClassicMember old, Join join, String memberId) {
        var group = join.group;
        var formerLeader = group.leaderId();
        group.answerJoin(old, refusal(old.id, ErrorCode.FENCED_INSTANCE_ID), join.decision);
        group.answerSync(old, SyncGroups.refusal(ErrorCode.FENCED_INSTANCE_ID), join.decision);
        var member = group.replace(old, memberId);
        rebalances.touch(group, member, join.nowMs());
        group.update(member, join.protocols, join.rebalanceTimeoutMs(), join.request.sessionTimeoutMs());
        boolean staysStable = group.isIn(ClassicGroupState.STABLE) && Objects.equals(group.protocolName(), group.chosenProtocol());
        if (!staysStable) {
            group.parkJoin(member, join.reply);
            rebalances.prepareOrComplete(group, join.decision);
            return null;
        }
        join.decision.append(ClassicGroupRecords.of(group, SyncGroups.assignmentsOf(group)));
        if (join.client.apiVersion() >= SKIP_ASSIGNMENT_VERSION) {
            return Rebalances.generationAnswer(group, memberId, Rebalances.membersOf(group)).setSkipAssignment(group.isLeader(memberId));
        }
        // An older client that is told that it leads would assign: it is told of the leader that was.
        return Rebalances.generationAnswer(group, memberId, List.of()).setLeader(formerLeader);
    }

    /** Of several with one name the first counts. */
    private static List<ClassicMember.Protocol> protocolsOf(JoinGroupRequest request) {
        var names = new HashSet<String>();
        var protocols = new ArrayList<ClassicMember.Protocol>(request.protocols().size());
        for (var each : request.protocols()) {
            if (names.add(each.name())) protocols.add(new ClassicMember.Protocol(each.name(), each.metadata()));
        }
        return protocols;
    }

    static JoinGroupResponse refusal(String memberId, ErrorCode error) {
        return new JoinGroupResponse().setMemberId(memberId).setErrorCode(error.code()).setProtocolName(null);
    }
}
