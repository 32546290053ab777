package io.barnabas.server;

import io.barnabas.base.NioEventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a loop's failures mean for the process: a task's is logged, the loop's own ends it, since its partitions are lost. */
final class ProcessFailures implements NioEventLoop.Failures {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessFailures.class);
    private static final int FAILED = 1;
    private static final long INTERVAL_NS = 1_000_000_000L;
    private static final int LOGGED_PER_INTERVAL = 5;

    private long intervalStartNs;
    private long failures;

    /** Logged at a limited rate: whoever finds out how to make one must not fill the disk. One instance serves one loop. */
    @Override
    public void onTaskFailure(NioEventLoop loop, Throwable failure) {
        long nowNs = loop.clock().nanoTime();
        if (nowNs - intervalStartNs >= INTERVAL_NS) {
            if (failures > LOGGED_PER_INTERVAL) LOG.error("more tasks failed: loop={} count={}", loop.index(), failures - LOGGED_PER_INTERVAL);
            intervalStartNs = nowNs;
            failures = 0;
        }
        if (++failures <= LOGGED_PER_INTERVAL) LOG.error("a task failed: loop={}", loop.index(), failure);
    }

    @Override
    public void onFatal(NioEventLoop loop, Throwable failure) {
        LOG.error("a loop failed: loop={}", loop.index(), failure);
        end("a loop failed");
    }

    /** Ends the process at once, as a crash would: what was acknowledged is on disk. Any thread. */
    static void end(String reason) {
        LOG.error("the process ends: {}", reason);
        Runtime.getRuntime().halt(FAILED);
    }
}
