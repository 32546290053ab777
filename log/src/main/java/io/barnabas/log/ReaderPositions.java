package io.barnabas.log;

/**
 * Where the batches start that readers of one batch after the other want next, so that going on takes no look at an index. A
 * few of the last, owned by the log's loop.
 */
final class ReaderPositions {
    private static final int CAPACITY = 8;

    private final Segment[] segments = new Segment[CAPACITY];
    private final long[] offsets = new long[CAPACITY];
    private final int[] positions = new int[CAPACITY];
    private int replacedNext;

    /** @return the slot of a reader that stopped before this offset, -1 if none is known */
    int find(Segment segment, long offset) {
        for (int i = 0; i < CAPACITY; i++) if (offsets[i] == offset && segments[i] == segment) return i;
        return -1;
    }

    int position(int slot) {
        return positions[slot];
    }

    /** @param slot of the reader that has moved on, -1 for a new one */
    void put(int slot, Segment segment, long offset, int position) {
        if (slot < 0) {
            slot = replacedNext;
            replacedNext = (replacedNext + 1) % CAPACITY;
        }
        segments[slot] = segment;
        offsets[slot] = offset;
        positions[slot] = position;
    }
}
