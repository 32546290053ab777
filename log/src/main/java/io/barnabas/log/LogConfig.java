package io.barnabas.log;

/**
 * The topic settings that a log obeys, typed and validated; times in milliseconds, sizes in bytes, -1 means no limit where
 * Kafka says so. {@link #DEFAULT} holds Kafka's defaults.
 *
 * @param compaction       null if the log is not compacted
 * @param flushMessagesSet whether {@code flush.messages} was set for the topic and so decides about acknowledgements
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long retentionMs,
        long retentionBytes,
        long fileDeleteDelayMs,
        long flushMessages,
        boolean flushMessagesSet,
        long flushMs,
        boolean delete,
        CompactionConfig compaction,
        int producerIdExpirationMs) {
    public static final LogConfig DEFAULT = new LogConfig(1 << 30, 7L * 24 * 3600 * 1000, 0, 10 << 20, 4096,
            7L * 24 * 3600 * 1000, -1, 60_000, Long.MAX_VALUE, false, Long.MAX_VALUE, true, null, 86_400_000);

    public boolean compact() {
        return compaction != null;
    }

    /** The age at which the active segment is closed. What is to be compacted by a time must be closed by then. */
    public long segmentAgeMaxMs() {
        return compact() ? Math.min(segmentMs, compaction.maxLagMs()) : segmentMs;
    }

    /** For a copy in the making, which takes over from the original what that has forgotten, and is flushed by whoever makes it. */
    LogConfig ofCopy() {
        return new LogConfig(segmentBytes, segmentMs, segmentJitterMs, segmentIndexBytes, indexIntervalBytes, retentionMs, retentionBytes,
                fileDeleteDelayMs, Long.MAX_VALUE, false, Long.MAX_VALUE, false, null, producerIdExpirationMs);
    }

    /** When an acknowledgement must wait for the disk, as far as the topic has a say. */
    public enum FlushBeforeAck { EVERY_ACK, NEVER, BROKER_DECIDES }

    public FlushBeforeAck flushBeforeAck() {
        if (!flushMessagesSet) return FlushBeforeAck.BROKER_DECIDES;
        if (flushMessages == 1) return FlushBeforeAck.EVERY_ACK;
        return flushMessages == Long.MAX_VALUE ? FlushBeforeAck.NEVER : FlushBeforeAck.BROKER_DECIDES;
    }
}
