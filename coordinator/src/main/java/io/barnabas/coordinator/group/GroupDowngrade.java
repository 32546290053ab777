package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.assignor.MemberAssignment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A group of the consumer protocol becomes a classic one when the last member goes that speaks the former (KIP-848). */
final class GroupDowngrade {
    private final ConsumerGroup group;
    private final List<ConsumerMember> staying = new ArrayList<>();
    private final GroupContext context;

    /** @param leaving members that go, or speak the classic protocol from now on under another id */
    GroupDowngrade(ConsumerGroup group, List<ConsumerMember> leaving, GroupContext context) {
        this.group = group;
        this.context = context;
        for (var member : group.members()) if (!leaving.contains(member)) staying.add(member);
    }

    /** Whether it is to be, now. Looks at all members only where that may be so. */
    static boolean isDue(ConsumerGroup group, List<ConsumerMember> leaving, GroupContext context) {
        int classicStaying = group.subscribers().classicCount();
        for (var member : leaving) if (member.isClassic()) classicStaying--;
        int staying = group.size() - leaving.size();
        return staying > 0 && staying == classicStaying && staying <= context.config().maxSize()
                && context.consumerConfig(group.id()).migrationPolicy().allowsDowngrade();
    }

    /** The classic group's members have what the target gives them, and are asked to rejoin at once. */
    void decide(Decision decision) {
        decision.appendAll(ConsumerRecords.groupTombstones(group));
        var members = new ArrayList<ClassicMember>();
        for (var member : staying) members.add(classic(member));
        var classic = new ClassicGroup(group.id());
        var leader = members.get(0).id;
        classic.restore(ConsumerProtocol.TYPE, group.groupEpoch(), null, leader, decision.nowMs(), members);
        classic.restore(ConsumerProtocol.TYPE, group.groupEpoch(), classic.chosenProtocol(), leader, decision.nowMs(), members);
        decision.append(ClassicGroupRecords.of(classic, assignments()));
    }

    private static ClassicMember classic(ConsumerMember member) {
        var subscription = member.subscription();
        var protocols = new ArrayList<ClassicMember.Protocol>();
        for (var protocol : subscription.classic().supportedProtocols()) {
            protocols.add(new ClassicMember.Protocol(protocol.name(), protocol.metadata()));
        }
        return new ClassicMember(member.id(), subscription.instanceId(), subscription.clientId(), subscription.clientHost(),
                subscription.rebalanceTimeoutMs(), subscription.classic().sessionTimeoutMs(), protocols);
    }

    private Map<String, ByteBuffer> assignments() {
        var assignments = new HashMap<String, ByteBuffer>();
        for (var member : staying) {
            var target = group.target(member.id());
            var has = target == null ? MemberAssignment.EMPTY : target;
            assignments.put(member.id(), NamedPartitions.write(has, member, context.cluster()));
        }
        return assignments;
    }
}
