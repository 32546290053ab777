package io.barnabas.coordinator.group;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How often things were counted. */
final class Tally<T> {
    private final Map<T, Integer> counts = new HashMap<>();

    Tally() {}

    /** A copy, to count on. */
    Tally(Tally<T> other) {
        counts.putAll(other.counts);
    }

    void add(T thing, int change) {
        counts.merge(thing, change, (before, added) -> before + added == 0 ? null : Integer.valueOf(before + added));
    }

    int of(T thing) {
        return counts.getOrDefault(thing, 0);
    }

    /** What was counted; a view. */
    Set<T> things() {
        return counts.keySet();
    }
}
