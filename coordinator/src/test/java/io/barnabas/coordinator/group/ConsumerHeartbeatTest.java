package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.ConsumerRig.GROUP;
import static io.barnabas.coordinator.group.ConsumerRig.joining;
import static io.barnabas.coordinator.group.ConsumerRig.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerHeartbeatTest {
    private final ConsumerRig rig = new ConsumerRig(1);

    @BeforeEach
    void makeTopics() {
        rig.topic("t", 4);
        rig.topic("u", 2);
    }

    // --- joining

    @Test
    void firstMemberGetsEverythingAtEpochTwo() {
        var answer = rig.join("a", "t");
        assertThat(answer.memberEpoch()).isEqualTo(2);
        assertThat(answer.heartbeatIntervalMs()).isEqualTo(5_000);
        assertThat(rig.assigned(answer)).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
        assertThat(rig.group().stateName()).isEqualTo("Stable");
    }

    @Test
    void recordsOfAJoinComeInKafkasOrder() {
        rig.join("a", "t");
        assertThat(rig.proposedKinds()).containsExactly("CONSUMER_GROUP_MEMBER_METADATA", "CONSUMER_GROUP_METADATA",
                "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER", "CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA", "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT");
    }

    @Test
    void memberWhoReadsNothingMovesNobody() {
        rig.join("a", "t");
        var answer = rig.join("b");
        assertThat(answer.memberEpoch()).isEqualTo(2);
        assertThat(rig.proposedKinds()).containsExactly("CONSUMER_GROUP_MEMBER_METADATA", "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT");
    }

    @Test
    void olderClientIsGivenAMemberId() {
        var answer = rig.run((groups, decision) -> groups.consumers().heartbeat(joining("", "t"), new ClientInfo("c", "/1.2.3.4", (short) 0), decision));
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.memberId()).hasSize(22);
        assertThat(rig.group().member(answer.memberId())).isNotNull();
    }

    @Test
    void joiningAgainIsToldTheSameAgain() {
        rig.join("a", "t");
        var again = rig.join("a", "t");
        assertThat(again.memberEpoch()).isEqualTo(2);
        assertThat(rig.assigned(again)).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
        assertThat(rig.proposed).isEmpty();
    }

    @Test
    void fullGroupTakesNobodyElse() {
        var config = rig.consumerConfig;
        rig.consumerConfig = new ConsumerGroupConfig(config.sessionTimeoutMs(), config.heartbeatIntervalMs(), 1, config.assignmentIntervalMs(),
                config.regexRefreshIntervalMs(), config.assignors(), config.migrationPolicy());
        rig.join("a", "t");
        assertThat(rig.refusal(joining("b", "t"))).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(rig.join("a", "t").memberEpoch()).isEqualTo(2);
    }

    // --- what is refused

    @Test
    void heartbeatsThatMakeNoSenseAreInvalid() {
        rig.join("a", "t");
        assertThat(rig.refusal(joining("", "t"))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setGroupId(""))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setRebalanceTimeoutMs(-1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setInstanceId(""))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setRackId(""))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setTopicPartitions(null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(rig.owning(joining("b", "t"), "t", 1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b").setSubscribedTopicNames(null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(request("a", -2))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(request("a", -3))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(rig.refusal(joining("b", "t").setServerAssignor("sticky"))).isEqualTo(ErrorCode.UNSUPPORTED_ASSIGNOR);
        assertThat(rig.refusal(joining("b", "t").setSubscribedTopicRegex("("))).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
    }

    @Test
    void strangersAreRefused() {
        assertThat(rig.refusal(request("a", 1))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(rig.refusal(request("a", -1))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        rig.join("a", "t");
        assertThat(rig.refusal(request("b", 2))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.refusal(request("b", -1))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void wrongEpochsAreFencedButOneAnswerMayBeLost() {
        rig.join("a", "t");
        rig.pass(1_000);
        rig.join("b", "t");
        assertThat(rig.assigned(rig.beat("a", 2))).isEqualTo(Map.of("t", List.of(0, 1)));
        assertThat(rig.beat(rig.owning(request("a", 2), "t", 0, 1)).memberEpoch()).isEqualTo(3);
        assertThat(rig.refusal(request("a", 2))).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
        assertThat(rig.refusal(request("a", 4))).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
        assertThat(rig.refusal(rig.owning(request("a", 2), "t", 0, 1, 2))).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
        assertThat(rig.beat(rig.owning(request("a", 2), "t", 0, 1)).memberEpoch()).isEqualTo(3);
    }

    // --- reconciliation

    @Test
    void partitionsGoToAnotherOnlyWhenTheirHolderHasGivenThemUp() {
        rig.join("a", "t");
        rig.pass(1_000);
        var b = rig.join("b", "t");
        assertThat(b.memberEpoch()).isEqualTo(3);
        assertThat(rig.assigned(b)).isEmpty();
        assertThat(rig.group().stateName()).isEqualTo("Reconciling");
        assertThat(rig.beat("b", 3).assignment()).isNull();
        assertThat(rig.assigned(rig.beat("a", 2))).isEqualTo(Map.of("t", List.of(0, 1)));
        assertThat(rig.beat(rig.owning(request("a", 2), "t", 0, 1, 2, 3)).memberEpoch()).isEqualTo(2);
        assertThat(rig.beat("b", 3).assignment()).isNull();
        assertThat(rig.beat(rig.owning(request("a", 2), "t", 0, 1)).memberEpoch()).isEqualTo(3);
        assertThat(rig.assigned(rig.beat("b", 3))).isEqualTo(Map.of("t", List.of(2, 3)));
        assertThat(rig.group().stateName()).isEqualTo("Stable");
    }

    @Test
    void targetsAreComputedOnceInAnInterval() {
        rig.join("a", "t");
        var b = rig.join("b", "t");
        assertThat(b.memberEpoch()).isEqualTo(2);
        assertThat(rig.group().stateName()).isEqualTo("Assigning");
        assertThat(rig.group().groupEpoch()).isEqualTo(3);
        rig.pass(1_000);
        assertThat(rig.beat("b", 2).memberEpoch()).isEqualTo(3);
        assertThat(rig.group().targetEpoch()).isEqualTo(3);
    }

    @Test
    void targetsOfLargeGroupsAreComputedBesideTheLoop() {
        rig.topic("large", TargetAssignment.LARGE);
        var first = rig.join("a", "large");
        assertThat(first.memberEpoch()).isEqualTo(1);
        assertThat(rig.assigned(first)).isEmpty();
        var next = rig.beat("a", 1);
        assertThat(next.memberEpoch()).isEqualTo(2);
        assertThat(rig.assigned(next).get("large")).hasSize(TargetAssignment.LARGE);
    }

    @Test
    void whoHasLeftWhileTargetsWereComputedGetsNone() {
        rig.topic("large", TargetAssignment.LARGE);
        rig.shard.worker.pause();
        rig.sendOnly(joining("a", "large"));
        rig.sendOnly(joining("b", "large"));
        rig.sendOnly(request("a", -1));
        rig.shard.worker.resume();
        rig.settle();
        assertThat(rig.group().targetMembers()).doesNotContain("a");
        rig.pass(1_000);
        rig.beat("b", 1);
        int epoch = rig.group().member("b").memberEpoch();
        rig.beat("b", epoch);
        assertThat(rig.group().stateName()).isEqualTo("Stable");
        assertThat(rig.group().member("b").current().assigned().partitions().partitionCount()).isEqualTo(TargetAssignment.LARGE);
    }

    @Test
    void changedSubscriptionGivesUpAtOnceWhatIsNotReadAnyMore() {
        rig.join("a", "t");
        var answer = rig.beat(request("a", 2).setSubscribedTopicNames(List.of("u")));
        assertThat(rig.assigned(answer)).isEmpty();
        assertThat(rig.group().member("a").current().state()).isEqualTo(MemberState.UNREVOKED_PARTITIONS);
        rig.pass(1_000);
        assertThat(rig.assigned(rig.beat(rig.owning(request("a", 2), "t")))).isEqualTo(Map.of("u", List.of(0, 1)));
    }

    @Test
    void anotherAssignorBeginsANewEpochAndASecondVoteForItDoesNot() {
        rig.beat(joining("a", "t").setServerAssignor("range"));
        rig.beat(joining("b", "t").setServerAssignor("range"));
        int before = rig.group().groupEpoch();
        rig.beat(request("a", rig.group().member("a").memberEpoch()).setServerAssignor("uniform"));
        assertThat(rig.group().groupEpoch()).isEqualTo(before + 1);
        rig.beat(request("b", rig.group().member("b").memberEpoch()).setServerAssignor("uniform"));
        assertThat(rig.group().groupEpoch()).isEqualTo(before + 1);
    }

    @Test
    void whatAMemberHasNotGivenUpYetIsDescribedAsItsOwn() {
        rig.join("a", "t");
        rig.pass(1_000);
        rig.join("b", "t");
        rig.beat("a", 2);
        assertThat(rig.group().member("a").current().state()).isEqualTo(MemberState.UNREVOKED_PARTITIONS);
        var described = rig.run((groups, decision) -> groups.consumers().describe(GROUP)).members().get(0);
        assertThat(described.memberId()).isEqualTo("a");
        assertThat(described.assignment().topicPartitions().get(0).partitions()).containsExactly(0, 1, 2, 3);
        assertThat(described.targetAssignment().topicPartitions().get(0).partitions()).hasSize(2);
    }

    @Test
    void assignorIsTheOneThatMostPrefer() {
        rig.beat(joining("a", "t", "u").setServerAssignor("range"));
        rig.pass(1_000);
        rig.join("b", "t", "u");
        rig.beat("a", 2);
        rig.beat(rig.owning(request("a", 2), "t", 0, 1));
        assertThat(rig.run((groups, decision) -> groups.consumers().describe(GROUP)).assignorName()).isEqualTo("range");
    }

    // --- going

    @Test
    void whoLeavesIsGoneAndOthersGetItsPart() {
        rig.join("a", "t");
        rig.pass(1_000);
        rig.join("b", "t");
        var left = rig.beat("a", -1);
        assertThat(left.memberEpoch()).isEqualTo(-1);
        assertThat(rig.proposedKinds()).containsExactly("CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT-", "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER-",
                "CONSUMER_GROUP_MEMBER_METADATA-", "CONSUMER_GROUP_METADATA");
        rig.pass(1_000);
        assertThat(rig.assigned(rig.beat("b", 3))).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
    }

    @Test
    void emptyGroupStaysWithItsEpochUntilItIsDeleted() {
        rig.join("a", "t");
        rig.beat("a", -1);
        assertThat(rig.proposedKinds()).endsWith("CONSUMER_GROUP_METADATA", "CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA");
        assertThat(rig.group().stateName()).isEqualTo("Empty");
        assertThat(rig.join("b", "t").memberEpoch()).isEqualTo(4);
        rig.beat("b", -1);
        ErrorCode deletion = rig.run((groups, decision) -> groups.administration().delete(GROUP, decision));
        assertThat(deletion).isEqualTo(ErrorCode.NONE);
        assertThat(rig.proposedKinds()).containsExactly("CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA-", "CONSUMER_GROUP_PARTITION_METADATA-",
                "CONSUMER_GROUP_METADATA-");
        assertThat(rig.group()).isNull();
    }

    @Test
    void silentMemberIsGivenUpAfterItsSession() {
        rig.join("a", "t");
        rig.pass(30_000);
        rig.beat("a", 2);
        rig.pass(44_000);
        assertThat(rig.group().member("a")).isNotNull();
        rig.pass(1_100);
        assertThat(rig.group().member("a")).isNull();
        assertThat(rig.refusal(request("a", 2))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void memberThatDoesNotGiveUpInTimeIsGivenUp() {
        rig.join("a", "t");
        rig.pass(1_000);
        rig.join("b", "t");
        rig.beat("a", 2);
        for (int second = 0; second < 20; second += 5) {
            rig.beat("a", 2);
            rig.beat("b", 3);
            rig.pass(5_000);
        }
        assertThat(rig.refusal(request("a", 2))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.assigned(rig.beat("b", 3))).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
    }

    @Test
    void sessionsGoOnWhenTheShardIsLoadedAgain() {
        rig.join("a", "t");
        var before = ConsumerRig.contentOf(rig.group());
        rig.shard.powerCut();
        rig.settle();
        assertThat(ConsumerRig.contentOf(rig.group())).isEqualTo(before);
        rig.pass(44_000);
        assertThat(rig.group().member("a")).isNotNull();
        rig.pass(2_000);
        assertThat(rig.group().member("a")).isNull();
    }

    // --- topics

    @Test
    void partitionsThatAreAddedAreAssigned() {
        rig.join("a", "t");
        rig.pass(1_000);
        rig.topic("t", 6);
        var answer = rig.beat("a", 2);
        assertThat(answer.memberEpoch()).isEqualTo(3);
        assertThat(rig.assigned(answer)).isEqualTo(Map.of("t", List.of(0, 1, 2, 3, 4, 5)));
    }

    @Test
    void topicThatComesLaterIsAssigned() {
        assertThat(rig.assigned(rig.join("a", "later"))).isEmpty();
        rig.pass(1_000);
        rig.topic("later", 1);
        assertThat(rig.assigned(rig.beat("a", 2))).isEqualTo(Map.of("later", List.of(0)));
    }

    @Test
    void deletedTopicIsTakenFromItsReader() {
        rig.join("a", "t", "u");
        rig.pass(1_000);
        rig.changed(rig.topics.delete("t"));
        assertThat(rig.assigned(rig.beat("a", 2))).isEqualTo(Map.of("u", List.of(0, 1)));
    }

    @Test
    void otherTopicsMoveNobody() {
        rig.join("a", "t");
        rig.beat("a", 2);
        rig.topic("v", 1);
        rig.beat("a", 2);
        assertThat(rig.proposed).isEmpty();
    }
}
