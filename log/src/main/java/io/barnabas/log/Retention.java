package io.barnabas.log;

import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;

/**
 * The old end of a log: decides which segments have had their time, and deletes what lies before the log's start once that is on disk, since
 * it can then not come back. Owned by the log's loop.
 */
final class Retention {
    private final Log log;
    private final LogDirectory directory;
    private final Housekeeping housekeeping;
    private final SegmentList segments;
    private final LogFlusher flusher;
    private final LogAppender appender;
    /** The log's start on disk. */
    private long durableLogStart;
    /** Of the next look. */
    private long dueMs = Long.MAX_VALUE;

    Retention(Log log, LogDirectory directory, SegmentList segments, LogFlusher flusher, LogAppender appender) {
        this.log = log;
        this.directory = directory;
        this.housekeeping = directory.housekeeping(log.loop());
        this.segments = segments;
        this.flusher = flusher;
        this.appender = appender;
        this.durableLogStart = segments.first().baseOffset;
    }

    /** First thing on the loop, once the log is open. */
    void onOpened() {
        onCheckpointed(log.logStartOffset());
        boolean mayForget = log.config().delete() && !segments.first().isEmpty() || !log.producers().isEmpty();
        if (mayForget) lookAt(nowMs() + directory.environment().retentionCheckMs());
    }

    // --- deciding

    /** Looks again when there may be something to do, unless it would do so sooner. */
    void schedule() {
        long next = nextCheckMs(nowMs());
        if (next < dueMs) lookAt(next);
    }

    private void lookAt(long timeMs) {
        dueMs = timeMs;
        housekeeping.scheduleRetention(this, timeMs);
    }

    void onDue(long timeMs, long nowMs) {
        if (timeMs != dueMs) return;
        dueMs = Long.MAX_VALUE;
        if (log.isClosed() || log.isOffline()) return;
        try {
            apply(nowMs);
            schedule();
        } catch (StorageException e) {
            directory.fail(e);
        }
    }

    /** Moves the log's start over what has had its time; producers long silent are forgotten too. */
    void apply(long nowMs) {
        // What is under way will be looked at the next time.
        if (log.isClosed() || log.isOffline() || log.isBusy() || !log.write()) return;
        log.producers().expire(nowMs, log.config().producerIdExpirationMs());
        int expired = expiredCount(nowMs);
        if (expired == 0) return;
        if (expired == segments.count() && !appender.rollOrFail()) {
            log.write();
            return;
        }
        long start = segments.get(expired).baseOffset;
        if (start > log.logStartOffset()) log.onExpired(start);
    }

    /**
     * How many of the oldest segments may go: by age, or because the rest is large enough. Never one that holds records at
     * or beyond the high watermark. The active one counts as well when it has records: the log is then to be rolled first.
     */
    private int expiredCount(long nowMs) {
        var config = log.config();
        if (!config.delete()) return 0;
        int expired = 0;
        long excessBytes = config.retentionBytes() < 0 ? -1 : segments.sizeInBytes() - config.retentionBytes();
        while (expired < segments.count()) {
            var segment = segments.get(expired);
            if (segment.isEmpty() || segments.endOffset(expired) > log.highWatermark()) break;
            boolean isActive = expired == segments.count() - 1;
            boolean isTooOld = config.retentionMs() >= 0 && nowMs - segment.ageBaseMs(nowMs) > config.retentionMs();
            boolean isTooMuch = !isActive && excessBytes - segment.size() >= 0;
            if (!isTooOld && !isTooMuch) break;
            excessBytes -= segment.size();
            expired++;
        }
        return expired;
    }

    /**
     * When to look again: never is Long.MAX_VALUE. Producers are forgotten an eighth of {@code producer.id.expiration.ms} late at most.
     */
    private long nextCheckMs(long nowMs) {
        var config = log.config();
        long pauseMs = directory.environment().retentionCheckMs();
        long next = log.producers().isEmpty() ? Long.MAX_VALUE : nowMs + Math.max(pauseMs, config.producerIdExpirationMs() / 8);
        if (!config.delete()) return next;
        if (config.retentionBytes() >= 0 && segments.count() > 1) next = nowMs + pauseMs;
        var oldest = segments.first();
        if (config.retentionMs() >= 0 && !oldest.isEmpty()) {
            long expiryMs = saturatedAdd(Math.max(oldest.ageBaseMs(nowMs), RecordBatch.NO_TIMESTAMP), config.retentionMs());
            next = Math.min(next, Math.max(saturatedAdd(expiryMs, 1), nowMs + pauseMs));
        }
        return next;
    }

    private static long saturatedAdd(long a, long b) {
        long sum = a + b;
        return sum < a ? Long.MAX_VALUE : sum;
    }

    private long nowMs() {
        return log.loop().clock().nowMs();
    }

    // --- deleting

    /** The log's start is on disk. */
    void onCheckpointed(long logStart) {
        // An answer from before a truncation may tell of a start that is no more.
        durableLogStart = Math.min(logStart, log.logStartOffset());
        deleteOldest();
    }

    void onTruncated() {
        durableLogStart = Math.min(durableLogStart, log.logStartOffset());
    }

    /** Deletes what nobody needs any more: what comes before the log's start on disk. */
    void deleteOldest() {
        if (segments.count() == 1 || log.isClosed() || log.isOffline()) return;
        int count = 0;
        // The snapshot at the next segment's start must be durable before what it is made from goes.
        long safeOffset = Math.min(durableLogStart, flusher.flushedOffset());
        while (count + 1 < segments.count() && segments.get(count + 1).baseOffset <= safeOffset) count++;
        if (count == 0) return;
        try {
            segments.deleteOldest(count, log.config().fileDeleteDelayMs());
        } catch (StorageException e) {
            directory.fail(e);
        }
    }
}
