package io.barnabas.log;

import io.barnabas.model.RecordBatch;

/** Decides which segments have had their time; changes nothing. */
final class Retention {
    private Retention() {}

    /**
     * How many of the oldest segments may go: by age, or because the rest is large enough. Never one that holds records at
     * or beyond the high watermark. The active one counts as well when it has records.
     *
     * @return up to {@code segments.count()}: all of them means that the log is to be rolled first
     */
    static int expiredCount(SegmentList segments, LogConfig config, long highWatermark, long nowMs) {
        if (!config.delete()) return 0;
        int expired = 0;
        long excessBytes = config.retentionBytes() < 0 ? -1 : segments.sizeInBytes() - config.retentionBytes();
        while (expired < segments.count()) {
            var segment = segments.get(expired);
            if (segment.isEmpty() || segments.endOffset(expired) > highWatermark) break;
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
     * When to look again: never is Long.MAX_VALUE.
     *
     * @param hasProducers whether there are some to be forgotten one day: they are, an eighth of {@code producer.id.expiration.ms}
     *                     late at most
     * @param pauseMs      least time until then
     */
    static long nextCheckMs(SegmentList segments, LogConfig config, boolean hasProducers, long nowMs, long pauseMs) {
        long next = hasProducers ? nowMs + Math.max(pauseMs, config.producerIdExpirationMs() / 8) : Long.MAX_VALUE;
        if (!config.delete()) return next;
        if (config.retentionBytes() >= 0 && segments.count() > 1) next = nowMs + pauseMs;
        var oldest = segments.first();
        if (config.retentionMs() >= 0 && !oldest.isEmpty()) {
            long dueMs = saturatedAdd(Math.max(oldest.ageBaseMs(nowMs), RecordBatch.NO_TIMESTAMP), config.retentionMs());
            next = Math.min(next, Math.max(saturatedAdd(dueMs, 1), nowMs + pauseMs));
        }
        return next;
    }

    private static long saturatedAdd(long a, long b) {
        long sum = a + b;
        return sum < a ? Long.MAX_VALUE : sum;
    }
}
