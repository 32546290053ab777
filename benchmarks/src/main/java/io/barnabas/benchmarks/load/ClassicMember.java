package io.barnabas.benchmarks.load;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.protocol.record.ConsumerProtocolAssignment;
import io.barnabas.protocol.record.ConsumerProtocolSubscription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Joins and syncs as Apache Kafka's consumer does; the leader gives each member a range of the partitions. */
final class ClassicMember extends GroupMember {
    private static final String TYPE = "consumer";
    private static final String PROTOCOL = "range";
    private static final short VERSION = 3;

    private String memberId = "";
    private int joinedGeneration;

    ClassicMember(MessageConnection connection, Group group) {
        super(connection, group);
    }

    @Override
    void join() {
        unsettle();
        var protocol = new JoinGroupRequestProtocol().setName(PROTOCOL).setMetadata(subscription());
        ask(new JoinGroupRequest().setGroupId(group().id()).setSessionTimeoutMs(SESSION_TIMEOUT_MS).setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
                .setMemberId(memberId).setProtocolType(TYPE).setProtocols(List.of(protocol)), JoinGroupResponse.class, this::onJoined);
    }

    private void onJoined(JoinGroupResponse answer) {
        var error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.MEMBER_ID_REQUIRED) {
            memberId = answer.memberId();
            join();
            return;
        }
        if (error != ErrorCode.NONE) throw refused("join", error);
        memberId = answer.memberId();
        joinedGeneration = answer.generationId();
        boolean isLeader = answer.leader().equals(memberId);
        ask(new SyncGroupRequest().setGroupId(group().id()).setGenerationId(joinedGeneration).setMemberId(memberId).setProtocolType(TYPE)
                .setProtocolName(PROTOCOL).setAssignments(isLeader ? assignments(answer.members()) : List.of()), SyncGroupResponse.class, this::onSynced);
    }

    private void onSynced(SyncGroupResponse answer) {
        if (rejoins("sync", answer.errorCode())) return;
        setPartitions(partitionsOf(answer.assignment()));
        settle(joinedGeneration);
        later(group().heartbeatMs(), this::heartbeat);
    }

    private void heartbeat() {
        ask(new HeartbeatRequest().setGroupId(group().id()).setGenerationId(joinedGeneration).setMemberId(memberId), HeartbeatResponse.class, answer -> {
            if (!rejoins("heartbeat", answer.errorCode())) later(group().heartbeatMs(), this::heartbeat);
        });
    }

    private boolean rejoins(String what, short code) {
        var error = ErrorCode.of(code);
        if (error == ErrorCode.NONE) return false;
        if (error != ErrorCode.REBALANCE_IN_PROGRESS) throw refused(what, error);
        join();
        return true;
    }

    @Override
    void leave(Runnable left) {
        var member = new MemberIdentity().setMemberId(memberId);
        connection().ask(new LeaveGroupRequest().setGroupId(group().id()).setMembers(List.of(member)), LeaveGroupResponse.class, answer -> {
            if (answer.errorCode() != 0) throw refused("leave", ErrorCode.of(answer.errorCode()));
            left.run();
        });
    }

    private List<SyncGroupRequestAssignment> assignments(List<JoinGroupResponseMember> members) {
        var assignments = new ArrayList<SyncGroupRequestAssignment>();
        int partitionCount = group().partitionCount();
        for (int i = 0; i < members.size(); i++) {
            var partitions = IntStream.range(partitionCount * i / members.size(), partitionCount * (i + 1) / members.size()).boxed().toList();
            assignments.add(new SyncGroupRequestAssignment().setMemberId(members.get(i).memberId()).setAssignment(assignment(partitions)));
        }
        return assignments;
    }

    private ByteBuffer subscription() {
        var writer = versioned();
        new ConsumerProtocolSubscription().setTopics(List.of(group().topic())).write(writer, VERSION);
        return writer.toByteBuffer();
    }

    private ByteBuffer assignment(List<Integer> partitions) {
        var writer = versioned();
        var ofTopic = new ConsumerProtocolAssignment.TopicPartition().setTopic(group().topic()).setPartitions(partitions);
        new ConsumerProtocolAssignment().setAssignedPartitions(List.of(ofTopic)).write(writer, VERSION);
        return writer.toByteBuffer();
    }

    private static ByteWriter versioned() {
        var writer = ByteWriter.onHeap(64);
        writer.writeShort(VERSION);
        return writer;
    }

    private static List<Integer> partitionsOf(ByteBuffer assignment) {
        var reader = new ByteReader(assignment);
        var assigned = new ConsumerProtocolAssignment(reader, reader.readShort()).assignedPartitions();
        return assigned.isEmpty() ? List.of() : assigned.get(0).partitions();
    }
}
