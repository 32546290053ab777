package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Looks at the keys of an old message's records, and makes of those that stay a v2 batch with their offsets and codec, as
 * Apache Kafka's cleaner does since 4.0: for compaction, like {@link RecordBatchFilter}. Messages lie in buffers with an array.
 * Reusable; owned by one thread.
 */
public final class LegacyFilter {
    private static final int UNPACKED_BYTES_MAX = Integer.MAX_VALUE - 8;

    /** Which records stay, by their place. */
    private final BitSet kept = new BitSet();
    private boolean keepsTombstone;

    /**
     * Shows every record.
     *
     * @return false if the visitor did not want to go on
     * @throws RecordException if the message is not what its format says
     */
    public boolean visit(LegacyMessage message, RecordBatchFilter.Visitor visitor) {
        try (var records = message.records(UNPACKED_BYTES_MAX)) {
            for (var record = records.next(); record != null; record = records.next()) if (!show(record, visitor)) return false;
            return true;
        }
    }

    /**
     * Asks for every record whether it stays. {@link #rest} then makes a batch of those.
     *
     * @return whether any stays
     * @throws RecordException if the message is not what its format says
     */
    public boolean filter(LegacyMessage message, RecordBatchFilter.Visitor visitor) {
        kept.clear();
        keepsTombstone = false;
        try (var records = message.records(UNPACKED_BYTES_MAX)) {
            int index = 0;
            for (var record = records.next(); record != null; record = records.next(), index++) {
                if (!show(record, visitor)) continue;
                kept.set(index);
                keepsTombstone |= record.value() == null;
            }
        }
        return !kept.isEmpty();
    }

    /** Whether one of the records that stay has no value. */
    public boolean keepsTombstone() {
        return keepsTombstone;
    }

    /**
     * The records that stay of the message just filtered, as a v2 batch of no leader's epoch.
     *
     * @param deleteHorizonMs when its tombstones may go, NO_TIMESTAMP if that is not decided
     * @return from position 0 to its limit, on the heap
     */
    public ByteBuffer rest(LegacyMessage message, long deleteHorizonMs) {
        var builder = new RecordBatchBuilder().compression(message.compressionType()).deleteHorizon(deleteHorizonMs);
        if (message.timestampType() == TimestampType.LOG_APPEND_TIME) builder.logAppendTime(message.maxTimestamp());
        try (var records = message.records(UNPACKED_BYTES_MAX)) {
            int index = 0;
            for (var record = records.next(); record != null; record = records.next()) {
                if (!kept.get(index++)) continue;
                if (builder.recordCount() == 0) builder.baseOffset(record.offset());
                builder.appendAt(record.offset(), record.timestamp(), record.key(), record.value(), List.of());
            }
        }
        return builder.build();
    }

    private static boolean show(Record record, RecordBatchFilter.Visitor visitor) {
        var key = record.key();
        byte[] bytes = key == null ? null : key.array();
        int keyFrom = key == null ? 0 : key.arrayOffset() + key.position();
        int keyBytes = key == null ? -1 : key.remaining();
        visitor.expect(record.offset(), bytes, keyFrom, keyBytes);
        return visitor.onRecord(record.offset(), bytes, keyFrom, keyBytes, record.value() != null);
    }
}
