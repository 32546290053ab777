package io.barnabas.benchmarks;

import io.barnabas.testkit.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** What is done to the disk apart from any broker. */
final class Disks {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int SYNC_BYTES = 4 << 10;
    private static final int RESTING_SECONDS = 2;
    /** In a second; a sector has 512 bytes. */
    private static final long RESTING_SECTORS_MAX = 2048;

    private Disks() {}

    /**
     * Writes and deletes a file of this size. In a virtual machine the first touch of a page that its host has taken back is
     * dear, and a broker's load touches a fresh page for every 4 KiB; what was just freed is given out again first.
     */
    static void freshenPages(Path directory, long bytes) {
        Path path = directory.resolve("fresh-pages");
        try {
            try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
                for (long written = 0; written < bytes; ) written += file.write(chunk.clear());
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Syncs files, so that nothing of them is written back later, and they can be {@link #evict evicted}. */
    static void sync(List<Path> files) {
        for (Path path : files) {
            try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.force(true);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Has the page cache forget what it holds of files, as far as it is on the disk: posix_fadvise DONTNEED, which dd can ask for. */
    static void evict(List<Path> files) {
        if (files.isEmpty()) return;
        var words = new ArrayList<>(List.of("sh", "-c", "for file; do dd if=\"$file\" iflag=nocache count=0 2>&1 || exit 1; done", "sh"));
        for (Path file : files) words.add(file.toString());
        new Command(words).run().successful();
    }

    /** Appends to many files in turn, as a broker does to its logs. @return the mean time of one write, in microseconds */
    static double appendUs(Path directory, int fileCount, int writeBytes, int writeCount) {
        Path folder = directory.resolve("appends");
        var files = new ArrayList<FileChannel>();
        try {
            Files.createDirectory(folder);
            for (int i = 0; i < fileCount; i++) {
                files.add(FileChannel.open(folder.resolve(Integer.toString(i)), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            }
            var bytes = ByteBuffer.allocateDirect(writeBytes);
            for (var file : files) file.write(bytes.clear());
            long startNs = System.nanoTime();
            for (int i = 0; i < writeCount; i++) files.get(i % fileCount).write(bytes.clear());
            return (System.nanoTime() - startNs) / 1e3 / writeCount;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (var file : files) close(file);
            Brokers.delete(folder);
        }
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until the disk has next to nothing to do: what was written and deleted before goes on for a while as writing back and
     * discarding of blocks, and whoever writes meanwhile waits for it.
     */
    static void awaitRest(Path directory, double secondsMax) {
        long untilNs = System.nanoTime() + Math.round(secondsMax * 1e9);
        long before = changedSectors(directory);
        for (int quiet = 0; quiet < RESTING_SECONDS && System.nanoTime() < untilNs; ) {
            Run.sleep(1);
            long now = changedSectors(directory);
            quiet = now - before < RESTING_SECTORS_MAX ? quiet + 1 : 0;
            before = now;
        }
    }

    /** Written and discarded by the device of a directory since the machine started; 0 where the system does not tell. */
    private static long changedSectors(Path directory) {
        try {
            long device = (Long) Files.getAttribute(directory, "unix:dev");
            String wanted = "%d %d".formatted(device >> 8 & 0xFFF, device & 0xFF | device >> 12 & ~0xFF);
            for (String line : Files.readAllLines(Path.of("/proc/diskstats"))) {
                String[] fields = line.trim().split("\\s+");
                if (fields.length > 16 && wanted.equals(fields[0] + " " + fields[1])) return Long.parseLong(fields[9]) + Long.parseLong(fields[16]);
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Appends to a file and syncs it, so many times. @return the median of how long that takes, in microseconds */
    static double syncUs(Path directory, int count) {
        Path path = directory.resolve("syncs");
        var us = new double[count];
        try {
            try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.allocateDirect(SYNC_BYTES);
                for (int i = 0; i < count; i++) {
                    long startNs = System.nanoTime();
                    file.write(bytes.clear());
                    file.force(false);
                    us[i] = (System.nanoTime() - startNs) / 1e3;
                }
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Statistics.of(us).median();
    }
}
