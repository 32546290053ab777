package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.testkit.SimulatedLoop;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private final SimulatedLoop loop = SimulatedLoop.alone();
    private final FetchSessions sessions = new FetchSessions(loop, 2, 100, new SplittableRandom(1));

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
        loop.simulation().clock().advance(119_999);
        assertThat(sessions.createIfRoom(true)).isNull();
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void theSessionThatNobodyUsedForTwoMinutesMakesRoom() {
        var unused = sessions.createIfRoom(true);
        var used = sessions.createIfRoom(true);
        loop.simulation().clock().advance(120_000);
        sessions.find(used.id);
        assertThat(sessions.createIfRoom(true)).isNotNull();
        assertThat(sessions.find(unused.id)).isNull();
        assertThat(sessions.find(used.id)).isSameAs(used);
    }

    @Test
    void theEpochAfterTheLargestIsOne() {
        var session = new FetchSession(loop, 7, true);
        session.epoch = Integer.MAX_VALUE;
        session.advanceEpoch();
        assertThat(session.epoch).isEqualTo(1);
    }

    @Test
    void eachPositionIsDueOnceInTheOrderOfItsNews() {
        var session = new FetchSession(loop, 7, false);
        var first = session.position(new FetchSession.Key(Uuid.ZERO, "t", 0));
        var second = session.position(new FetchSession.Key(Uuid.ZERO, "t", 1));
        session.onNews(second);
        session.addDue(first);
        session.addDue(second);
        assertThat(session.takeDue()).containsExactly(second, first);
        assertThat(session.takeDue()).isEmpty();
        session.addDue(second);
        assertThat(session.takeDue()).containsExactly(second);
    }

    @Test
    void aForgottenPositionIsNeverDue() {
        var session = new FetchSession(loop, 7, false);
        var position = session.position(new FetchSession.Key(Uuid.ZERO, "t", 0));
        session.addDue(position);
        session.forget(position.key);
        assertThat(session.takeDue()).isEmpty();
        session.onNews(position);
        assertThat(session.takeDue()).isEmpty();
        assertThat(session.size()).isZero();
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
        for (int i = 0; i < partitions; i++) session.position(new FetchSession.Key(Uuid.ZERO, null, i));
    }
}
