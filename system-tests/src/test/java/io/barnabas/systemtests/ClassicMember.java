package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.HeartbeatResponse;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.protocol.record.ConsumerProtocolSubscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A member of a classic group who asks, on a connection of its own, for one thing at a time. What it is told stays in the open fields. */
final class ClassicMember {
    static final int SESSION_MS = 60_000;
    private static final int REBALANCE_MS = 60_000;

    final Transcript told;
    final String name;
    final String group;
    String id = "";
    String instanceId;
    int generation = -1;
    String protocol;
    /** Of JoinGroup; the other requests are sent in the newest version that is not newer. */
    int version = 9;
    String protocolType = "consumer";
    List<String> protocols = List.of("range");
    ByteBuffer metadata = subscription("some");
    int sessionMs = SESSION_MS;
    int rebalanceMs = REBALANCE_MS;
    String reason;
    private JoinGroupRequest asked;
    private SyncGroupRequest askedSync;

    ClassicMember(Transcript told, String name, String group) {
        this.told = told;
        this.name = name;
        this.group = group;
    }

    ClassicMember version(int newVersion) {
        version = newVersion;
        return this;
    }

    ClassicMember instance(String newId) {
        instanceId = newId;
        return this;
    }

    ClassicMember protocols(String... names) {
        protocols = List.of(names);
        return this;
    }

    ClassicMember metadata(ByteBuffer bytes) {
        metadata = bytes;
        return this;
    }

    ClassicMember timeouts(int newSessionMs, int newRebalanceMs) {
        sessionMs = newSessionMs;
        rebalanceMs = newRebalanceMs;
        return this;
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(Clients.bytes(text));
    }

    /** What a consumer sends as its metadata. */
    static ByteBuffer subscription(String... topics) {
        var writer = ByteWriter.onHeap(64);
        writer.writeShort((short) 0);
        var subscription = new ConsumerProtocolSubscription();
        subscription.topics().addAll(List.of(topics));
        subscription.write(writer, (short) 0);
        return writer.toByteBuffer();
    }

    private JoinGroupRequest joinRequest() {
        var request = new JoinGroupRequest().setGroupId(group).setMemberId(id).setProtocolType(protocolType).setSessionTimeoutMs(sessionMs);
        if (version >= 1) request.setRebalanceTimeoutMs(rebalanceMs);
        if (version >= 5) request.setGroupInstanceId(instanceId);
        if (version >= 8) request.setReason(reason);
        for (var protocolName : protocols) {
            request.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName(protocolName).setMetadata(metadata.duplicate()));
        }
        return request;
    }

    void sendJoin() throws IOException {
        asked = joinRequest();
        told.send(name, asked, version);
    }

    JoinGroupResponse joined() throws IOException {
        var answer = (JoinGroupResponse) told.receive(name, asked, version);
        if (!answer.memberId().isEmpty()) id = answer.memberId();
        if (answer.errorCode() == 0) {
            generation = answer.generationId();
            protocol = answer.protocolName();
        }
        return answer;
    }

    JoinGroupResponse join() throws IOException {
        sendJoin();
        return joined();
    }

    /** Gets a member id, where the version wants one, and asks to join with it, without waiting. */
    ClassicMember sendJoinWithId() throws IOException {
        if (version >= 4 && id.isEmpty() && instanceId == null) join();
        sendJoin();
        return this;
    }

    /** Becomes the only member, or one of those who are asked to come together. */
    ClassicMember joinWithId() throws IOException {
        sendJoinWithId();
        joined();
        return this;
    }

    /** Joins alone and takes its own assignment. */
    ClassicMember stable() throws IOException {
        joinWithId();
        sync(this);
        return this;
    }

    private int syncVersion() {
        return Math.min(version, 5);
    }

    private SyncGroupRequest syncRequest() {
        var request = new SyncGroupRequest().setGroupId(group).setMemberId(id).setGenerationId(generation);
        if (syncVersion() >= 3) request.setGroupInstanceId(instanceId);
        if (syncVersion() >= 5) request.setProtocolType(protocolType).setProtocolName(protocol);
        return request;
    }

    /** @param assigned members to name in the assignment; a leader alone should */
    void sendSync(ClassicMember... assigned) throws IOException {
        askedSync = syncRequest();
        for (var member : assigned) {
            askedSync.assignments().add(new SyncGroupRequestAssignment().setMemberId(member.id).setAssignment(text("for " + member.name)));
        }
        told.send(name, askedSync, syncVersion());
    }

    /** Takes these bytes for its own assignment. */
    SyncGroupResponse syncWith(ByteBuffer assignment) throws IOException {
        askedSync = syncRequest();
        askedSync.assignments().add(new SyncGroupRequestAssignment().setMemberId(id).setAssignment(assignment));
        told.send(name, askedSync, syncVersion());
        return synced();
    }

    SyncGroupResponse synced() throws IOException {
        return (SyncGroupResponse) told.receive(name, askedSync, syncVersion());
    }

    SyncGroupResponse sync(ClassicMember... assigned) throws IOException {
        sendSync(assigned);
        return synced();
    }

    private HeartbeatRequest heartbeatRequest() {
        var request = new HeartbeatRequest().setGroupId(group).setMemberId(id).setGenerationId(generation);
        return heartbeatVersion() >= 3 ? request.setGroupInstanceId(instanceId) : request;
    }

    private int heartbeatVersion() {
        return Math.min(version, 4);
    }

    short heartbeat() throws IOException {
        return ((HeartbeatResponse) told.ask(name, heartbeatRequest(), heartbeatVersion())).errorCode();
    }

    /** Waits until a heartbeat is answered with this error. */
    void awaitHeartbeat(int errorCode) {
        told.<HeartbeatResponse>until(answer -> answer.errorCode() == errorCode, heartbeatRequest(), heartbeatVersion());
    }

    void leave() throws IOException {
        int leaveVersion = Math.min(version, 5);
        var request = new LeaveGroupRequest().setGroupId(group);
        if (leaveVersion < 3) request.setMemberId(id);
        else request.members().add(new MemberIdentity().setMemberId(id).setGroupInstanceId(instanceId));
        told.ask(name, request, leaveVersion);
    }
}
