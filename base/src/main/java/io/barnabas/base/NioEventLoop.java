package io.barnabas.base;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/**
 * An event loop over a selector and one thread. A turn: each ready channel once, due timers, the inbox, the tasks of
 * {@link #atTurnEnd} until none are left, the tasks of {@link #beforeSelect} (socket writes), then it sleeps until a
 * channel, a timer or another thread wants it. An idle loop costs nothing.
 */
public final class NioEventLoop implements EventLoop, AutoCloseable {
    /** Told when a channel that it registered is ready. */
    public interface ReadyHandler {
        /** Runs on the loop; the channel's ready operations are in the key. */
        void onReady(SelectionKey key);
    }

    /** Where the loop reports what its tasks throw. */
    public interface Failures {
        /** A task failed; the loop goes on. */
        void onTaskFailure(NioEventLoop loop, Throwable failure);

        /** The virtual machine is broken or out of memory: the process must end loudly. The loop ends after this. */
        void onFatal(NioEventLoop loop, VirtualMachineError error);
    }

    /**
     * @param index     the loop's number among its fellows, from 0; names the thread {@code loop-<index>}
     * @param arena     memory that this loop will own
     */
    public NioEventLoop(int index, Clock clock, Arena arena, Failures failures) {
        throw new UnsupportedOperationException();
    }

    /** Starts the thread. Tasks given before wait for it. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** The loop's number among its fellows, from 0. */
    public int index() {
        throw new UnsupportedOperationException();
    }

    /** The loop's memory; on the loop only. */
    public Arena arena() {
        throw new UnsupportedOperationException();
    }

    /** {@link Clock#nanoTime} when this turn began. On the loop only. */
    public long turnNanoTime() {
        throw new UnsupportedOperationException();
    }

    /**
     * Registers a non-blocking channel. On the loop only. The key belongs to the caller, its attachment to the loop.
     *
     * @throws IOException if the channel is closed
     */
    public SelectionKey register(SelectableChannel channel, int interestOps, ReadyHandler handler) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Runs a task once, after every task of {@link #atTurnEnd} and before the loop sleeps. On the loop only. */
    public void beforeSelect(Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isCurrent() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Clock clock() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void atTurnEnd(Runnable task) {
        throw new UnsupportedOperationException();
    }

    /** Ends the loop after the tasks given so far, closes its channels and waits for its thread. Later tasks are dropped. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
