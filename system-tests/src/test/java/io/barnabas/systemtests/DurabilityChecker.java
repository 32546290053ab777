package io.barnabas.systemtests;

import io.barnabas.systemtests.History.Entry;
import io.barnabas.systemtests.History.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares what the logs hold after a fault with what their writers and readers were told before. All writers are
 * idempotent and ask for acks=all; nothing is compacted or deleted; transactions are not in play.
 */
final class DurabilityChecker {
    /** What can be wrong. */
    enum Kind {
        /** Acknowledged, and not at its offset. */
        LOST,
        /** Two offsets with one record. */
        DUPLICATE,
        /** A record that did not fail is missing before a later one of its writer. */
        GAP,
        /** A writer's records stand in another order than they were sent. */
        OUT_OF_ORDER,
        /** A consumer was given what is no longer there: it was not durable when it was shown. */
        SEEN_AND_GONE,
        /** A consumer was given something else at the same offset before, or what nobody wrote. */
        CONTRADICTION,
        /** Nobody wrote this here. */
        FOREIGN,
        /** Offsets without records, or before the first. */
        HOLE
    }

    record Violation(Kind kind, String what) {
        @Override
        public String toString() {
            return kind + " " + what;
        }
    }

    private static final int SHOWN_MAX = 20;

    private final History history;
    private final Map<Integer, TreeMap<Long, Entry>> logs;
    private final Map<Entry, History.Outcome> sent;
    private final List<Violation> violations = new ArrayList<>();

    private DurabilityChecker(History history, Map<Integer, TreeMap<Long, Entry>> logs) {
        this.history = history;
        this.logs = logs;
        this.sent = history.sent();
    }

    /** @param logs the whole content of each partition by offset, null where a record's content is none that was written */
    static List<Violation> violations(History history, Map<Integer, TreeMap<Long, Entry>> logs) {
        var checker = new DurabilityChecker(history, logs);
        checker.checkAcknowledged();
        checker.checkSeen();
        logs.forEach(checker::checkLog);
        return checker.violations;
    }

    /** Fails unless there are no violations and something was there to violate. */
    static void check(History history, Map<Integer, TreeMap<Long, Entry>> logs) {
        if (history.acknowledgedCount() == 0 || history.seenCount() == 0) throw new AssertionError("nothing to check: " + history);
        var violations = violations(history, logs);
        if (violations.isEmpty()) return;
        var text = new StringBuilder("violations: count=" + violations.size() + " " + history);
        for (var violation : violations.subList(0, Math.min(SHOWN_MAX, violations.size()))) text.append("\n  ").append(violation);
        throw new AssertionError(text.toString());
    }

    private void checkAcknowledged() {
        sent.forEach((entry, outcome) -> {
            if (outcome.fate() != Fate.ACKNOWLEDGED) return;
            var found = at(entry.partition(), outcome.offset());
            if (!entry.equals(found)) add(Kind.LOST, "acknowledged: %s offset=%d found there=%s".formatted(entry, outcome.offset(), found));
        });
    }

    private void checkSeen() {
        history.contradictions().forEach(what -> add(Kind.CONTRADICTION, what));
        history.seen().forEach((partition, entries) -> entries.forEach((offset, entry) -> {
            var found = at(partition, offset);
            if (entry != null && !entry.equals(found)) {
                add(Kind.SEEN_AND_GONE, "seen: %s offset=%d found there=%s".formatted(entry, offset, found));
            }
        }));
    }

    private Entry at(int partition, long offset) {
        var log = logs.get(partition);
        return log == null ? null : log.get(offset);
    }

    private void checkLog(int partition, TreeMap<Long, Entry> log) {
        var present = new HashSet<Entry>();
        var lastNumbers = new HashMap<Integer, Integer>();
        long nextOffset = 0;
        for (var line : log.entrySet()) {
            long offset = line.getKey();
            var entry = line.getValue();
            if (offset != nextOffset) add(Kind.HOLE, "partition=%d from=%d to=%d".formatted(partition, nextOffset, offset));
            nextOffset = offset + 1;
            if (entry == null || entry.partition() != partition || !sent.containsKey(entry)) {
                add(Kind.FOREIGN, "partition=%d offset=%d content=%s".formatted(partition, offset, entry));
            } else if (!present.add(entry)) {
                add(Kind.DUPLICATE, "%s offset=%d".formatted(entry, offset));
            } else {
                checkOrder(entry, offset, lastNumbers);
            }
        }
        lastNumbers.forEach((writer, last) -> checkGaps(partition, writer, last, present));
    }

    private void checkOrder(Entry entry, long offset, Map<Integer, Integer> lastNumbers) {
        int last = lastNumbers.getOrDefault(entry.writer(), -1);
        if (entry.number() < last) add(Kind.OUT_OF_ORDER, "%s offset=%d after number=%d".formatted(entry, offset, last));
        lastNumbers.put(entry.writer(), Math.max(last, entry.number()));
    }

    private void checkGaps(int partition, int writer, int last, HashSet<Entry> present) {
        for (int number = 0; number < last; number++) {
            var entry = new Entry(partition, writer, number);
            var outcome = sent.get(entry);
            boolean mayBeMissing = outcome != null && outcome.fate() == Fate.FAILED;
            if (!mayBeMissing && !present.contains(entry)) add(Kind.GAP, "%s missing before number=%d".formatted(entry, last));
        }
    }

    private void add(Kind kind, String what) {
        violations.add(new Violation(kind, what));
    }
}
