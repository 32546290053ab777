package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One flush of a log: what has to reach the disk so that everything before an offset is durable. Put together on the log's
 * loop, done on any thread, and told on the loop again.
 */
final class Flush {
    /** What a flush is for. */
    enum Purpose {
        /** Somebody waits for it. */
        WANTED,
        /** What lies unflushed has become old, or much. */
        BACKGROUND,
        /** The log is about to be closed: beside its records it leaves what spares the next start from looking for it. */
        CLOSING
    }

    private record IndexEntries(Path path, SegmentIndex.Unstored entries, boolean sync) {}

    final Purpose purpose;
    final long targetOffset;
    /** Of the log when the flush was put together: a truncation since makes it worthless. */
    final int generation;
    final boolean includesEpochs;
    final boolean includesFolder;
    /** Whose index entries are stored by this flush. */
    final List<Segment> indexedSegments = new ArrayList<>(0);
    final List<Path> sideFiles = new ArrayList<>(0);
    private final LogDirectory directory;
    private final Path folder;
    private final long folderChange;
    private final String epochsText;
    private final boolean hasEpochsFile;
    private final List<SegmentFile> files = new ArrayList<>(1);
    private final List<IndexEntries> indexes = new ArrayList<>(0);
    /** The producers as of the target, null for none. */
    private ByteBuffer snapshot;
    private boolean isRetriable;
    private boolean isDone;
    private StorageException error;
    /** The log has taken note of the outcome. Its loop's. */
    boolean isTold;

    /**
     * @param epochsText   content for the epoch checkpoint, null if the file is as it should be
     * @param hasEpochsFile whether there is one already
     * @param syncFolder   whether files were made in the folder since its last sync
     * @param folderChange see {@link DirectoryEntries#sync}
     */
    Flush(Purpose purpose, LogDirectory directory, Path folder, long targetOffset, int generation, String epochsText, boolean hasEpochsFile,
            boolean syncFolder, long folderChange) {
        this.purpose = purpose;
        this.directory = directory;
        this.folder = folder;
        this.targetOffset = targetOffset;
        this.generation = generation;
        this.epochsText = epochsText;
        this.hasEpochsFile = hasEpochsFile;
        this.includesEpochs = epochsText != null;
        this.includesFolder = syncFolder;
        this.folderChange = folderChange;
    }

    /** Takes over one use of the file. */
    void add(SegmentFile file) {
        files.add(file);
    }

    /** Takes the entries that the segment's index files lack. */
    void addIndexes(Segment segment, boolean sync) {
        var offsets = segment.offsetIndex();
        var times = segment.timeIndex();
        indexes.add(new IndexEntries(segment.path(FileNames.INDEX), offsets.unstored(), sync));
        indexes.add(new IndexEntries(segment.path(FileNames.TIME_INDEX), times.unstored(), sync));
        offsets.markStored();
        times.markStored();
        indexedSegments.add(segment);
    }

    /** Takes the producers as they are at the target. */
    void addSnapshot(ByteBuffer content) {
        snapshot = content;
    }

    boolean hasSnapshot() {
        return snapshot != null;
    }

    /** Whether a failed flush lost nothing: there was no room for a small file, and no sync was tried. */
    boolean isRetriable() {
        return isRetriable;
    }

    /**
     * Does it, unless it is done: whoever needs it first does it, others wait for that.
     *
     * @return null if all is durable now, else why not
     */
    synchronized StorageException perform() {
        if (isDone) return error;
        error = attempt();
        isDone = true;
        return error;
    }

    private StorageException attempt() {
        try {
            Disk disk = directory.disk();
            try {
                for (var index : indexes) Segment.storeIndex(disk, index.path, index.entries, index.sync);
                if (epochsText != null) storeEpochs(disk);
                if (snapshot != null) storeSnapshot(disk);
            } catch (DiskFullException e) {
                isRetriable = true;
                return e;
            }
            for (var file : files) file.disk().sync();
            for (var file : sideFiles) sync(disk, file);
            if (includesFolder || includesEpochs || purpose == Purpose.CLOSING && snapshot != null) disk.syncDirectory(folder);
            directory.entries().sync(folderChange);
            return null;
        } catch (StorageException e) {
            return e;
        } finally {
            for (var file : files) file.release();
        }
    }

    /** The first is worth no sync, which every new partition would pay: without it, or a torn one, the batches tell the epochs. */
    private void storeEpochs(Disk disk) {
        var path = folder.resolve(FileNames.LEADER_EPOCHS);
        if (hasEpochsFile) CheckpointFile.replaceUnsynced(disk, path, epochsText);
        else CheckpointFile.createUnsynced(disk, path, epochsText);
    }

    /**
     * Only a clean stop has to find its snapshot again. Any other may be lost or torn in a power cut: the producers are then found in
     * what lies before, as if it had never been.
     */
    private void storeSnapshot(Disk disk) {
        var path = folder.resolve(FileNames.of(targetOffset, FileNames.SNAPSHOT));
        var temporary = folder.resolve(FileNames.of(targetOffset, FileNames.SNAPSHOT + FileNames.TEMPORARY));
        try (var file = disk.open(temporary, true)) {
            file.truncate(0);
            file.write(snapshot, 0);
            if (purpose == Purpose.CLOSING) file.sync();
        }
        // A roll at the same offset may write the same file meanwhile.
        disk.rename(temporary, path);
    }

    private static void sync(Disk disk, Path path) {
        // Retention or a truncation may have taken it meanwhile.
        if (!disk.exists(path)) return;
        try (var file = disk.open(path, true)) {
            file.sync();
        }
    }
}
