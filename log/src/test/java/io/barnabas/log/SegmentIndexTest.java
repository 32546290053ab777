package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Indexes of the active segment, of which only what the files lack is in memory. */
class SegmentIndexTest {
    private static final LogConfig AN_ENTRY_PER_BATCH = LogRig.config(LogConfig.DEFAULT, 1 << 20, 1);

    @Test
    void anIndexKeepsWhatItsFileLacksAndOneBlockMore() {
        var rig = LogRig.withDefaults();
        var path = rig.file("x.index");
        Seeds.check(20, (seed, random) -> {
            var index = new OffsetIndex();
            try (var file = rig.disk.open(path, true)) {
                file.truncate(0);
            }
            var offsets = new ArrayList<Integer>();
            while (offsets.size() < 3000) {
                switch (random.nextInt(10)) {
                    case 0 -> {
                        var unstored = index.unstored();
                        index.markStored();
                        // The index may grow before they are written.
                        grow(index, offsets, random.nextInt(50));
                        Segment.storeIndex(rig.disk, path, unstored, false);
                        index.forgetStored();
                        assertTrue(index.count() - index.firstInMemory() < 50 + 2 * SegmentIndex.BLOCK_ENTRIES);
                    }
                    case 1 -> {
                        if (random.nextInt(10) == 0) index.markUnstored();
                    }
                    case 2 -> {
                        if (random.nextInt(5) == 0) truncate(rig, index, offsets, random);
                    }
                    default -> grow(index, offsets, random.nextInt(200));
                }
                for (int i = 0; i < 20; i++) checkFloor(rig, index, offsets, random.nextInt(offsets.size() * 3 + 10));
            }
            Segment.storeIndex(rig.disk, path, index.unstored(), false);
            assertEquals(offsets.size() * 8, rig.disk.bytes(path).length);
        });
    }

    private static void grow(OffsetIndex index, List<Integer> offsets, int entries) {
        for (int i = 0; i < entries; i++) {
            int offset = (offsets.isEmpty() ? 0 : offsets.get(offsets.size() - 1)) + 1 + i % 4;
            offsets.add(offset);
            index.add(offset, offset * 10);
        }
    }

    private static void truncate(LogRig rig, OffsetIndex index, List<Integer> offsets, RandomGenerator random) {
        if (offsets.isEmpty()) return;
        try (var file = rig.disk.open(rig.file("x.index"), false)) {
            index.recall(file);
        }
        int kept = offsets.size() - random.nextInt(Math.min(offsets.size(), 700));
        index.truncateToPosition(offsets.get(kept - 1) * 10 + 1);
        offsets.subList(kept, offsets.size()).clear();
        Segment.storeIndex(rig.disk, rig.file("x.index"), index.unstored(), false);
        index.markStored();
    }

    private static void checkFloor(LogRig rig, OffsetIndex index, List<Integer> offsets, int offset) {
        int expected = 0;
        for (int known : offsets) if (known <= offset) expected = known * 10;
        int entry = index.floor(offset);
        int found;
        if (entry >= index.firstInMemory()) found = index.position(entry);
        else {
            try (var file = rig.disk.open(rig.file("x.index"), false)) {
                found = OffsetIndex.floorPosition(file, index.firstInMemory(), offset);
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void everyOffsetAndTimeIsFoundWhereverItsEntryIs() {
        Seeds.check(5, (seed, random) -> {
            var rig = new LogRig(seed, AN_ENTRY_PER_BATCH);
            var values = new ArrayList<String>();
            for (int round = 0; round < 40; round++) {
                for (int i = random.nextInt(100); i >= 0; i--) {
                    values.add("v" + round + "-" + i);
                    rig.append(LogRig.batch(1000 + 10L * values.size(), values.get(values.size() - 1)), 0);
                }
                rig.log.write();
                if (random.nextInt(3) == 0) rig.flush();
                if (random.nextInt(12) == 0) rig.restart();
                if (random.nextInt(12) == 0) rig.kill();
                if (random.nextInt(12) == 0) {
                    int kept = values.size() - random.nextInt(Math.min(values.size(), 600));
                    rig.log.truncateTo(kept);
                    values.subList(kept, values.size()).clear();
                }
                for (int i = 0; i < 10 && !values.isEmpty(); i++) {
                    int offset = random.nextInt(values.size());
                    assertEquals(values.get(offset), rig.values(offset, offset + 1).get(0));
                    assertEquals(new TimestampOffset(1010 + 10L * offset, offset, 0), rig.log.offsetForTimestamp(1001 + 10L * offset));
                }
            }
            assertEquals(values, rig.values());
        });
    }

    @Test
    void aSegmentThatIsClosedDuringAFlushKeepsTheEntriesThatTheFlushDidNotTake() {
        var plain = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 20_000, 1));
        var flushed = new LogRig(1, LogRig.config(LogConfig.DEFAULT, 20_000, 1));
        for (int i = 0; i < 300; i++) {
            append(plain, i);
            append(flushed, i);
            // It is under way when the segment rolls: nothing runs before the end.
            if (i == 150) flushed.log.flushTo(i);
        }
        plain.simulation.runUntilIdle();
        flushed.simulation.runUntilIdle();
        assertEquals(2, flushed.disk.list(flushed.file("x").getParent()).stream().filter(n -> n.endsWith(".log")).count());
        for (var suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            var name = FileNames.of(0, suffix);
            assertArrayEquals(plain.disk.bytes(plain.file(name)), flushed.disk.bytes(flushed.file(name)), name);
        }
    }

    private static void append(LogRig rig, int i) {
        rig.append(LogRig.batch(1000 + i, "value-" + i), 0);
        rig.log.write();
    }
}
