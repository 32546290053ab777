package io.barnabas.server;

import io.barnabas.base.Clock;
import io.barnabas.base.EventLoop;
import java.util.ArrayDeque;

/**
 * An event loop with a thread and no more than an inbox, for tests that try the orders in which threads can meet: there are fewer of
 * them than with a real one.
 */
final class LoopThread implements EventLoop {
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run);
    private boolean isClosed;

    void start() {
        thread.start();
    }

    @Override
    public synchronized void execute(Runnable task) {
        inbox.add(task);
        notifyAll();
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public Clock clock() {
        return Clock.SYSTEM;
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void atTurnEnd(Runnable task) {
        throw new UnsupportedOperationException();
    }

    /** Ends the loop after the tasks given so far, and waits for its thread. */
    void close() {
        execute(() -> isClosed = true);
        join(thread);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void run() {
        while (!isClosed) take().run();
    }

    private synchronized Runnable take() {
        try {
            while (inbox.isEmpty()) wait();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return inbox.poll();
    }
}
