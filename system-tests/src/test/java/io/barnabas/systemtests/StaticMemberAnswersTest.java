package io.barnabas.systemtests;

import org.junit.jupiter.api.Test;

/** Static members of classic groups (KIP-345) are answered as by Apache Kafka. */
class StaticMemberAnswersTest extends SideBySide {
    private static final int REBALANCE_IN_PROGRESS = 27;

    private void sameAnswers(Transcript.Scene scene) {
        Transcript.same(told -> {
            told.awaitGroups(topic);
            scene.play(told);
        });
    }

    private ClassicMember member(Transcript told, String name) {
        return new ClassicMember(told, name, topic);
    }

    /** A leader without and a follower with an instance id. */
    private ClassicMember[] pair(Transcript told, int version) throws Exception {
        var leader = member(told, "a").version(version).stable();
        var follower = member(told, "b").version(version).instance("b-1");
        follower.sendJoin();
        leader.awaitHeartbeat(REBALANCE_IN_PROGRESS);
        leader.join();
        follower.joined();
        follower.sendSync();
        leader.sync(leader, follower);
        follower.synced();
        return new ClassicMember[] {leader, follower};
    }

    @Test
    void aStaticMemberComesBackWithoutARebalance() {
        for (int version = 5; version <= 9; version++) {
            int joining = version;
            topic += "v";
            sameAnswers(told -> {
                var old = member(told, "a").version(joining).instance("a-1").stable();
                Groups.describe(told, topic, 5);
                var young = member(told, "a2").version(joining).instance("a-1");
                young.join();
                young.sync(young);
                young.heartbeat();
                old.heartbeat();
                old.sync(old);
                old.join();
                old.leave();
                Groups.describe(told, topic, 5);
                young.leave();
                Groups.describe(told, topic, 5);
            });
        }
    }

    @Test
    void aFollowerThatComesBackLeavesTheLeaderInPeace() {
        for (int version : new int[] {5, 9}) {
            topic += "v";
            sameAnswers(told -> {
                var pair = pair(told, version);
                var again = member(told, "b2").version(version).instance("b-1");
                again.join();
                again.sync();
                again.heartbeat();
                pair[0].heartbeat();
                pair[1].heartbeat();
                Groups.describe(told, topic, 5);
            });
        }
    }

    @Test
    void anotherSubscriptionStartsARebalanceOnlyOfWhoIsKnownByItsId() {
        sameAnswers(told -> {
            var pair = pair(told, 9);
            var again = member(told, "b2").instance("b-1").metadata(ClassicMember.subscription("others"));
            again.join();
            again.sync();
            pair[0].heartbeat();
            Groups.describe(told, topic, 5);
            again.metadata(ClassicMember.subscription("yet others")).sendJoin();
            pair[0].awaitHeartbeat(REBALANCE_IN_PROGRESS);
            pair[0].join();
            again.joined();
            again.sendSync();
            pair[0].sync(pair[0], again);
            again.synced();
            pair[1].heartbeat();
        });
    }

    @Test
    void aFollowerThatComesBackMustKnowTheProtocol() {
        sameAnswers(told -> {
            var pair = pair(told, 9);
            var refused = member(told, "b2").instance("b-1").protocols("other");
            refused.join();
            var again = member(told, "b3").instance("b-1").protocols("other", "range");
            again.join();
            again.sync();
            pair[0].heartbeat();
            pair[1].heartbeat();
            Groups.describe(told, topic, 5);
        });
    }

    @Test
    void anInstanceThatComesBackInMidRebalanceTakesTheOldOnesPlace() {
        sameAnswers(told -> {
            var pair = pair(told, 9);
            pair[0].sendJoin();
            pair[1].awaitHeartbeat(REBALANCE_IN_PROGRESS);
            pair[1].join();
            pair[0].joined();
            // While the assignment is waited for.
            var again = member(told, "b2").instance("b-1");
            pair[1].sendSync();
            again.sendJoin();
            pair[1].synced();
            pair[0].awaitHeartbeat(REBALANCE_IN_PROGRESS);
            // While all join.
            var third = member(told, "b3").instance("b-1");
            third.sendJoin();
            again.joined();
            pair[0].join();
            third.joined();
            Groups.describe(told, topic, 5);
        });
    }

    @Test
    void instanceAndMemberIdMustBelongTogether() {
        sameAnswers(told -> {
            var pair = pair(told, 9);
            var wrong = member(told, "c");
            for (var instance : new String[] {"b-1", "c-1", ""}) {
                for (var id : new String[] {pair[0].id, "nobody"}) {
                    wrong.instance(instance);
                    wrong.id = id;
                    wrong.generation = pair[0].generation;
                    wrong.join();
                    wrong.sync();
                    wrong.heartbeat();
                    wrong.leave();
                }
            }
            pair[0].heartbeat();
            pair[1].heartbeat();
            Groups.describe(told, topic, 5);
        });
    }

    @Test
    void aStaticLeaderThatComesBackLeadsOn() {
        for (int version : new int[] {8, 9}) {
            topic += "v";
            sameAnswers(told -> {
                var leader = member(told, "a").version(version).instance("a-1").stable();
                var follower = member(told, "b").version(version);
                follower.sendJoinWithId();
                leader.awaitHeartbeat(REBALANCE_IN_PROGRESS);
                leader.join();
                follower.joined();
                follower.sendSync();
                leader.sync(leader, follower);
                follower.synced();
                var again = member(told, "a2").version(version).instance("a-1");
                again.join();
                follower.heartbeat();
                again.sync();
                follower.heartbeat();
                // Known by its id it rejoins: that is a rebalance.
                again.sendJoin();
                follower.awaitHeartbeat(REBALANCE_IN_PROGRESS);
                follower.join();
                again.joined();
            });
        }
    }

    @Test
    void aStaticMemberIsForgottenWithItsSession() {
        sameAnswers(told -> {
            var member = member(told, "a").instance("a-1").timeouts(1_000, 60_000).stable();
            Groups.awaitState(told, topic, "Empty");
            member.heartbeat();
            member.join();
            member.id = "";
            member.join();
        });
    }
}
