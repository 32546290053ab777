package io.barnabas.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private static final Path FOLDER = Path.of("/a/b");
    private static final Path FILE = FOLDER.resolve("f");

    private final SimulatedDisk disk = new SimulatedDisk(new SimulatedClock());

    private DiskFile durableFile(int size) {
        disk.createDirectories(FOLDER);
        var file = disk.open(FILE, true);
        file.write(filled(size, 1), 0);
        file.sync();
        disk.syncDirectory(FOLDER);
        disk.syncDirectory(FOLDER.getParent());
        disk.syncDirectory(Path.of("/"));
        return file;
    }

    private static ByteBuffer filled(int size, int value) {
        var bytes = new byte[size];
        java.util.Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    @Test
    void whatWasSyncedSurvivesEveryCrash() {
        durableFile(3000);
        for (int seed = 0; seed < 50; seed++) {
            disk.crash(Seeds.random(seed));
            assertArrayEquals(filled(3000, 1).array(), disk.bytes(FILE));
        }
    }

    @Test
    void whatWasNotSyncedIsKeptLostOrTorn() {
        var outcomes = new HashSet<String>();
        for (int seed = 0; seed < 100; seed++) {
            var disk = new SimulatedDisk(new SimulatedClock());
            disk.createDirectories(FOLDER);
            disk.syncDirectory(Path.of("/"));
            disk.syncDirectory(FOLDER.getParent());
            disk.open(FILE, true).write(filled(3000, 1), 0);
            disk.crash(Seeds.random(seed));
            if (!disk.exists(FILE)) {
                outcomes.add("gone");
                continue;
            }
            var bytes = disk.bytes(FILE);
            boolean isWhole = java.util.Arrays.equals(filled(3000, 1).array(), bytes);
            outcomes.add(isWhole ? "whole" : bytes.length == 0 ? "empty" : "torn");
        }
        assertEquals(new HashSet<>(List.of("gone", "whole", "empty", "torn")), outcomes);
    }

    @Test
    void aRenameThatWasNotSyncedHappenedOrNot() {
        var outcomes = new HashSet<List<String>>();
        for (int seed = 0; seed < 20; seed++) {
            var disk = new SimulatedDisk(new SimulatedClock());
            disk.open(Path.of("/x"), true).sync();
            disk.syncDirectory(Path.of("/"));
            disk.rename(Path.of("/x"), Path.of("/y"));
            disk.crash(Seeds.random(seed));
            outcomes.add(disk.list(Path.of("/")));
        }
        assertEquals(new HashSet<>(List.of(List.of("x"), List.of("y"))), outcomes);
    }

    @Test
    void aFailedSyncLosesForGoodWhatItShouldHaveWritten() {
        var file = durableFile(100);
        file.write(filled(100, 2), 100);
        disk.failOn((call, path) -> call == SimulatedDisk.Call.SYNC);
        assertThrows(StorageException.class, file::sync);
        disk.failOn(null);
        file.sync();
        assertEquals(2, disk.bytes(FILE)[150], "still in the page cache");
        disk.crash(Seeds.random(1));
        assertEquals(0, disk.bytes(FILE)[150]);
    }

    @Test
    void aFullDiskTakesWhatFitsAndSaysSo() {
        var file = durableFile(100);
        disk.capacityBytes(150);
        assertThrows(DiskFullException.class, () -> file.write(filled(100, 2), 100));
        assertEquals(150, file.size());
        file.write(filled(100, 3), 0);
        disk.capacityBytes(1000);
        file.write(filled(100, 2), 100);
        assertEquals(200, file.size());
    }

    @Test
    void aDeadProcessHoldsNothing() {
        var file = durableFile(10);
        assertNotNull(disk.tryLock(Path.of("/lock")));
        assertNull(disk.tryLock(Path.of("/lock")));
        disk.killProcess();
        assertThrows(StorageException.class, () -> file.write(filled(1, 1), 0));
        assertNotNull(disk.tryLock(Path.of("/lock")));
        assertEquals(0, disk.openFiles());
        assertEquals(10, disk.bytes(FILE).length);
    }

    @Test
    void renamedFoldersTakeTheirFilesWithThem() {
        durableFile(10);
        disk.rename(FOLDER, Path.of("/a/c"));
        assertFalse(disk.exists(FILE));
        assertTrue(disk.exists(Path.of("/a/c/f")));
        assertThrows(StorageException.class, () -> disk.delete(Path.of("/a/c")));
    }
}
