package io.barnabas.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Compacts logs of all directories, those first that have most to gain. Nothing runs while no log asks. Safe for use from any
 * thread: a pass works on files on the executor, what it makes is taken by the log on its loop.
 */
public final class LogCleaner {
    /**
     * @param isEnabled    false leaves logs as they are
     * @param passesMax    passes at a time, 0 for none
     * @param keyBytesMax  memory for keys, of all passes together
     * @param loadFactor   share of that which may be filled
     * @param ioBytes      memory for reading and writing, of all passes together
     * @param backoffMs    time between two looks of a log at whether there is something to do
     */
    public record Limits(boolean isEnabled, int passesMax, long keyBytesMax, double loadFactor, int ioBytes, long backoffMs) {
        /** Kafka's defaults. */
        public static final Limits DEFAULT = new Limits(true, 1, 128 << 20, 0.9, 512 << 10, 15_000);
    }

    private record Waiting(CleanableLog log, double dirtyRatio) {}

    private final Executor executor;
    private final CompactionPace pace;
    private final RandomGenerator random;
    private final List<Waiting> waiting = new ArrayList<>();
    private int running;
    private volatile Limits limits;

    /** @param executor runs as many passes at a time as it is given; they take long, and wait for the disk and for {@code pace} */
    public LogCleaner(Executor executor, CompactionPace pace, RandomGenerator random, Limits limits) {
        this.executor = executor;
        this.pace = pace;
        this.random = random;
        this.limits = limits;
    }

    public Limits limits() {
        return limits;
    }

    /** Holds for passes that begin later. */
    public void reconfigure(Limits limits) {
        this.limits = limits;
        startWaiting();
    }

    /** A log has something to do; it hears of the turn on its loop. */
    void offer(CleanableLog log, double dirtyRatio) {
        synchronized (this) {
            waiting.add(new Waiting(log, dirtyRatio));
        }
        startWaiting();
    }

    private synchronized void startWaiting() {
        while (!waiting.isEmpty() && limits.isEnabled && running < limits.passesMax) {
            int best = 0;
            for (int i = 1; i < waiting.size(); i++) if (waiting.get(i).dirtyRatio > waiting.get(best).dirtyRatio) best = i;
            var log = waiting.remove(best).log;
            running++;
            log.loop().execute(() -> begin(log));
        }
    }

    private void begin(CleanableLog log) {
        var plan = log.plan();
        if (plan == null) end(log);
        else executor.execute(() -> learn(log, plan));
    }

    private void learn(CleanableLog log, CompactionPlan plan) {
        attempt(log, plan, () -> {
            var now = limits;
            int shares = Math.max(1, now.passesMax);
            var keys = new KeyOffsets(now.keyBytesMax / shares, now.loadFactor, new SipHash(random.nextLong(), random.nextLong()));
            var compaction = new Compaction(log.disk(), plan, pace, log::isCancelled, keys, now.ioBytes / shares);
            compaction.learn();
            cleanNext(log, plan, compaction);
        });
    }

    private void cleanNext(CleanableLog log, CompactionPlan plan, Compaction compaction) {
        var cleaned = compaction.next();
        // Else a power cut could leave old segments that the checkpoint calls clean.
        if (cleaned == null) log.disk().syncDirectory(plan.folder());
        log.loop().execute(() -> {
            if (cleaned == null) {
                log.onCompacted(compaction.endOffset());
                end(log);
            } else if (log.replace(cleaned)) {
                executor.execute(() -> attempt(log, plan, () -> cleanNext(log, plan, compaction)));
            } else {
                executor.execute(() -> attempt(log, plan, () -> {
                    cleaned.discard();
                    log.loop().execute(() -> end(log));
                }));
            }
        });
    }

    private void attempt(CleanableLog log, CompactionPlan plan, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            log.loop().execute(() -> {
                log.onFailed(plan, e);
                end(log);
            });
        }
    }

    /** On the log's loop. */
    private void end(CleanableLog log) {
        synchronized (this) {
            running--;
        }
        log.onPassEnded();
        startWaiting();
    }
}
