package io.barnabas.systemtests;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What is too long, too many or too late in classic groups is answered as by Apache Kafka. */
class GroupLimitAnswersTest extends GroupScenes {
    private static final int UNKNOWN_MEMBER_ID = 25;
    private static final int REBALANCE_IN_PROGRESS = 27;
    /** Time enough for a busy machine to send a request in. */
    private static final int SHORT_MS = 1_000;
    private static final String LONG_ID = "i".repeat(Short.MAX_VALUE);

    @Test
    void timeoutsMustBeWithinBounds() {
        sameAnswers(told -> {
            for (int sessionMs : new int[] {-1, 0, 99, 1_800_001, Integer.MAX_VALUE, 100, 1_800_000}) {
                member(told, "a").timeouts(sessionMs, 60_000).join();
            }
            for (int rebalanceMs : new int[] {-1, 0}) member(told, "a").timeouts(60_000, rebalanceMs).join();
        });
    }

    @Test
    void idsMayBeEmptyUnknownOrVeryLong() {
        sameAnswers(told -> {
            for (var id : new String[] {"", LONG_ID}) {
                var lost = new ClassicMember(told, "a", id);
                lost.join();
                lost.id = "nobody";
                lost.join();
                lost.sync();
                lost.heartbeat();
                lost.leave();
                Groups.describe(told, id, 5);
                Groups.delete(told, id);
            }
            for (var id : new String[] {"", "nobody", LONG_ID}) {
                var stranger = member(told, "a");
                stranger.id = id;
                strangerAsks(stranger);
            }
            var member = member(told, "b").stable();
            for (var id : new String[] {"", "nobody", LONG_ID}) {
                var stranger = member(told, "a");
                stranger.id = id;
                stranger.generation = member.generation;
                strangerAsks(stranger);
            }
            member.heartbeat();
        });
    }

    private static void strangerAsks(ClassicMember stranger) throws Exception {
        if (!stranger.id.isEmpty()) stranger.join();
        stranger.sync();
        stranger.heartbeat();
        stranger.leave();
    }

    @Test
    void aSilentMemberIsForgottenAfterItsSession() {
        sameAnswers(told -> {
            var member = member(told, "a").timeouts(SHORT_MS, 60_000).stable();
            Groups.awaitState(told, group, "Empty");
            member.heartbeat();
            member.join();
        });
    }

    @Test
    void whoDoesNotRejoinInTimeIsForgotten() {
        sameAnswers(told -> {
            var a = member(told, "a").timeouts(60_000, SHORT_MS).stable();
            var b = member(told, "b").timeouts(60_000, SHORT_MS);
            b.sendJoinWithId();
            b.joined();
            a.heartbeat();
            b.sync(b);
            // Nor who does not ask for its assignment.
            a.id = "";
            a.sendJoinWithId();
            b.awaitHeartbeat(REBALANCE_IN_PROGRESS);
            b.join();
            a.joined();
            b.awaitHeartbeat(UNKNOWN_MEMBER_ID);
            a.heartbeat();
            Groups.describe(told, group, 5);
        });
    }

    @Test
    void anIdThatIsNotUsedInTimeIsForgotten() {
        sameAnswers(told -> {
            var member = member(told, "a").stable();
            var pending = member(told, "b").timeouts(200, 60_000);
            pending.join();
            // A rebalance waits for whoever was given an id, as long as it may take to come back with it.
            member.join();
            pending.heartbeat();
            pending.join();
        });
    }

    @Test
    void aFullGroupTakesNobodyMore() {
        for (int version : new int[] {3, 9}) {
            sameAnswers(told -> {
                var members = new ArrayList<ClassicMember>();
                for (int i = 0; i < 5; i++) members.add(member(told, "m" + i).version(9));
                for (var member : members) member.join();
                var late = member(told, "late").version(version);
                members.get(0).joinWithId();
                members.get(1).sendJoin();
                members.get(0).awaitHeartbeat(REBALANCE_IN_PROGRESS);
                members.get(2).sendJoin();
                members.get(3).sendJoin();
                members.get(4).sendJoin();
                members.get(0).join();
                for (var member : members.subList(1, 5)) member.joined();
                late.join();
                late.instance(version > 3 ? "late" : null);
                late.join();
                members.get(3).heartbeat();
            });
        }
    }
}
