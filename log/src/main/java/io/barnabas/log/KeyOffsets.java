package io.barnabas.log;

import java.util.Arrays;

/**
 * The last offset of each key in a part of a log. Keys are not kept but 96 bits of a hash of them, whose secret nobody else
 * knows: that two keys of a billion share it is less likely than 1 to 10^10. Grows with its keys up to a bound of bytes,
 * the copying included. In a large table a look-up waits for the memory, unless its key was {@link #expect expected} among
 * others. Owned by one thread.
 */
final class KeyOffsets {
    static final int ENTRY_BYTES = 16;
    private static final int ENTRIES_INITIAL = 1024;
    private static final int EXPECTED_MAX = 256;
    private static final long NONE = 0;
    private static final long OFFSET_MASK = 0xFFFF_FFFFL;

    private final SipHash hash;
    private final int entriesMax;
    private final double loadFactor;
    /** Two words an entry: 64 bits of the hash, never 0; 32 more bits of it above the offset, counted from {@link #baseOffset}. */
    private long[] table;
    private int capacity;
    private int size;
    private int sizeMax;
    private long baseOffset;
    /** Entries that are looked at soon. */
    private final int[] expected = new int[EXPECTED_MAX];
    private int expectedCount;
    /** Keeps the compiler from leaving out what nobody wants to know. */
    private long seen;

    /**
     * @param bytesMax   most memory, of which an entry takes {@link #ENTRY_BYTES}; a third of it is needed while growing
     * @param loadFactor share of the entries that may be in use
     */
    KeyOffsets(long bytesMax, double loadFactor, SipHash hash) {
        this.hash = hash;
        this.loadFactor = loadFactor;
        this.entriesMax = (int) Math.max(ENTRIES_INITIAL, Math.min(bytesMax / ENTRY_BYTES * 2 / 3, Integer.MAX_VALUE / 2 - 8));
        resize(ENTRIES_INITIAL);
    }

    /** Forgets all keys; offsets from {@code baseOffset} on follow. */
    void startAt(long baseOffset) {
        this.baseOffset = baseOffset;
        size = 0;
        expectedCount = 0;
        resize(ENTRIES_INITIAL);
    }

    int size() {
        return size;
    }

    /** Tells of a key that is put or asked for soon; {@link #fetchExpected} follows. */
    void expect(byte[] bytes, int from, int length) {
        hash.hash(bytes, from, length);
        if (expectedCount == EXPECTED_MAX) fetchExpected();
        expected[expectedCount++] = entryOf(high());
    }

    /** The processor fetches many entries at a time here, and each put or get finds its own in the cache. */
    void fetchExpected() {
        long all = 0;
        for (int i = 0; i < expectedCount; i++) all ^= table[expected[i] * 2];
        seen = all;
        expectedCount = 0;
    }

    /**
     * @param offset not below one given before
     * @return false if there is no room for another key, or the offset is too far from the first
     */
    boolean put(byte[] bytes, int from, int length, long offset) {
        if (offset - baseOffset > OFFSET_MASK) return false;
        hash.hash(bytes, from, length);
        long high = high();
        long low = low();
        int slot = find(high, low);
        if (table[slot] == NONE) {
            if (size >= sizeMax) {
                if (!grow()) return false;
                slot = find(high, low);
            }
            size++;
            table[slot] = high;
        }
        table[slot + 1] = low | offset - baseOffset;
        return true;
    }

    /** @return -1 if the key is not there */
    long get(byte[] bytes, int from, int length) {
        hash.hash(bytes, from, length);
        int slot = find(high(), low());
        return table[slot] == NONE ? -1 : baseOffset + (table[slot + 1] & OFFSET_MASK);
    }

    private long high() {
        return hash.high() == NONE ? 1 : hash.high();
    }

    private long low() {
        return hash.low() & ~OFFSET_MASK;
    }

    /** Where a key is, or would be put. */
    private int find(long high, long low) {
        int entry = entryOf(high);
        while (true) {
            int slot = entry * 2;
            if (table[slot] == NONE || table[slot] == high && (table[slot + 1] & ~OFFSET_MASK) == low) return slot;
            if (++entry == capacity) entry = 0;
        }
    }

    private int entryOf(long high) {
        return (int) Math.multiplyHigh(high >>> 1, (long) capacity << 1);
    }

    private boolean grow() {
        if (capacity >= entriesMax) return false;
        var before = table;
        resize((int) Math.min(entriesMax, capacity * 2L));
        for (int i = 0; i < before.length; i += 2) {
            if (before[i] == NONE) continue;
            int slot = find(before[i], before[i + 1] & ~OFFSET_MASK);
            table[slot] = before[i];
            table[slot + 1] = before[i + 1];
        }
        return true;
    }

    private void resize(int entries) {
        if (entries == capacity) {
            Arrays.fill(table, NONE);
            return;
        }
        capacity = entries;
        sizeMax = (int) Math.min(capacity - 1, capacity * loadFactor);
        table = new long[capacity * 2];
    }
}
