package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What one event loop does for its logs in one directory: it lends them buffers, closes files that are used least, and,
 * while something has changed, once a second gathers offsets for the checkpoints and flushes what is old; when its time has
 * come, applies retention. Nothing runs while nothing is due. Owned by the loop.
 */
final class Housekeeping {
    /** Offsets that a log wants to be checkpointed. */
    record Checkpoint(Log log, TopicPartition partition, int generation, long recoveryPoint, long highWatermark, long logStartOffset,
            long firstDirtyOffset) {}

    private record Deadline(long dueMs, long order, Retention retention) implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            int byTime = Long.compare(dueMs, other.dueMs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private static final long TICK_MS = 1000;
    /** Flushes that nobody waits for keep no more of the I/O pool busy than this, so that others find their turn. */
    private static final int BACKGROUND_FLUSHES_MAX = 3;
    /** What lies unflushed in all logs of a directory together beyond this is flushed at once: it bounds what a recovery has to read. */
    private static final long UNFLUSHED_BYTES_MAX = 1L << 30;
    private static final int SPARE_STAGING_BYTES_MAX = 2 << 20;
    private static final int SCAN_BYTES = 8 * 1024;

    private final LogDirectory directory;
    private final EventLoop loop;
    private final OpenSegments openSegments;
    private final ArrayDeque<Staging> spareStagings = new ArrayDeque<>();
    private int spareStagingBytes;
    private BatchScanner scanner;

    private long appendedBytes;

    private ArrayList<LogFlusher> dirtyLogs = new ArrayList<>();
    private ArrayList<LogFlusher> stillDirtyLogs = new ArrayList<>();
    private boolean tickScheduled;
    private final ArrayDeque<LogFlusher> flushQueue = new ArrayDeque<>();
    private int backgroundFlushes;
    /** Logs with something to compact, looked at now and then. */
    private final Set<CleanableLog> cleanableLogs = new LinkedHashSet<>(0);
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
    private long deadlineOrder;
    private EventLoop.Timer deadlineTimer;
    private long deadlineTimerMs;

    Housekeeping(LogDirectory directory, EventLoop loop, OpenSegments openSegments) {
        this.directory = directory;
        this.loop = loop;
        this.openSegments = openSegments;
    }

    OpenSegments openSegments() {
        return openSegments;
    }

    /** For one use at a time, until the next step of whoever asked. */
    BatchScanner scanner() {
        if (scanner == null) scanner = new BatchScanner(ByteBuffer.allocateDirect(SCAN_BYTES));
        return scanner;
    }

    /** @return bytes appended before, by this loop to logs of this directory: the clock of {@link #oldestRecent} */
    long countAppended(int byteCount) {
        long before = appendedBytes;
        appendedBytes += byteCount;
        return before;
    }

    /** What was appended since then is taken to be in the page cache. */
    long oldestRecent() {
        return appendedBytes - directory.environment().recentBytes();
    }

    ReadPace readPace() {
        return directory.readPace();
    }

    Staging borrowStaging() {
        var spare = spareStagings.poll();
        if (spare == null) return new Staging();
        spareStagingBytes -= spare.chunkBytes();
        return spare;
    }

    void giveBack(Staging staging) {
        staging.clear();
        if (spareStagingBytes + staging.chunkBytes() > SPARE_STAGING_BYTES_MAX) return;
        spareStagingBytes += staging.chunkBytes();
        spareStagings.push(staging);
    }

    /** A log has something to flush or to checkpoint; it remembers that it told so. */
    void onDirty(LogFlusher log) {
        dirtyLogs.add(log);
        scheduleTick();
    }

    private void scheduleTick() {
        if (tickScheduled) return;
        tickScheduled = true;
        loop.schedule(TICK_MS, this::tick);
    }

    private void tick() {
        tickScheduled = false;
        long nowMs = loop.clock().nowMs();
        var logs = dirtyLogs;
        dirtyLogs = stillDirtyLogs;
        var checkpoints = new ArrayList<Checkpoint>();
        long unflushedBytes = 0;
        for (int i = 0; i < logs.size(); i++) unflushedBytes += logs.get(i).unflushedBytes();
        for (int i = 0; i < logs.size(); i++) {
            var log = logs.get(i);
            long before = log.unflushedBytes();
            if (log.onTick(nowMs, unflushedBytes > UNFLUSHED_BYTES_MAX, checkpoints)) dirtyLogs.add(log);
            unflushedBytes -= before - log.unflushedBytes();
        }
        logs.clear();
        stillDirtyLogs = logs;
        if (!checkpoints.isEmpty()) directory.io().execute(() -> write(checkpoints));
        if (!dirtyLogs.isEmpty()) scheduleTick();
    }

    void flushSoon(LogFlusher log) {
        flushQueue.add(log);
        startFlushes();
    }

    void onBackgroundFlushed() {
        backgroundFlushes--;
        startFlushes();
    }

    private void startFlushes() {
        while (backgroundFlushes < BACKGROUND_FLUSHES_MAX && !flushQueue.isEmpty()) {
            // Counted first: a start may come back here.
            backgroundFlushes++;
            if (!flushQueue.poll().startBackgroundFlush()) backgroundFlushes--;
        }
    }

    private void write(List<Checkpoint> checkpoints) {
        if (!directory.checkpoint(checkpoints)) return;
        loop.execute(() -> {
            for (var checkpoint : checkpoints) checkpoint.log.onCheckpointed(checkpoint);
        });
    }

    /** A log has something to compact, now or later. */
    void onCleanable(CleanableLog log) {
        if (cleanableLogs.add(log) && cleanableLogs.size() == 1) scheduleCompactions();
    }

    private void scheduleCompactions() {
        loop.schedule(Math.max(1, directory.environment().cleaner().limits().backoffMs()), this::startCompactions);
    }

    private void startCompactions() {
        long nowMs = loop.clock().nowMs();
        cleanableLogs.removeIf(log -> !log.offerIfDue(nowMs));
        if (!cleanableLogs.isEmpty()) scheduleCompactions();
    }

    /** Asks for {@link Retention#onDue} at a time; the earliest of several counts, later ones find nothing to do. */
    void scheduleRetention(Retention retention, long dueMs) {
        deadlines.add(new Deadline(dueMs, deadlineOrder++, retention));
        armDeadlineTimer();
    }

    private void armDeadlineTimer() {
        if (deadlines.isEmpty()) return;
        long dueMs = deadlines.peek().dueMs;
        if (deadlineTimer != null && deadlineTimerMs <= dueMs) return;
        if (deadlineTimer != null) deadlineTimer.cancel();
        deadlineTimerMs = dueMs;
        deadlineTimer = loop.schedule(Math.max(0, dueMs - loop.clock().nowMs()), this::onDeadline);
    }

    private void onDeadline() {
        deadlineTimer = null;
        long nowMs = loop.clock().nowMs();
        while (!deadlines.isEmpty() && deadlines.peek().dueMs <= nowMs) {
            var deadline = deadlines.poll();
            deadline.retention.onDue(deadline.dueMs, nowMs);
        }
        armDeadlineTimer();
    }

    /** Deletes files that were renamed for it, off the loop. */
    void deleteLater(List<Path> files, long delayMs) {
        if (files.isEmpty()) return;
        if (delayMs <= 0) directory.io().execute(() -> delete(files));
        else loop.schedule(delayMs, () -> directory.io().execute(() -> delete(files)));
    }

    private void delete(List<Path> files) {
        try {
            for (var file : files) directory.disk().delete(file);
        } catch (StorageException e) {
            directory.warn("cannot delete a file; it is tried again at the next start", e);
        }
    }
}
