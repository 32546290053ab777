package io.barnabas.log;

/**
 * Where the last batches of the active segment start, so that readers at the tail need no look at the disk. A ring, owned by
 * the log's loop.
 */
final class RecentBatches {
    private static final int CAPACITY = 32;

    private final long[] baseOffsets = new long[CAPACITY];
    private final long[] lastOffsets = new long[CAPACITY];
    private final int[] positions = new int[CAPACITY];
    private int first;
    private int count;

    void add(long baseOffset, long lastOffset, int position) {
        int slot = (first + count) % CAPACITY;
        if (count == CAPACITY) first = (first + 1) % CAPACITY;
        else count++;
        baseOffsets[slot] = baseOffset;
        lastOffsets[slot] = lastOffset;
        positions[slot] = position;
    }

    void clear() {
        first = 0;
        count = 0;
    }

    /** The first batch that ends at an offset or later, counted from the oldest; -1 if older ones may, or none does. */
    int find(long offset) {
        if (count == 0 || offset < baseOffsets[first]) return -1;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lastOffsets[(first + middle) % CAPACITY] < offset) low = middle + 1;
            else high = middle;
        }
        return low == count ? -1 : low;
    }

    int position(int index) {
        return positions[(first + index) % CAPACITY];
    }

    /** Where the batch after this one starts. @param segmentSize the answer for the last one */
    int endPosition(int index, long segmentSize) {
        return index + 1 == count ? (int) segmentSize : position(index + 1);
    }
}
