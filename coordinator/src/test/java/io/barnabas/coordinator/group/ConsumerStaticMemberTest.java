package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.ConsumerRig.joining;
import static io.barnabas.coordinator.group.ConsumerRig.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerStaticMemberTest {
    private final ConsumerRig rig = new ConsumerRig(2);

    @BeforeEach
    void joinTwo() {
        rig.topic("t", 4);
        rig.beat(joining("a1", "t").setInstanceId("a"));
        rig.pass(1_000);
        rig.beat(joining("b1", "t").setInstanceId("b"));
        rig.beat("a1", 2);
        rig.beat(rig.owning(request("a1", 2), "t", 0, 1));
        rig.beat("b1", 3);
    }

    private static ConsumerGroupHeartbeatRequest of(String instanceId, String memberId, int memberEpoch) {
        return request(memberId, memberEpoch).setInstanceId(instanceId);
    }

    @Test
    void nobodyTakesThePlaceOfAMemberThatIsThere() {
        assertThat(rig.refusal(joining("a2", "t").setInstanceId("a"))).isEqualTo(ErrorCode.UNRELEASED_INSTANCE_ID);
        assertThat(rig.refusal(joining("a1", "t").setInstanceId("a"))).isEqualTo(ErrorCode.UNRELEASED_INSTANCE_ID);
    }

    @Test
    void whoComesBackHasWhatItHadAndNobodyMoves() {
        assertThat(rig.beat(of("a", "a1", -2)).memberEpoch()).isEqualTo(-2);
        assertThat(rig.group().groupEpoch()).isEqualTo(3);
        var back = rig.beat(joining("a2", "t").setInstanceId("a"));
        assertThat(back.memberEpoch()).isEqualTo(3);
        assertThat(rig.assigned(back)).isEqualTo(Map.of("t", List.of(0, 1)));
        assertThat(rig.group().groupEpoch()).isEqualTo(3);
        assertThat(rig.proposedKinds()).containsExactly("CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT-", "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER-",
                "CONSUMER_GROUP_MEMBER_METADATA-", "CONSUMER_GROUP_MEMBER_METADATA", "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER",
                "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT", "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT");
    }

    @Test
    void whoseIsTakenIsFenced() {
        rig.beat(of("a", "a1", -2));
        rig.beat(joining("a2", "t").setInstanceId("a"));
        assertThat(rig.refusal(of("a", "a1", 3))).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(rig.refusal(of("a", "a1", -1))).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(rig.refusal(of("a", "a1", -2))).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(rig.refusal(request("a1", 3))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.refusal(of("nobody", "a2", 3))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void oldCommitsOfOneThatWentDoNotCount() {
        rig.beat(of("a", "a1", -2));
        rig.beat(joining("a2", "t").setInstanceId("a"));
        var group = rig.group();
        assertThat(group.commitError(new Committer("a1", "a", 3, false))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(group.commitError(new Committer("a2", "a", 3, false))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoDoesNotComeBackInTimeIsGivenUp() {
        rig.beat(of("a", "a1", -2));
        for (int second = 0; second < 50; second += 10) {
            rig.beat(of("b", "b1", 3));
            rig.pass(10_000);
        }
        assertThat(rig.group().staticMember("a")).isNull();
        assertThat(rig.assigned(rig.beat(of("b", "b1", 3)))).isEqualTo(Map.of("t", List.of(0, 1, 2, 3)));
    }

    @Test
    void whoComesBackWithAnotherSubscriptionStartsAnAssignment() {
        rig.topic("u", 2);
        rig.beat(of("a", "a1", -2));
        rig.pass(1_000);
        var back = rig.beat(joining("a2", "t", "u").setInstanceId("a"));
        assertThat(back.memberEpoch()).isEqualTo(4);
        assertThat(rig.assigned(back)).containsEntry("u", List.of(0, 1));
    }

    @Test
    void aFullGroupTakesItsStaticMembersBack() {
        var config = rig.consumerConfig;
        rig.consumerConfig = new ConsumerGroupConfig(config.sessionTimeoutMs(), config.heartbeatIntervalMs(), 2, config.assignmentIntervalMs(),
                config.regexRefreshIntervalMs(), config.assignors(), config.migrationPolicy());
        rig.beat(of("a", "a1", -2));
        assertThat(rig.beat(joining("a2", "t").setInstanceId("a")).memberEpoch()).isEqualTo(3);
        assertThat(rig.refusal(joining("c1", "t").setInstanceId("c"))).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    }
}
