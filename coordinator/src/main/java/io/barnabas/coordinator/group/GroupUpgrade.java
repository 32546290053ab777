package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import java.util.ArrayList;
import java.util.List;

/**
 * A classic group becomes one of the consumer protocol when the first member joins that speaks it (KIP-848): its members stay with what
 * they have, and are asked to rejoin one by one as the coordinator wants something of them.
 */
final class GroupUpgrade {
    private final ClassicGroup classic;
    private final ConsumerGroups groups;

    GroupUpgrade(ClassicGroup classic, ConsumerGroups groups) {
        this.classic = classic;
        this.groups = groups;
    }

    /** @throws RefusedException if the group cannot or may not be upgraded */
    GroupDraft draft() {
        check();
        return convert();
    }

    private void check() {
        var config = groups.context().consumerConfig(classic.id());
        if (!config.migrationPolicy().allowsUpgrade()) throw refused("online upgrade is disabled");
        if (!ConsumerProtocol.TYPE.equals(classic.protocolType())) throw refused("the group does not use the consumer embedded protocol");
        if (classic.size() > config.maxSize()) throw refused("the group size exceeds the consumer group maximum size");
    }

    private RefusedException refused(String reason) {
        return new RefusedException(ErrorCode.GROUP_ID_NOT_FOUND,
                "Cannot upgrade classic group " + classic.id() + " to consumer group because " + reason + ".");
    }

    private RefusedException malformed() {
        return refused("the embedded consumer protocol is malformed");
    }

    private GroupDraft convert() {
        var records = new ArrayList<CoordinatorRecord>();
        var group = new ConsumerGroup(classic.id());
        int epoch = classic.generation();
        for (var member : classic.members()) {
            var subscription = subscription(member);
            group.setSubscription(member.id, subscription);
            records.add(ConsumerRecords.subscription(group.id(), member.id, subscription));
        }
        group.setEpoch(epoch, groups.metadataHash(new GroupDraft(group).topics()));
        records.add(ConsumerRecords.groupEpoch(group.id(), epoch, group.metadataHash()));
        for (var member : classic.members()) {
            var target = assigned(member);
            group.setTarget(member.id, target);
            records.add(ConsumerRecords.target(group.id(), member.id, target));
        }
        // At no time, so that it is not too early for the next one.
        group.setTargetEpoch(epoch, 0);
        records.add(ConsumerRecords.targetEpoch(group.id(), epoch, 0));
        for (var member : classic.members()) {
            var assigned = OwnedPartitions.of(group.target(member.id), epoch);
            var current = new CurrentAssignment(epoch, epoch, MemberState.STABLE, assigned, OwnedPartitions.EMPTY);
            group.setCurrent(member.id, current);
            records.add(ConsumerRecords.current(group.id(), member.id, current));
        }
        var all = new ArrayList<>(classic.tombstones());
        all.addAll(records);
        return new GroupDraft(group, all);
    }

    private ConsumerSubscription subscription(ClassicMember member) {
        var metadata = classic.protocolName() == null ? member.protocols.get(0).metadata() : member.metadata(classic.protocolName());
        var subscription = ConsumerProtocol.readSubscription(metadata).orElseThrow(this::malformed);
        return new ConsumerSubscription(member.groupInstanceId, subscription.rackId(), member.clientId, member.clientHost,
                ConsumerSubscription.sorted(subscription.topics()), "", member.rebalanceTimeoutMs, null,
                metadata(member.sessionTimeoutMs, member.protocols));
    }

    static ClassicMemberMetadata metadata(int sessionTimeoutMs, List<ClassicMember.Protocol> protocols) {
        var metadata = new ClassicMemberMetadata().setSessionTimeoutMs(sessionTimeoutMs);
        for (var protocol : protocols) {
            metadata.supportedProtocols().add(new ClassicProtocol().setName(protocol.name()).setMetadata(protocol.metadata()));
        }
        return metadata;
    }

    private MemberAssignment assigned(ClassicMember member) {
        return NamedPartitions.read(member.assignment, groups.context().cluster()).orElseThrow(this::malformed);
    }

    /** The upgrade is decided: whoever waits in the classic group joins anew, and sessions go on. */
    void onDecided(Decision decision, ConsumerSessions sessions) {
        for (var member : List.copyOf(classic.members())) {
            classic.answerJoin(member, JoinGroups.refusal(member.id, ErrorCode.REBALANCE_IN_PROGRESS), decision);
            classic.answerSync(member, SyncGroups.refusal(ErrorCode.REBALANCE_IN_PROGRESS), decision);
            sessions.touch(classic.id(), member.id, decision.nowMs(), member.sessionTimeoutMs);
        }
    }
}
