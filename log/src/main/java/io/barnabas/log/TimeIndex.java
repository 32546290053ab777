package io.barnabas.log;

import io.barnabas.base.DiskFile;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;

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
    /** A search reads so many entries at once, when it has come so near. */
    private static final int SEARCHED_ENTRIES = 341;
    private static final SpareBlocks SPARE = new SpareBlocks(ENTRY_BYTES);

    /** No record up to the offset is later than the timestamp, and the batch there has it. */
    record Entry(long timestamp, int relativeOffset) {}

    TimeIndex() {
        super(ENTRY_BYTES, SPARE);
    }

    long timestamp(int index) {
        return longAt(index, 0);
    }

    int relativeOffset(int index) {
        return intAt(index, 8);
    }

    Entry entry(int index) {
        return new Entry(timestamp(index), relativeOffset(index));
    }

    long lastTimestamp() {
        return count() == 0 ? RecordBatch.NO_TIMESTAMP : timestamp(count() - 1);
    }

    /** Adds an entry unless its timestamp is not later than the last one's. */
    void addIfLater(long timestamp, int relativeOffset) {
        takeLoaded(timestamp, relativeOffset);
        if (timestamp > lastTimestamp()) append().putLong(timestamp).putInt(relativeOffset);
    }

    /** Entries of the file that a recovery took back are as good as new ones, up to what it has found again. */
    void takeLoaded(long timestampMax, int relativeOffsetMax) {
        while (hasTakenBack() && timestamp(count()) <= timestampMax && relativeOffset(count()) <= relativeOffsetMax) restore();
    }

    /** The last entry in memory that is earlier than a time; the one before {@link #firstInMemory} if there is none. */
    int lower(long timestamp) {
        int low = firstInMemory();
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamp(middle) < timestamp) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets entries of offsets from the given one on. */
    void truncateToOffset(long relativeOffset) {
        int kept = count();
        while (kept > 0 && relativeOffset(kept - 1) >= relativeOffset) kept--;
        truncateTo(kept);
    }

    /** Reads the valid beginning of a file. */
    static TimeIndex load(DiskFile file) {
        var index = new TimeIndex();
        index.load(file, block -> index.take(block.getLong(), block.getInt()));
        return index;
    }

    private boolean take(long timestamp, int relativeOffset) {
        boolean isFilling = timestamp == 0 && relativeOffset == 0;
        int lastOffset = count() == 0 ? -1 : relativeOffset(count() - 1);
        if (isFilling || timestamp <= lastTimestamp() || relativeOffset < lastOffset) return false;
        addIfLater(timestamp, relativeOffset);
        return true;
    }

    /** The last entry of a file; null if it has none. */
    static Entry last(DiskFile file) {
        long entries = file.size() / ENTRY_BYTES;
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        if (entries == 0 || file.read(entry, (entries - 1) * ENTRY_BYTES) < ENTRY_BYTES) return null;
        if (entries > 1 && entry.getLong(0) == 0) return lastOf(load(file));
        return new Entry(entry.getLong(0), entry.getInt(8));
    }

    private static Entry lastOf(TimeIndex index) {
        return index.count() == 0 ? null : index.entry(index.count() - 1);
    }

    /** Searches a file without loading it. @param entriesMax only so many of its entries are looked at @return the last entry earlier than a time, null if there is none */
    static Entry lower(DiskFile file, int entriesMax, long timestamp) {
        long low = 0;
        long high = Math.min(entriesMax, file.size() / ENTRY_BYTES);
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        while (high - low > SEARCHED_ENTRIES) {
            long middle = (low + high) >>> 1;
            file.read(entry.clear(), middle * ENTRY_BYTES);
            boolean isFilling = entry.getLong(0) == 0 && entry.getInt(8) == 0;
            if (!isFilling && entry.getLong(0) < timestamp) low = middle;
            else high = middle;
        }
        if (high <= low) return null;
        var block = ByteBuffer.allocate((int) (high - low) * ENTRY_BYTES);
        file.read(block, low * ENTRY_BYTES);
        block.flip();
        int found = -1;
        long last = RecordBatch.NO_TIMESTAMP;
        while (block.remaining() >= ENTRY_BYTES) {
            long at = block.getLong();
            int offset = block.getInt();
            if (at <= last || at >= timestamp) break;
            last = at;
            found = offset;
        }
        return last == RecordBatch.NO_TIMESTAMP ? null : new Entry(last, found);
    }
}
