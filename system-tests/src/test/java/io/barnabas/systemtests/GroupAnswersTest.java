package io.barnabas.systemtests;

import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.HeartbeatRequest;
import io.barnabas.protocol.message.JoinGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest;
import io.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.SyncGroupRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The members of classic groups are answered, field by field and in every version, as by Apache Kafka. */
class GroupAnswersTest extends GroupScenes {
    private static final int REBALANCE_IN_PROGRESS = 27;

    @Test
    void coordinatorsAreFoundInEveryVersion() {
        sameAnswers(told -> {
            told.awaitTransactions(group);
            for (int version = 0; version <= 3; version++) {
                for (byte type = 0; type <= (version == 0 ? 0 : 2); type++) {
                    for (var key : List.of(topic, "")) told.ask(new FindCoordinatorRequest().setKey(key).setKeyType(type), version);
                }
            }
            for (int version = 4; version <= 6; version++) {
                for (byte type = 0; type <= (version == 6 ? 3 : 2); type++) {
                    told.ask(several(type, topic, "another", topic), version);
                    told.ask(several(type, ""), version);
                    told.ask(several(type), version);
                }
            }
        });
    }

    private static FindCoordinatorRequest several(byte type, String... keys) {
        var request = new FindCoordinatorRequest().setKeyType(type);
        request.coordinatorKeys().addAll(List.of(keys));
        return request;
    }

    @Test
    void aMemberLivesAloneInEveryVersion() {
        for (int version = ApiKey.JOIN_GROUP.lowestOfferedVersion(); version <= ApiKey.JOIN_GROUP.highestOfferedVersion(); version++) {
            int joining = version;
            sameAnswers(told -> {
                var member = member(told, "a").version(joining);
                member.stable();
                member.heartbeat();
                Groups.describe(told, group, Math.min(joining, 6));
                member.join();
                member.heartbeat();
                member.sync(member);
                member.heartbeat();
                member.leave();
                member.heartbeat();
                Groups.describe(told, group, Math.min(joining, 6));
                Groups.delete(told, group);
            });
        }
    }

    @Test
    void membersOfDifferentVersionsShareAGroup() {
        sameAnswers(told -> {
            var old = member(told, "old").version(0);
            old.stable();
            var young = member(told, "young");
            young.sendJoinWithId();
            old.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            old.join();
            young.joined();
            young.sendSync();
            old.sync(old, young);
            young.synced();
            Groups.describe(told, group, 6);
        });
    }

    /** Brings a second member into the group of the first, who leads; both ask for their assignments. */
    private static void comeTogether(ClassicMember leader, ClassicMember follower) throws Exception {
        follower.sendJoinWithId();
        leader.awaitHeartbeat(REBALANCE_IN_PROGRESS);
        leader.join();
        follower.joined();
        follower.sendSync();
        leader.sync(leader, follower);
        follower.synced();
    }

    @Test
    void theProtocolIsVotedForAmongThoseThatAllKnow() {
        for (var second : List.of("sticky range", "range sticky", "other sticky", "other sticky range", "other range sticky")) {
            sameAnswers(told -> {
                var a = member(told, "a").protocols("range", "sticky");
                a.stable();
                var b = member(told, "b").protocols(second.split(" "));
                comeTogether(a, b);
                Groups.describe(told, group, 5);
            });
        }
    }

    @Test
    void aMemberWithoutACommonProtocolIsTurnedAway() {
        sameAnswers(told -> {
            var a = member(told, "a").protocols("range", "sticky");
            a.stable();
            for (int version : new int[] {0, 3, 4, 9}) {
                member(told, "b" + version).version(version).protocols("other").join();
                member(told, "b" + version).version(version).protocols().join();
                var ofOtherType = member(told, "b" + version).version(version);
                ofOtherType.protocolType = "connect";
                ofOtherType.join();
                ofOtherType.protocolType = "";
                ofOtherType.join();
            }
            a.heartbeat();
            a.protocols("other").join();
            a.heartbeat();
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void aGroupBeginsWithATypeAndAProtocol() {
        sameAnswers(told -> {
            for (int version : new int[] {0, 4, 9}) {
                member(told, "a").version(version).protocols().join();
                var nothing = member(told, "a").version(version);
                nothing.protocolType = "";
                nothing.join();
                nothing.protocols().join();
            }
            Groups.describe(told, group, 5);
            var other = member(told, "a");
            other.protocolType = "connect";
            other.stable();
            Groups.describe(told, group, 5);
            other.leave();
            member(told, "b").stable();
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void staleGenerationsAreRefused() {
        sameAnswers(told -> {
            var member = member(told, "a").stable();
            for (int generation : new int[] {member.generation - 1, member.generation + 1, -1, 0, Integer.MAX_VALUE}) {
                member.generation = generation;
                member.heartbeat();
                member.sync(member);
            }
            member.generation = 1;
            member.protocol = "other";
            member.sync(member);
            member.protocol = "range";
            member.protocolType = "connect";
            member.sync(member);
            member.protocolType = null;
            member.protocol = null;
            member.sync(member);
            member.heartbeat();
        });
    }

    @Test
    void assignmentsGoToThoseWhoAreNamed() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b");
            b.sendJoinWithId();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            a.join();
            b.joined();
            a.heartbeat();
            b.heartbeat();
            Groups.describe(told, group, 5);
            b.sendSync(a, b);
            var stranger = member(told, "c");
            stranger.id = "nobody";
            a.sync(stranger, a);
            b.synced();
            a.sync(b);
            b.sync(b);
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void whoSyncsOrBeatsWhileOthersJoinIsToldToJoin() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b").sendJoinWithId();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            a.sync(a);
            Groups.describe(told, group, 5);
            a.join();
            b.joined();
            // A third comes while the assignment is waited for.
            b.sendSync();
            var c = member(told, "c").sendJoinWithId();
            b.synced();
            a.sync(a, b);
            a.sendJoin();
            b.sendJoin();
            a.joined();
            b.joined();
            c.joined();
        });
    }

    @Test
    void aMemberWhoChangesNothingStaysOrRejoins() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b");
            comeTogether(a, b);
            // A follower is told again what it knows.
            b.reason = "no reason";
            b.join();
            b.sync();
            // With other metadata it starts a rebalance, and so does the leader in any case.
            b.metadata(ClassicMember.subscription("others")).sendJoin();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            a.join();
            b.joined();
            b.sendSync();
            a.sync(a, b);
            b.synced();
            a.sendJoin();
            b.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            b.join();
            a.joined();
            // Whoever has not heard asks again, before the assignment is there.
            b.join();
            a.join();
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void aLeaderThatLeavesIsFollowedByAnother() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b");
            comeTogether(a, b);
            a.leave();
            b.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            b.join();
            b.sync(b);
            // In mid-rebalance, before the assignment.
            a.id = "";
            a.sendJoinWithId();
            b.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            b.join();
            a.joined();
            a.sendSync();
            b.leave();
            a.synced();
            a.join();
            a.sync(a);
        });
    }

    @Test
    void whoLeavesWhileItJoinsIsForgotten() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b").sendJoinWithId();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            told.ask("c", leaving(new MemberIdentity().setMemberId(b.id)), 5);
            b.joined();
            a.heartbeat();
            a.join();
            a.sync(a);
            // An id that was given and never used.
            var c = member(told, "c");
            c.join();
            Groups.describe(told, group, 5);
            c.leave();
            c.join();
        });
    }

    private LeaveGroupRequest leaving(MemberIdentity... members) {
        var request = new LeaveGroupRequest().setGroupId(group);
        request.members().addAll(List.of(members));
        return request;
    }

    @Test
    void severalLeaveAtOnce() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b").instance("second");
            b.sendJoin();
            a.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            a.join();
            b.joined();
            told.ask("c", leaving(new MemberIdentity().setMemberId("nobody"), new MemberIdentity().setMemberId("nobody").setGroupInstanceId("second"),
                    new MemberIdentity().setGroupInstanceId("third"), new MemberIdentity().setMemberId(a.id).setGroupInstanceId("first"),
                    new MemberIdentity()), 5);
            told.ask("c", leaving(), 5);
            told.ask("c", leaving(new MemberIdentity().setMemberId(a.id).setReason("enough"), new MemberIdentity().setGroupInstanceId("second"),
                    new MemberIdentity().setMemberId(a.id)), 5);
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void anOldMemberSharesItsIdWithNobody() {
        sameAnswers(told -> {
            var a = member(told, "a").stable();
            var b = member(told, "b");
            b.id = a.id;
            b.join();
            b.sync();
            a.heartbeat();
            a.sync(a);
            a.heartbeat();
        });
    }

    @Test
    void metadataMayBeAnything() {
        sameAnswers(told -> {
            var member = member(told, "a").metadata(ClassicMember.text("not a subscription")).stable();
            Groups.describe(told, group, 5);
            member.metadata(ClassicMember.text("")).join();
            member.sync();
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void whatIsNotSaidIsAnswered() {
        sameAnswers(told -> {
            for (ApiMessage request : List.of(new JoinGroupRequest(), new SyncGroupRequest(), new HeartbeatRequest(), new LeaveGroupRequest(),
                    new OffsetCommitRequest())) {
                var key = request.apiKey();
                for (int version = key.lowestOfferedVersion(); version <= key.highestOfferedVersion(); version++) told.ask(request, version);
            }
        });
    }
}
