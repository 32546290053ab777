package io.barnabas.log;

/**
 * How a topic is compacted; times in milliseconds.
 *
 * @param deleteRetentionMs      how long a tombstone or a marker stays after its first compaction
 * @param minLagMs               records younger than this are left alone
 * @param maxLagMs               older ones are compacted whatever their share is
 * @param minCleanableDirtyRatio share of the bytes that must not have been compacted before it is worth while, 0 to 1
 */
public record CompactionConfig(long deleteRetentionMs, long minLagMs, long maxLagMs, double minCleanableDirtyRatio) {
    /** Kafka's defaults. */
    public static final CompactionConfig DEFAULT = new CompactionConfig(86_400_000, 0, Long.MAX_VALUE, 0.5);
}
