package io.barnabas.benchmarks.micro;

import io.barnabas.base.Clock;
import io.barnabas.base.EventLoop;
import java.util.ArrayDeque;

/** A loop whose turns are taken by whoever measures, on their own thread. Timers never come. */
final class StepLoop implements EventLoop {
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private final ArrayDeque<Runnable> turnEnd = new ArrayDeque<>();

    void turn() {
        for (var task = inbox.poll(); task != null; task = inbox.poll()) task.run();
        for (var task = turnEnd.poll(); task != null; task = turnEnd.poll()) task.run();
    }

    @Override
    public void execute(Runnable task) {
        inbox.add(task);
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public Clock clock() {
        return Clock.SYSTEM;
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        return () -> {};
    }

    @Override
    public void atTurnEnd(Runnable task) {
        turnEnd.add(task);
    }
}
