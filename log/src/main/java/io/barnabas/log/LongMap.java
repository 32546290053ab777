package io.barnabas.log;

/** A map from a long that is not negative to an object, without boxes: open addressing, linear probing. Owned by one thread. */
final class LongMap<V> {
    /** Looks at each entry and may remove it. */
    interface Visitor<V> {
        /** @return whether to keep it */
        boolean visit(V value);
    }

    private static final int CAPACITY_INITIAL = 8;

    private long[] keys = new long[CAPACITY_INITIAL];
    private Object[] values = new Object[CAPACITY_INITIAL];
    private int size;

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    V get(long key) {
        return (V) values[find(key)];
    }

    void put(long key, V value) {
        int slot = find(key);
        if (values[slot] == null) {
            if ((size + 1) * 4 > keys.length * 3) {
                grow();
                slot = find(key);
            }
            size++;
            keys[slot] = key;
        }
        values[slot] = value;
    }

    void remove(long key) {
        int hole = find(key);
        if (values[hole] == null) return;
        size--;
        values[hole] = null;
        int mask = keys.length - 1;
        // Close the gap: an entry may move into the hole if its own place does not lie between the two.
        for (int at = (hole + 1) & mask; values[at] != null; at = (at + 1) & mask) {
            int home = home(keys[at], mask);
            if (((at - home) & mask) < ((at - hole) & mask)) continue;
            keys[hole] = keys[at];
            values[hole] = values[at];
            values[at] = null;
            hole = at;
        }
    }

    /** In no order; entries the visitor does not keep are removed afterwards. */
    @SuppressWarnings("unchecked")
    void visit(Visitor<V> visitor) {
        var doomed = new long[0];
        int count = 0;
        for (int i = 0; i < keys.length; i++) {
            if (values[i] == null || visitor.visit((V) values[i])) continue;
            if (count == doomed.length) doomed = java.util.Arrays.copyOf(doomed, Math.max(8, count * 2));
            doomed[count++] = keys[i];
        }
        for (int i = 0; i < count; i++) remove(doomed[i]);
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int at = home(key, mask);
        while (values[at] != null && keys[at] != key) at = (at + 1) & mask;
        return at;
    }

    private static int home(long key, int mask) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & mask;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] == null) continue;
            int slot = find(oldKeys[i]);
            keys[slot] = oldKeys[i];
            values[slot] = oldValues[i];
        }
    }
}
