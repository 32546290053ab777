package io.barnabas.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    @Test
    void theSameSeedGivesTheSameOrder() {
        assertEquals(trace(5), trace(5));
        assertNotEquals(trace(5), trace(6));
    }

    private static List<String> trace(long seed) {
        var simulation = new Simulation(seed);
        var trace = new ArrayList<String>();
        for (var name : List.of("a", "b", "c")) {
            var loop = simulation.newLoop(name);
            for (int i = 0; i < 10; i++) {
                var entry = name + i;
                loop.execute(() -> {
                    trace.add(entry);
                    if (trace.size() < 200) loop.execute(() -> trace.add(entry + "'"));
                });
            }
        }
        simulation.runUntilIdle();
        return trace;
    }

    @Test
    void aTurnRunsTimersThenTheInboxThenItsEnd() {
        var loop = SimulatedLoop.alone();
        var trace = new ArrayList<String>();
        loop.schedule(10, () -> trace.add("timer"));
        var taken = loop.schedule(10, () -> trace.add("taken back"));
        taken.cancel();
        loop.simulation().clock().advance(10);
        loop.execute(() -> {
            trace.add("task");
            loop.atTurnEnd(() -> trace.add("end"));
        });
        loop.simulation().runUntilIdle();
        assertEquals(List.of("timer", "task", "end"), trace);
    }

    @Test
    void timePassesFromTimerToTimer() {
        var loop = SimulatedLoop.alone();
        var times = new ArrayList<Long>();
        for (long delay : new long[] {30, 10, 20}) loop.schedule(delay, () -> times.add(loop.clock().nowMs() - SimulatedClock.START_MS));
        loop.simulation().runFor(25);
        assertEquals(List.of(10L, 20L), times);
        assertEquals(25, loop.clock().nowMs() - SimulatedClock.START_MS);
    }

    @Test
    void aKilledLoopRunsNothing() {
        var simulation = new Simulation(1);
        var loop = simulation.newLoop("loop");
        var ran = new boolean[1];
        loop.execute(() -> ran[0] = true);
        loop.schedule(1, () -> ran[0] = true);
        loop.kill();
        loop.execute(() -> ran[0] = true);
        simulation.runFor(100);
        assertFalse(ran[0]);
    }
}
