package io.barnabas.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Loops and worker threads of a whole system in one thread, on one clock and one seed: the same seed gives the same order
 * of events. Time stands still while there is something to run.
 */
public final class Simulation {
    private final SimulatedClock clock = new SimulatedClock();
    private final RandomGenerator random;
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private SimulatedLoop running;

    public Simulation(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    public SimulatedClock clock() {
        return clock;
    }

    /** The one source of chance. */
    public RandomGenerator random() {
        return random;
    }

    public SimulatedLoop newLoop(String name) {
        var loop = new SimulatedLoop(name, this);
        loops.add(loop);
        return loop;
    }

    /** A worker thread beside the loops: its tasks run in order, interleaved with all others. */
    public Executor newWorker(String name) {
        return newLoop(name);
    }

    /** Runs until nobody has anything to do at this moment; timers that are not due stay. */
    public void runUntilIdle() {
        while (runOne()) {}
    }

    /** Lets time pass, from one due timer to the next. */
    public void runFor(long ms) {
        long end = clock.nowMs() + ms;
        runUntilIdle();
        while (true) {
            long next = Long.MAX_VALUE;
            for (var loop : loops) next = Math.min(next, loop.nextTimerMs());
            if (next > end) break;
            clock.advance(Math.max(0, next - clock.nowMs()));
            runUntilIdle();
        }
        clock.advance(end - clock.nowMs());
    }

    /** One turn of some loop that has something to do. @return false if none has */
    public boolean runOne() {
        int ready = 0;
        SimulatedLoop chosen = null;
        for (var loop : loops) {
            if (loop.isReady() && random.nextInt(++ready) == 0) chosen = loop;
        }
        if (chosen == null) return false;
        running = chosen;
        try {
            chosen.turn();
        } finally {
            running = null;
        }
        return true;
    }

    boolean mayRun(SimulatedLoop loop) {
        return running == null || running == loop;
    }

    void forget(SimulatedLoop loop) {
        loops.remove(loop);
    }
}
