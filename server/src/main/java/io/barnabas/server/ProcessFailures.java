package io.barnabas.server;

import io.barnabas.base.NioEventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a loop's failures mean for the process: a task's is logged, the loop's own ends it, since its partitions are lost. */
final class ProcessFailures implements NioEventLoop.Failures {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessFailures.class);
    private static final int FAILED = 1;

    @Override
    public void onTaskFailure(NioEventLoop loop, Throwable failure) {
        LOG.error("a task failed: loop={}", loop.index(), failure);
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
