package io.barnabas.log;

import io.barnabas.base.DiskFile;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The sparse time index of a segment that is being written, in memory: the greatest timestamp so far and the last offset of
 * the batch that brought it. In its file an entry is (all big-endian):
 *
 * <pre>
 *   0 timestamp       int64   ms since 1970; no record up to the offset is later
 *   8 relativeOffset  int32   less the segment's base offset
 * </pre>
 *
 * Timestamps grow from entry to entry, so a file ends at the first entry that does not grow.
 */
final class TimeIndex extends SegmentIndex {
    static final int ENTRY_BYTES = 12;
    private static final int BLOCK_ENTRIES = BLOCK_BYTES / ENTRY_BYTES;

    private long[] timestamps = new long[4];
    private int[] relativeOffsets = new int[4];

    TimeIndex() {
        super(ENTRY_BYTES);
    }

    long timestamp(int index) {
        return timestamps[index];
    }

    int relativeOffset(int index) {
        return relativeOffsets[index];
    }

    long lastTimestamp() {
        return count() == 0 ? RecordBatch.NO_TIMESTAMP : timestamps[count() - 1];
    }

    /** Adds an entry unless its timestamp is not later than the last one's. */
    void addIfLater(long timestamp, int relativeOffset) {
        takeLoaded(timestamp, relativeOffset);
        if (timestamp <= lastTimestamp()) return;
        int next = count();
        if (next == timestamps.length) {
            timestamps = Arrays.copyOf(timestamps, next * 2);
            relativeOffsets = Arrays.copyOf(relativeOffsets, next * 2);
        }
        timestamps[next] = timestamp;
        relativeOffsets[append()] = relativeOffset;
    }

    /** Entries of the file that a recovery took back are as good as new ones, up to what it has found again. */
    void takeLoaded(long timestampMax, int relativeOffsetMax) {
        while (hasTakenBack() && timestamps[count()] <= timestampMax && relativeOffsets[count()] <= relativeOffsetMax) restore();
    }

    /** The last entry that is earlier than a time, -1 if there is none. */
    int lower(long timestamp) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamps[middle] < timestamp) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets entries of offsets from the given one on. */
    void truncateToOffset(long relativeOffset) {
        int kept = count();
        while (kept > 0 && relativeOffsets[kept - 1] >= relativeOffset) kept--;
        truncateTo(kept);
    }

    @Override
    void put(ByteBuffer bytes, int index) {
        bytes.putLong(timestamps[index]).putInt(relativeOffsets[index]);
    }

    /** Reads the valid beginning of a file. */
    static TimeIndex load(DiskFile file) {
        var index = new TimeIndex();
        index.load(file, block -> index.take(block.getLong(), block.getInt()));
        return index;
    }

    private boolean take(long timestamp, int relativeOffset) {
        boolean isFilling = timestamp == 0 && relativeOffset == 0;
        int lastOffset = count() == 0 ? -1 : relativeOffsets[count() - 1];
        if (isFilling || timestamp <= lastTimestamp() || relativeOffset < lastOffset) return false;
        addIfLater(timestamp, relativeOffset);
        return true;
    }

    /** The last entry of a closed segment's file as {timestamp, relativeOffset}; null if it has none. */
    static long[] last(DiskFile file) {
        long entries = file.size() / ENTRY_BYTES;
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        if (entries == 0 || file.read(entry, (entries - 1) * ENTRY_BYTES) < ENTRY_BYTES) return null;
        if (entries > 1 && entry.getLong(0) == 0) return lastOf(load(file));
        return new long[] {entry.getLong(0), entry.getInt(8)};
    }

    private static long[] lastOf(TimeIndex index) {
        int last = index.count() - 1;
        return last < 0 ? null : new long[] {index.timestamps[last], index.relativeOffsets[last]};
    }

    /** Searches a file without loading it. @return the offset of the last entry earlier than a time, 0 if there is none */
    static int lowerOffset(DiskFile file, long timestamp) {
        long low = 0;
        long high = file.size() / ENTRY_BYTES;
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        while (high - low > BLOCK_ENTRIES) {
            long middle = (low + high) >>> 1;
            file.read(entry.clear(), middle * ENTRY_BYTES);
            boolean isFilling = entry.getLong(0) == 0 && entry.getInt(8) == 0;
            if (!isFilling && entry.getLong(0) < timestamp) low = middle;
            else high = middle;
        }
        if (high <= low) return 0;
        var block = ByteBuffer.allocate((int) (high - low) * ENTRY_BYTES);
        file.read(block, low * ENTRY_BYTES);
        block.flip();
        int found = 0;
        long last = RecordBatch.NO_TIMESTAMP;
        while (block.remaining() >= ENTRY_BYTES) {
            long at = block.getLong();
            int offset = block.getInt();
            if (at <= last || at >= timestamp) break;
            last = at;
            found = offset;
        }
        return found;
    }
}
