package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Clock;
import io.barnabas.base.Uuid;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private long nowMs;
    private final Clock clock = new Clock() {
        @Override
        public long nowMs() {
            return nowMs;
        }

        @Override
        public long nanoTime() {
            return nowMs * 1_000_000;
        }
    };
    private final FetchSessions sessions = new FetchSessions(2, 100, clock, new SplittableRandom(1));

    @Test
    void aSessionIsFoundByItsIdUntilItIsRemoved() {
        var session = sessions.createIfRoom(true);
        assertThat(sessions.find(session.id)).isSameAs(session);
        sessions.remove(session.id);
        assertThat(sessions.find(session.id)).isNull();
    }

    @Test
    void aFullHouseGivesNoSessionWhileAllAreInUse() {
        sessions.createIfRoom(true);
        sessions.createIfRoom(true);
        nowMs += 119_999;
        assertThat(sessions.createIfRoom(true)).isNull();
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void theSessionThatNobodyUsedForTwoMinutesMakesRoom() {
        var unused = sessions.createIfRoom(true);
        var used = sessions.createIfRoom(true);
        nowMs += 120_000;
        sessions.find(used.id);
        assertThat(sessions.createIfRoom(true)).isNotNull();
        assertThat(sessions.find(unused.id)).isNull();
        assertThat(sessions.find(used.id)).isSameAs(used);
    }

    @Test
    void theEpochAfterTheLargestIsOne() {
        var session = new FetchSession(7, true);
        session.epoch = Integer.MAX_VALUE;
        session.advanceEpoch();
        assertThat(session.epoch).isEqualTo(1);
    }

    @Test
    void whatGaveDataIsReadLastNextTime() {
        var session = new FetchSession(7, false);
        var first = new FetchPosition(new FetchSession.Key(Uuid.ZERO, "t", 0));
        var second = new FetchPosition(new FetchSession.Key(Uuid.ZERO, "t", 1));
        session.positions.put(first.key, first);
        session.positions.put(second.key, second);
        session.moveToEnd(first);
        assertThat(session.positions.values()).containsExactly(second, first);
    }

    @Test
    void aPartitionIsToldAgainOnlyWhenSomethingMoved() {
        var position = new FetchPosition(new FetchSession.Key(Uuid.ZERO, "t", 0));
        assertThat(position.noteTold(0, 0)).isTrue();
        assertThat(position.noteTold(0, 0)).isFalse();
        assertThat(position.noteTold(1, 0)).isTrue();
        position.forgetTold();
        assertThat(position.noteTold(1, 0)).isTrue();
    }

    @Test
    void aSessionThatGrowsBeyondTheRoomOfAllIsRemoved() {
        var other = sessions.createIfRoom(true);
        grow(other, 60);
        assertThat(sessions.countPartitions(other)).isTrue();
        var session = sessions.createIfRoom(true);
        grow(session, 40);
        assertThat(sessions.countPartitions(session)).isTrue();
        grow(session, 41);
        assertThat(sessions.countPartitions(session)).isFalse();
        assertThat(sessions.find(session.id)).isNull();
        grow(other, 100);
        assertThat(sessions.countPartitions(other)).isTrue();
    }

    private static void grow(FetchSession session, int partitions) {
        for (int i = 0; i < partitions; i++) session.positions.computeIfAbsent(new FetchSession.Key(Uuid.ZERO, null, i), FetchPosition::new);
    }
}
