package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupResponse.MemberResponse;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.util.ArrayList;

/**
 * Members of the classic protocol in groups of the consumer protocol (KIP-848). Their generation is their member epoch; they are told
 * to rejoin whenever the coordinator wants a step of them, and nobody of them leads.
 */
final class ClassicMembers {
    /** From this version on, a client comes again with the id that it was given (KIP-394). */
    private static final int MEMBER_ID_REQUIRED_VERSION = 4;

    private final ConsumerGroups groups;
    private final MemberUpdates updates;
    private final ConsumerDepartures departures;
    private final ConsumerSessions sessions;

    ClassicMembers(ConsumerGroups groups, MemberUpdates updates, ConsumerDepartures departures, ConsumerSessions sessions) {
        this.groups = groups;
        this.updates = updates;
        this.departures = departures;
        this.sessions = sessions;
    }

    // --- joining

    JoinGroupResponse join(ConsumerGroup group, ClientInfo client, JoinGroupRequest request, Decision decision) {
        var error = joinError(group, request);
        if (error != ErrorCode.NONE) return JoinGroups.refusal(request.memberId(), error);
        if (request.memberId().isEmpty() && request.groupInstanceId() == null && client.apiVersion() >= MEMBER_ID_REQUIRED_VERSION) {
            return JoinGroups.refusal(groups.newMemberId(), ErrorCode.MEMBER_ID_REQUIRED);
        }
        try {
            return join(new GroupDraft(group), client, request, decision);
        } catch (RefusedException e) {
            return JoinGroups.refusal(request.memberId(), e.error());
        }
    }

    private ErrorCode joinError(ConsumerGroup group, JoinGroupRequest request) {
        var config = groups.context().config();
        int sessionTimeoutMs = request.sessionTimeoutMs();
        boolean isInLimits = sessionTimeoutMs >= config.minSessionTimeoutMs() && sessionTimeoutMs <= config.maxSessionTimeoutMs();
        if (!isInLimits) return ErrorCode.INVALID_SESSION_TIMEOUT;
        if (!request.protocolType().equals(ConsumerProtocol.TYPE)) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        boolean isShared = request.protocols().stream().anyMatch(protocol -> group.subscribers().allSupport(protocol.name()));
        return isShared ? ErrorCode.NONE : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }

    private JoinGroupResponse join(GroupDraft draft, ClientInfo client, JoinGroupRequest request, Decision decision) {
        var group = draft.group();
        var told = ConsumerProtocol.readSubscription(request.protocols().get(0).metadata()).orElseThrow(
                () -> new RefusedException(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "The embedded consumer protocol is malformed."));
        var member = request.groupInstanceId() == null ? dynamicMember(draft, request.memberId()) : staticMember(draft, request);
        var owned = NamedPartitions.byId(told.ownedPartitions(), groups.context().cluster());
        var updated = updates.update(draft, member, subscription(client, request, told), owned, decision);
        decision.appendAll(draft.records());
        decision.whenRefused(error -> group.isRefreshDue = true);
        sessions.touch(group.id(), updated.id(), decision.nowMs(), request.sessionTimeoutMs());
        // It has come back, and is to sync.
        sessions.expectNothing(group.id(), updated.id());
        sessions.expect(group.id(), updated.id(), decision.nowMs(), updated.subscription().rebalanceTimeoutMs());
        return new JoinGroupResponse().setMemberId(updated.id()).setGenerationId(updated.memberEpoch()).setLeader("")
                .setProtocolType(ConsumerProtocol.TYPE).setProtocolName(protocolName(draft.subscribers(), updated));
    }

    private ConsumerMember dynamicMember(GroupDraft draft, String memberId) {
        var member = draft.member(memberId);
        return member == null ? newMember(draft, memberId) : member;
    }

    private ConsumerMember newMember(GroupDraft draft, String memberId) {
        updates.checkRoom(draft);
        return new ConsumerMember(memberId.isEmpty() ? groups.newMemberId() : memberId, ConsumerSubscription.NONE, CurrentAssignment.NONE);
    }

    private ConsumerMember staticMember(GroupDraft draft, JoinGroupRequest request) {
        var member = draft.group().staticMember(request.groupInstanceId());
        if (!request.memberId().isEmpty()) {
            ConsumerHeartbeats.checkStatic(member, request.groupInstanceId(), request.memberId());
            return member;
        }
        if (member == null) return newMember(draft, "");
        if (!member.isClassic()) groups.downgradeSoon(draft.group().id());
        return MemberUpdates.takeOver(draft, member, groups.newMemberId());
    }

    private static ConsumerSubscription subscription(ClientInfo client, JoinGroupRequest request, ConsumerProtocol.Subscription told) {
        var protocols = new ArrayList<ClassicMember.Protocol>();
        for (var protocol : request.protocols()) protocols.add(new ClassicMember.Protocol(protocol.name(), protocol.metadata()));
        int rebalanceTimeoutMs = client.apiVersion() == 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs();
        return new ConsumerSubscription(request.groupInstanceId(), told.rackId(), client.clientId(), client.clientHost(),
                ConsumerSubscription.sorted(told.topics()), "", rebalanceTimeoutMs, null,
                GroupUpgrade.metadata(request.sessionTimeoutMs(), protocols));
    }

    private static String protocolName(Subscribers subscribers, ConsumerMember member) {
        var supported = member.subscription().classic().supportedProtocols();
        for (var protocol : supported) if (subscribers.allSupport(protocol.name())) return protocol.name();
        return supported.get(0).name();
    }

    // --- syncing and living

    SyncGroupResponse sync(ConsumerGroup group, SyncGroupRequest request, Decision decision) {
        var error = memberError(group, request.memberId(), request.groupInstanceId(), request.generationId());
        if (error != ErrorCode.NONE) return SyncGroups.refusal(error);
        var member = group.member(request.memberId());
        var protocolName = protocolName(group.subscribers(), member);
        boolean differs = request.protocolType() != null && !request.protocolType().equals(ConsumerProtocol.TYPE)
                || request.protocolName() != null && !request.protocolName().equals(protocolName);
        if (differs) return SyncGroups.refusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        // One that has to give up partitions has joined anew already.
        if (group.targetEpoch() > member.memberEpoch() && member.current().state() != MemberState.UNREVOKED_PARTITIONS) {
            expectRejoin(group, member, decision);
            return SyncGroups.refusal(ErrorCode.REBALANCE_IN_PROGRESS);
        }
        sessions.expectNothing(group.id(), member.id());
        touch(group, member, decision);
        var assignment = NamedPartitions.write(member.current().assigned().partitions(), member, groups.context().cluster());
        return new SyncGroupResponse().setProtocolType(ConsumerProtocol.TYPE).setProtocolName(protocolName).setAssignment(assignment);
    }

    ErrorCode heartbeat(ConsumerGroup group, HeartbeatRequest request, Decision decision) {
        var error = memberError(group, request.memberId(), request.groupInstanceId(), request.generationId());
        if (error != ErrorCode.NONE) return error;
        var member = group.member(request.memberId());
        touch(group, member, decision);
        if (!isToRejoin(group, member, decision.nowMs())) return ErrorCode.NONE;
        expectRejoin(group, member, decision);
        return ErrorCode.REBALANCE_IN_PROGRESS;
    }

    private boolean isToRejoin(ConsumerGroup group, ConsumerMember member, long nowMs) {
        if (member.memberEpoch() < group.targetEpoch()) return true;
        // The members' heartbeats are what brings a group on; of these only a join does.
        var draft = new GroupDraft(group);
        if (TargetAssignment.isDue(draft, groups.context().consumerConfig(group.id()), nowMs) || haveTopicsChanged(draft)) return true;
        return switch (member.current().state()) {
            case UNREVOKED_PARTITIONS -> true;
            case UNRELEASED_PARTITIONS -> !waitsForOthers(group, member);
            case STABLE, UNKNOWN -> false;
        };
    }

    private boolean haveTopicsChanged(GroupDraft draft) {
        var group = draft.group();
        group.isRefreshDue = group.isRefreshDue && groups.metadataHash(draft.topics()) != group.metadataHash();
        return group.isRefreshDue;
    }

    private static boolean waitsForOthers(ConsumerGroup group, ConsumerMember member) {
        var target = group.target(member.id());
        if (target == null) return false;
        for (var topic : target.partitions().entrySet()) {
            var missing = topic.getValue().minus(member.current().assigned().partitions().partitionsOf(topic.getKey()));
            if (!missing.filter(partition -> group.holder(topic.getKey(), partition) != null).isEmpty()) return true;
        }
        return false;
    }

    private void expectRejoin(ConsumerGroup group, ConsumerMember member, Decision decision) {
        sessions.expect(group.id(), member.id(), decision.nowMs(), member.subscription().rebalanceTimeoutMs());
    }

    private void touch(ConsumerGroup group, ConsumerMember member, Decision decision) {
        sessions.touch(group.id(), member.id(), decision.nowMs(), member.subscription().classic().sessionTimeoutMs());
    }

    private static ErrorCode memberError(ConsumerGroup group, String memberId, String instanceId, int generation) {
        if (instanceId != null) {
            var current = group.staticMember(instanceId);
            if (current == null) return ErrorCode.UNKNOWN_MEMBER_ID;
            if (!current.id().equals(memberId)) return ErrorCode.FENCED_INSTANCE_ID;
        }
        var member = group.member(memberId);
        if (member == null || !member.isClassic()) return ErrorCode.UNKNOWN_MEMBER_ID;
        return generation == member.memberEpoch() ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }

    // --- leaving

    LeaveGroupResponse leave(ConsumerGroup group, LeaveGroupRequest request, Decision decision) {
        var response = new LeaveGroupResponse();
        var leaving = new ArrayList<ConsumerMember>();
        for (var identity : request.members()) {
            var instanceId = identity.groupInstanceId();
            var member = instanceId == null ? group.member(identity.memberId()) : group.staticMember(instanceId);
            var error = leaveError(member, identity);
            if (error == ErrorCode.NONE && !leaving.contains(member)) leaving.add(member);
            response.members().add(new MemberResponse().setMemberId(identity.memberId()).setGroupInstanceId(identity.groupInstanceId())
                    .setErrorCode(error.code()));
        }
        departures.remove(group, leaving, decision);
        return response;
    }

    private static ErrorCode leaveError(ConsumerMember member, MemberIdentity identity) {
        if (member == null) return ErrorCode.UNKNOWN_MEMBER_ID;
        // An operator knows a static member by its instance id alone.
        boolean isFenced = !identity.memberId().isEmpty() && !identity.memberId().equals(member.id());
        return isFenced ? ErrorCode.FENCED_INSTANCE_ID : ErrorCode.NONE;
    }
}
