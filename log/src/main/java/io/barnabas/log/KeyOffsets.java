package io.barnabas.log;

import io.barnabas.model.RecordBatchFilter;
import java.util.Arrays;

/**
 * The last offset of each key in a part of a log, and which of the offsets before were replaced. Keys are not kept but 96 bits
 * of a hash of them, whose secret nobody else knows: that two keys of a billion share it is less likely than 1 to 10^10. Grows
 * with its keys up to a bound of bytes, the copying included; a sixteenth of that tells what was replaced.
 * <p>
 * In a large table a look-up waits for the memory. So keys are first {@link #expect expected}, some at a time, and then put or
 * asked for in that order: the processor fetches their entries side by side. Owned by one thread.
 */
final class KeyOffsets {
    static final int ENTRY_BYTES = 16;
    /** So many keys may be expected at a time. */
    static final int EXPECTED_MAX = RecordBatchFilter.AHEAD_MAX;
    private static final int ENTRIES_INITIAL = 1024;
    private static final int REPLACED_WORDS_INITIAL = 1024;
    private static final int REPLACED_SHARE = 16;
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
    /** A bit for each offset from {@link #baseOffset} on, set when a later one of the same key comes. */
    private long[] replaced;
    private final int replacedWordsMax;
    /** The hashes of keys that are asked for soon. */
    private final long[] expectedHigh = new long[EXPECTED_MAX];
    private final long[] expectedLow = new long[EXPECTED_MAX];
    private int expectedCount;
    private int askedCount;
    /** Keeps the compiler from leaving out what nobody wants to know. */
    private long seen;

    /**
     * @param bytesMax   most memory, of which an entry takes {@link #ENTRY_BYTES}; a third of it is needed while growing
     * @param loadFactor share of the entries that may be in use
     */
    KeyOffsets(long bytesMax, double loadFactor, SipHash hash) {
        this.hash = hash;
        this.loadFactor = loadFactor;
        long tableBytesMax = bytesMax - bytesMax / REPLACED_SHARE;
        this.entriesMax = (int) Math.max(ENTRIES_INITIAL, Math.min(tableBytesMax / ENTRY_BYTES * 2 / 3, Integer.MAX_VALUE / 2 - 8));
        this.replacedWordsMax = (int) Math.max(1, Math.min(bytesMax / REPLACED_SHARE / Long.BYTES * 2 / 3, Integer.MAX_VALUE - 8));
        startAt(0);
    }

    /** Forgets all keys; offsets from {@code baseOffset} on follow. */
    void startAt(long baseOffset) {
        this.baseOffset = baseOffset;
        size = 0;
        expectedCount = 0;
        askedCount = 0;
        resize(ENTRIES_INITIAL);
        replaced = new long[Math.min(replacedWordsMax, REPLACED_WORDS_INITIAL)];
    }

    int size() {
        return size;
    }

    /** Tells of a key that is put or asked for after those that were told of before; all of these come before the next is told of. */
    void expect(byte[] bytes, int from, int length) {
        if (askedCount == expectedCount) {
            expectedCount = 0;
            askedCount = 0;
        }
        hash.hash(bytes, from, length);
        expectedHigh[expectedCount] = hash.high() == NONE ? 1 : hash.high();
        expectedLow[expectedCount] = hash.low() & ~OFFSET_MASK;
        expectedCount++;
    }

    /**
     * Notes an offset of the next expected key.
     *
     * @param offset not below one given before
     * @return false if there is no room for another key, or the offset is too far from the first: no expected key is put any more
     */
    boolean putNext(long offset) {
        if (askedCount == 0) fetchExpected();
        long high = expectedHigh[askedCount];
        long low = expectedLow[askedCount++];
        long distance = offset - baseOffset;
        int slot = find(high, low);
        boolean isNew = table[slot] == NONE;
        if (distance > OFFSET_MASK || isNew && size >= sizeMax && !grow()) {
            askedCount = expectedCount;
            return false;
        }
        if (isNew) {
            slot = find(high, low); // elsewhere, where the table has grown
            table[slot] = high;
            size++;
        } else {
            replace(table[slot + 1] & OFFSET_MASK);
        }
        table[slot + 1] = low | distance;
        return true;
    }

    /** @return the last offset of the next expected key; -1 if there is none */
    long getNext() {
        if (askedCount == 0) fetchExpected();
        int slot = find(expectedHigh[askedCount], expectedLow[askedCount]);
        askedCount++;
        return table[slot] == NONE ? -1 : baseOffset + (table[slot + 1] & OFFSET_MASK);
    }

    /** Whether {@link #isReplaced} can tell of an offset; of others {@link #getNext} does. */
    boolean isNoted(long offset) {
        return offset >= baseOffset && offset - baseOffset >> 6 < replacedWordsMax;
    }

    /** Whether an offset that was put is not its key's last. */
    boolean isReplaced(long offset) {
        long distance = offset - baseOffset;
        return distance >> 6 < replaced.length && (replaced[(int) (distance >> 6)] & 1L << distance) != 0;
    }

    /** How many of some offsets were put, and are not their keys' last; those of them that are not {@link #isNoted noted} do not count. */
    int replacedCount(long firstOffset, long lastOffset) {
        int count = 0;
        for (long offset = Math.max(firstOffset, baseOffset); offset <= lastOffset; ) {
            long word = offset - baseOffset >> 6;
            if (word >= replaced.length) break;
            long bits = replaced[(int) word] >>> (offset - baseOffset);
            long left = lastOffset - offset + 1;
            count += Long.bitCount(left < Long.SIZE ? bits & (1L << left) - 1 : bits);
            offset = baseOffset + (word + 1 << 6);
        }
        return count;
    }

    private void replace(long distance) {
        long word = distance >> 6;
        if (word >= replacedWordsMax) return;
        if (word >= replaced.length) replaced = Arrays.copyOf(replaced, (int) Math.min(replacedWordsMax, Math.max(word + 1, replaced.length * 2L)));
        replaced[(int) word] |= 1L << distance;
    }

    private void fetchExpected() {
        long all = 0;
        for (int i = 0; i < expectedCount; i++) all ^= table[entryOf(expectedHigh[i]) * 2];
        seen = all;
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
