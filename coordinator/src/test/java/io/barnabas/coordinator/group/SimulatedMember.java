package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.group.GroupsRig.Client;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** A client that does what consumers do: joins, syncs, shows that it lives, commits; one request at a time. */
final class SimulatedMember {
    private enum Phase { JOINING, SYNCING, RUNNING, DEAD }

    private static final int SESSION_MS = 8_000;
    private static final int REBALANCE_MS = 12_000;
    private static final int REQUEST_TIMEOUT_MS = 15_000;
    private static final int BACKOFF_MS = 300;
    private static final int HEARTBEAT_MS = 1_500;

    final Client client;
    private final SimulatedGroup group;
    private Phase phase = Phase.JOINING;
    private Map<String, String> assignments = Map.of();
    private List<Integer> owned = List.of();
    private int requestId;
    private long pausedUntilMs;

    SimulatedMember(SimulatedGroup group, Client client) {
        this.group = group;
        this.client = client;
    }

    boolean isDead() {
        return phase == Phase.DEAD;
    }

    boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    List<Integer> owned() {
        return owned;
    }

    void kill() {
        group.note(this + " dies");
        phase = Phase.DEAD;
    }

    void pauseFor(long ms) {
        pausedUntilMs = nowMs() + ms;
    }

    private long nowMs() {
        return group.net.clock().nowMs();
    }

    private void stepIn(long ms) {
        int current = ++requestId;
        group.net.schedule(ms, () -> {
            if (current == requestId) step();
        });
    }

    void step() {
        if (phase == Phase.DEAD) return;
        if (pausedUntilMs > nowMs()) {
            stepIn(pausedUntilMs - nowMs());
            return;
        }
        switch (phase) {
            case JOINING -> join();
            case SYNCING -> sync();
            case RUNNING -> {
                int choice = group.random.nextInt(4);
                if (choice == 0 && !owned.isEmpty()) commit(owned.get(group.random.nextInt(owned.size())));
                else if (choice == 1) fetch(group.random.nextInt(SimulatedGroup.PARTITIONS));
                else heartbeat();
            }
            case DEAD -> { }
        }
    }

    // --- requests

    private void join() {
        var request = new JoinGroupRequest().setGroupId(GroupsRig.GROUP).setMemberId(client.memberId).setGroupInstanceId(client.instanceId)
                .setSessionTimeoutMs(SESSION_MS).setRebalanceTimeoutMs(REBALANCE_MS).setProtocolType("consumer");
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(GroupsRig.bytes("of " + client.clientId)));
        var info = new ClientInfo(client.clientId, "/127.0.0.1", (short) client.joinVersion);
        this.<JoinGroupResponse>send(reply -> (state, decision) -> state.classic().join(info, request, reply, decision), this::onJoined,
                error -> JoinGroups.refusal(client.memberId, error));
    }

    private void onJoined(JoinGroupResponse response) {
        var error = ErrorCode.of(response.errorCode());
        if (error == ErrorCode.MEMBER_ID_REQUIRED) client.memberId = response.memberId();
        if (error != ErrorCode.NONE) {
            onError(error);
            return;
        }
        client.memberId = response.memberId();
        client.generation = response.generationId();
        group.note(this + " joined, leader=" + response.leader());
        boolean assigns = response.leader().equals(client.memberId) && !response.skipAssignment();
        assignments = assigns ? assign(response) : Map.of();
        phase = Phase.SYNCING;
        step();
    }

    /** Partitions in turn; what is assigned begins with the generation. */
    private static Map<String, String> assign(JoinGroupResponse response) {
        var assigned = new HashMap<String, String>();
        int count = response.members().size();
        for (int i = 0; i < count; i++) {
            var partitions = new ArrayList<String>();
            for (int partition = i; partition < SimulatedGroup.PARTITIONS; partition += count) partitions.add(String.valueOf(partition));
            assigned.put(response.members().get(i).memberId(), response.generationId() + ":" + String.join(",", partitions));
        }
        return assigned;
    }

    private void sync() {
        var request = new SyncGroupRequest().setGroupId(GroupsRig.GROUP).setMemberId(client.memberId).setGroupInstanceId(client.instanceId)
                .setGenerationId(client.generation);
        assignments.forEach((member, assignment) ->
                request.assignments().add(new SyncGroupRequestAssignment().setMemberId(member).setAssignment(GroupsRig.bytes(assignment))));
        this.<SyncGroupResponse>send(reply -> (state, decision) -> state.classic().sync(request, reply, decision), this::onSynced, SyncGroups::refusal);
    }

    private void onSynced(SyncGroupResponse response) {
        var error = ErrorCode.of(response.errorCode());
        if (error != ErrorCode.NONE) {
            onError(error);
            return;
        }
        var assignment = GroupsRig.text(response.assignment());
        group.onAssigned(this, assignment);
        owned = new ArrayList<>();
        var partitions = assignment.substring(assignment.indexOf(':') + 1);
        if (!partitions.isEmpty()) for (var partition : partitions.split(",")) owned.add(Integer.parseInt(partition));
        phase = Phase.RUNNING;
        stepIn(HEARTBEAT_MS);
    }

    private void heartbeat() {
        var request = new HeartbeatRequest().setGroupId(GroupsRig.GROUP).setMemberId(client.memberId).setGroupInstanceId(client.instanceId)
                .setGenerationId(client.generation);
        this.<ErrorCode>send(reply -> (state, decision) -> state.classic().heartbeat(request, decision), this::onDone, Function.identity());
    }

    /** What comes of a commit is checked where it happens; the client only hears of it. */
    private void commit(int partition) {
        int generation = client.generation;
        this.<ErrorCode>send(reply -> (state, decision) -> {
            var request = group.commit(this, partition).setGenerationIdOrMemberEpoch(generation);
            long offset = request.topics().get(0).partitions().get(0).committedOffset();
            var error = ErrorCode.of(state.offsets().commit(request, 8, decision).topics().get(0).partitions().get(0).errorCode());
            group.onCommitDecided(generation, error);
            if (error != ErrorCode.NONE) return error;
            decision.answer(new Acknowledgement(generation, partition, offset), ErrorCode.NONE);
            return ErrorCode.NONE;
        }, this::onDone, Function.identity());
    }

    /** Notes that a commit is durable, whether or not its client ever hears of it. */
    private final class Acknowledgement implements Reply<ErrorCode> {
        private final int generation;
        private final int partition;
        private final long offset;

        Acknowledgement(int generation, int partition, long offset) {
            this.generation = generation;
            this.partition = partition;
            this.offset = offset;
        }

        @Override
        public void answer(ErrorCode response) {
            group.onCommitAcknowledged(generation, partition, offset);
        }

        @Override
        public void fail(ErrorCode error) {}
    }

    private void fetch(int partition) {
        var request = new OffsetFetchRequestGroup().setGroupId(GroupsRig.GROUP);
        request.topics().add(new OffsetFetchRequestTopics().setName("t").setTopicId(Uuid.ZERO).setPartitionIndexes(List.of(partition)));
        this.<ErrorCode>send(reply -> (state, decision) -> {
            long found = state.offsets().fetch(request, false).topics().get(0).partitions().get(0).committedOffset();
            assertThat(found).as("offset of %d\n%s", partition, group.story()).isGreaterThanOrEqualTo(group.acknowledgedOffset(partition));
            return ErrorCode.NONE;
        }, this::onDone, Function.identity());
    }

    void leave() {
        if (phase != Phase.RUNNING) return;
        var request = new LeaveGroupRequest().setGroupId(GroupsRig.GROUP)
                .setMembers(List.of(new MemberIdentity().setMemberId(client.memberId).setGroupInstanceId(client.instanceId)));
        this.<ErrorCode>send(reply -> (state, decision) -> ErrorCode.of(state.classic().leave(request, decision).members().get(0).errorCode()),
                error -> {
                    owned = List.of();
                    client.memberId = "";
                    phase = Phase.JOINING;
                    stepIn(BACKOFF_MS);
                }, Function.identity());
    }

    private void onDone(ErrorCode error) {
        if (error == ErrorCode.NONE) stepIn(HEARTBEAT_MS);
        else onError(error);
    }

    private void onError(ErrorCode error) {
        group.note(this + " hears " + error);
        switch (error) {
            case FENCED_INSTANCE_ID -> phase = Phase.DEAD;
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> {
                owned = List.of();
                if (error == ErrorCode.UNKNOWN_MEMBER_ID) client.memberId = "";
                phase = Phase.JOINING;
            }
            case REBALANCE_IN_PROGRESS -> phase = Phase.JOINING;
            default -> { } // Asks again.
        }
        stepIn(error == ErrorCode.MEMBER_ID_REQUIRED ? 0 : BACKOFF_MS);
    }

    // --- the network

    /** One request and its answer, either of which may be lost, late, or there twice. */
    private <R> void send(Function<Reply<R>, Command<Groups, R>> command, Consumer<R> receiver, Function<ErrorCode, R> refusal) {
        stepIn(REQUEST_TIMEOUT_MS);
        int sent = requestId;
        int copies = group.isCalm ? 1 : copies();
        for (int i = 0; i < copies; i++) {
            var reply = new NetReply<>(sent, receiver, refusal);
            group.net.schedule(delayMs(), () -> {
                var shard = group.rig.shard.shard;
                group.rig.shard.loop.execute(() -> shard.run(command.apply(reply), reply));
            });
        }
    }

    private int copies() {
        int chance = group.random.nextInt(20);
        return chance == 0 ? 0 : chance == 1 ? 2 : 1;
    }

    private long delayMs() {
        if (group.isCalm) return 1;
        return group.random.nextInt(30) == 0 ? group.random.nextInt(20_000) : group.random.nextInt(20);
    }

    private final class NetReply<R> implements Reply<R> {
        private final int sent;
        private final Consumer<R> receiver;
        private final Function<ErrorCode, R> refusal;
        private boolean isAnswered;

        NetReply(int sent, Consumer<R> receiver, Function<ErrorCode, R> refusal) {
            this.sent = sent;
            this.receiver = receiver;
            this.refusal = refusal;
        }

        @Override
        public void answer(R response) {
            assertThat(isAnswered).as("answered twice").isFalse();
            isAnswered = true;
            group.net.execute(() -> {
                if (!group.isCalm && group.random.nextInt(20) == 0) return;
                group.net.schedule(delayMs(), () -> {
                    if (sent == requestId && phase != Phase.DEAD && pausedUntilMs <= nowMs()) receiver.accept(response);
                });
            });
        }

        @Override
        public void fail(ErrorCode error) {
            answer(refusal.apply(error));
        }
    }

    @Override
    public String toString() {
        return client.clientId + "(" + client.memberId + "/" + client.generation + ")";
    }
}
