package io.barnabas.testkit;

import io.barnabas.base.Clock;
import io.barnabas.base.EventLoop;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/**
 * An event loop without a thread. Its turns run when the {@link Simulation} chooses it; between turns the test itself
 * counts as being on every loop.
 */
public final class SimulatedLoop implements EventLoop {
    private final String name;
    private final Simulation simulation;
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private final ArrayDeque<Runnable> turnEnd = new ArrayDeque<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private long alarmCount;
    private boolean killed;
    private boolean paused;

    SimulatedLoop(String name, Simulation simulation) {
        this.name = name;
        this.simulation = simulation;
    }

    /** A loop with a clock of its own, for tests of one thing. */
    public static SimulatedLoop alone() {
        return new Simulation(0).newLoop("loop");
    }

    public Simulation simulation() {
        return simulation;
    }

    @Override
    public void execute(Runnable task) {
        if (!killed) inbox.add(task);
    }

    @Override
    public boolean isCurrent() {
        return simulation.mayRun(this);
    }

    @Override
    public Clock clock() {
        return simulation.clock();
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        if (!isCurrent()) throw new IllegalStateException("not on this loop: loop=" + name);
        var alarm = new Alarm(simulation.clock().nowMs() + Math.max(0, delayMs), alarmCount++, task);
        if (!killed) alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    @Override
    public void atTurnEnd(Runnable task) {
        if (!isCurrent()) throw new IllegalStateException("not on this loop: loop=" + name);
        if (!killed) turnEnd.add(task);
    }

    /** The process dies: nothing that waits here ever runs. */
    public void kill() {
        killed = true;
        inbox.clear();
        turnEnd.clear();
        alarms.clear();
        simulation.forget(this);
    }

    /** Takes no turn until {@link #resume}: a thread that the system does not run, a disk that does not answer. */
    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
    }

    boolean isReady() {
        return !paused && (!inbox.isEmpty() || !turnEnd.isEmpty() || nextTimerMs() <= simulation.clock().nowMs());
    }

    /** Long.MAX_VALUE if none will run: a loop that is paused has none. */
    long nextTimerMs() {
        return paused || alarms.isEmpty() ? Long.MAX_VALUE : alarms.peek().dueMs;
    }

    void turn() {
        long nowMs = simulation.clock().nowMs();
        while (!alarms.isEmpty() && alarms.peek().dueMs <= nowMs) alarms.poll().task.run();
        for (int left = inbox.size(); left > 0 && !inbox.isEmpty(); left--) inbox.poll().run();
        while (!turnEnd.isEmpty()) turnEnd.poll().run();
    }

    @Override
    public String toString() {
        return name;
    }

    private record Alarm(long dueMs, long order, Runnable task) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            int byTime = Long.compare(dueMs, other.dueMs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
