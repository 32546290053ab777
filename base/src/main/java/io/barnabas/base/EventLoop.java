package io.barnabas.base;

import java.util.concurrent.Executor;

/**
 * One thread that owns connections and partitions. What it owns is touched on it alone, so nothing there is locked.
 * A turn: ready connections, due timers, the inbox, the tasks of {@link #atTurnEnd}, then one socket write per connection
 * with something to say.
 */
public interface EventLoop extends Executor {
    /** Runs a task in a coming turn, in the order of the calls from one thread. May be called from any thread. */
    @Override
    void execute(Runnable task);

    /** Whether the caller runs on this loop. */
    boolean isCurrent();

    Clock clock();

    /** Runs a task once, no earlier than after {@code delayMs} milliseconds. On the loop only. */
    Timer schedule(long delayMs, Runnable task);

    /** Runs a task once at the end of this turn, before answers are written to sockets. On the loop only. */
    void atTurnEnd(Runnable task);

    /** A task that waits for its time. On the loop only. */
    interface Timer {
        /** Takes the task back; nothing happens if it has run. */
        void cancel();
    }
}
