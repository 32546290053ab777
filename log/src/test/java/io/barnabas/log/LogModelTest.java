package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The log against a list of values, through random work, crashes, full disks, truncations and restarts. */
class LogModelTest {
    /** What the log must hold. */
    private static final class Model {
        final List<String> values = new ArrayList<>();
        /** Of each value: the epoch that it was written in. */
        final List<Integer> epochs = new ArrayList<>();
        /** Of each value: in which batch it came, for truncations at batch borders. */
        final List<Long> borders = new ArrayList<>(List.of(0L));
        final Map<Long, Integer> nextSequences = new HashMap<>();
        long start;
        long latestStart;
        int epoch;
        int counter;
        /** Most bytes of a value: large ones make enough of a log for producers and indexes to be stored in the middle of a segment. */
        int valueBytesMax = 60;

        long end() {
            return start + values.size();
        }

        void add(String[] batchValues) {
            for (var value : batchValues) {
                values.add(value);
                epochs.add(epoch);
            }
        }

        void truncate(long offset) {
            while (end() > offset) values.remove(values.size() - 1);
            epochs.subList(values.size(), epochs.size()).clear();
            borders.removeIf(b -> b > offset);
        }
    }

    @Test
    void theLogHoldsWhatTheModelHolds() {
        Seeds.check(100, this::run);
    }

    private void run(long seed, RandomGenerator random) {
        boolean isLarge = random.nextInt(10) == 0;
        var config = LogRig.config(LogConfig.DEFAULT, (500 + random.nextInt(3000)) * (isLarge ? 200 : 1), random.nextInt(300));
        var rig = new LogRig(seed, config);
        rig.stop();
        rig.openFilesMax = 1 + random.nextInt(5);
        rig.start();
        var model = new Model();
        if (isLarge) model.valueBytesMax = 6000;
        int steps = 20 + random.nextInt(60);
        for (int i = 0; i < steps; i++) {
            int choice = random.nextInt(16);
            step(choice, rig, model, random);
            if (Long.getLong("barnabas.seed") != null) {
                System.out.println("step=" + choice + " end=" + rig.log.endOffset() + " flushed=" + rig.log.flushedOffset() + " hw="
                        + rig.log.highWatermark() + " start=" + rig.log.logStartOffset() + " counter=" + model.counter + " modelEnd=" + model.end());
            }
            check(rig, model);
        }
    }

    private void step(int choice, LogRig rig, Model model, RandomGenerator random) {
        switch (choice) {
            case 0, 1, 2, 3, 4, 5 -> append(rig, model, random);
            case 6 -> rig.flush();
            case 7 -> rig.simulation.runFor(random.nextInt(random.nextInt(4) == 0 ? 100_000 : 3000));
            case 8 -> truncate(rig, model, random);
            case 9 -> {
                if (random.nextBoolean()) rig.log.startClosing();
                if (random.nextBoolean()) rig.simulation.runUntilIdle();
                if (random.nextInt(4) == 0) append(rig, model, random);
                rig.restart();
            }
            case 10 -> {
                var before = producers(rig);
                rig.kill();
                assertEquals(before, producers(rig), "producer states after a crash");
            }
            case 11 -> powerCut(rig, model);
            case 12 -> appendToAFullDisk(rig, model, random);
            case 13 -> rig.log.raiseHighWatermark(random.nextLong(model.start, rig.log.endOffset() + 1));
            case 14 -> {
                if (rig.log.highWatermark() > rig.log.logStartOffset()) {
                    rig.log.raiseLogStartOffset(random.nextLong(rig.log.logStartOffset(), rig.log.highWatermark() + 1));
                }
            }
            default -> rig.simulation.runUntilIdle();
        }
    }

    private void append(LogRig rig, Model model, RandomGenerator random) {
        int batches = 1 + random.nextInt(12);
        for (int b = 0; b < batches; b++) {
            var batchValues = newValues(model, random);
            var result = rig.append(newBatch(rig, model, random, batchValues), model.epoch);
            assertEquals(new AppendResult.Appended(model.end(), model.end() + batchValues.length - 1), result);
            model.add(batchValues);
            model.borders.add(model.end());
        }
        if (random.nextInt(20) == 0) model.epoch++;
        if (random.nextBoolean()) rig.log.flushTo(model.end());
        assertTrue(rig.log.write());
    }

    private static String[] newValues(Model model, RandomGenerator random) {
        var values = new String[1 + random.nextInt(4)];
        for (int i = 0; i < values.length; i++) values[i] = model.counter++ + "-" + "x".repeat(random.nextInt(model.valueBytesMax));
        return values;
    }

    private static io.barnabas.model.RecordBatch newBatch(LogRig rig, Model model, RandomGenerator random, String[] values) {
        var builder = new RecordBatchBuilder();
        if (random.nextBoolean()) {
            long producerId = random.nextInt(4);
            int sequence = model.nextSequences.getOrDefault(producerId, 0);
            builder.producer(producerId, (short) 0, sequence);
            model.nextSequences.put(producerId, sequence + values.length);
        }
        long timestamp = rig.now() + random.nextInt(1000) - 500;
        return LogRig.build(builder, timestamp, values);
    }

    /** What is written is undone: the producers may send the same sequences again. */
    private void appendToAFullDisk(LogRig rig, Model model, RandomGenerator random) {
        rig.disk.capacityBytes(rig.disk.usedBytes() + random.nextInt(200));
        var producersBefore = producers(rig);
        var sequencesBefore = new HashMap<>(model.nextSequences);
        long endBefore = rig.log.endOffset();
        var staged = new ArrayList<String[]>();
        for (int b = 0; b < 4; b++) {
            var values = newValues(model, random);
            if (rig.append(newBatch(rig, model, random, values), model.epoch) instanceof AppendResult.Appended) staged.add(values);
        }
        boolean isWritten = rig.log.write();
        if (!isWritten) assertEquals(rig.log.endOffset(), rig.heard.failedFrom);
        rig.disk.capacityBytes(Long.MAX_VALUE);
        if (rig.log.endOffset() == endBefore) {
            assertEquals(producersBefore, producers(rig));
            model.nextSequences.clear();
            model.nextSequences.putAll(sequencesBefore);
        } else {
            for (var producer : rig.log.activeProducers()) model.nextSequences.put(producer.producerId(), producer.lastSequence() + 1);
        }
        for (var values : staged) {
            if (model.end() >= rig.log.endOffset()) break;
            model.add(values);
            model.borders.add(model.end());
        }
    }

    private void truncate(LogRig rig, Model model, RandomGenerator random) {
        long to = model.borders.get(random.nextInt(model.borders.size()));
        if (to < rig.log.logStartOffset()) return;
        rig.log.truncateTo(to);
        model.truncate(to);
        relearnSequences(rig, model);
    }

    private static void relearnSequences(LogRig rig, Model model) {
        model.nextSequences.clear();
        for (var producer : rig.log.activeProducers()) model.nextSequences.put(producer.producerId(), producer.lastSequence() + 1);
    }

    private void powerCut(LogRig rig, Model model) {
        long flushed = rig.log.flushedOffset();
        rig.powerCut();
        assertTrue(rig.log.endOffset() >= flushed, "lost what was durable: end=%d flushed=%d".formatted(rig.log.endOffset(), flushed));
        assertTrue(rig.log.endOffset() <= model.end(), "came from nowhere: end=%d model=%d".formatted(rig.log.endOffset(), model.end()));
        assertTrue(rig.log.highWatermark() <= rig.log.endOffset());
        model.truncate(rig.log.endOffset());
        assertTrue(model.end() == rig.log.endOffset());
        relearnSequences(rig, model);
    }

    private static List<ActiveProducer> producers(LogRig rig) {
        return rig.log.activeProducers();
    }

    private static void check(LogRig rig, Model model) {
        var log = rig.log;
        assertEquals(model.end(), log.endOffset());
        assertTrue(log.flushedOffset() <= log.endOffset());
        if (log.logStartOffset() == log.endOffset()) return;
        var expected = model.values.subList((int) (log.logStartOffset() - model.start), model.values.size());
        var actual = rig.values();
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertEquals(expected.get(i), actual.get(i), "at offset " + (log.logStartOffset() + i));
        }
        assertEquals(expected.size(), actual.size());
        // A start that a crash takes back brings records back, not always their epochs.
        model.latestStart = Math.max(model.latestStart, log.logStartOffset());
        for (long offset = model.latestStart; offset < log.endOffset(); offset++) {
            assertEquals(model.epochs.get((int) (offset - model.start)), log.epochAt(offset), "epoch at offset " + offset);
        }
    }
}
