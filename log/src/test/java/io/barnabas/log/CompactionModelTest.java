package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Compaction against a list of all that was ever appended, through transactions, crashes, full disks, retention and restarts. */
class CompactionModelTest {
    private static final int KEYS = 12;
    private static final int PRODUCERS = 3;
    private static final long DELETE_RETENTION_MS = 60_000;

    /** @param key null for a marker @param value null for a tombstone */
    private record Entry(long offset, long producerId, String key, String value, long appendedMs) {}

    private static final class Model {
        final TreeMap<Long, Entry> entries = new TreeMap<>();
        /** Start offsets of open transactions by producer. */
        final Map<Long, Long> open = new HashMap<>();
        final TreeMap<Long, AbortedRange> aborted = new TreeMap<>();
        final Map<Long, Integer> sequences = new HashMap<>();
        long end;
        int counter;

        /** Whether readers of committed data ever see a record. */
        boolean isAborted(Entry entry) {
            for (var range : aborted.values()) {
                if (range.producerId == entry.producerId && entry.offset >= range.from && entry.offset < range.to) return true;
            }
            return false;
        }

        boolean isOpen(Entry entry) {
            var start = open.get(entry.producerId);
            return start != null && entry.offset >= start;
        }
    }

    private record AbortedRange(long producerId, long from, long to) {}

    @Test
    void whatIsLeftIsTheLastOfEachKey() {
        Seeds.check(150, this::run);
    }

    private void run(long seed, RandomGenerator random) {
        var limits = LogCleaner.Limits.DEFAULT;
        var compaction = new CompactionConfig(DELETE_RETENTION_MS, random.nextInt(4) == 0 ? 5000 : 0,
                random.nextInt(4) == 0 ? 20_000 : Long.MAX_VALUE, random.nextInt(3) == 0 ? 0.5 : 0);
        var small = LogRig.config(LogConfig.DEFAULT, 500 + random.nextInt(3000), random.nextInt(300));
        var rig = new LogRig(seed, LogRig.compacted(small, compaction, false));
        rig.stop();
        rig.openFilesMax = 1 + random.nextInt(5);
        // Room for so few keys that a pass ends in the middle now and then.
        rig.cleanerLimits = new LogCleaner.Limits(true, 1, limits.keyBytesMax(), random.nextInt(3) == 0 ? 0.003 : 0.9, 2000, 1000);
        rig.start();
        var model = new Model();
        int steps = 20 + random.nextInt(60);
        for (int i = 0; i < steps; i++) {
            step(random.nextInt(14), rig, model, random);
            check(rig, model);
        }
        settle(rig, model, random, compaction);
    }

    private void step(int choice, LogRig rig, Model model, RandomGenerator random) {
        switch (choice) {
            case 0, 1, 2, 3, 4 -> append(rig, model, random);
            case 5 -> endTransaction(rig, model, random);
            case 6, 7 -> rig.simulation.runFor(random.nextInt(random.nextInt(4) == 0 ? 100_000 : 3000));
            case 8 -> rig.restart();
            case 9 -> {
                // In the middle of whatever is under way.
                for (int i = random.nextInt(20); i > 0; i--) rig.simulation.runOne();
                rig.kill();
                rig.log.raiseHighWatermark(model.end);
            }
            case 10 -> powerCut(rig, model, random);
            case 11 -> {
                rig.disk.capacityBytes(rig.disk.usedBytes() + random.nextInt(2000));
                rig.simulation.runFor(2000);
                rig.disk.capacityBytes(Long.MAX_VALUE);
            }
            case 12 -> {
                if (random.nextInt(3) == 0 && rig.log.highWatermark() > rig.log.logStartOffset()) {
                    rig.log.raiseLogStartOffset(random.nextLong(rig.log.logStartOffset(), rig.log.highWatermark() + 1));
                }
            }
            default -> rig.simulation.runUntilIdle();
        }
    }

    private void append(LogRig rig, Model model, RandomGenerator random) {
        int batches = 1 + random.nextInt(8);
        for (int b = 0; b < batches; b++) {
            var builder = new RecordBatchBuilder().baseOffset(0);
            if (random.nextInt(3) == 0) builder.compression(CompressionType.of(1 + random.nextInt(4)));
            long producerId = random.nextInt(4) == 0 ? -1 : random.nextInt(PRODUCERS);
            int count = 1 + random.nextInt(4);
            if (producerId >= 0) {
                int sequence = model.sequences.getOrDefault(producerId, 0);
                builder.producer(producerId, (short) 0, sequence);
                model.sequences.put(producerId, sequence + count);
                // The last producer has no transactions.
                if (producerId < PRODUCERS - 1) {
                    builder.transactional();
                    model.open.putIfAbsent(producerId, model.end);
                }
            }
            for (int i = 0; i < count; i++) {
                var key = "key" + random.nextInt(KEYS);
                var value = random.nextInt(6) == 0 ? null : model.counter++ + "-" + "x".repeat(random.nextInt(60));
                builder.append(rig.now() - random.nextInt(500), LogRig.bytes(key), value == null ? null : LogRig.bytes(value));
                model.entries.put(model.end, new Entry(model.end, producerId, key, value, rig.now()));
                model.end++;
            }
            var result = rig.append(new RecordBatch().wrap(builder.build(), 0), 0);
            assertEquals(new AppendResult.Appended(model.end - count, model.end - 1), result);
        }
        assertTrue(rig.log.write());
        rig.log.raiseHighWatermark(model.end);
        if (random.nextBoolean()) rig.log.flushTo(model.end);
    }

    private void endTransaction(LogRig rig, Model model, RandomGenerator random) {
        long producerId = random.nextInt(PRODUCERS - 1);
        if (!model.open.containsKey(producerId) && random.nextInt(4) != 0) return;
        appendMarker(rig, model, producerId, random.nextBoolean());
    }

    private static void appendMarker(LogRig rig, Model model, long producerId, boolean isCommit) {
        var marker = new RecordBatchBuilder().producer(producerId, (short) 0, RecordBatch.NO_SEQUENCE).transactional()
                .appendEndTransaction(rig.now(), isCommit, 7).build();
        var result = rig.log.append(new RecordBatch().wrap(marker, 0), 0, AppendOrigin.COORDINATOR);
        assertEquals(new AppendResult.Appended(model.end, model.end), result);
        assertTrue(rig.log.write());
        model.entries.put(model.end, new Entry(model.end, producerId, null, null, rig.now()));
        var start = model.open.remove(producerId);
        if (start != null && !isCommit) model.aborted.put(model.end, new AbortedRange(producerId, start, model.end));
        model.end++;
        rig.log.raiseHighWatermark(model.end);
    }

    private void powerCut(LogRig rig, Model model, RandomGenerator random) {
        for (int i = random.nextInt(20); i > 0; i--) rig.simulation.runOne();
        long flushed = rig.log.flushedOffset();
        rig.powerCut();
        assertTrue(rig.log.endOffset() >= flushed, "lost what was durable");
        model.end = rig.log.endOffset();
        model.entries.tailMap(model.end).clear();
        // Markers that are lost decide nothing.
        for (var lost : List.copyOf(model.aborted.tailMap(model.end).keySet())) model.aborted.remove(lost);
        model.sequences.clear();
        model.open.clear();
        for (var producer : rig.log.activeProducers()) {
            model.sequences.put(producer.producerId(), producer.lastSequence() + 1);
            if (producer.currentTransactionStartOffset() >= 0) model.open.put(producer.producerId(), producer.currentTransactionStartOffset());
        }
        rig.log.raiseHighWatermark(model.end);
    }

    /** Nothing is there that was not appended, and of each key what counts. */
    private static void check(LogRig rig, Model model) {
        assertEquals(model.end, rig.log.endOffset());
        var found = readAll(rig);
        long last = -1;
        for (var entry : found.values()) {
            assertTrue(entry.offset > last, "order");
            last = entry.offset;
            var expected = model.entries.get(entry.offset);
            assertNotNull(expected, "came from nowhere: " + entry);
            assertEquals(expected.key, entry.key);
            assertEquals(expected.value, entry.value);
        }
        for (var entry : lastOfEachKey(rig, model).values()) {
            // A tombstone may be gone once its time is over.
            if (entry.value == null && rig.now() - entry.appendedMs >= DELETE_RETENTION_MS) continue;
            assertTrue(found.containsKey(entry.offset), () -> "lost: " + entry);
        }
        checkCommitted(rig, model, found);
    }

    /** What readers of committed data see hides aborted records, and nothing else. */
    private static void checkCommitted(LogRig rig, Model model, TreeMap<Long, Entry> found) {
        long from = rig.log.logStartOffset();
        long stable = rig.log.lastStableOffset();
        // Of a transaction that began before the log does, a recovery finds the rest.
        for (long start : model.open.values()) assertTrue(stable <= Math.max(start, from));
        for (long next = from; next < stable; ) next = checkCommittedRead(rig, model, found, next, stable);
    }

    /** As a client does with the answer of one fetch. @return where the next one begins */
    private static long checkCommittedRead(LogRig rig, Model model, TreeMap<Long, Entry> found, long from, long stable) {
        var slice = ((ReadResult.Data) rig.log.read(from, 300, stable, true)).slice();
        var aborted = rig.log.abortedTransactions(from, Math.min(stable, slice.endOffsetMax()));
        var cursor = new RecordBatchCursor();
        cursor.reset(slice.toByteBuffer());
        slice.release();
        long end = from;
        for (var batch = cursor.next(); batch != null; batch = cursor.next()) end = batch.nextOffset();
        // A pass may have left nothing up to the bound.
        if (end == from) return stable;
        var hidden = new HashSet<Long>();
        var coming = new ArrayList<>(aborted);
        for (var entry : found.subMap(from, Math.min(end, stable)).values()) {
            coming.removeIf(a -> a.firstOffset() <= entry.offset && hidden.add(a.producerId()) | true);
            if (entry.key == null) {
                hidden.remove(entry.producerId);
                continue;
            }
            boolean isHidden = hidden.contains(entry.producerId);
            assertEquals(model.isAborted(entry), isHidden, () -> "hidden from readers of committed data: " + entry + " " + aborted);
        }
        return end;
    }

    private static Map<String, Entry> lastOfEachKey(LogRig rig, Model model) {
        var last = new HashMap<String, Entry>();
        for (var entry : model.entries.tailMap(rig.log.logStartOffset()).values()) {
            if (entry.key != null && !model.isAborted(entry) && !model.isOpen(entry)) last.put(entry.key, entry);
        }
        return last;
    }

    /** With all transactions ended and enough time, nothing is left twice in closed segments. */
    private void settle(LogRig rig, Model model, RandomGenerator random, CompactionConfig compaction) {
        for (long producerId : List.copyOf(model.open.keySet())) appendMarker(rig, model, producerId, random.nextBoolean());
        // Every key once more, often enough to close all segments before, and to have more dirty than clean.
        long settledEnd = model.end;
        for (int i = 0; i < 200; i++) append(rig, model, random);
        for (long producerId : List.copyOf(model.open.keySet())) appendMarker(rig, model, producerId, true);
        rig.flush();
        for (int i = 0; i < 30; i++) rig.simulation.runFor(10_000);
        check(rig, model);
        // A pass that has room for few keys ends where those end, and what is left may not be worth another one.
        if (rig.cleanerLimits.loadFactor() < 0.1 && compaction.minCleanableDirtyRatio() > 0) return;
        var counts = new HashMap<String, Integer>();
        var latest = lastOfEachKey(rig, model);
        for (var entry : readAll(rig).values()) {
            if (entry.offset >= settledEnd || entry.key == null || entry.offset < rig.log.logStartOffset()) continue;
            boolean isLast = latest.get(entry.key) != null && latest.get(entry.key).offset == entry.offset;
            if (!isLast) counts.merge(entry.key, 1, Integer::sum);
        }
        assertEquals(Map.of(), counts, "kept though there is a later value");
    }

    private static TreeMap<Long, Entry> readAll(LogRig rig) {
        var found = new TreeMap<Long, Entry>();
        long next = rig.log.logStartOffset();
        while (next < rig.log.endOffset()) {
            if (!(rig.log.read(next, 300, rig.log.endOffset(), true) instanceof ReadResult.Data data)) throw new AssertionError("refused at " + next);
            var bytes = data.slice().toByteBuffer();
            data.slice().release();
            long before = next;
            for (int at = 0; bytes.limit() - at >= RecordBatch.HEADER_BYTES; ) {
                if (bytes.getInt(at + 8) + 12 > bytes.limit() - at) break;
                var batch = new RecordBatch().wrap(bytes, at);
                assertTrue(batch.isValidCrc(), "bad checksum");
                take(batch, next, found);
                next = batch.nextOffset();
                at = batch.endPosition();
            }
            // Nothing is left up to the end: the last batch always is.
            assertTrue(next > before, "no progress: offset=" + before);
        }
        return found;
    }

    private static void take(RecordBatch batch, long from, TreeMap<Long, Entry> found) {
        try (var records = batch.records(1 << 20)) {
            for (var record = records.next(); record != null; record = records.next()) {
                if (record.offset() < from) continue;
                var key = batch.isControl() ? null : text(record.key());
                var value = batch.isControl() ? null : text(record.value());
                found.put(record.offset(), new Entry(record.offset(), batch.producerId(), key, value, 0));
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        return LogRig.text(bytes);
    }
}
