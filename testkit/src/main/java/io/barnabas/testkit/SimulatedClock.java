package io.barnabas.testkit;

import io.barnabas.base.Clock;

/** Time that moves only when it is told to. */
public final class SimulatedClock implements Clock {
    /** Where it starts: a Saturday in November 2026, so that timestamps look like timestamps. */
    public static final long START_MS = 1_795_219_200_000L;

    private long nowMs = START_MS;

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long nanoTime() {
        return (nowMs - START_MS) * 1_000_000;
    }

    public void advance(long ms) {
        if (ms < 0) throw new IllegalArgumentException("ms=" + ms);
        nowMs += ms;
    }
}
