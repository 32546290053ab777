package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A log that moves to and fro between two directories, against a list of what was appended: through appends, flushes, truncations,
 * moved starts, retention, crashes at any point, and a full disk where the copy grows. Producers send what they sent last once more, as
 * after a crash that took the answers: no batch comes to stand in the log twice.
 */
class LogMoveModelTest {
    private static final int PRODUCERS = 3;

    /** Of a producer. */
    private record Sent(int sequence, long offset, String[] values) {}

    private static final class Model {
        /** Of each producer what is in the log. */
        final List<List<Sent>> sent = Stream.generate(() -> (List<Sent>) new ArrayList<Sent>()).limit(PRODUCERS).toList();
        /** How many of the last of them are known, if there are so many. */
        final int[] known = new int[PRODUCERS];
        final List<String> values = new ArrayList<>();
        /** Where batches end, for truncations. */
        final List<Long> borders = new ArrayList<>(List.of(0L));
        int epoch;
        int counter;

        long end() {
            return values.size();
        }

        void truncate(long offset) {
            while (end() > offset) values.remove(values.size() - 1);
            borders.removeIf(border -> border > offset);
            for (var batches : sent) batches.removeIf(batch -> batch.offset >= offset);
        }

        int nextSequence(int producer) {
            var batches = sent.get(producer);
            if (batches.isEmpty()) return 0;
            var last = batches.get(batches.size() - 1);
            return last.sequence + last.values.length;
        }

        void knowAll() {
            for (int i = 0; i < PRODUCERS; i++) known[i] = Math.min(ProducerState.BATCHES_KEPT, sent.get(i).size());
        }

        List<Sent> known(int producer) {
            var batches = sent.get(producer);
            return batches.subList(batches.size() - known[producer], batches.size());
        }
    }

    @Test
    void nothingIsLostHoweverOftenTheLogMoves() {
        Seeds.check(150, this::run);
    }

    private void run(long seed, RandomGenerator random) {
        var base = LogRig.config(LogConfig.DEFAULT, 500 + random.nextInt(3000), random.nextInt(300));
        var rig = new MoveRig(seed, random.nextInt(3) == 0 ? LogRig.retaining(base, 100_000, 4000) : base);
        rig.pieceBytes = 100 + random.nextInt(2000);
        var model = new Model();
        int steps = 30 + random.nextInt(80);
        for (int i = 0; i < steps; i++) {
            int choice = random.nextInt(21);
            rig.tellingMs = random.nextInt(30);
            step(choice, rig, model, random);
            if (Long.getLong("barnabas.seed") != null) {
                System.out.println("step=" + choice + " at=" + rig.here() + " assigned=" + rig.assigned + " end=" + rig.log.endOffset() + " flushed="
                        + rig.log.flushedOffset() + " start=" + rig.log.logStartOffset() + " modelEnd=" + model.end() + " move="
                        + (rig.move == null ? "none" : "lag " + rig.move.lag()) + " moved=" + rig.movedCount);
            }
            check(rig, model);
        }
        rig.settle();
        check(rig, model);
        rig.stop();
        rig.start();
        check(rig, model);
    }

    private void step(int choice, MoveRig rig, Model model, RandomGenerator random) {
        switch (choice) {
            case 0, 1, 2, 3, 4 -> append(rig, model, random);
            case 5 -> rig.log.flushTo(rig.log.endOffset());
            case 6 -> rig.simulation.runFor(random.nextInt(random.nextInt(4) == 0 ? 100_000 : 3000));
            case 7, 8, 9 -> rig.move();
            case 10, 11, 12 -> runSome(rig, random);
            case 13 -> crash(rig, model, random);
            case 14 -> truncate(rig, model, random);
            case 15 -> {
                if (random.nextInt(3) == 0) rig.cancel();
            }
            case 16 -> {
                rig.stop();
                rig.start();
                model.knowAll();
                model.epoch++;
            }
            case 17 -> {
                long target = random.nextLong(rig.log.logStartOffset(), rig.log.endOffset() + 1);
                rig.log.raiseHighWatermark(target);
                if (random.nextBoolean()) rig.log.raiseLogStartOffset(Math.max(rig.log.logStartOffset(), target));
                if (rig.move != null) rig.move.onSourceChanged();
            }
            case 18 -> fullDisk(rig, random);
            case 19 -> sendAgain(rig, model);
            default -> rig.simulation.runUntilIdle();
        }
    }

    private static void runSome(MoveRig rig, RandomGenerator random) {
        for (int i = random.nextInt(40); i > 0; i--) rig.simulation.runOne();
    }

    private void append(MoveRig rig, Model model, RandomGenerator random) {
        for (int b = 1 + random.nextInt(8); b > 0 && !rig.isHeld; b--) {
            var values = new String[1 + random.nextInt(4)];
            for (int i = 0; i < values.length; i++) values[i] = model.counter++ + "-" + "x".repeat(random.nextInt(60));
            int producer = random.nextInt(PRODUCERS + 1);
            int sequence = producer == PRODUCERS ? 0 : model.nextSequence(producer);
            var result = send(rig, model, producer, sequence, values);
            assertEquals(new AppendResult.Appended(model.end(), model.end() + values.length - 1), result);
            if (producer < PRODUCERS) {
                model.sent.get(producer).add(new Sent(sequence, model.end(), values));
                model.known[producer] = Math.min(ProducerState.BATCHES_KEPT, model.known[producer] + 1);
            }
            model.values.addAll(List.of(values));
            model.borders.add(model.end());
        }
        if (random.nextInt(20) == 0) model.epoch++;
        if (random.nextBoolean()) rig.log.flushTo(model.end());
        assertTrue(rig.log.write());
    }

    private static AppendResult send(MoveRig rig, Model model, int producer, int sequence, String[] values) {
        var builder = new RecordBatchBuilder();
        if (producer < PRODUCERS) builder.producer(producer, (short) 0, sequence);
        return rig.append(LogRig.build(builder, rig.simulation.clock().nowMs(), values), model.epoch);
    }

    /** What is still in the log need not be known by those who have copied it from a later offset on. */
    private static void sendAgain(MoveRig rig, Model model) {
        if (rig.isHeld) return;
        for (int i = 0; i < PRODUCERS; i++) {
            for (var batch : model.known(i)) {
                if (batch.offset < rig.log.logStartOffset()) continue;
                var duplicate = assertInstanceOf(AppendResult.Duplicate.class, send(rig, model, i, batch.sequence, batch.values));
                assertEquals(batch.offset, duplicate.baseOffset());
            }
        }
    }

    /** As a follower's log is truncated: what comes after has another leader. */
    private static void truncate(MoveRig rig, Model model, RandomGenerator random) {
        long to = model.borders.get(random.nextInt(model.borders.size()));
        if (rig.isHeld || to < rig.log.logStartOffset()) return;
        rig.log.truncateTo(to);
        if (model.end() > rig.log.endOffset()) {
            model.truncate(rig.log.endOffset());
            model.knowAll();
        }
        model.epoch++;
        if (rig.move != null) rig.move.onSourceChanged();
    }

    private static void crash(MoveRig rig, Model model, RandomGenerator random) {
        long flushed = rig.log.flushedOffset();
        if (random.nextBoolean()) {
            rig.kill();
            assertEquals(model.end(), rig.log.endOffset(), "lost although the page cache survives");
        } else {
            rig.powerCut();
            assertTrue(rig.log.endOffset() >= flushed, "lost what was durable: end=%d flushed=%d".formatted(rig.log.endOffset(), flushed));
            assertTrue(rig.log.endOffset() <= model.end(), "came from nowhere: end=%d model=%d".formatted(rig.log.endOffset(), model.end()));
            model.truncate(rig.log.endOffset());
        }
        model.epoch++;
        model.knowAll();
        sendAgain(rig, model);
    }

    /** The other disk has no room for some time; the log goes on meanwhile. */
    private static void fullDisk(MoveRig rig, RandomGenerator random) {
        var disk = rig.disks[1 - rig.here()];
        disk.capacityBytes(disk.usedBytes() + random.nextInt(300));
        rig.simulation.runFor(random.nextInt(2000));
        disk.capacityBytes(Long.MAX_VALUE);
    }

    private static void check(MoveRig rig, Model model) {
        var log = rig.log;
        assertEquals(model.end(), log.endOffset());
        assertTrue(log.highWatermark() <= log.endOffset());
        int plain = 0;
        for (var directory : rig.directories) if (directory.contains(LogRig.PARTITION)) plain++;
        assertTrue(plain == 1 || plain == 2 && rig.move != null && rig.move.isPromoting(), "logs of the plain name: " + plain);
        assertEquals(model.values.subList((int) log.logStartOffset(), model.values.size()), rig.values());
    }
}
