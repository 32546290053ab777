package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetWaitersTest {
    private final OffsetWaiters waiters = new OffsetWaiters();
    private final List<String> told = new ArrayList<>();

    private class Named extends OffsetWaiters.Waiter {
        final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void onReached() {
            told.add(name);
        }

        @Override
        protected void onFailed(ErrorCode error) {
            told.add(name + "!" + error);
        }
    }

    private Named add(long offset, String name) {
        var waiter = new Named(name);
        waiters.add(offset, waiter);
        return waiter;
    }

    @Test
    void theyAreToldInOrderOfOffsetThenOfArrival() {
        add(5, "e");
        add(3, "c1");
        add(3, "c2");
        add(9, "i");
        assertEquals(3, waiters.firstOffset());
        waiters.advance(5);
        assertEquals(List.of("c1", "c2", "e"), told);
        assertEquals(1, waiters.size());
    }

    @Test
    void oneThatIsTakenBackIsNotTold() {
        var c = add(3, "c");
        add(4, "d");
        c.stopWaiting();
        c.stopWaiting();
        assertFalse(c.isWaiting());
        waiters.advance(10);
        assertEquals(List.of("d"), told);
        assertTrue(waiters.isEmpty());
        assertEquals(Long.MAX_VALUE, waiters.firstOffset());
    }

    @Test
    void failureReachesAll() {
        add(5, "e");
        add(3, "c");
        waiters.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertEquals(List.of("c!NOT_LEADER_OR_FOLLOWER", "e!NOT_LEADER_OR_FOLLOWER"), told);
        assertTrue(waiters.isEmpty());
    }

    @Test
    void oneWaitsOnceAtATime() {
        var a = add(1, "a");
        assertThrows(IllegalStateException.class, () -> waiters.add(2, a));
        assertThrows(IllegalStateException.class, () -> new OffsetWaiters().add(2, a));
    }

    @Test
    void allCanBeWokenAndMayWaitAgain() {
        waiters.add(5, new Named("e") {
            @Override
            protected void onReached() {
                super.onReached();
                if (told.size() < 9) waiters.add(6, this);
            }
        });
        add(3, "c");
        waiters.wakeAll();
        assertEquals(List.of("c", "e"), told);
        assertEquals(6, waiters.firstOffset());
        assertEquals(1, waiters.size());
    }

    @Test
    void anyMixTellsEachExactlyOnceInOrder() {
        Seeds.check(50, (seed, random) -> {
            told.clear();
            var waiting = new ArrayList<Named>();
            var expected = new ArrayList<String>();
            for (int i = 0; i < 200; i++) waiting.add(add(random.nextInt(50), "w" + i));
            for (int i = 0; i < 60; i++) waiting.remove(random.nextInt(waiting.size())).stopWaiting();
            waiting.sort((a, b) -> Long.compare(a.offset(), b.offset()));
            for (var waiter : waiting) expected.add(waiter.name);
            for (int end = 0; end < 50; end += 1 + random.nextInt(20)) waiters.advance(end);
            waiters.advance(50);
            assertEquals(expected, told);
        });
    }
}
