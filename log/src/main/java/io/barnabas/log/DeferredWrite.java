package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import java.util.List;

/**
 * A log's write that the directory's thread does while the disk is slow. Put together on the log's loop, done on any thread,
 * told on the loop again; until then the log takes no appends, and the bytes of what is staged stay as they are.
 */
final class DeferredWrite {
    final Staging staging;
    final Segment segment;
    /** The segment's file, of which this is a user; null if it is to be opened. */
    final SegmentFile file;
    final List<TransactionIndex.Entry> aborts;
    final boolean createsFile;
    private final Disk disk;
    private final LogDirectory directory;
    private final long position;
    private final boolean loadsIndexes;
    private boolean isDone;
    /** The log has taken note of the outcome. Its loop's. */
    boolean isTold;
    /** What was opened and loaded on the way, for the loop to keep. */
    DiskFile opened;
    OffsetIndex offsetIndex;
    TimeIndex timeIndex;
    private StorageException error;

    /** @param file taken over */
    DeferredWrite(LogDirectory directory, Segment segment, SegmentFile file, Staging staging, List<TransactionIndex.Entry> aborts) {
        this.directory = directory;
        this.disk = directory.disk();
        this.segment = segment;
        this.file = file;
        this.staging = staging;
        this.aborts = aborts;
        this.position = segment.size();
        this.createsFile = file == null && segment.isEmpty();
        this.loadsIndexes = !segment.hasIndexesInMemory();
    }

    /**
     * Does it, unless it is done: whoever needs it first does it, others wait for that.
     *
     * @return null if all of it is written, else why nothing is
     */
    synchronized StorageException perform() {
        if (isDone) return error;
        long startedNs = directory.environment().clock().nanoTime();
        error = attempt();
        directory.pace().onDeferredWritten(startedNs, directory.environment().clock().nanoTime());
        isDone = true;
        return error;
    }

    private StorageException attempt() {
        if (directory.isOffline()) return new StorageException("log directory is offline: path=" + directory.path());
        try {
            if (file == null) opened = disk.open(segment.path(FileNames.LOG), createsFile);
            if (loadsIndexes) {
                offsetIndex = SegmentList.loadOffsetIndex(disk, segment);
                timeIndex = SegmentList.loadTimeIndex(disk, segment);
            }
            staging.writeTo(target(), position);
            if (!aborts.isEmpty()) TransactionIndex.append(disk, segment.path(FileNames.TRANSACTION_INDEX), aborts, false);
            return null;
        } catch (StorageException e) {
            return undo(e);
        }
    }

    /** @return the error that counts: one of the undoing leaves doubt about what is on the disk */
    private StorageException undo(StorageException error) {
        try {
            if (file != null || opened != null) LogWriter.cut(target(), position);
            return error;
        } catch (StorageException e) {
            return e;
        }
    }

    private DiskFile target() {
        return file != null ? file.disk() : opened;
    }
}
