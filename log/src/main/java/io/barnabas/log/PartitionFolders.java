package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of partitions in a log directory, told apart by their names: {@code <topic>-<partition>} holds a log; with an id and
 * {@code -future} behind that a copy of one in another directory, in the making; with {@code -delete} what nobody needs any more; with
 * {@code -stray} what nobody knows. Of a folder that goes the checkpoints say nothing any more. Safe on any thread.
 */
final class PartitionFolders {
    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionFolders.class);

    private final Disk disk;
    private final Path directory;
    private final DirectoryEntries entries;
    private final OffsetCheckpoints checkpoints;
    private final RandomGenerator random;
    private final Map<TopicPartition, Boolean> logs = new ConcurrentHashMap<>();
    private final Map<TopicPartition, String> futures = new ConcurrentHashMap<>();

    PartitionFolders(Disk disk, Path directory, DirectoryEntries entries, OffsetCheckpoints checkpoints, RandomGenerator random) {
        this.disk = disk;
        this.directory = directory;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.random = random;
    }

    /** Finds out what there is. @return folders to be deleted */
    List<Path> list() {
        var doomed = new ArrayList<Path>(0);
        for (var name : disk.list(directory)) {
            var partition = FileNames.partitionOf(name);
            var future = FileNames.futurePartitionOf(name);
            if (partition != null) logs.put(partition, Boolean.TRUE);
            else if (future != null && futures.putIfAbsent(future, name) == null) continue;
            // A second copy of the same log is one that a power cut has brought back.
            else if (future != null || FileNames.isDeletedFolder(name)) doomed.add(directory.resolve(name));
        }
        return doomed;
    }

    // --- logs

    List<TopicPartition> partitions() {
        return new ArrayList<>(logs.keySet());
    }

    boolean contains(TopicPartition partition) {
        return logs.containsKey(partition);
    }

    /** Where a partition's log lies, or is to lie. */
    Path pathOf(TopicPartition partition) {
        return directory.resolve(partition.toString());
    }

    void add(TopicPartition partition) {
        logs.put(partition, Boolean.TRUE);
    }

    /** Keeps a log's folder under another name, for a person to look at and delete. */
    void setAside(TopicPartition partition) {
        var stray = directory.resolve(FileNames.strayFolder(partition, unique()));
        rename(partition, pathOf(partition), stray);
        LOGGER.warn("a folder of no partition that the cluster knows is kept under another name: folder={}", stray);
    }

    // --- copies

    List<TopicPartition> futures() {
        return new ArrayList<>(futures.keySet());
    }

    /** Where the copy of a log lies; null if none is made here. */
    Path futureOf(TopicPartition partition) {
        var name = futures.get(partition);
        return name == null ? null : directory.resolve(name);
    }

    /** Where a new copy may lie. */
    Path newFuture(TopicPartition partition) {
        var name = FileNames.futureFolder(partition, unique());
        if (name == null) throw new StorageException("the name of the topic is too long for a copy of its log: partition=" + partition);
        return directory.resolve(name);
    }

    void addFuture(TopicPartition partition, Path folder) {
        futures.put(partition, folder.getFileName().toString());
    }

    /** A copy takes the plain name. */
    void promote(TopicPartition partition) {
        disk.rename(futureOf(partition), pathOf(partition));
        futures.remove(partition);
        logs.put(partition, Boolean.TRUE);
    }

    // --- the end of a folder

    /** Takes a folder, of a log or a copy, out of the way. @return what {@link #delete} is to be called for */
    Path renameDeleted(TopicPartition partition, Path folder) {
        var deleted = directory.resolve(FileNames.deletedFolder(partition, unique()));
        rename(partition, folder, deleted);
        return deleted;
    }

    private void rename(TopicPartition partition, Path folder, Path other) {
        disk.rename(folder, other);
        entries.onChange();
        checkpoints.remove(partition);
        if (!futures.remove(partition, folder.getFileName().toString())) logs.remove(partition);
    }

    void delete(Path folder) {
        try {
            for (var name : disk.list(folder)) disk.delete(folder.resolve(name));
            disk.delete(folder);
        } catch (StorageException e) {
            LOGGER.warn("cannot delete a folder; it is tried again at the next start: {}", e.getMessage());
        }
    }

    private UUID unique() {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
