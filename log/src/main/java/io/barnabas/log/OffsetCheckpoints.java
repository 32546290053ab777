package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.StorageException;
import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The checkpoint files of a log directory: recovery points, log starts and high watermarks of all its partitions, opened or
 * not. Safe on any thread; writing happens under the lock, so it is not for loops, but for the rare step back that
 * {@link #lower} is.
 */
final class OffsetCheckpoints {
    /** What the files say of one partition. */
    record Offsets(long recoveryPoint, long logStartOffset, long highWatermark, long firstDirtyOffset) {}

    private final Disk disk;
    private final Path recoveryPath;
    private final Path startPath;
    private final Path watermarkPath;
    private final Path cleanerPath;
    private final Map<TopicPartition, Long> recoveryPoints;
    private final Map<TopicPartition, Long> logStarts;
    private final Map<TopicPartition, Long> highWatermarks;
    private final Map<TopicPartition, Long> firstDirtyOffsets;
    private boolean recoveryChanged;
    private boolean startsChanged;
    private boolean watermarksChanged;
    private boolean dirtyChanged;
    /** Partitions opened in this run: another opening finds what this run left, not the clean stop of the last. */
    private final Set<TopicPartition> touched = new HashSet<>();
    /** Partitions that are gone from here and not from the files. */
    private final Set<TopicPartition> removedUnwritten = new HashSet<>();
    /** Partitions that were truncated, with the generation from which on what is noted for them counts. */
    private final Map<TopicPartition, Integer> generations = new HashMap<>();

    OffsetCheckpoints(Disk disk, Path directory) {
        this.disk = disk;
        this.recoveryPath = directory.resolve(FileNames.RECOVERY_POINTS);
        this.startPath = directory.resolve(FileNames.LOG_STARTS);
        this.watermarkPath = directory.resolve(FileNames.HIGH_WATERMARKS);
        this.cleanerPath = directory.resolve(FileNames.CLEANER_OFFSETS);
        this.recoveryPoints = CheckpointFile.readOffsets(disk, recoveryPath);
        this.logStarts = CheckpointFile.readOffsets(disk, startPath);
        this.highWatermarks = CheckpointFile.readOffsets(disk, watermarkPath);
        this.firstDirtyOffsets = CheckpointFile.readOffsets(disk, cleanerPath);
    }

    synchronized Offsets of(TopicPartition partition) {
        return new Offsets(recoveryPoints.getOrDefault(partition, 0L), logStarts.getOrDefault(partition, 0L),
                highWatermarks.getOrDefault(partition, 0L), firstDirtyOffsets.getOrDefault(partition, 0L));
    }

    synchronized boolean isTouched(TopicPartition partition) {
        return touched.contains(partition);
    }

    synchronized void touch(TopicPartition partition) {
        touched.add(partition);
    }

    synchronized void put(List<Housekeeping.Checkpoint> changes) {
        for (var change : changes) {
            if (change.log().isDeleted()) continue;
            if (change.generation() < generations.getOrDefault(change.partition(), 0)) continue;
            recoveryChanged |= set(recoveryPoints, change.partition(), change.recoveryPoint());
            startsChanged |= set(logStarts, change.partition(), change.logStartOffset());
            watermarksChanged |= set(highWatermarks, change.partition(), change.highWatermark());
            dirtyChanged |= set(firstDirtyOffsets, change.partition(), change.firstDirtyOffset());
        }
    }

    /** An offset of 0 is what a missing line means, too. */
    private static boolean set(Map<TopicPartition, Long> offsets, TopicPartition partition, long offset) {
        var before = offset == 0 ? offsets.remove(partition) : offsets.put(partition, offset);
        return (before == null ? 0 : before) != offset;
    }

    /** A log takes the place of one in another directory, which was compacted up to here; written with the next change. */
    synchronized void carry(TopicPartition partition, long firstDirtyOffset) {
        dirtyChanged |= set(firstDirtyOffsets, partition, firstDirtyOffset);
        // The log is opened again, and counts its truncations from the beginning.
        generations.remove(partition);
    }

    /** A partition is gone; written with the next change. */
    synchronized void remove(TopicPartition partition) {
        touched.add(partition);
        boolean hadRecovery = recoveryPoints.remove(partition) != null;
        boolean hadStart = logStarts.remove(partition) != null;
        boolean hadWatermark = highWatermarks.remove(partition) != null;
        boolean hadDirty = firstDirtyOffsets.remove(partition) != null;
        recoveryChanged |= hadRecovery;
        startsChanged |= hadStart;
        watermarksChanged |= hadWatermark;
        dirtyChanged |= hadDirty;
        generations.remove(partition);
        if (hadRecovery || hadStart || hadWatermark || hadDirty) removedUnwritten.add(partition);
    }

    /**
     * A partition is made anew: no file may know it from before, or a crash would take the new log for a damaged old one.
     * Durable on return.
     */
    synchronized void forget(TopicPartition partition) {
        remove(partition);
        if (removedUnwritten.contains(partition)) writeChanged();
    }

    /**
     * A log is about to be truncated: it was durable only up to an offset, and starts no later than where it is to end, whatever was
     * noted before. Durable on return.
     *
     * @param generation what the log calls the time after the truncation
     */
    synchronized void lower(TopicPartition partition, long recoveryPoint, long endOffset, int generation) {
        generations.put(partition, generation);
        if (recoveryPoints.getOrDefault(partition, 0L) > recoveryPoint) recoveryChanged |= set(recoveryPoints, partition, recoveryPoint);
        if (logStarts.getOrDefault(partition, 0L) > endOffset) startsChanged |= set(logStarts, partition, endOffset);
        if (firstDirtyOffsets.getOrDefault(partition, 0L) > recoveryPoint) dirtyChanged |= set(firstDirtyOffsets, partition, recoveryPoint);
        if (recoveryChanged || startsChanged || dirtyChanged) writeChanged();
    }

    /** @return whether the files say what they should */
    synchronized boolean write(LogDirectory directory) {
        try {
            writeChanged();
            return true;
        } catch (DiskFullException e) {
            directory.warn("no room for checkpoints", e);
        } catch (StorageException e) {
            directory.fail(e);
        }
        return false;
    }

    private void writeChanged() {
        if (recoveryChanged) CheckpointFile.replace(disk, recoveryPath, CheckpointFile.offsetsText(recoveryPoints));
        recoveryChanged = false;
        if (startsChanged) CheckpointFile.replace(disk, startPath, CheckpointFile.offsetsText(logStarts));
        startsChanged = false;
        if (watermarksChanged) CheckpointFile.replace(disk, watermarkPath, CheckpointFile.offsetsText(highWatermarks));
        watermarksChanged = false;
        if (dirtyChanged) CheckpointFile.replace(disk, cleanerPath, CheckpointFile.offsetsText(firstDirtyOffsets));
        dirtyChanged = false;
        removedUnwritten.clear();
    }
}
