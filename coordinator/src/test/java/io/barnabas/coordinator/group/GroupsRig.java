package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.HeapShare;
import io.barnabas.coordinator.ShardRig;
import io.barnabas.coordinator.ShardRig.Heard;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import io.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Groups on a shard of a simulated broker, asked as clients ask. */
final class GroupsRig {
    static final String GROUP = "g";
    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;
    static final int FIRST_DELAY_MS = 3_000;
    static final int RETENTION_MS = 60 * 60_000;
    static final int RETENTION_CHECK_MS = 10 * 60_000;
    static final int MEMBER_BYTES_MAX = 8 << 20;
    /** Of JoinGroup: the last version in which members need no id to join. */
    static final int WITHOUT_ID = 3;

    final ShardRig<Groups> shard;
    /** Settings that tests change. */
    int maxSize = Integer.MAX_VALUE;
    ClusterImage cluster = ClusterImage.EMPTY;
    final HeapShare memberMemory = new HeapShare(MEMBER_BYTES_MAX);

    GroupsRig() {
        this(1);
    }

    GroupsRig(long seed) {
        shard = new ShardRig<>(seed, timers -> new Groups(timers, context()));
        shard.simulation.runUntilIdle();
    }

    GroupContext context() {
        return new GroupContext() {
            @Override
            public GroupConfig config() {
                return new GroupConfig(6_000, 1_800_000, FIRST_DELAY_MS, maxSize, 4096, RETENTION_MS, RETENTION_CHECK_MS,
                        List.of("classic", "consumer"), consumerConfig(""));
            }

            @Override
            public ConsumerGroupConfig consumerConfig(String groupId) {
                return new ConsumerGroupConfig(45_000, 5_000, Integer.MAX_VALUE, 0, 600_000, List.of("uniform", "range"),
                        ConsumerGroupConfig.MigrationPolicy.BIDIRECTIONAL);
            }

            @Override
            public HeapShare memberMemory() {
                return memberMemory;
            }

            @Override
            public ClusterImage cluster() {
                return cluster;
            }

            @Override
            public UUID newUuid() {
                return new UUID(shard.simulation.random().nextLong(), shard.simulation.random().nextLong());
            }
        };
    }

    /** One client, and what it knows of itself. */
    final class Client {
        final String clientId;
        final String instanceId;
        final int joinVersion;
        List<String> protocols = List.of("range");
        String metadata;
        String memberId = "";
        int generation = -1;
        boolean isLeader;
        int sessionMs = SESSION_MS;
        int rebalanceMs = REBALANCE_MS;

        Client(String clientId, String instanceId, int joinVersion) {
            this.clientId = clientId;
            this.instanceId = instanceId;
            this.joinVersion = joinVersion;
            this.metadata = "of " + clientId;
        }

        Heard<JoinGroupResponse> join() {
            var request = new JoinGroupRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(instanceId)
                    .setSessionTimeoutMs(sessionMs).setRebalanceTimeoutMs(rebalanceMs).setProtocolType("consumer");
            for (var protocol : protocols) request.protocols().add(new JoinGroupRequestProtocol().setName(protocol).setMetadata(bytes(metadata)));
            var client = new ClientInfo(clientId, "/127.0.0.1", (short) joinVersion);
            var heard = new Heard<JoinGroupResponse>();
            shard.loop.execute(() -> shard.shard.run((state, decision) -> state.classic().join(client, request, heard, decision), heard));
            shard.simulation.runUntilIdle();
            return heard;
        }

        /** Takes to heart what a join has come to. */
        Client know(Heard<JoinGroupResponse> joined) {
            assertNone(joined.error, joined.response.errorCode());
            memberId = joined.response.memberId();
            generation = joined.response.generationId();
            isLeader = joined.response.leader().equals(memberId);
            return this;
        }

        /** @param assignments by member id; of the leader */
        Heard<SyncGroupResponse> sync(Map<String, String> assignments) {
            var request = new SyncGroupRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(instanceId).setGenerationId(generation);
            assignments.forEach((member, assignment) ->
                    request.assignments().add(new SyncGroupRequestAssignment().setMemberId(member).setAssignment(bytes(assignment))));
            var heard = new Heard<SyncGroupResponse>();
            shard.loop.execute(() -> shard.shard.run((state, decision) -> state.classic().sync(request, heard, decision), heard));
            shard.simulation.runUntilIdle();
            return heard;
        }

        ErrorCode heartbeat() {
            var request = new HeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(instanceId).setGenerationId(generation);
            return answered(shard.run((state, decision) -> state.classic().heartbeat(request, decision)));
        }

        ErrorCode leave() {
            var identity = new MemberIdentity().setMemberId(memberId).setGroupInstanceId(instanceId);
            return ErrorCode.of(GroupsRig.this.leave(identity).members().get(0).errorCode());
        }

        ErrorCode commit(String topic, int partition, long offset) {
            return GroupsRig.this.commit(new OffsetCommitRequest().setMemberId(memberId).setGroupInstanceId(instanceId)
                    .setGenerationIdOrMemberEpoch(generation), topic, partition, offset);
        }
    }

    Client client(String clientId) {
        return new Client(clientId, null, WITHOUT_ID);
    }

    Client staticClient(String clientId, String instanceId) {
        return new Client(clientId, instanceId, 9);
    }

    LeaveGroupResponse leave(MemberIdentity... identities) {
        var request = new LeaveGroupRequest().setGroupId(GROUP).setMembers(List.of(identities));
        return answered(shard.run((state, decision) -> state.classic().leave(request, decision)));
    }

    ErrorCode commit(OffsetCommitRequest request, String topic, int partition, long offset) {
        var ofTopic = new OffsetCommitRequestTopic().setName(topic).setTopicId(Uuid.ZERO);
        ofTopic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset).setCommittedMetadata(""));
        request.setGroupId(GROUP).setTopics(List.of(ofTopic));
        OffsetCommitResponse response = answered(shard.run((state, decision) -> state.offsets().commit(request, 8, decision)));
        return ErrorCode.of(response.topics().get(0).partitions().get(0).errorCode());
    }

    /** As one who is no member. */
    ErrorCode commit(String topic, int partition, long offset) {
        return commit(new OffsetCommitRequest().setGenerationIdOrMemberEpoch(-1), topic, partition, offset);
    }

    Heard<TxnOffsetCommitResponse> commitInTransaction(long producerId, int producerEpoch, String topic, int partition, long offset) {
        var ofTopic = new TxnOffsetCommitRequestTopic().setName(topic).setTopicId(Uuid.ZERO);
        ofTopic.partitions().add(new TxnOffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset));
        var request = new TxnOffsetCommitRequest().setGroupId(GROUP).setProducerId(producerId).setProducerEpoch((short) producerEpoch)
                .setTopics(List.of(ofTopic));
        var heard = shard.<TxnOffsetCommitResponse>run((state, decision) -> state.offsets().commitInTransaction(request, 3, decision));
        shard.simulation.runUntilIdle();
        return heard;
    }

    void endTransaction(long producerId, int producerEpoch, boolean isCommit) {
        var heard = new Heard<Void>();
        shard.loop.execute(() -> shard.shard.endTransaction(producerId, (short) producerEpoch, 0, isCommit, AppendOrigin.COORDINATOR, heard));
        shard.simulation.runUntilIdle();
        if (!heard.isAnswered()) throw new AssertionError("not ended: " + heard);
    }

    OffsetFetchResponsePartitions fetch(String topic, int partition, boolean requireStable) {
        var request = new OffsetFetchRequestGroup().setGroupId(GROUP);
        request.topics().add(new OffsetFetchRequestTopics().setName(topic).setTopicId(Uuid.ZERO).setPartitionIndexes(List.of(partition)));
        return answered(shard.run((state, decision) -> state.offsets().fetch(request, requireStable))).topics().get(0).partitions().get(0);
    }

    /** -1 if there is none. */
    long committed(String topic, int partition) {
        return fetch(topic, partition, false).committedOffset();
    }

    String stateName() {
        return answered(shard.run((state, decision) -> state.administration().describe(GROUP, 5))).groupState();
    }

    <R> R answered(Heard<R> heard) {
        shard.simulation.runUntilIdle();
        if (!heard.isAnswered()) throw new AssertionError("not answered: " + heard);
        return heard.response;
    }

    void pass(long ms) {
        shard.simulation.runFor(ms);
    }

    /** Time passes, and these show that they live. */
    void passWith(long ms, Client... living) {
        for (long left = ms; left > 0; left -= 1_000) {
            pass(Math.min(left, 1_000));
            for (var client : living) client.heartbeat();
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static void assertNone(ErrorCode error, short code) {
        if (error != ErrorCode.NONE || code != 0) throw new AssertionError("refused: error=%s code=%d".formatted(error, code));
    }
}
