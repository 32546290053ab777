package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The sparse index of a segment that is being written, in memory: from the last offset of some batches to where those
 * batches start. In its file an entry is (all big-endian):
 *
 * <pre>
 *   0 relativeOffset  int32   last offset of the batch, less the segment's base offset
 *   4 position        int32   where the batch starts in the segment
 * </pre>
 *
 * Both grow from entry to entry, so a file ends at the first entry that does not: Apache Kafka fills up with zeros.
 */
final class OffsetIndex {
    static final int ENTRY_BYTES = 8;
    private static final int BLOCK_ENTRIES = 512;

    private int[] relativeOffsets = new int[4];
    private int[] positions = new int[4];
    private int count;
    /** Entries that the file has already. */
    private int storedCount;
    /** What the file held when it was loaded, and how many entries of that were valid: they stay in the arrays when they are taken back. */
    private long loadedBytes;
    private int loadedCount;

    int count() {
        return count;
    }

    int relativeOffset(int index) {
        return relativeOffsets[index];
    }

    int position(int index) {
        return positions[index];
    }

    void add(int relativeOffset, int position) {
        // Taken back by a recovery, and found again: the file has it.
        if (count == storedCount && count < loadedCount && relativeOffsets[count] == relativeOffset && positions[count] == position) {
            storedCount = ++count;
            return;
        }
        if (count == positions.length) {
            relativeOffsets = Arrays.copyOf(relativeOffsets, count * 2);
            positions = Arrays.copyOf(positions, count * 2);
        }
        relativeOffsets[count] = relativeOffset;
        positions[count++] = position;
    }

    /** The last entry whose offset is not above the given one, -1 if there is none. */
    int floor(long relativeOffset) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (relativeOffsets[middle] <= relativeOffset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets entries from an index on. */
    void truncateTo(int newCount) {
        count = Math.min(count, newCount);
        storedCount = Math.min(storedCount, count);
    }

    /** Forgets all; what the file holds is not to be relied on. */
    void distrustFile() {
        count = 0;
        storedCount = 0;
        loadedCount = 0;
    }

    /** Forgets entries of batches at or after a position. */
    void truncateToPosition(long size) {
        int kept = count;
        while (kept > 0 && positions[kept - 1] >= size) kept--;
        truncateTo(kept);
    }

    /** Whether the file goes on behind the entries that it shares with this index. */
    boolean isFileLonger() {
        return loadedBytes > storedBytes();
    }

    int unstoredCount() {
        return count - storedCount;
    }

    /** The file has every entry from now on, once the bytes of {@link #unstored} are written at {@link #storedBytes}. */
    void markStored() {
        storedCount = count;
        forgetLoaded();
    }

    /** The file cannot be relied on. */
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
        for (int i = storedCount; i < count; i++) bytes.putInt(relativeOffsets[i]).putInt(positions[i]);
        return bytes.flip();
    }

    /** Reads the valid beginning of a file. @param segmentSize positions beyond it are not valid */
    static OffsetIndex load(DiskFile file, long segmentSize) {
        var index = new OffsetIndex();
        index.loadedBytes = file.size();
        index.loadEntries(file, segmentSize);
        index.storedCount = index.loadedCount = index.count;
        return index;
    }

    private void loadEntries(DiskFile file, long segmentSize) {
        var block = ByteBuffer.allocate((int) Math.min(loadedBytes, BLOCK_ENTRIES * ENTRY_BYTES));
        int lastOffset = -1;
        int lastPosition = 0;
        for (long at = 0; at + ENTRY_BYTES <= loadedBytes; at += block.limit()) {
            block.clear().limit((int) Math.min(block.capacity(), loadedBytes - at));
            file.read(block, at);
            block.flip();
            while (block.remaining() >= ENTRY_BYTES) {
                int offset = block.getInt();
                int position = block.getInt();
                if (offset <= lastOffset || position <= lastPosition || position >= segmentSize) return;
                add(offset, position);
                lastOffset = offset;
                lastPosition = position;
            }
        }
    }

    /**
     * Searches a file without loading it.
     *
     * @return where the batch of the last entry not above the offset starts, 0 (the segment's start) if there is none
     */
    static int floorPosition(DiskFile file, long relativeOffset) {
        long low = 0;
        long high = file.size() / ENTRY_BYTES;
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        while (high - low > BLOCK_ENTRIES) {
            long middle = (low + high) >>> 1;
            file.read(entry.clear(), middle * ENTRY_BYTES);
            // Only zeros that fill up a file have no position.
            if (entry.getInt(4) != 0 && entry.getInt(0) <= relativeOffset) low = middle;
            else high = middle;
        }
        if (high <= low) return 0;
        var block = ByteBuffer.allocate((int) (high - low) * ENTRY_BYTES);
        file.read(block, low * ENTRY_BYTES);
        block.flip();
        int found = 0;
        while (block.remaining() >= ENTRY_BYTES) {
            int offset = block.getInt();
            int position = block.getInt();
            if (position <= found || offset > relativeOffset) break;
            found = position;
        }
        return found;
    }
}
