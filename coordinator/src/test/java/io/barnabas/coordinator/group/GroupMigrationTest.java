package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.ConsumerRig.GROUP;
import static io.barnabas.coordinator.group.ConsumerRig.joining;
import static io.barnabas.coordinator.group.ConsumerRig.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.ShardRig.Heard;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.coordinator.group.ConsumerGroupConfig.MigrationPolicy;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.LeaveGroupResponse;
import io.barnabas.protocol.message.SyncGroupRequest;
import io.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupMigrationTest {
    private static final ClientInfo CLIENT = new ClientInfo("client", "/127.0.0.1", (short) 9);

    private final ConsumerRig rig = new ConsumerRig(4);

    @BeforeEach
    void makeTopic() {
        rig.topic("t", 4);
    }

    // --- classic requests

    private static ByteBuffer subscription(String topic, Integer... owned) {
        return ConsumerProtocol.write(new ConsumerProtocol.Subscription((short) 3, List.of(topic), null,
                Map.of(topic, PartitionSet.of(List.of(owned))), -1, null));
    }

    private Heard<JoinGroupResponse> joinLater(String memberId, ByteBuffer metadata) {
        var request = new JoinGroupRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(null).setProtocolType("consumer")
                .setSessionTimeoutMs(10_000).setRebalanceTimeoutMs(8_000)
                .setProtocols(List.of(new JoinGroupRequestProtocol().setName("range").setMetadata(metadata)));
        var heard = new Heard<JoinGroupResponse>();
        rig.shard.loop.execute(() -> rig.shard.shard.run((groups, decision) -> groups.classic().join(CLIENT, request, heard, decision), heard));
        rig.settle();
        return heard;
    }

    private JoinGroupResponse join(String memberId, ByteBuffer metadata) {
        var heard = joinLater(memberId, metadata);
        rig.pass(0);
        assertThat(heard.isAnswered()).as(heard.toString()).isTrue();
        return heard.response;
    }

    private SyncGroupResponse sync(String memberId, int generation, Map<String, ByteBuffer> assignments) {
        var request = new SyncGroupRequest().setGroupId(GROUP).setMemberId(memberId).setGenerationId(generation).setGroupInstanceId(null)
                .setProtocolType("consumer").setProtocolName("range");
        assignments.forEach((id, bytes) -> request.assignments().add(new SyncGroupRequestAssignment().setMemberId(id).setAssignment(bytes)));
        var heard = new Heard<SyncGroupResponse>();
        rig.shard.loop.execute(() -> rig.shard.shard.run((groups, decision) -> groups.classic().sync(request, heard, decision), heard));
        rig.settle();
        return heard.response;
    }

    private ErrorCode heartbeat(String memberId, int generation) {
        var request = new HeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setGenerationId(generation).setGroupInstanceId(null);
        return rig.run((groups, decision) -> groups.classic().heartbeat(request, decision));
    }

    private ByteBuffer assignment(Integer... partitions) {
        return ConsumerProtocol.write(new ConsumerProtocol.Assignment((short) 3, Map.of("t", PartitionSet.of(List.of(partitions))), null));
    }

    private List<Integer> assigned(ByteBuffer assignment) {
        return NamedPartitions.read(assignment, rig.cluster()).orElseThrow().partitionsOf(rig.topics.id("t")).toList();
    }

    /** A classic group of one, which has all four partitions. @return its member id */
    private String classicMember() {
        var memberId = join("", subscription("t")).memberId();
        var joined = join(memberId, subscription("t"));
        assertThat(joined.generationId()).isEqualTo(1);
        sync(memberId, 1, Map.of(memberId, assignment(0, 1, 2, 3)));
        return memberId;
    }

    // --- up

    @Test
    void classicGroupBecomesAConsumerGroupWhenAConsumerJoins() {
        var classic = classicMember();
        var joined = rig.join("a", "t");
        assertThat(joined.memberEpoch()).isEqualTo(2);
        assertThat(rig.assigned(joined)).isEmpty();
        assertThat(rig.proposedKinds()).containsExactly("GROUP_METADATA-", "CONSUMER_GROUP_MEMBER_METADATA", "CONSUMER_GROUP_METADATA",
                "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER", "CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA", "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT",
                "CONSUMER_GROUP_MEMBER_METADATA", "CONSUMER_GROUP_METADATA", "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER",
                "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER", "CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA", "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT");
        assertThat(rig.group().member(classic).current().assigned().partitions().partitionCount()).isEqualTo(4);
    }

    @Test
    void classicMemberGivesUpItsPartByRejoining() {
        var classic = classicMember();
        rig.join("a", "t");
        assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        var first = join(classic, subscription("t", 0, 1, 2, 3));
        assertThat(first.generationId()).isEqualTo(1);
        var kept = assigned(sync(classic, 1, Map.of()).assignment());
        assertThat(kept).hasSize(2);
        assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(rig.beat("a", 2).assignment()).isNull();
        var second = join(classic, subscription("t", kept.toArray(Integer[]::new)));
        assertThat(second.generationId()).isEqualTo(2);
        assertThat(assigned(sync(classic, 2, Map.of()).assignment())).isEqualTo(kept);
        assertThat(heartbeat(classic, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.assigned(rig.beat("a", 2)).get("t")).hasSize(2).doesNotContainAnyElementsOf(kept);
        assertThat(rig.group().stateName()).isEqualTo("Stable");
    }

    @Test
    void whoSyncsBeforeItHasRejoinedIsToldTo() {
        var memberId = join("", subscription("t")).memberId();
        join(memberId, subscription("t"));
        rig.join("a", "t");
        assertThat(sync(memberId, 1, Map.of(memberId, assignment(0, 1, 2, 3))).errorCode()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS.code());
    }

    @Test
    void whoWaitsInTheClassicGroupIsToldToRejoin() {
        var first = classicMember();
        var second = join("", subscription("t")).memberId();
        var waiting = joinLater(second, subscription("t"));
        assertThat(waiting.isDone()).isFalse();
        rig.join("a", "t");
        assertThat(waiting.response.errorCode()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS.code());
        assertThat(rig.group().size()).isEqualTo(3);
        assertThat(heartbeat(first, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void upgradeNeedsThePolicyAndMetadataThatCanBeRead() {
        classicMember();
        var config = rig.consumerConfig;
        rig.consumerConfig = new ConsumerGroupConfig(config.sessionTimeoutMs(), config.heartbeatIntervalMs(), config.maxSize(), config.assignmentIntervalMs(),
                config.regexRefreshIntervalMs(), config.assignors(), MigrationPolicy.DOWNGRADE);
        assertThat(rig.refusal(joining("a", "t"))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        rig.consumerConfig = config;
        assertThat(rig.refusal(request("a", 1))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void groupOfOtherMetadataIsNotUpgraded() {
        var memberId = join("", ByteBuffer.wrap(new byte[] {0, 1})).memberId();
        join(memberId, ByteBuffer.wrap(new byte[] {0, 1}));
        assertThat(rig.refusal(joining("a", "t"))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void aRefusedJoinUpgradesNothing() {
        var classic = classicMember();
        assertThat(rig.refusal(joining("a", "t").setSubscribedTopicRegex("("))).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
        assertThat(rig.group()).isNull();
        assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.NONE);
    }

    // --- beside one another

    @Test
    void classicMemberThatJoinsAConsumerGroupIsGivenAnId() {
        rig.join("a", "t");
        rig.pass(1_000);
        var told = join("", subscription("t"));
        assertThat(told.errorCode()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED.code());
        var joined = join(told.memberId(), subscription("t"));
        assertThat(joined.generationId()).isEqualTo(3);
        assertThat(joined.leader()).isEmpty();
        assertThat(assigned(sync(told.memberId(), 3, Map.of()).assignment())).isEmpty();
        assertThat(heartbeat(told.memberId(), 3)).isEqualTo(ErrorCode.NONE);
        rig.beat("a", 2);
        rig.beat(rig.owning(request("a", 2), "t", 0, 1));
        assertThat(heartbeat(told.memberId(), 3)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        join(told.memberId(), subscription("t"));
        assertThat(assigned(sync(told.memberId(), 3, Map.of()).assignment())).containsExactly(2, 3);
    }

    @Test
    void classicMembersAreCheckedLikeAnyOther() {
        var classic = classicMember();
        rig.join("a", "t");
        assertThat(heartbeat(classic, 2)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(heartbeat("nobody", 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(heartbeat("a", 2)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(join("b", ByteBuffer.wrap(new byte[] {9})).errorCode()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL.code());
        assertThat(rig.group().commitError(new Committer(classic, null, 1, false))).isEqualTo(ErrorCode.NONE);
        assertThat(rig.group().commitError(new Committer(classic, null, 2, false))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @Test
    void silentClassicMemberIsGivenUpAfterItsOwnSession() {
        var classic = classicMember();
        rig.join("a", "t");
        rig.pass(9_000);
        rig.beat("a", 2);
        assertThat(rig.group().member(classic)).isNotNull();
        rig.pass(1_500);
        assertThat(rig.group().member(classic)).isNull();
    }

    @Test
    void classicMemberThatDoesNotRejoinInTimeIsGivenUp() {
        var classic = classicMember();
        rig.join("a", "t");
        for (int second = 0; second < 8; second++) {
            assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
            rig.pass(1_000);
        }
        assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.assigned(rig.beat("a", 2)).get("t")).isNotEmpty();
    }

    // --- down

    @Test
    void groupIsClassicAgainWhenTheLastConsumerLeaves() {
        var classic = classicMember();
        rig.join("a", "t");
        rig.beat("a", -1);
        assertThat(rig.proposedKinds()).startsWith("CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT-").endsWith("CONSUMER_GROUP_METADATA-", "GROUP_METADATA");
        assertThat(rig.group()).isNull();
        assertThat(heartbeat(classic, 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        var joined = join(classic, subscription("t"));
        assertThat(joined.leader()).isEqualTo(classic);
        assertThat(joined.generationId()).isEqualTo(3);
        sync(classic, 3, Map.of(classic, assignment(0, 1, 2, 3)));
        assertThat(heartbeat(classic, 3)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void groupIsClassicAgainWhenAClassicMemberTakesTheLastConsumersPlace() {
        var classic = classicMember();
        rig.beat(joining("a", "t").setInstanceId("i"));
        rig.beat(request("a", -2).setInstanceId("i"));
        var request = new JoinGroupRequest().setGroupId(GROUP).setMemberId("").setGroupInstanceId("i").setProtocolType("consumer")
                .setSessionTimeoutMs(10_000).setRebalanceTimeoutMs(8_000)
                .setProtocols(List.of(new JoinGroupRequestProtocol().setName("range").setMetadata(subscription("t"))));
        JoinGroupResponse joined = rig.run((groups, decision) -> groups.classic().join(CLIENT, request, null, decision));
        assertThat(joined.errorCode()).isZero();
        assertThat(rig.group()).isNull();
        assertThat(heartbeat(classic, 2)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void groupIsClassicAgainWhenTheLastConsumerFallsSilent() {
        var classic = classicMember();
        rig.join("a", "t");
        heartbeat(classic, 1);
        var kept = assigned(sync(join(classic, subscription("t", 0, 1, 2, 3)).memberId(), 1, Map.of()).assignment());
        join(classic, subscription("t", kept.toArray(Integer[]::new)));
        sync(classic, 2, Map.of());
        for (int second = 0; second < 45; second++) {
            rig.pass(1_000);
            heartbeat(classic, 2);
        }
        assertThat(rig.group()).isNull();
    }

    @Test
    void classicMembersMayLeaveAConsumerGroup() {
        var classic = classicMember();
        rig.join("a", "t");
        var request = new LeaveGroupRequest().setGroupId(GROUP).setMembers(List.of(
                new MemberIdentity().setMemberId(classic).setGroupInstanceId(null), new MemberIdentity().setMemberId("nobody").setGroupInstanceId(null)));
        LeaveGroupResponse response = rig.run((groups, decision) -> groups.classic().leave(request, decision));
        assertThat(response.members().get(0).errorCode()).isZero();
        assertThat(response.members().get(1).errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
        rig.pass(1_000);
        assertThat(rig.assigned(rig.beat("a", 2))).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
    }

    @Test
    void emptyGroupsChangeTheirKindWithWhoeverComes() {
        rig.join("a", "t");
        rig.beat("a", -1);
        var classic = classicMemberAgain();
        assertThat(rig.group()).isNull();
        var request = new LeaveGroupRequest().setGroupId(GROUP).setMembers(List.of(new MemberIdentity().setMemberId(classic).setGroupInstanceId(null)));
        rig.run((groups, decision) -> groups.classic().leave(request, decision));
        assertThat(rig.join("b", "t").memberEpoch()).isEqualTo(2);
        assertThat(rig.group().size()).isEqualTo(1);
    }

    private String classicMemberAgain() {
        var memberId = join("", subscription("t")).memberId();
        join(memberId, subscription("t"));
        return memberId;
    }

    @Test
    void whatTheLogSaysOfAGroupThatWentUpAndDownIsWhatIsThere() {
        var classic = classicMember();
        rig.join("a", "t");
        heartbeat(classic, 1);
        join(classic, subscription("t", 0, 1, 2, 3));
        var before = ConsumerRig.contentOf(rig.group());
        rig.shard.powerCut();
        rig.settle();
        assertThat(ConsumerRig.contentOf(rig.group())).isEqualTo(before);
        rig.beat("a", -1);
        rig.shard.powerCut();
        rig.settle();
        assertThat(rig.group()).isNull();
        assertThat(heartbeat(classic, 3)).isNotEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }
}
