package io.barnabas.coordinator.assignor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Some partitions of one topic: an immutable set of ints, ascending, four bytes each. */
public final class PartitionSet {
    public static final PartitionSet EMPTY = new PartitionSet(new int[0]);

    private final int[] ascending;

    private PartitionSet(int[] ascending) {
        this.ascending = ascending;
    }

    /** @throws IllegalArgumentException if one is negative */
    public static PartitionSet of(int... partitions) {
        int[] ascending = partitions.clone();
        Arrays.sort(ascending);
        int count = 0;
        for (int partition : ascending) if (count == 0 || ascending[count - 1] != partition) ascending[count++] = partition;
        return ofSorted(Arrays.copyOf(ascending, count));
    }

    /** @throws IllegalArgumentException if one is negative */
    public static PartitionSet of(Collection<Integer> partitions) {
        return of(partitions.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The partitions {@code [from, to)}. */
    public static PartitionSet range(int from, int to) {
        return ofSorted(IntStream.range(from, to).toArray());
    }

    /** @param ascending without duplicates; becomes the set's own */
    static PartitionSet ofSorted(int[] ascending) {
        if (ascending.length == 0) return EMPTY;
        if (ascending[0] < 0) throw new IllegalArgumentException("negative partition: partition=" + ascending[0]);
        return new PartitionSet(ascending);
    }

    public int size() {
        return ascending.length;
    }

    public boolean isEmpty() {
        return ascending.length == 0;
    }

    /** The {@code index}-th smallest. */
    public int get(int index) {
        return ascending[index];
    }

    public boolean contains(int partition) {
        return Arrays.binarySearch(ascending, partition) >= 0;
    }

    public PartitionSet union(PartitionSet other) {
        if (other.isEmpty()) return this;
        if (isEmpty()) return other;
        int[] both = Arrays.copyOf(ascending, size() + other.size());
        System.arraycopy(other.ascending, 0, both, size(), other.size());
        return of(both);
    }

    public PartitionSet minus(PartitionSet other) {
        return filter(partition -> !other.contains(partition));
    }

    public PartitionSet intersection(PartitionSet other) {
        return filter(other::contains);
    }

    /** Those of which this is true. */
    public PartitionSet filter(IntPredicate wanted) {
        int[] found = new int[ascending.length];
        int count = 0;
        for (int partition : ascending) if (wanted.test(partition)) found[count++] = partition;
        return count == ascending.length ? this : ofSorted(Arrays.copyOf(found, count));
    }

    /** Ascending, as messages have them. */
    public List<Integer> toList() {
        var list = new ArrayList<Integer>(ascending.length);
        for (int partition : ascending) list.add(partition);
        return list;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof PartitionSet set && Arrays.equals(ascending, set.ascending);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ascending);
    }

    @Override
    public String toString() {
        return Arrays.toString(ascending);
    }
}
