package io.barnabas.log;

import io.barnabas.base.Clock;
import io.barnabas.base.EventLoop;
import java.util.ArrayDeque;

/**
 * Holds back the copying of logs between directories: only so many pieces are on their way at a time, whoever waits longest is next,
 * and no more bytes a second are copied than allowed, on average over a window. Safe on any thread.
 */
public final class MovePace {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000;

    private record Waiting(EventLoop loop, Runnable task) {}

    private final Clock clock;
    private final long windowNs;
    private final int piecesMax;
    private final int pieceBytes;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int pieces;
    private long bytesPerSecondMax = Long.MAX_VALUE;
    /** When the bytes so far would have been copied at the allowed rate; never more than a window behind. */
    private long dueNs;

    /**
     * @param piecesMax  pieces on their way at a time
     * @param pieceBytes size of a piece, if no batch is larger
     * @param windowMs   what the rate is measured over: after a pause as much may be copied at once as is allowed in so long
     */
    public MovePace(Clock clock, int piecesMax, int pieceBytes, long windowMs) {
        this.clock = clock;
        this.piecesMax = Math.max(1, piecesMax);
        this.pieceBytes = pieceBytes;
        this.windowNs = windowMs * NS_PER_MS;
        this.dueNs = clock.nanoTime() - windowNs;
    }

    int pieceBytes() {
        return pieceBytes;
    }

    /** From the next piece on. */
    public synchronized void limit(long bytesPerSecondMax) {
        this.bytesPerSecondMax = Math.max(1, bytesPerSecondMax);
        dueNs = clock.nanoTime() - windowNs;
    }

    /** Runs a task on the loop of whoever asks, when a piece may be copied; {@link #leave} is to follow. On that loop. */
    void enter(EventLoop loop, Runnable task) {
        synchronized (this) {
            waiting.add(new Waiting(loop, task));
        }
        admit();
    }

    /** A piece is done, or will not come. */
    void leave(long byteCount) {
        synchronized (this) {
            pieces--;
            if (bytesPerSecondMax != Long.MAX_VALUE) {
                dueNs = Math.max(dueNs, clock.nanoTime() - windowNs) + (long) ((double) byteCount / bytesPerSecondMax * NS_PER_SECOND);
            }
        }
        admit();
    }

    private void admit() {
        Waiting next;
        long delayMs;
        synchronized (this) {
            if (pieces >= piecesMax || waiting.isEmpty()) return;
            next = waiting.poll();
            pieces++;
            delayMs = bytesPerSecondMax == Long.MAX_VALUE ? 0 : Math.max(0, (dueNs - clock.nanoTime() + NS_PER_MS - 1) / NS_PER_MS);
        }
        next.loop.execute(() -> {
            if (delayMs == 0) next.task.run();
            else next.loop.schedule(delayMs, next.task);
        });
    }
}
