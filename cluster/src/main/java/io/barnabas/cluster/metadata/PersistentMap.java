package io.barnabas.cluster.metadata;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * An immutable hash map of which a changed copy shares all but one path with the original: look-ups and changes cost a
 * few array steps, whatever the size. Keys and values are not null. Iteration has no meaningful order.
 *
 * <p>A tree of 32-way nodes. Each node holds a bitmap of the slots in use and an array without holes; a slot is an
 * {@link Entry}, a deeper {@link Node}, or a {@link Collision} when all 32 bits of the hash are the same.
 */
final class PersistentMap<K, V> implements Iterable<V> {
    private static final int BITS = 5;
    private static final Node EMPTY_NODE = new Node(0, new Object[0]);
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(EMPTY_NODE, 0);

    private record Entry(int hash, Object key, Object value) {}

    private record Node(int bitmap, Object[] slots) {}

    private record Collision(int hash, Entry[] entries) {}

    private final Node root;
    private final int size;

    private PersistentMap(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked")
    static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    V get(Object key) {
        int hash = spread(key);
        var node = root;
        for (int shift = 0; ; shift += BITS) {
            int bit = 1 << (hash >>> shift & 31);
            if ((node.bitmap & bit) == 0) return null;
            var slot = node.slots[indexOf(node.bitmap, bit)];
            if (slot instanceof Node deeper) {
                node = deeper;
            } else {
                var entry = entryOf(slot, hash, key);
                return entry == null ? null : (V) entry.value;
            }
        }
    }

    boolean containsKey(Object key) {
        return get(key) != null;
    }

    PersistentMap<K, V> with(K key, V value) {
        Objects.requireNonNull(value);
        var changed = put(root, 0, new Entry(spread(key), key, value));
        if (changed == root) return this;
        return new PersistentMap<>(changed, containsKey(key) ? size : size + 1);
    }

    PersistentMap<K, V> without(Object key) {
        if (!containsKey(key)) return this;
        var changed = remove(root, 0, spread(key), key);
        return new PersistentMap<>(changed == null ? EMPTY_NODE : (Node) changed, size - 1);
    }

    /** A live view of the values. */
    Collection<V> values() {
        return new java.util.AbstractCollection<>() {
            @Override
            public Iterator<V> iterator() {
                return PersistentMap.this.iterator();
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    @Override
    public Iterator<V> iterator() {
        return new ValueIterator<>(root);
    }

    /** Whether both hold equal values under the same keys. */
    @Override
    public boolean equals(Object other) {
        if (this == other) return true;
        if (!(other instanceof PersistentMap<?, ?> map) || map.size != size) return false;
        return contains(root, map);
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (var value : this) hash += value.hashCode();
        return hash;
    }

    private static boolean contains(Node node, PersistentMap<?, ?> map) {
        for (var slot : node.slots) {
            if (slot instanceof Node deeper) {
                if (!contains(deeper, map)) return false;
            } else if (slot instanceof Entry entry) {
                if (!entry.value.equals(map.get(entry.key))) return false;
            } else {
                for (var entry : ((Collision) slot).entries) if (!entry.value.equals(map.get(entry.key))) return false;
            }
        }
        return true;
    }

    private static Entry entryOf(Object slot, int hash, Object key) {
        if (slot instanceof Entry entry) return entry.hash == hash && entry.key.equals(key) ? entry : null;
        var collision = (Collision) slot;
        if (collision.hash != hash) return null;
        for (var entry : collision.entries) if (entry.key.equals(key)) return entry;
        return null;
    }

    private static Node put(Node node, int shift, Entry entry) {
        int bit = 1 << (entry.hash >>> shift & 31);
        int index = indexOf(node.bitmap, bit);
        if ((node.bitmap & bit) == 0) return new Node(node.bitmap | bit, insert(node.slots, index, entry));
        var slot = node.slots[index];
        var changed = slot instanceof Node deeper ? put(deeper, shift + BITS, entry) : putBeside(slot, shift + BITS, entry);
        if (changed == slot) return node;
        var slots = node.slots.clone();
        slots[index] = changed;
        return new Node(node.bitmap, slots);
    }

    private static Object putBeside(Object slot, int shift, Entry entry) {
        if (slot instanceof Entry old) {
            if (old.hash == entry.hash && old.key.equals(entry.key)) return old.value == entry.value ? old : entry;
            if (old.hash == entry.hash) return new Collision(entry.hash, new Entry[] {old, entry});
            return put(put(EMPTY_NODE, shift, old), shift, entry);
        }
        var collision = (Collision) slot;
        if (collision.hash != entry.hash) {
            var below = new Node(1 << (collision.hash >>> shift & 31), new Object[] {collision});
            return put(below, shift, entry);
        }
        var entries = collision.entries;
        for (int i = 0; i < entries.length; i++) {
            if (entries[i].key.equals(entry.key)) {
                entries = entries.clone();
                entries[i] = entry;
                return new Collision(entry.hash, entries);
            }
        }
        entries = Arrays.copyOf(entries, entries.length + 1);
        entries[entries.length - 1] = entry;
        return new Collision(entry.hash, entries);
    }

    /** The key is known to be there. @return null if nothing is left */
    private static Object remove(Node node, int shift, int hash, Object key) {
        int bit = 1 << (hash >>> shift & 31);
        int index = indexOf(node.bitmap, bit);
        var slot = node.slots[index];
        Object left;
        if (slot instanceof Node deeper) left = remove(deeper, shift + BITS, hash, key);
        else if (slot instanceof Collision collision) left = removeFrom(collision, key);
        else left = null;
        if (left != null) {
            var slots = node.slots.clone();
            slots[index] = left;
            return new Node(node.bitmap, slots);
        }
        if (node.slots.length == 1) return null;
        var slots = new Object[node.slots.length - 1];
        System.arraycopy(node.slots, 0, slots, 0, index);
        System.arraycopy(node.slots, index + 1, slots, index, slots.length - index);
        return new Node(node.bitmap & ~bit, slots);
    }

    private static Object removeFrom(Collision collision, Object key) {
        var entries = new Entry[collision.entries.length - 1];
        int count = 0;
        for (var entry : collision.entries) if (!entry.key.equals(key)) entries[count++] = entry;
        return count == 1 ? entries[0] : new Collision(collision.hash, entries);
    }

    private static Object[] insert(Object[] slots, int index, Object slot) {
        var grown = new Object[slots.length + 1];
        System.arraycopy(slots, 0, grown, 0, index);
        grown[index] = slot;
        System.arraycopy(slots, index, grown, index + 1, slots.length - index);
        return grown;
    }

    private static int indexOf(int bitmap, int bit) {
        return Integer.bitCount(bitmap & bit - 1);
    }

    private static int spread(Object key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 15;
    }

    /** Walks the tree with a stack of its own; a hash of 32 bits makes at most 7 levels, and one for a collision. */
    private static final class ValueIterator<V> implements Iterator<V> {
        private final Object[][] levels = new Object[9][];
        private final int[] positions = new int[9];
        private int depth;
        private Entry next;

        ValueIterator(Node root) {
            levels[0] = root.slots;
            advance();
        }

        private void advance() {
            next = null;
            while (depth >= 0) {
                if (positions[depth] == levels[depth].length) {
                    depth--;
                    continue;
                }
                var slot = levels[depth][positions[depth]++];
                if (slot instanceof Entry entry) {
                    next = entry;
                    return;
                }
                levels[++depth] = slot instanceof Node node ? node.slots : ((Collision) slot).entries;
                positions[depth] = 0;
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        @SuppressWarnings("unchecked")
        public V next() {
            if (next == null) throw new NoSuchElementException();
            var value = (V) next.value;
            advance();
            return value;
        }
    }
}
