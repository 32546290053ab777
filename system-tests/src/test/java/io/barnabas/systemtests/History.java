package io.barnabas.systemtests;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What was sent, acknowledged and seen, as the clients of a test met it. Safe for use from any thread. */
final class History {
    private static final long WAIT_SECONDS_MAX = 90;

    /**
     * One record, by which writer and as its which one, from 0, to that partition. Its content follows from that, so that
     * a record read says which one it is and whether it is whole.
     */
    record Entry(int partition, int writer, int number) {
        private static final int PADDING_MAX = 1_500;

        String content() {
            int mixed = (number * 31 + writer) * 0x9E3779B9;
            String word = Integer.toString(mixed, 36);
            return partition + "/" + writer + "/" + number + "/" + word.repeat(1 + (mixed >>> 8) % (PADDING_MAX / word.length()));
        }

        byte[] bytes() {
            return content().getBytes(StandardCharsets.UTF_8);
        }

        /** @return null if no entry has this content */
        static Entry of(byte[] bytes) {
            String content = new String(bytes, StandardCharsets.UTF_8);
            String[] parts = content.split("/", 4);
            if (parts.length < 4) return null;
            try {
                var entry = new Entry(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
                return entry.content().equals(content) ? entry : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }

    /** What the writer knows of a record that it sent. */
    enum Fate { UNDECIDED, ACKNOWLEDGED, FAILED }

    /** @param offset as acknowledged, else -1 */
    record Outcome(Fate fate, long offset) {}

    private static final Outcome UNDECIDED = new Outcome(Fate.UNDECIDED, -1);
    private static final Outcome FAILED = new Outcome(Fate.FAILED, -1);

    private final Map<Entry, Outcome> sent = new HashMap<>();
    private final Map<Integer, TreeMap<Long, Entry>> seen = new HashMap<>();
    private final List<String> contradictions = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int acknowledgedCount;
    private int decidedCount;
    private int seenCount;
    private int writerCount;

    synchronized int newWriter() {
        return writerCount++;
    }

    synchronized void onSent(Entry entry) {
        if (sent.put(entry, UNDECIDED) != null) throw new IllegalStateException("sent before: " + entry);
    }

    synchronized void onAcknowledged(Entry entry, long offset) {
        acknowledgedCount++;
        decide(entry, new Outcome(Fate.ACKNOWLEDGED, offset));
    }

    synchronized void onFailed(Entry entry, Throwable failure) {
        failures.add(entry + ": " + failure);
        decide(entry, FAILED);
    }

    private void decide(Entry entry, Outcome outcome) {
        decidedCount++;
        if (sent.put(entry, outcome) != UNDECIDED) throw new IllegalStateException("decided before, or never sent: " + entry);
        notifyAll();
    }

    /** A consumer was given a record. */
    synchronized void onSeen(int partition, long offset, byte[] content) {
        var entry = Entry.of(content);
        var before = seen.computeIfAbsent(partition, p -> new TreeMap<>()).put(offset, entry);
        if (entry == null) contradictions.add("damaged: partition=%d offset=%d".formatted(partition, offset));
        if (before != null && !before.equals(entry)) {
            contradictions.add("two contents: partition=%d offset=%d before=%s now=%s".formatted(partition, offset, before, entry));
        }
        seenCount++;
        notifyAll();
    }

    synchronized Map<Entry, Outcome> sent() {
        return new HashMap<>(sent);
    }

    /** What consumers were given, by partition and offset; null where it made no sense. */
    synchronized Map<Integer, TreeMap<Long, Entry>> seen() {
        var copy = new HashMap<Integer, TreeMap<Long, Entry>>();
        seen.forEach((partition, entries) -> copy.put(partition, new TreeMap<>(entries)));
        return copy;
    }

    /** What consumers were given that cannot be true whatever the log holds. */
    synchronized List<String> contradictions() {
        return List.copyOf(contradictions);
    }

    /** Sends that ended in an error, with the error. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    synchronized int acknowledgedCount() {
        return acknowledgedCount;
    }

    synchronized int seenCount() {
        return seenCount;
    }

    synchronized int failedCount() {
        return failures.size();
    }

    /** Waits until so many more have been acknowledged, and so many more seen, than now. */
    void awaitProgress(int acknowledged, int seenByConsumer) {
        int acknowledgedBefore = acknowledgedCount();
        int seenBefore = seenCount();
        await("progress", () -> acknowledgedCount - acknowledgedBefore >= acknowledged && seenCount - seenBefore >= seenByConsumer);
    }

    void awaitAllDecided() {
        await("all decided", () -> decidedCount == sent.size());
    }

    void awaitFailures(int count) {
        await("failures", () -> failures.size() >= count);
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) throw new AssertionError("waited in vain: for=" + what + " " + this);
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public synchronized String toString() {
        return "sent=%d decided=%d acknowledged=%d failed=%d seen=%d first failures=%s".formatted(sent.size(), decidedCount,
                acknowledgedCount, failures.size(), seenCount, failures.subList(0, Math.min(3, failures.size())));
    }
}
