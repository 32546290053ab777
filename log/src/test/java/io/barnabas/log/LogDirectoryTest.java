package io.barnabas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.FileDisk;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.Simulation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    private static final Path PATH = Path.of("/logs");

    private final Simulation simulation = new Simulation(1);
    private final SimulatedDisk disk = new SimulatedDisk(simulation.clock());
    private final LogDirectory.Environment environment = new LogDirectory.Environment(disk, simulation.clock(),
            simulation.newWorker("io"), Seeds.random(1), 100);

    private LogDirectory open(int nodeId, String clusterId) {
        return LogDirectory.open(PATH, nodeId, clusterId, environment);
    }

    private static String messageOf(Runnable work) {
        return assertThrows(RuntimeException.class, work::run).getMessage();
    }

    @Test
    void aDirectoryTellsWhoseItIs() {
        disk.createDirectories(PATH);
        assertNull(LogDirectory.readIdentity(disk, PATH));
        assertTrue(messageOf(() -> open(1, "c")).contains("not formatted"));
        var identity = new DirectoryIdentity(1, "c", new Uuid(5, 6));
        LogDirectory.format(disk, PATH, identity);
        assertEquals(identity, LogDirectory.readIdentity(disk, PATH));
        assertTrue(messageOf(() -> open(1, "other")).contains("data of another cluster"));
        assertTrue(messageOf(() -> open(2, "c")).contains("data of another node"));
        try (var directory = open(1, "c")) {
            assertEquals(new Uuid(5, 6), directory.id());
            assertTrue(messageOf(() -> open(1, "c")).contains("in use by another process"));
        }
        open(1, "c").close();
    }

    @Test
    void kafkasOwnPropertiesAreUnderstoodAndNonsenseIsNamed() {
        disk.createDirectories(PATH);
        write("#\n#Sat Nov 21 12:00:00 UTC 2026\ncluster.id=abc\nversion=1\ndirectory.id=AAAAAAAAAAUAAAAAAAAABg\nnode.id=3\n");
        assertEquals(new DirectoryIdentity(3, "abc", new Uuid(5, 6)), LogDirectory.readIdentity(disk, PATH));
        write("version=0\nbroker.id=1\ncluster.id=abc\n");
        assertTrue(messageOf(() -> LogDirectory.readIdentity(disk, PATH)).contains("version=0"));
        write("version=1\nnode.id=x\ncluster.id=abc\n");
        assertTrue(messageOf(() -> LogDirectory.readIdentity(disk, PATH)).contains("meta.properties"));
    }

    private void write(String text) {
        CheckpointFile.replace(disk, PATH.resolve("meta.properties"), text);
    }

    @Test
    void partitionsAreFoundWithoutBeingRead() {
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, "c", Uuid.ZERO));
        for (var name : List.of("a-0", "a-1", "b-c-7", "x-0.12-delete", "junk")) disk.createDirectories(PATH.resolve(name));
        var directory = open(1, "c");
        var partitions = directory.partitions();
        partitions.sort(null);
        assertEquals(List.of(new TopicPartition("a", 0), new TopicPartition("a", 1), new TopicPartition("b-c", 7)), partitions);
        simulation.runUntilIdle();
        assertFalse(disk.exists(PATH.resolve("x-0.12-delete")), "what was deleted before is finished");
        assertTrue(disk.exists(PATH.resolve("junk")));
        directory.setAside(new TopicPartition("a", 1));
        assertFalse(directory.contains(new TopicPartition("a", 1)));
        assertTrue(disk.list(PATH).stream().anyMatch(name -> name.startsWith("a-1.") && name.endsWith("-stray")));
    }

    @Test
    void theFolderOfATopicThatIsGoneIsSetAsideForANewTopicOfItsName() {
        var other = new Uuid(0x8877665544332211L, 0xAABBCCDDEEFF0011L);
        var rig = LogRig.withDefaults();
        rig.appendAndWrite("old");
        rig.stop();
        rig.openDirectoryOnly();
        var log = rig.directory.openLogNow(LogRig.PARTITION, other, rig.config, rig.loop, rig.heard);
        assertEquals(0, log.endOffset());
        assertEquals(other, log.topicId());
        assertTrue(rig.disk.list(LogRig.PATH).stream().anyMatch(name -> name.startsWith("t-0.") && name.endsWith("-stray")));
    }

    @Test
    void aMalformedCheckpointIsNamed() {
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, "c", Uuid.ZERO));
        CheckpointFile.replace(disk, PATH.resolve("recovery-point-offset-checkpoint"), "0\n5\nt 0 1\n");
        assertTrue(messageOf(() -> open(1, "c")).contains("recovery-point-offset-checkpoint"));
    }

    /** Apache Kafka leaves such when it is killed within its first minute. */
    @Test
    void anEmptyCheckpointSaysNothing() {
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, "c", Uuid.ZERO));
        CheckpointFile.replace(disk, PATH.resolve("recovery-point-offset-checkpoint"), "");
        assertEquals(List.of(), open(1, "c").partitions());
    }

    @Test
    void creatingAPartitionSyncsNothingAndItsFirstFlushSyncsAllThatLeadsToIt() {
        var rig = LogRig.withDefaults();
        long before = rig.disk.syncCount();
        var log = rig.directory.openLogNow(new TopicPartition("new", 3), LogRig.TOPIC_ID, rig.config, rig.loop, rig.heard);
        log.append(LogRig.batch(1, "v"), 0, AppendOrigin.CLIENT);
        log.write();
        assertEquals(before, rig.disk.syncCount());
        log.flushTo(1);
        rig.simulation.runUntilIdle();
        rig.powerCutWithoutStart();
        assertTrue(rig.disk.exists(LogRig.PATH.resolve("new-3").resolve("00000000000000000000.log")));
    }

    @Test
    void aLogIsOpenedOnThePoolAndHandedToItsLoop() {
        var rig = LogRig.withDefaults();
        var opened = new Log[1];
        rig.directory.openLog(new TopicPartition("new", 3), LogRig.TOPIC_ID, rig.config, rig.loop, rig.heard, new LogDirectory.OpenCallback() {
            @Override
            public void onOpened(Log log) {
                opened[0] = log;
            }

            @Override
            public void onRefused(String reason) {
                throw new AssertionError(reason);
            }
        });
        assertNull(opened[0]);
        rig.simulation.runUntilIdle();
        assertNotNull(opened[0]);
        assertTrue(rig.directory.contains(new TopicPartition("new", 3)));
    }

    @Test
    void thereIsNoMarkOfACleanStopWhileALogIsOpen() {
        var rig = LogRig.withDefaults();
        rig.directory.closeCleanly(3);
        assertFalse(rig.disk.exists(LogRig.PATH.resolve(".kafka_cleanshutdown")));
    }

    @Test
    void truncationIsNoDamageAfterACrash() {
        for (int seed = 0; seed < 100; seed++) {
            var rig = new LogRig(seed, LogRig.SMALL);
            for (int i = 0; i < 30; i++) rig.append(LogRig.batch(rig.now(), "v" + i), 0);
            rig.log.write();
            rig.flush();
            rig.simulation.runFor(2000);
            rig.log.truncateTo(7);
            for (int i = 0; i < 30; i++) rig.append(LogRig.batch(rig.now(), "w" + i), 1);
            rig.log.write();
            rig.powerCut();
            assertTrue(rig.log.endOffset() >= 7);
            var values = rig.values();
            for (int i = 7; i < values.size(); i++) assertEquals("w" + (i - 7), values.get(i));
        }
    }

    @TempDir
    Path real;

    @Test
    void itWorksOnTheRealDisk() {
        var loop = simulation.newLoop("loop");
        var onDisk = new LogDirectory.Environment(new FileDisk(), simulation.clock(), simulation.newWorker("real"), Seeds.random(1), 100);
        LogDirectory.format(new FileDisk(), real, new DirectoryIdentity(1, "c", new Uuid(1, 2)));
        var directory = LogDirectory.open(real, 1, "c", onDisk);
        var partition = new TopicPartition("t", 0);
        var config = LogRig.config(LogConfig.DEFAULT, 10_000, 500);
        var log = directory.openLogNow(partition, LogRig.TOPIC_ID, config, loop, new LogRig.Heard());
        for (int i = 0; i < 500; i++) {
            log.append(LogRig.batch(1000 + i, "value-" + i, "x".repeat(i * 7 % 5000)), 0, AppendOrigin.CLIENT);
            if (i % 7 == 0) log.write();
        }
        log.flushNow();
        assertEquals(1000, log.flushedOffset());
        log.close();
        directory.closeCleanly(1);
        directory = LogDirectory.open(real, 1, "c", onDisk);
        log = directory.openLogNow(partition, LogRig.TOPIC_ID, config, loop, new LogRig.Heard());
        assertEquals(1000, log.endOffset());
        assertEquals(1000, log.flushedOffset());
        assertEquals(new TimestampOffset(1333, 666, 0), log.offsetForTimestamp(1333));
        var slice = ((ReadResult.Data) log.read(666, 100, 1000, true)).slice();
        assertEquals(666, slice.toByteBuffer().getLong(0));
        slice.release();
        log.delete();
        directory.close();
    }
}
