package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.Wire;
import io.barnabas.protocol.record.GroupMetadataKey;
import io.barnabas.protocol.record.GroupMetadataValue;
import io.barnabas.protocol.record.GroupMetadataValue.MemberMetadata;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Classic groups as records, in the layout that Apache Kafka 4.4 writes. */
final class ClassicGroupRecords {
    /** The newest is flexible, and nobody writes it yet. */
    private static final short VALUE_VERSION = 3;

    private ClassicGroupRecords() {}

    /** A group that has no members in this generation. */
    static CoordinatorRecord withoutMembers(ClassicGroup group, int generation, long timestampMs) {
        return record(group.id(), new GroupMetadataValue().setProtocolType(group.protocolType()).setGeneration(generation)
                .setProtocol(null).setLeader(null).setCurrentStateTimestamp(timestampMs));
    }

    /** The group as it is, with what its members are given; those who are not named are given nothing. */
    static CoordinatorRecord of(ClassicGroup group, Map<String, ByteBuffer> assignments) {
        var value = new GroupMetadataValue().setProtocolType(group.protocolType()).setGeneration(group.generation())
                .setProtocol(group.protocolName()).setLeader(group.leaderId()).setCurrentStateTimestamp(group.stateTimestampMs());
        for (var member : group.members()) {
            value.members().add(new MemberMetadata()
                    .setMemberId(member.id)
                    .setGroupInstanceId(member.groupInstanceId)
                    .setClientId(member.clientId)
                    .setClientHost(member.clientHost)
                    .setRebalanceTimeout(member.rebalanceTimeoutMs)
                    .setSessionTimeout(member.sessionTimeoutMs)
                    .setSubscription(member.metadata(group.protocolName()))
                    .setAssignment(assignments.getOrDefault(member.id, Wire.NO_BYTES)));
        }
        return record(group.id(), value);
    }

    private static CoordinatorRecord record(String groupId, GroupMetadataValue value) {
        return CoordinatorRecord.of(GroupRecordType.GROUP_METADATA, new GroupMetadataKey().setGroup(groupId), VALUE_VERSION, value);
    }

    /** Makes a group what a record of the log says. */
    static void restore(ClassicGroup group, GroupMetadataValue value) {
        var members = new ArrayList<ClassicMember>(value.members().size());
        for (var loaded : value.members()) members.add(member(loaded, value.protocol()));
        group.restore(value.protocolType(), value.generation(), value.protocol(), value.leader(), value.currentStateTimestamp(), members);
    }

    private static ClassicMember member(MemberMetadata loaded, String protocol) {
        // Old brokers kept one time for both.
        int rebalanceTimeoutMs = loaded.rebalanceTimeout() < 0 ? loaded.sessionTimeout() : loaded.rebalanceTimeout();
        var protocols = protocol == null ? List.<ClassicMember.Protocol>of() : List.of(new ClassicMember.Protocol(protocol, copy(loaded.subscription())));
        var member = new ClassicMember(loaded.memberId(), loaded.groupInstanceId(), loaded.clientId(), loaded.clientHost(),
                rebalanceTimeoutMs, loaded.sessionTimeout(), protocols);
        member.assignment = copy(loaded.assignment());
        return member;
    }

    /** What is read is a part of a larger piece of the log, which must not be kept for it. */
    private static ByteBuffer copy(ByteBuffer slice) {
        return slice.hasRemaining() ? ByteBuffer.allocate(slice.remaining()).put(slice.duplicate()).flip() : Wire.NO_BYTES;
    }
}
