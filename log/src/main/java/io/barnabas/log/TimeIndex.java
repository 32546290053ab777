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
final class TimeIndex {
    static final int ENTRY_BYTES = 12;
    private static final int BLOCK_ENTRIES = 340;

    private long[] timestamps = new long[4];
    private int[] relativeOffsets = new int[4];
    private int count;
    private int storedCount;
    /** What the file held when it was loaded, and how many entries of that were valid: they stay in the arrays when they are taken back. */
    private long loadedBytes;
    private int loadedCount;

    int count() {
        return count;
    }

    long timestamp(int index) {
        return timestamps[index];
    }

    int relativeOffset(int index) {
        return relativeOffsets[index];
    }

    long lastTimestamp() {
        return count == 0 ? RecordBatch.NO_TIMESTAMP : timestamps[count - 1];
    }

    /** Adds an entry unless its timestamp is not later than the last one's. */
    void addIfLater(long timestamp, int relativeOffset) {
        takeLoaded(timestamp, relativeOffset);
        if (timestamp <= lastTimestamp()) return;
        if (count == timestamps.length) {
            timestamps = Arrays.copyOf(timestamps, count * 2);
            relativeOffsets = Arrays.copyOf(relativeOffsets, count * 2);
        }
        timestamps[count] = timestamp;
        relativeOffsets[count++] = relativeOffset;
    }

    /** Entries of the file that a recovery took back are as good as new ones, up to what it has found again. */
    void takeLoaded(long timestampMax, int relativeOffsetMax) {
        while (count == storedCount && count < loadedCount && timestamps[count] <= timestampMax && relativeOffsets[count] <= relativeOffsetMax) {
            storedCount = ++count;
        }
    }

    /** The last entry that is earlier than a time, -1 if there is none. */
    int lower(long timestamp) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamps[middle] < timestamp) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets entries of offsets from the given one on. */
    void truncateToOffset(long relativeOffset) {
        while (count > 0 && relativeOffsets[count - 1] >= relativeOffset) count--;
        storedCount = Math.min(storedCount, count);
    }

    /** Forgets all; what the file holds is not to be relied on. */
    void distrustFile() {
        count = 0;
        storedCount = 0;
        loadedCount = 0;
    }

    /** Whether the file goes on behind the entries that it shares with this index. */
    boolean isFileLonger() {
        return loadedBytes > storedBytes();
    }

    int unstoredCount() {
        return count - storedCount;
    }

    void markStored() {
        storedCount = count;
        forgetLoaded();
    }

    void markUnstored() {
        storedCount = 0;
        forgetLoaded();
    }

    private void forgetLoaded() {
        loadedBytes = 0;
        loadedCount = 0;
    }

    long storedBytes() {
        return (long) storedCount * ENTRY_BYTES;
    }

    ByteBuffer unstored() {
        var bytes = ByteBuffer.allocate(unstoredCount() * ENTRY_BYTES);
        for (int i = storedCount; i < count; i++) bytes.putLong(timestamps[i]).putInt(relativeOffsets[i]);
        return bytes.flip();
    }

    /** Reads the valid beginning of a file. */
    static TimeIndex load(DiskFile file) {
        var index = new TimeIndex();
        index.loadedBytes = file.size();
        index.loadEntries(file);
        index.storedCount = index.loadedCount = index.count;
        return index;
    }

    private void loadEntries(DiskFile file) {
        var block = ByteBuffer.allocate((int) Math.min(loadedBytes, BLOCK_ENTRIES * ENTRY_BYTES));
        int lastOffset = -1;
        for (long at = 0; at + ENTRY_BYTES <= loadedBytes; at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), loadedBytes - at));
            file.read(block, at);
            block.flip();
            while (block.remaining() >= ENTRY_BYTES) {
                long timestamp = block.getLong();
                int offset = block.getInt();
                boolean isFilling = timestamp == 0 && offset == 0;
                if (isFilling || timestamp <= lastTimestamp() || offset < lastOffset) return;
                addIfLater(timestamp, offset);
                lastOffset = offset;
            }
        }
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
        int last = index.count - 1;
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
