package io.barnabas.replication;

import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Appends in the order in which they came, each in one queue at a time: linked through the appends themselves, since a broker
 * has thousands of leaders with hardly any in theirs. Owned by the partition's loop.
 */
final class AppendQueue {
    private Append first;
    private Append last;

    boolean isEmpty() {
        return first == null;
    }

    /** Null if there is none. */
    Append first() {
        return first;
    }

    void add(Append append) {
        if (first == null) first = append;
        else last.next = append;
        last = append;
    }

    /** Takes the first; null if there is none. */
    Append poll() {
        var polled = first;
        if (polled == null) return null;
        first = polled.next;
        polled.next = null;
        if (first == null) last = null;
        return polled;
    }

    /** Takes all that are there now, and no more that come while they are looked at. */
    void drainTo(Consumer<Append> taker) {
        var append = first;
        clear();
        while (append != null) {
            var next = append.next;
            append.next = null;
            taker.accept(append);
            append = next;
        }
    }

    boolean anyMatch(Predicate<Append> condition) {
        for (var append = first; append != null; append = append.next) if (condition.test(append)) return true;
        return false;
    }

    void clear() {
        first = null;
        last = null;
    }
}
