package io.barnabas.base;

/** The only source of time. */
public interface Clock {
    Clock SYSTEM = new Clock() {
        @Override
        public long nowMs() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    };

    /** Milliseconds since the epoch, as in record timestamps; may jump. */
    long nowMs();

    /** Nanoseconds of a clock that never goes back, for durations and timers. */
    long nanoTime();
}
