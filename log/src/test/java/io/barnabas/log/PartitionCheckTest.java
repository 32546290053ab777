package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PartitionCheckTest {
    private static final Path FOLDER = LogRig.PATH.resolve(LogRig.PARTITION.toString());

    /** Several segments with indexes of every kind, closed cleanly. */
    private static LogRig closed() {
        var rig = written();
        rig.stop();
        return rig;
    }

    private static LogRig written() {
        var rig = LogRig.withSmallSegments();
        for (int i = 0; i < 30; i++) {
            rig.appendAndWrite("value " + i, "another " + i);
            rig.append(rig.idempotent(7, 0, i * 2, "a", "b"), 0);
            rig.append(transactional(rig, 8, i), 0);
            rig.log.append(marker(rig, 8, i % 2 == 1), 0, AppendOrigin.COORDINATOR);
            rig.log.write();
            rig.simulation.runFor(10);
        }
        rig.flush();
        return rig;
    }

    private static RecordBatch transactional(LogRig rig, long producerId, int sequence) {
        return LogRig.build(new RecordBatchBuilder().producer(producerId, (short) 0, sequence).transactional(), rig.now(), "t" + sequence);
    }

    private static RecordBatch marker(LogRig rig, long producerId, boolean isCommit) {
        var builder = new RecordBatchBuilder().producer(producerId, (short) 0, RecordBatch.NO_SEQUENCE).transactional();
        return new RecordBatch().wrap(builder.appendEndTransaction(rig.now(), isCommit, 0).build(), 0);
    }

    private static List<Finding> check(LogRig rig) {
        return check(rig, false);
    }

    private static List<Finding> check(LogRig rig, boolean inUse) {
        var findings = new ArrayList<Finding>();
        var directory = new OfflineDirectory(rig.disk, LogRig.PATH, findings::add);
        var result = new PartitionCheck(rig.disk, true, findings::add).check(FOLDER, directory, inUse);
        assertEquals(findings.stream().anyMatch(Finding::isDamage), result.isDamaged(), findings::toString);
        return findings;
    }

    private static List<Finding> damages(LogRig rig) {
        return check(rig).stream().filter(Finding::isDamage).toList();
    }

    private static byte[] bytes(LogRig rig, String name) {
        return rig.disk.bytes(FOLDER.resolve(name));
    }

    private static List<String> names(LogRig rig, String suffix) {
        return rig.disk.list(FOLDER).stream().filter(name -> name.endsWith(suffix)).toList();
    }

    @Test
    void aLogThatWasClosedHasNothingWrong() {
        var rig = closed();
        assertTrue(names(rig, FileNames.LOG).size() > 3 && names(rig, FileNames.TRANSACTION_INDEX).size() > 1 && !names(rig,
                FileNames.SNAPSHOT).isEmpty());
        assertEquals(List.of(), check(rig));
        var found = new OfflineDirectory(rig.disk, LogRig.PATH, finding -> {}).describe(LogRig.PARTITION);
        assertEquals(new OfflineDirectory.Partition(LogRig.PARTITION, LogRig.TOPIC_ID, 0, 180, names(rig, FileNames.LOG).size(),
                names(rig, FileNames.LOG).stream().mapToLong(name -> bytes(rig, name).length).sum(), 180), found);
    }

    @Test
    void aLogThatIsInUseOrWasKilledHasNothingWrong() {
        var rig = written();
        assertEquals(List.of(), check(rig, true).stream().filter(Finding::isDamage).toList());
        rig.killLoops();
        rig.disk.killProcess();
        assertEquals(List.of(), damages(rig));
    }

    @Test
    void anyFlippedBitOfASegmentIsFound() {
        Seeds.check(200, (seed, random) -> {
            var rig = closed();
            var file = flipped(rig, random, FileNames.LOG);
            assertFalse(damages(rig).isEmpty(), () -> file);
        });
    }

    @Test
    void anyFlippedBitOfAnIndexOrASnapshotIsFound() {
        Seeds.check(200, (seed, random) -> {
            var rig = closed();
            var suffix = List.of(FileNames.INDEX, FileNames.TIME_INDEX, FileNames.SNAPSHOT).get(random.nextInt(3));
            var file = flipped(rig, random, suffix);
            assertFalse(damages(rig).isEmpty(), () -> file);
        });
    }

    @Test
    void anOffsetInAnIndexThatEndsNoBatchIsFound() {
        var rig = closed();
        for (var suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            var path = FOLDER.resolve(names(rig, suffix).get(0));
            var bytes = rig.disk.bytes(path);
            var changed = bytes.clone();
            changed[suffix.equals(FileNames.INDEX) ? OffsetIndex.ENTRY_BYTES + 3 : TimeIndex.ENTRY_BYTES + 11] -= 2;
            rig.disk.replace(path, changed);
            assertFalse(damages(rig).isEmpty(), suffix);
            rig.disk.replace(path, bytes);
        }
    }

    /** Of a transaction index the last stable offset is nobody's to check: it is told to consumers, and used by none. */
    @Test
    void anyFlippedBitThatMattersInATransactionIndexIsFound() {
        Seeds.check(100, (seed, random) -> {
            var rig = closed();
            var names = names(rig, FileNames.TRANSACTION_INDEX);
            var name = names.get(random.nextInt(names.size()));
            var bytes = bytes(rig, name);
            int at = random.nextInt(bytes.length / TransactionIndex.ENTRY_BYTES) * TransactionIndex.ENTRY_BYTES
                    + (random.nextBoolean() ? 2 + random.nextInt(8) : 18 + random.nextInt(8));
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            rig.disk.replace(FOLDER.resolve(name), bytes);
            assertFalse(damages(rig).isEmpty(), () -> name + " at " + at);
        });
    }

    private static String flipped(LogRig rig, RandomGenerator random, String suffix) {
        var names = names(rig, suffix).stream().filter(name -> bytes(rig, name).length > 0).toList();
        var name = names.get(random.nextInt(names.size()));
        var bytes = bytes(rig, name);
        int at = random.nextInt(bytes.length);
        // An offset that is another batch's may be as good: what was looked for is found from there too.
        if (suffix.equals(FileNames.INDEX)) at |= 4;
        if (suffix.equals(FileNames.TIME_INDEX)) at -= at % TimeIndex.ENTRY_BYTES & 8;
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        rig.disk.replace(FOLDER.resolve(name), bytes);
        return name + " at " + at;
    }

    @Test
    void aLogThatLostItsEndWasDamagedIfThatWasDurableAndIsTornIfNot() {
        var rig = closed();
        var logs = names(rig, FileNames.LOG);
        var last = logs.get(logs.size() - 1);
        rig.disk.replace(FOLDER.resolve(last), Arrays.copyOf(bytes(rig, last), bytes(rig, last).length - 1));
        assertFalse(damages(rig).isEmpty());

        var torn = LogRig.withDefaults();
        torn.appendAndWrite("a");
        torn.flush();
        torn.simulation.runFor(3000);
        torn.appendAndWrite("b");
        torn.appendAndWrite("c");
        torn.killLoops();
        torn.disk.killProcess();
        var only = names(torn, FileNames.LOG).get(0);
        torn.disk.replace(FOLDER.resolve(only), Arrays.copyOf(bytes(torn, only), bytes(torn, only).length - 1));
        var findings = check(torn);
        assertEquals(List.of(false), findings.stream().map(Finding::isDamage).toList(), findings::toString);
        assertEquals(2, findings.get(0).offset());
        // Where something whole follows, it is damage all the same.
        var bytes = bytes(torn, only);
        int second = bytes.length / 3 + 8;
        bytes[second + 40] ^= 1;
        torn.disk.replace(FOLDER.resolve(only), bytes);
        assertFalse(damages(torn).isEmpty());
    }

    @Test
    void aSegmentThatIsGoneIsToldOf() {
        var rig = closed();
        var logs = names(rig, FileNames.LOG);
        rig.disk.delete(FOLDER.resolve(logs.get(1)));
        assertTrue(check(rig).stream().anyMatch(finding -> finding.what().contains("offsets are missing")));
        rig.disk.delete(FOLDER.resolve(logs.get(logs.size() - 1)));
        assertTrue(damages(rig).stream().anyMatch(finding -> finding.what().contains("ends before what was durable")));
    }

    @Test
    void anAbortedTransactionThatIsNotIndexedIsToldOf() {
        var rig = closed();
        rig.disk.delete(FOLDER.resolve(names(rig, FileNames.TRANSACTION_INDEX).get(0)));
        assertTrue(damages(rig).stream().anyMatch(finding -> finding.what().contains("not in the transaction index")));
    }

    @Test
    void whatApacheKafkaFillsUpWithZerosIsNoDamage() {
        var rig = closed();
        for (var suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            for (var name : names(rig, suffix)) {
                int entryBytes = suffix.equals(FileNames.INDEX) ? OffsetIndex.ENTRY_BYTES : TimeIndex.ENTRY_BYTES;
                rig.disk.replace(FOLDER.resolve(name), Arrays.copyOf(bytes(rig, name), bytes(rig, name).length + 1000 * entryBytes));
            }
        }
        assertEquals(List.of(), check(rig));
    }

    @Test
    void nothingIsWritten() {
        var rig = closed();
        long syncs = rig.disk.syncCount();
        var before = rig.disk.list(FOLDER);
        check(rig);
        assertEquals(before, rig.disk.list(FOLDER));
        assertEquals(syncs, rig.disk.syncCount());
    }
}
