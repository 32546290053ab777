package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {
    private final Disk disk = new FileDisk();

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenAtAPositionIsReadThere() {
        try (var file = disk.open(folder.resolve("f"), true)) {
            file.write(bytes("hello"), 0);
            file.write(new ByteBuffer[] {bytes(" "), bytes(""), bytes("world"), bytes("not this")}, 3, 5);
            file.write(bytes("J"), 0);
            assertEquals("Jello world", read(file, 0, 20));
            assertEquals("world", read(file, 6, 20));
            assertEquals(11, file.size());
        }
    }

    @Test
    void aTruncatedFileIsWrittenOnFromItsNewEnd() {
        try (var file = disk.open(folder.resolve("f"), true)) {
            file.write(bytes("abcdef"), 0);
            file.truncate(3);
            file.write(bytes("X"), 3);
            file.sync();
            assertEquals("abcX", read(file, 0, 20));
        }
    }

    @Test
    void bytesAreTransferredToAChannel() throws Exception {
        try (var file = disk.open(folder.resolve("f"), true)) {
            file.write(bytes("abcdef"), 0);
            var sink = new ByteArrayOutputStream();
            assertEquals(3, file.transferTo(2, 3, Channels.newChannel(sink)));
            assertEquals("cde", sink.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatMemoryDoesNotHoldIsReadByStorageForTheThreadThatAsks() throws Exception {
        Path path = Files.createTempFile(Path.of("target"), "evicted", null);
        try (var file = disk.open(path, true)) {
            file.write(ByteBuffer.allocate(1 << 20), 0);
            file.sync();
            assertTrue(disk.storageReadBytes() >= 0, "counted by Linux");
            assertEquals(0, readToPrefetch(file));
            assertEquals(0, new ProcessBuilder("dd", "if=" + path, "iflag=nocache", "count=0").start().waitFor());
            assertEquals(1 << 20, readToPrefetch(file));
        } finally {
            Files.delete(path);
        }
    }

    /** Nothing else between: what this thread has read of programs that are started, and of classes, counts as well. */
    private long readToPrefetch(DiskFile file) {
        long before = disk.storageReadBytes();
        file.prefetch(0, 1 << 20);
        return disk.storageReadBytes() - before;
    }

    @Test
    void aPrefetchEndsWhereTheFileEnds() {
        try (var file = disk.open(folder.resolve("f"), true)) {
            file.write(ByteBuffer.allocate(300_000), 0);
            assertEquals(300_000, file.prefetch(0, 300_000));
            assertEquals(100_000, file.prefetch(200_000, 1 << 20));
            assertEquals(0, file.prefetch(300_000, 10));
            assertEquals(0, file.prefetch(400_000, 10));
        }
    }

    @Test
    void directoriesAreListedInOrderAndRenamedWhole() {
        disk.createDirectories(folder.resolve("b/c"));
        disk.createDirectories(folder.resolve("a"));
        assertEquals(List.of("a", "b"), disk.list(folder));
        disk.rename(folder.resolve("b"), folder.resolve("z"));
        disk.syncDirectory(folder);
        assertTrue(disk.isDirectory(folder.resolve("z/c")));
        disk.delete(folder.resolve("a"));
        disk.delete(folder.resolve("not there"));
        assertFalse(disk.exists(folder.resolve("a")));
    }

    @Test
    void aLockIsHeldOnce() throws Exception {
        var lock = disk.tryLock(folder.resolve(".lock"));
        assertNotNull(lock);
        assertNull(disk.tryLock(folder.resolve(".lock")));
        lock.close();
        disk.tryLock(folder.resolve(".lock")).close();
    }

    @Test
    void everyFailureNamesThePath() {
        var missing = folder.resolve("missing");
        assertTrue(assertThrows(StorageException.class, () -> disk.open(missing, false)).getMessage().contains("missing"));
        assertTrue(assertThrows(StorageException.class, () -> disk.list(missing)).getMessage().contains("missing"));
        assertTrue(assertThrows(StorageException.class, () -> disk.size(missing)).getMessage().contains("missing"));
    }

    @Test
    void aFullDeviceIsRecognised() {
        try (var file = disk.open(Path.of("/dev/full"), false)) {
            assertThrows(DiskFullException.class, () -> file.write(bytes("x"), 0));
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(DiskFile file, long position, int max) {
        var target = ByteBuffer.allocate(max);
        int count = file.read(target, position);
        return new String(target.array(), 0, count, StandardCharsets.UTF_8);
    }
}
