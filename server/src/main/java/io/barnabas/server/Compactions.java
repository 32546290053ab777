package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_BACKOFF_MS;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_DEDUPE_BUFFER_SIZE;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_ENABLE;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_IO_BUFFER_LOAD_FACTOR;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_IO_BUFFER_SIZE;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND;
import static io.barnabas.server.config.BrokerSettings.LOG_CLEANER_THREADS;

import io.barnabas.log.LogCleaner;
import io.barnabas.server.config.BrokerConfig;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The threads that compact logs, which come with the work and go without it, and their limits. */
final class Compactions {
    private static final long IDLE_SECONDS = 10;
    private static final int PART_OF_HEAP = 4;
    /** A pause shorter than this is left for the next. */
    private static final long PAUSE_NS_MIN = 1_000_000;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            task -> {
                var thread = new Thread(task, "compaction");
                thread.setDaemon(true);
                return thread;
            });
    private final LogCleaner cleaner;
    private volatile double bytesPerSecondMax;
    private boolean isStopped;
    /** When the bytes so far would have been allowed to be done. */
    private long dueNs = System.nanoTime();

    Compactions(BrokerConfig config, RandomGenerator random) {
        threads.allowCoreThreadTimeOut(true);
        cleaner = new LogCleaner(threads, this::onBytes, random, limits(config));
        reconfigure(config);
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    void reconfigure(BrokerConfig config) {
        bytesPerSecondMax = config.get(LOG_CLEANER_IO_MAX_BYTES_PER_SECOND);
        int count = Math.max(1, config.get(LOG_CLEANER_THREADS));
        threads.setMaximumPoolSize(Math.max(count, threads.getCorePoolSize()));
        threads.setCorePoolSize(count);
        threads.setMaximumPoolSize(count);
        cleaner.reconfigure(limits(config));
    }

    private static LogCleaner.Limits limits(BrokerConfig config) {
        long keyBytes = Math.min(config.get(LOG_CLEANER_DEDUPE_BUFFER_SIZE), Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        return new LogCleaner.Limits(config.get(LOG_CLEANER_ENABLE), config.get(LOG_CLEANER_THREADS), keyBytes,
                config.get(LOG_CLEANER_IO_BUFFER_LOAD_FACTOR), config.get(LOG_CLEANER_IO_BUFFER_SIZE), config.get(LOG_CLEANER_BACKOFF_MS));
    }

    /** Nothing is held back any more, so that passes see at once that their logs are closed. They never keep the process. */
    synchronized void stop() {
        isStopped = true;
        notifyAll();
    }

    private synchronized void onBytes(long byteCount) {
        if (bytesPerSecondMax == Double.MAX_VALUE || isStopped) return;
        long nowNs = System.nanoTime();
        dueNs = Math.max(dueNs, nowNs) + (long) (byteCount / bytesPerSecondMax * 1e9);
        long pauseNs = dueNs - nowNs;
        if (pauseNs < PAUSE_NS_MIN) return;
        try {
            TimeUnit.NANOSECONDS.timedWait(this, pauseNs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
