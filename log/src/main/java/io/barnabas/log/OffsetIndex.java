package io.barnabas.log;

import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;

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
final class OffsetIndex extends SegmentIndex {
    static final int ENTRY_BYTES = 8;
    /** A search reads so many entries at once, when it has come so near. */
    private static final int SEARCHED_ENTRIES = 512;
    private static final SpareBlocks SPARE = new SpareBlocks(ENTRY_BYTES);

    OffsetIndex() {
        super(ENTRY_BYTES, SPARE);
    }

    int relativeOffset(int index) {
        return intAt(index, 0);
    }

    int position(int index) {
        return intAt(index, 4);
    }

    void add(int relativeOffset, int position) {
        if (hasTakenBack() && relativeOffset(count()) == relativeOffset && position(count()) == position) restore();
        else append().putInt(relativeOffset).putInt(position);
    }

    /** The last entry in memory whose offset is not above the given one; the one before {@link #firstInMemory} if there is none. */
    int floor(long relativeOffset) {
        int low = firstInMemory();
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (relativeOffset(middle) <= relativeOffset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets entries of batches at or after a position. */
    void truncateToPosition(long size) {
        int kept = count();
        while (kept > 0 && position(kept - 1) >= size) kept--;
        truncateTo(kept);
    }

    /** Reads the valid beginning of a file. @param segmentSize positions beyond it are not valid */
    static OffsetIndex load(DiskFile file, long segmentSize) {
        var index = new OffsetIndex();
        index.load(file, block -> index.take(block.getInt(), block.getInt(), segmentSize));
        return index;
    }

    private boolean take(int relativeOffset, int position, long segmentSize) {
        int last = count() - 1;
        int lastOffset = last < 0 ? -1 : relativeOffset(last);
        int lastPosition = last < 0 ? 0 : position(last);
        if (relativeOffset <= lastOffset || position <= lastPosition || position >= segmentSize) return false;
        add(relativeOffset, position);
        return true;
    }

    /**
     * Searches a file without loading it.
     *
     * @param entriesMax only so many of its entries are looked at
     * @return where the batch of the last entry not above the offset starts, 0 (the segment's start) if there is none
     */
    static int floorPosition(DiskFile file, int entriesMax, long relativeOffset) {
        long low = 0;
        long high = Math.min(entriesMax, file.size() / ENTRY_BYTES);
        var entry = ByteBuffer.allocate(ENTRY_BYTES);
        while (high - low > SEARCHED_ENTRIES) {
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
