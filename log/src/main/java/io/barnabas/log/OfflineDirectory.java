package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A log directory as its files tell of it, whether a broker runs on it or not: nothing is opened for writing, locked, recovered
 * or kept. What is read while a broker writes may be a moment old. Used by one thread.
 */
public final class OfflineDirectory {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final List<String> CHECKPOINTS =
            List.of(FileNames.RECOVERY_POINTS, FileNames.LOG_STARTS, FileNames.HIGH_WATERMARKS, FileNames.CLEANER_OFFSETS);

    private final Disk disk;
    private final Path path;
    private final DirectoryIdentity identity;
    private final boolean closedCleanly;
    private final Map<TopicPartition, Long> recoveryPoints;
    private final Map<TopicPartition, Long> logStarts;
    private final Map<TopicPartition, Long> cleanerOffsets;
    private final BatchScanner scanner = new BatchScanner(ByteBuffer.allocateDirect(BUFFER_BYTES));

    /**
     * One partition, at a glance: nothing but the end of its last segment is read.
     *
     * @param topicId       {@link Uuid#ZERO} if the folder does not say
     * @param endOffset     as far as whole batches reach; they are not checked
     * @param segments      how many
     * @param bytes         of their files, without indexes
     * @param recoveryPoint as checkpointed; -1 if it is not
     */
    public record Partition(TopicPartition partition, Uuid topicId, long startOffset, long endOffset, int segments, long bytes, long recoveryPoint) {}

    /**
     * @param findings is told of checkpoints that cannot be read, which then count as not there
     * @throws StorageException if the directory cannot be read
     */
    public OfflineDirectory(Disk disk, Path path, Consumer<Finding> findings) {
        this.disk = disk;
        this.path = path;
        this.identity = readIdentity(findings);
        this.closedCleanly = disk.exists(path.resolve(FileNames.CLEAN_SHUTDOWN));
        this.recoveryPoints = readOffsets(FileNames.RECOVERY_POINTS, findings);
        this.logStarts = readOffsets(FileNames.LOG_STARTS, findings);
        this.cleanerOffsets = readOffsets(FileNames.CLEANER_OFFSETS, findings);
        readOffsets(FileNames.HIGH_WATERMARKS, findings);
    }

    /** Whether this is a directory of partitions, and not the folder of one. */
    public static boolean isOne(Disk disk, Path path) {
        if (disk.exists(path.resolve(FileNames.META_PROPERTIES))) return true;
        for (var name : CHECKPOINTS) if (disk.exists(path.resolve(name))) return true;
        return false;
    }

    /** Whether this is the folder of a partition, by its name or its segments. */
    public static boolean isPartition(Disk disk, Path path) {
        var name = path.getFileName();
        if (name != null && FileNames.partitionOf(name.toString()) != null) return true;
        for (var file : disk.list(path)) if (FileNames.offsetOf(file, FileNames.LOG) >= 0) return true;
        return false;
    }

    /** The file that a broker has locked while it runs. */
    public static Path lockFile(Path directory) {
        return directory.resolve(FileNames.LOCK);
    }

    public Path path() {
        return path;
    }

    /** @return null if the directory does not say whose it is */
    public DirectoryIdentity identity() {
        return identity;
    }

    /** Whether the mark of a clean stop is there: no broker has started on it since. */
    public boolean closedCleanly() {
        return closedCleanly;
    }

    /** Of every partition, by topic and number; folders of deleted and stray ones are left out. */
    public List<TopicPartition> partitions() {
        return partitionsIn(disk, path);
    }

    static List<TopicPartition> partitionsIn(Disk disk, Path path) {
        var partitions = new ArrayList<TopicPartition>();
        for (var name : disk.list(path)) {
            var partition = FileNames.partitionOf(name);
            if (partition != null && disk.isDirectory(path.resolve(name))) partitions.add(partition);
        }
        partitions.sort(null);
        return partitions;
    }

    /** -1 if it is not checkpointed. */
    long recoveryPoint(TopicPartition partition) {
        return recoveryPoints.getOrDefault(partition, -1L);
    }

    long logStart(TopicPartition partition) {
        return logStarts.getOrDefault(partition, 0L);
    }

    /** Whether compaction has been there, which leaves gaps. */
    boolean isCompacted(TopicPartition partition) {
        return cleanerOffsets.containsKey(partition);
    }

    public Partition describe(TopicPartition partition) {
        var folder = path.resolve(partition.toString());
        var names = disk.list(folder);
        long first = -1;
        long last = 0;
        int segments = 0;
        long bytes = 0;
        for (var name : names) {
            long baseOffset = FileNames.offsetOf(name, FileNames.LOG);
            if (baseOffset < 0) continue;
            if (first < 0) first = baseOffset;
            last = baseOffset;
            segments++;
            bytes += disk.size(folder.resolve(name));
        }
        long start = Math.max(first, logStart(partition));
        long end = segments == 0 ? start : Math.max(start, endOffset(folder, last));
        return new Partition(partition, PartitionMetadata.read(disk, folder, names), Math.max(0, start), Math.max(0, end), segments,
                bytes, recoveryPoint(partition));
    }

    private long endOffset(Path folder, long baseOffset) {
        try (var log = disk.open(folder.resolve(FileNames.of(baseOffset, FileNames.LOG)), false)) {
            var index = folder.resolve(FileNames.of(baseOffset, FileNames.INDEX));
            long size = log.size();
            long from = disk.exists(index) ? lastPosition(index) : 0;
            long end = baseOffset;
            scanner.startHeaders(log, from < size ? from : 0, size);
            while (scanner.next()) end = scanner.header().lastOffset() + 1;
            return end;
        }
    }

    private long lastPosition(Path index) {
        try (var file = disk.open(index, false)) {
            return OffsetIndex.floorPosition(file, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
    }

    private DirectoryIdentity readIdentity(Consumer<Finding> findings) {
        try {
            return MetaProperties.read(disk, path);
        } catch (LogDirectoryException e) {
            findings.accept(new Finding(path.resolve(FileNames.META_PROPERTIES), -1, -1, e.getMessage(), true));
            return null;
        }
    }

    private Map<TopicPartition, Long> readOffsets(String name, Consumer<Finding> findings) {
        var file = path.resolve(name);
        try {
            return CheckpointFile.readOffsets(disk, file);
        } catch (StorageException e) {
            findings.accept(new Finding(file, -1, -1, e.getMessage(), true));
            return Map.of();
        }
    }
}
