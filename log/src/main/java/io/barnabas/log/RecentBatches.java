package io.barnabas.log;

/**
 * Where the last batches of the active segment start, so that readers at the tail need no look at the disk. A ring, owned by
 * the log's loop.
 */
final class RecentBatches {
    private static final int CAPACITY = 32;

    private static final int LAST_OFFSET = 1;
    private static final int POSITION = 2;
    private static final int FIELDS = 3;

    /** Per batch its base offset, its last offset and its position, side by side: what is written together is read together. */
    private final long[] batches = new long[CAPACITY * FIELDS];
    private int first;
    private int count;

    void add(long baseOffset, long lastOffset, int position) {
        int slot = slot(count);
        if (count == CAPACITY) first = (first + 1) % CAPACITY;
        else count++;
        batches[slot] = baseOffset;
        batches[slot + LAST_OFFSET] = lastOffset;
        batches[slot + POSITION] = position;
    }

    private int slot(int index) {
        return (first + index) % CAPACITY * FIELDS;
    }

    void clear() {
        first = 0;
        count = 0;
    }

    /** The first batch that ends at an offset or later, counted from the oldest; -1 if older ones may, or none does. */
    int find(long offset) {
        if (count == 0 || offset < batches[slot(0)]) return -1;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (batches[slot(middle) + LAST_OFFSET] < offset) low = middle + 1;
            else high = middle;
        }
        return low == count ? -1 : low;
    }

    int position(int index) {
        return (int) batches[slot(index) + POSITION];
    }

    /** Where the batch after this one starts. @param segmentSize the answer for the last one */
    int endPosition(int index, long segmentSize) {
        return index + 1 == count ? (int) segmentSize : position(index + 1);
    }
}
