package io.barnabas.log;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a directory's disk takes writes at once, so that loops may do them, or has been seen to be slow, so that a thread of
 * the directory does them. Safe on any thread.
 */
final class WritePace {
    private static final Logger LOGGER = LoggerFactory.getLogger(WritePace.class);
    private static final long SLOW_WRITE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** So long after the last slow write a quick one ends the slowness. */
    private static final long CALM_NS = TimeUnit.SECONDS.toNanos(10);

    private final Path directory;
    private volatile boolean isSlow;
    private volatile long lastSlowNs;

    WritePace(Path directory) {
        this.directory = directory;
    }

    boolean isSlow() {
        return isSlow;
    }

    /** A loop has written. */
    void onWritten(long startedNs, long endedNs) {
        if (endedNs - startedNs < SLOW_WRITE_NS) return;
        lastSlowNs = endedNs;
        if (isSlow) return;
        isSlow = true;
        LOGGER.warn("writes are slow, and no longer done by event loops until they are quick again: directory={} ms={}", directory,
                TimeUnit.NANOSECONDS.toMillis(endedNs - startedNs));
    }

    /** The directory's thread has written. Only this ends the slowness: while that thread is stuck, a loop would be, too. */
    void onDeferredWritten(long startedNs, long endedNs) {
        onWritten(startedNs, endedNs);
        if (!isSlow || endedNs - lastSlowNs < CALM_NS) return;
        isSlow = false;
        LOGGER.info("writes are quick again: directory={}", directory);
    }
}
