package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.GroupsRig.FIRST_DELAY_MS;
import static io.barnabas.coordinator.group.GroupsRig.REBALANCE_MS;
import static io.barnabas.coordinator.group.GroupsRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.ShardRig.Heard;
import io.barnabas.coordinator.group.GroupsRig.Client;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassicGroupsTest {
    private final GroupsRig rig = new GroupsRig();
    private final Client a = rig.client("a");
    private final Client b = rig.client("b");
    private final Client c = rig.client("c");

    private static ErrorCode errorOf(Heard<JoinGroupResponse> joined) {
        return ErrorCode.of(joined.response.errorCode());
    }

    /** All join a group that nobody was in, and each is given "for" and its client id. */
    private void form(Client... clients) {
        var joins = new HashMap<Client, Heard<JoinGroupResponse>>();
        for (var client : clients) joins.put(client, client.join());
        rig.pass(2 * FIRST_DELAY_MS);
        joins.forEach(Client::know);
        sync(clients);
    }

    private void sync(Client... clients) {
        var assignments = new HashMap<String, String>();
        Client leader = null;
        for (var client : clients) {
            assignments.put(client.memberId, "for " + client.clientId);
            if (client.isLeader) leader = client;
        }
        for (var client : clients) if (client != leader) assertThat(client.sync(Map.of()).isDone()).isFalse();
        assertThat(text(leader.sync(assignments).response.assignment())).isEqualTo("for " + leader.clientId);
        assertThat(rig.stateName()).isEqualTo("Stable");
    }

    // --- generations

    @Test
    void theFirstRebalanceWaitsForMoreMembersAndTellsTheLeaderOfAll() {
        var first = a.join();
        rig.pass(FIRST_DELAY_MS - 1);
        var second = b.join();
        assertThat(first.isDone()).isFalse();
        rig.pass(1);
        // A newcomer gives the others another delay.
        assertThat(first.isDone()).isFalse();
        rig.pass(FIRST_DELAY_MS);
        a.know(first);
        b.know(second);
        assertThat(a.isLeader).isTrue();
        assertThat(first.response.members()).extracting(member -> text(member.metadata())).containsExactly("of a", "of b");
        assertThat(second.response.members()).isEmpty();
        assertThat(second.response.generationId()).isEqualTo(1);
        assertThat(second.response.protocolName()).isEqualTo("range");
    }

    @Test
    void theFirstRebalanceEndsWithTheRebalanceTimeoutHoweverManyCome() {
        a.rebalanceMs = b.rebalanceMs = c.rebalanceMs = FIRST_DELAY_MS + 1_000;
        var first = a.join();
        rig.pass(FIRST_DELAY_MS - 100);
        b.join();
        rig.pass(1_000);
        c.join();
        rig.pass(200);
        assertThat(first.isAnswered()).isTrue();
    }

    @Test
    void membersAreToldWhatTheyHaveWhenTheLeaderHasSynced() {
        var joins = List.of(a.join(), b.join());
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(joins.get(0));
        b.know(joins.get(1));
        var follower = b.sync(Map.of());
        assertThat(follower.isDone()).isFalse();
        a.sync(Map.of(a.memberId, "for a", b.memberId, "for b"));
        assertThat(text(follower.response.assignment())).isEqualTo("for b");
        assertThat(text(b.sync(Map.of()).response.assignment())).isEqualTo("for b");
    }

    @Test
    void aNewMemberAsksAllToJoinAnew() {
        form(a);
        var newcomer = b.join();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(newcomer.isDone()).isFalse();
        a.know(a.join());
        b.know(newcomer);
        assertThat(a.generation).isEqualTo(2);
        sync(a, b);
    }

    @Test
    void whoDoesNotJoinAnewInTimeIsOut() {
        form(a, b);
        var newcomer = c.join();
        b.know(joinWhile(newcomer, b));
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(b.isLeader).isTrue();
        assertThat(newcomer.response.generationId()).isEqualTo(2);
    }

    /** One joins anew, and a, who does not, goes on showing that it lives. */
    private Heard<JoinGroupResponse> joinWhile(Heard<JoinGroupResponse> other, Client client) {
        var joined = client.join();
        rig.passWith(REBALANCE_MS - 1, a);
        assertThat(other.isDone()).isFalse();
        rig.pass(1);
        return joined;
    }

    @Test
    void whoJoinsAndDoesNotSyncInTimeIsOut() {
        form(a);
        var newcomer = b.join();
        a.know(a.join());
        b.know(newcomer);
        var waiting = a.sync(Map.of(a.memberId, "x"));
        assertThat(waiting.isAnswered()).isTrue();
        rig.passWith(REBALANCE_MS, a, b);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aFollowerThatJoinsAnewWithTheSameMetadataChangesNothing() {
        form(a, b);
        var again = b.join();
        assertThat(again.response.generationId()).isEqualTo(1);
        assertThat(again.response.members()).isEmpty();
        assertThat(rig.stateName()).isEqualTo("Stable");
    }

    @Test
    void aLeaderThatJoinsAnewBeginsARebalance() {
        form(a, b);
        assertThat(a.join().isDone()).isFalse();
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void changedMetadataBeginsARebalance() {
        form(a, b);
        b.metadata = "something else";
        assertThat(b.join().isDone()).isFalse();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aRepeatedJoinOfTheGenerationThatIsBeingSyncedIsAnsweredAgain() {
        var joins = List.of(a.join(), b.join());
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(joins.get(0));
        b.know(joins.get(1));
        assertThat(a.join().response.members()).hasSize(2);
        assertThat(b.join().response.generationId()).isEqualTo(1);
        sync(a, b);
    }

    @Test
    void aRebalanceTakesTheSyncsBackThatWait() {
        var joins = List.of(a.join(), b.join());
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(joins.get(0));
        b.know(joins.get(1));
        var waiting = b.sync(Map.of());
        c.join();
        assertThat(waiting.response.errorCode()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS.code());
    }

    @Test
    void aLeaderWhoseWordIsTooLargeForTheLogIsToldSoAndAllJoinAnew() {
        var joins = List.of(a.join(), b.join());
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(joins.get(0));
        b.know(joins.get(1));
        var waiting = b.sync(Map.of());
        var refused = a.sync(Map.of(a.memberId, "x".repeat(2 << 20)));
        assertThat(refused.error).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(waiting.error).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(rig.stateName()).isEqualTo("PreparingRebalance");
        var again = a.join();
        b.know(b.join());
        a.know(again);
        assertThat(a.generation).isEqualTo(2);
        sync(a, b);
    }

    // --- protocols

    @Test
    void theProtocolIsTheOneThatAllKnowAndMostLikeBest() {
        a.protocols = List.of("sticky", "range", "roundrobin");
        b.protocols = List.of("roundrobin", "range");
        c.protocols = List.of("range", "roundrobin");
        var joins = List.of(a.join(), b.join(), c.join());
        rig.pass(2 * FIRST_DELAY_MS);
        // sticky is known to one alone, whose vote is range.
        assertThat(joins.get(0).response.protocolName()).isEqualTo("range");
    }

    @Test
    void whoWouldMakeAGroupThatIsNotTakenIsToldWhy() {
        rig.shard.electAloneOfTwo(2);
        rig.shard.settle();
        var joining = a.join();
        rig.pass(FIRST_DELAY_MS);
        assertThat(joining.error).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        rig.shard.electAloneOfTwo(1);
        rig.shard.settle();
        var again = a.join();
        rig.pass(FIRST_DELAY_MS);
        assertThat(errorOf(again)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoSharesNoProtocolWithAllIsRefused() {
        form(a);
        b.protocols = List.of("sticky");
        assertThat(errorOf(b.join())).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(rig.stateName()).isEqualTo("Stable");
    }

    @Test
    void aProtocolThatIsNamedTwiceCountsOnce() {
        a.protocols = List.of("range", "range");
        form(a);
        assertThat(b.join().isDone()).isFalse();
    }

    // --- ids

    @Test
    void newerClientsComeAgainWithTheIdTheyAreGiven() {
        var client = rig.new Client("a", null, 4);
        var refused = client.join();
        assertThat(errorOf(refused)).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        client.memberId = refused.response.memberId();
        assertThat(client.memberId).startsWith("a-");
        var joined = client.join();
        rig.pass(FIRST_DELAY_MS);
        client.know(joined);
        assertThat(joined.response.memberId()).isEqualTo(client.memberId);
    }

    @Test
    void idsThatAreNotUsedAreForgottenAfterASession() {
        var client = rig.new Client("a", null, 4);
        client.memberId = client.join().response.memberId();
        rig.pass(GroupsRig.SESSION_MS);
        assertThat(errorOf(client.join())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRebalanceWaitsForWhoIsExpectedUntilItsIdIsForgotten() {
        form(a);
        var expected = rig.new Client("b", null, 4);
        expected.join();
        var joined = a.join();
        assertThat(joined.isDone()).isFalse();
        rig.pass(GroupsRig.SESSION_MS);
        assertThat(joined.isAnswered()).isTrue();
    }

    @Test
    void nobodyJoinsWithAnIdThatWasNotGiven() {
        a.memberId = "made up";
        assertThat(errorOf(a.join())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        form(b);
        assertThat(errorOf(a.join())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        rig.maxSize = 2;
        form(a, b);
        var refused = c.join();
        assertThat(errorOf(refused)).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        a.know(joinBoth());
        sync(a, b);
    }

    private Heard<JoinGroupResponse> joinBoth() {
        var joined = a.join();
        b.know(b.join());
        return joined;
    }

    @Test
    void sessionsHaveBounds() {
        a.sessionMs = 5_999;
        assertThat(errorOf(a.join())).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
        a.sessionMs = 1_800_001;
        assertThat(errorOf(a.join())).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    }

    // --- sessions

    @Test
    void whoIsSilentForASessionIsOut() {
        form(a, b);
        rig.passWith(GroupsRig.SESSION_MS, a);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aCommitShowsThatAMemberLives() {
        form(a, b);
        for (int i = 0; i < 4; i++) {
            rig.passWith(GroupsRig.SESSION_MS / 2, a);
            assertThat(b.commit("t", 0, i)).isEqualTo(ErrorCode.NONE);
        }
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoWaitsForTheOthersIsNotGivenUp() {
        form(a, b);
        a.metadata = "changed";
        var joined = a.join();
        rig.passWith(REBALANCE_MS - 1_000, b);
        assertThat(joined.isDone()).isFalse();
        a.know(joinAfter(joined));
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    private Heard<JoinGroupResponse> joinAfter(Heard<JoinGroupResponse> joined) {
        b.know(b.join());
        return joined;
    }

    @Test
    void aNewMemberWhoseClientIsGoneIsGivenUp() {
        form(a);
        a.rebalanceMs = 30 * 60_000;
        a.know(a.join());
        a.sync(Map.of());
        var newcomer = b.join();
        rig.passWith(5 * 60_000, a);
        assertThat(newcomer.response.errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void staleGenerationsAreRefused() {
        form(a);
        a.generation = 0;
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(a.sync(Map.of()).response.errorCode()).isEqualTo(ErrorCode.ILLEGAL_GENERATION.code());
        assertThat(a.commit("t", 0, 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    // --- leaving

    @Test
    void theRestShareTheWorkOfWhoLeaves() {
        form(a, b);
        assertThat(b.leave()).isEqualTo(ErrorCode.NONE);
        assertThat(b.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        a.know(a.join());
        assertThat(a.generation).isEqualTo(2);
    }

    @Test
    void aGroupThatAllHaveLeftIsEmptyAndGoesOnCounting() {
        form(a);
        assertThat(a.leave()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.stateName()).isEqualTo("Empty");
        a.memberId = "";
        form(a);
        assertThat(a.generation).isEqualTo(3);
    }

    @Test
    void severalLeaveAtOnceEachWithAnAnswer() {
        form(a, b);
        var response = rig.leave(new MemberIdentity().setMemberId(a.memberId), new MemberIdentity().setMemberId("nobody"),
                new MemberIdentity().setMemberId(b.memberId));
        assertThat(response.members()).extracting(member -> ErrorCode.of(member.errorCode()))
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.NONE);
        assertThat(rig.stateName()).isEqualTo("Empty");
    }

    @Test
    void whoLeavesWhileItWaitsIsToldSo() {
        form(a, b);
        a.metadata = "changed";
        var joined = a.join();
        assertThat(a.leave()).isEqualTo(ErrorCode.NONE);
        assertThat(errorOf(joined)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    // --- static members

    @Test
    void aStaticMemberComesBackWithoutARebalance() {
        var s = rig.staticClient("s", "s-1");
        form(s, a);
        var back = rig.staticClient("s", "s-1");
        var joined = back.join();
        back.know(joined);
        assertThat(back.memberId).isNotEqualTo(s.memberId);
        assertThat(back.generation).isEqualTo(1);
        assertThat(back.isLeader).isTrue();
        assertThat(joined.response.skipAssignment()).isTrue();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(text(back.sync(Map.of()).response.assignment())).isEqualTo("for s");
        assertThat(s.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(s.commit("t", 0, 1)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(errorOf(s.join())).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(s.leave()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void anOlderStaticLeaderThatComesBackIsNotAskedToAssign() {
        var s = rig.new Client("s", "s-1", 8);
        form(s, a);
        var joined = rig.new Client("s", "s-1", 8).join();
        assertThat(joined.response.leader()).isEqualTo(s.memberId);
        assertThat(joined.response.members()).isEmpty();
    }

    @Test
    void aTwinThatComesWhileTheOtherWaitsTakesItsPlace() {
        form(a);
        var s = rig.staticClient("s", "s-1");
        var waiting = s.join();
        var twin = rig.staticClient("s", "s-1");
        var joined = twin.join();
        assertThat(errorOf(waiting)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        a.know(a.join());
        twin.know(joined);
        sync(a, twin);
    }

    @Test
    void aStaticMemberStaysForASessionAfterItsClientIsGone() {
        var s = rig.staticClient("s", "s-1");
        s.sessionMs = 30_000;
        form(a, s);
        rig.passWith(29_000, a);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        rig.passWith(1_000, a);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aRebalanceKeepsStaticMembersThatHaveNotJoined() {
        var s = rig.staticClient("s", "s-1");
        s.sessionMs = 30 * 60_000;
        form(a, s);
        a.metadata = "changed";
        var joined = a.join();
        rig.pass(REBALANCE_MS);
        a.know(joined);
        assertThat(joined.response.members()).extracting(member -> member.groupInstanceId()).containsExactlyInAnyOrder(null, "s-1");
    }

    @Test
    void anOperatorPutsAStaticMemberOutByItsName() {
        var s = rig.staticClient("s", "s-1");
        form(s);
        var response = rig.leave(new MemberIdentity().setMemberId("").setGroupInstanceId("s-1"));
        assertThat(response.members().get(0).errorCode()).isZero();
        assertThat(rig.stateName()).isEqualTo("Empty");
    }

    // --- memory

    private static final int LARGE = GroupsRig.MEMBER_BYTES_MAX * 2 / 3;

    @Test
    void whatMembersTellTakesABoundedPartOfTheHeap() {
        a.metadata = "x".repeat(LARGE);
        b.metadata = a.metadata;
        var first = a.join();
        assertThat(errorOf(b.join())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(first);
        assertThat(a.join().isDone()).as("what it has told already").isTrue();
        assertThat(a.leave()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.memberMemory.bytes()).isZero();
        assertThat(b.join().isDone()).isFalse();
    }

    @Test
    void whatMembersHaveToldIsGoneWithThem() {
        form(a, b);
        long ofTwo = rig.memberMemory.bytes();
        assertThat(ofTwo).isEqualTo(2L * ("range" + "of a").length());
        rig.shard.resign();
        rig.pass(100);
        assertThat(rig.memberMemory.bytes()).as("the shard is unloaded").isZero();
        rig.shard.elect();
        rig.pass(100);
        assertThat(rig.memberMemory.bytes()).as("as the log says").isEqualTo(ofTwo);
        rig.pass(2 * GroupsRig.SESSION_MS);
        assertThat(rig.stateName()).isEqualTo("Empty");
        assertThat(rig.memberMemory.bytes()).as("nobody is left").isZero();
    }

    // --- another broker, another start

    @Test
    void aGroupIsTheSameAfterItsShardWasLoadedAnew() {
        var s = rig.staticClient("s", "s-1");
        form(a, s);
        rig.shard.powerCut();
        rig.shard.simulation.runUntilIdle();
        assertThat(rig.stateName()).isEqualTo("Stable");
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(s.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(text(s.sync(Map.of()).response.assignment())).isEqualTo("for s");
        rig.passWith(GroupsRig.SESSION_MS, s);
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whoWaitsWhenTheCoordinatorMovesIsToldSo() {
        form(a);
        var joining = b.join();
        rig.shard.resign();
        rig.shard.simulation.runUntilIdle();
        assertThat(joining.error).isEqualTo(ErrorCode.NOT_COORDINATOR);
        rig.shard.elect();
        rig.shard.simulation.runUntilIdle();
        assertThat(a.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoWaitsForTheLeaderWhenTheCoordinatorMovesIsToldSo() {
        var joins = List.of(a.join(), b.join());
        rig.pass(2 * FIRST_DELAY_MS);
        a.know(joins.get(0));
        b.know(joins.get(1));
        var waiting = b.sync(Map.of());
        rig.shard.resign();
        rig.shard.simulation.runUntilIdle();
        assertThat(waiting.error).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }
}
