package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LogRepairTest {
    private static final int BATCHES = 60;

    /** Where each batch lies, by its offset. */
    private record Place(String file, int position, int bytes) {}

    @Test
    void whatIsWholeStaysBeforeAndBehindTheDamage() {
        Seeds.check(120, LogRepairTest::damageAndRepair);
    }

    private static void damageAndRepair(long seed, RandomGenerator random) {
        var rig = new LogRig(seed, LogRig.SMALL);
        boolean isClean = random.nextBoolean();
        fill(rig, isClean);
        var places = places(rig);
        var lost = new TreeSet<Long>();
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages; i++) lost.addAll(damage(rig, random, places, damages == 1));

        var losses = find(rig);
        if (random.nextBoolean()) repairUnderAPowerCut(rig, random);
        repair(rig);
        rig.start();
        var expected = new TreeSet<>(places.keySet());
        expected.removeAll(lost);
        var found = offsets(rig);
        assertEquals(expected, found, () -> "isClean=" + isClean + " losses=" + losses);
        for (long offset : lost) {
            assertTrue(losses.stream().anyMatch(loss -> loss.fromOffset() <= offset && offset < loss.toOffset()), () -> offset + " not told of: " + losses);
        }
        rig.appendAndWrite("next");
        rig.restart();
        assertTrue(offsets(rig).containsAll(expected));
        assertEquals(List.of(), lossesOfStopped(rig));
    }

    private static void fill(LogRig rig, boolean isClean) {
        for (int i = 0; i < BATCHES; i++) {
            rig.appendAndWrite("value " + i);
            rig.log.raiseHighWatermark(rig.log.endOffset());
        }
        rig.flush();
        rig.simulation.runFor(3_000);
        if (isClean) {
            rig.stop();
        } else {
            rig.killLoops();
            rig.disk.killProcess();
        }
    }

    private static List<LogRepair.Loss> repair(LogRig rig) {
        try (var repair = new LogRepair(rig.disk, LogRig.PATH)) {
            assertEquals(List.of(LogRig.PARTITION), repair.partitions());
            var losses = repair.losses(LogRig.PARTITION);
            repair.accept(LogRig.PARTITION);
            assertEquals(List.of(), repair.losses(LogRig.PARTITION), "once accepted");
            return losses;
        }
    }

    /** It is to be done again, and nothing is worse than before. */
    private static void repairUnderAPowerCut(LogRig rig, RandomGenerator random) {
        int[] callsLeft = {random.nextInt(30)};
        rig.disk.failOn((call, path) -> callsLeft[0]-- <= 0);
        try (var repair = new LogRepair(rig.disk, LogRig.PATH)) {
            repair.accept(LogRig.PARTITION);
        } catch (StorageException e) {
            // as wanted
        }
        rig.disk.failOn(null);
        rig.disk.crash(random);
    }

    private static List<LogRepair.Loss> lossesOfStopped(LogRig rig) {
        rig.stop();
        return find(rig);
    }

    private static List<LogRepair.Loss> find(LogRig rig) {
        try (var repair = new LogRepair(rig.disk, LogRig.PATH)) {
            return repair.losses(LogRig.PARTITION);
        }
    }

    private static TreeMap<Long, Place> places(LogRig rig) {
        var places = new TreeMap<Long, Place>();
        for (var name : rig.disk.list(rig.file("x").getParent())) {
            if (!name.endsWith(".log")) continue;
            var bytes = java.nio.ByteBuffer.wrap(rig.disk.bytes(rig.file(name)));
            for (int at = 0; at < bytes.limit(); at += 12 + bytes.getInt(at + 8)) {
                places.put(bytes.getLong(at), new Place(name, at, 12 + bytes.getInt(at + 8)));
            }
        }
        assertEquals(BATCHES, places.size());
        return places;
    }

    /** @param isOnly whether nothing else is damaged @return offsets whose batches are hurt */
    private static TreeSet<Long> damage(LogRig rig, RandomGenerator random, TreeMap<Long, Place> places, boolean isOnly) {
        var all = List.copyOf(places.values());
        var victim = all.get(random.nextInt(all.size()));
        var bytes = rig.disk.bytes(rig.file(victim.file));
        boolean isCut = random.nextInt(4) == 0;
        // At the border of two batches a cut looks like what compaction leaves; and the offset of a batch, which is under no checksum, may be
        // any that is greater, unless a whole one follows.
        boolean isLast = victim.position + victim.bytes == bytes.length;
        int firstByte = isLast || !isOnly && !isCut ? 8 : isCut ? 1 : 0;
        int from = victim.position + firstByte + random.nextInt(victim.bytes - firstByte);
        int to = isCut ? bytes.length : Math.min(bytes.length, from + 1 + random.nextInt(random.nextBoolean() ? 3 : 400));
        if (from >= bytes.length) return new TreeSet<>();
        var hurt = new TreeSet<Long>();
        places.forEach((offset, place) -> {
            boolean isHit = place.file.equals(victim.file) && place.position < to && from < place.position + place.bytes && !isHarmless(place, from, to);
            if (isHit) hurt.add(offset);
        });
        byte[] changed = isCut ? Arrays.copyOf(bytes, from) : bytes.clone();
        if (!isCut) for (int at = from; at < to; at++) changed[at] ^= (byte) (1 + random.nextInt(255));
        rig.disk.replace(rig.file(victim.file), changed);
        return hurt;
    }

    /** The leader epoch is under no checksum. */
    private static boolean isHarmless(Place place, int from, int to) {
        return Math.max(from, place.position) >= place.position + 12 && Math.min(to, place.position + place.bytes) <= place.position + 16;
    }

    private static TreeSet<Long> offsets(LogRig rig) {
        var offsets = new TreeSet<Long>();
        long next = rig.log.logStartOffset();
        while (next < rig.log.endOffset()) {
            var records = rig.records(next, rig.log.endOffset(), 500);
            if (records.isEmpty()) break;
            for (var record : records) {
                offsets.add(record.offset());
                assertTrue(LogRig.text(record.value()).equals("value " + record.offset()) || LogRig.text(record.value()).equals("next"));
                next = record.offset() + 1;
            }
        }
        return offsets;
    }

    @Test
    void abortedTransactionsStayKnown() {
        var rig = LogRig.withDefaults();
        for (int producer = 1; producer <= 2; producer++) {
            rig.append(LogRig.build(new RecordBatchBuilder().producer(producer, (short) 0, 0).transactional(), rig.now(), "a"), 0);
            var marker = new RecordBatchBuilder().producer(producer, (short) 0, RecordBatch.NO_SEQUENCE).transactional().appendEndTransaction(rig.now(), false, 7);
            rig.log.append(new RecordBatch().wrap(marker.build(), 0), 0, AppendOrigin.COORDINATOR);
            rig.appendAndWrite("between");
        }
        var before = rig.log.abortedTransactions(0, 6);
        assertEquals(2, before.size());
        rig.stop();
        var log = rig.file("00000000000000000000.log");
        var bytes = rig.disk.bytes(log);
        bytes[2 * bytes.length / 5] ^= 1;
        rig.disk.replace(log, bytes);
        assertEquals(1, repair(rig).size());
        rig.start();
        assertEquals(before, rig.log.abortedTransactions(0, 6));
    }

    @Test
    void aPartitionThatRefusedToOpenOpens() {
        var rig = LogRig.withDefaults();
        fill(rig, false);
        rig.disk.replace(rig.file("00000000000000000000.log"), new byte[0]);
        assertThrows(StorageException.class, rig::start);
        rig.killLoops();
        rig.disk.killProcess();
        assertEquals(List.of(new LogRepair.Loss(rig.file("00000000000000000000.log"), 0, 0, 0, BATCHES)), repair(rig));
        rig.start();
        assertEquals(0, rig.log.endOffset());
    }

    @Test
    void aDirectoryWithABrokerOnItIsLeftAlone() {
        var rig = LogRig.withDefaults();
        assertTrue(assertThrows(LogDirectoryException.class, () -> new LogRepair(rig.disk, LogRig.PATH)).getMessage().contains("in use"));
    }
}
