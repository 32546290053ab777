package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Small text files that are replaced whole: written beside, synced, renamed, so that one is always there. Kafka's
 * checkpoints are a version line (0), a count, and as many lines.
 */
final class CheckpointFile {
    private static final int BYTES_MAX = 1 << 28;
    private static final int SMALL_BYTES = 256;

    private CheckpointFile() {}

    /** Durable on return. */
    static void replace(Disk disk, Path path, String text) {
        replaceUnsynced(disk, path, text);
        disk.syncDirectory(path.getParent());
    }

    /** Durable once the directory is synced; until then the old file or the new one is there. */
    static void replaceUnsynced(Disk disk, Path path, String text) {
        replace(disk, path, text, true);
    }

    /** Where there is none yet: a power cut may leave it whole, torn ({@link #isWhole}), empty or not at all. */
    static void createUnsynced(Disk disk, Path path, String text) {
        replace(disk, path, text, false);
    }

    private static void replace(Disk disk, Path path, String text, boolean sync) {
        var temporary = path.resolveSibling(path.getFileName() + FileNames.TEMPORARY);
        try (var file = disk.open(temporary, true)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            if (sync) file.sync();
        }
        disk.rename(temporary, path);
    }

    /** Whether the end of a file is there: each line has its own. */
    static boolean isWhole(String text) {
        return text.endsWith("\n");
    }

    /** @return null if there is no such file */
    static String read(Disk disk, Path path) {
        return disk.exists(path) ? readExisting(disk, path) : null;
    }

    static String readExisting(Disk disk, Path path) {
        try (var file = disk.open(path, false)) {
            // Most are tiny, and there are thousands: their size is not worth a call.
            var small = ByteBuffer.allocate(SMALL_BYTES);
            if (file.read(small, 0) < SMALL_BYTES) return text(small);
            long size = file.size();
            if (size > BYTES_MAX) throw new StorageException("file too large to be read whole: path=%s size=%d".formatted(path, size));
            var bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return text(bytes);
        }
    }

    private static String text(ByteBuffer bytes) {
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    /** The lines after version and count. @throws IllegalArgumentException if the count is another */
    static List<String> lines(String text) {
        var all = text.split("\n");
        if (all.length < 2 || !all[0].trim().equals("0")) throw new IllegalArgumentException("unknown version: line=" + all[0]);
        int count = Integer.parseInt(all[1].trim());
        if (count != all.length - 2) throw new IllegalArgumentException("wrong count: count=%d lines=%d".formatted(count, all.length - 2));
        return List.of(all).subList(2, all.length);
    }

    /**
     * Lines "topic partition offset"; none where there is no file, or an empty one, as Kafka makes it before there is anything to tell.
     *
     * @throws StorageException if the file makes no sense: without it, damage to what was durable would be taken for a torn end
     */
    static Map<TopicPartition, Long> readOffsets(Disk disk, Path path) {
        var text = read(disk, path);
        var offsets = new HashMap<TopicPartition, Long>();
        if (text == null || text.isEmpty()) return offsets;
        try {
            for (var line : lines(text)) {
                int second = line.lastIndexOf(' ');
                int first = line.lastIndexOf(' ', second - 1);
                var partition = new TopicPartition(line.substring(0, first), Integer.parseInt(line.substring(first + 1, second)));
                offsets.put(partition, Long.parseLong(line.substring(second + 1).trim()));
            }
        } catch (RuntimeException e) {
            throw new StorageException("malformed checkpoint: path=%s reason=%s".formatted(path, e.getMessage()), e);
        }
        return offsets;
    }

    static String offsetsText(Map<TopicPartition, Long> offsets) {
        var partitions = new ArrayList<>(offsets.entrySet());
        var text = new StringBuilder(32 + 40 * partitions.size()).append("0\n").append(partitions.size()).append('\n');
        for (var entry : partitions) {
            var partition = entry.getKey();
            text.append(partition.topic()).append(' ').append(partition.partition()).append(' ').append(entry.getValue()).append('\n');
        }
        return text.toString();
    }
}
