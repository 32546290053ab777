package io.barnabas.log;

import io.barnabas.base.Disk;
import java.nio.file.Path;

/**
 * Takes records off the end of a log, on the disk: the checkpoints first, so that a crash on the way, or after new appends, is not taken for
 * damage of what had been durable. For one truncation, on the log's loop; nothing may be staged.
 */
final class LogTruncation {
    /** In the order in which they go and come: the log counts, and an index without one tells of a log that somebody has taken. */
    static final String[] DATA_SUFFIXES = {FileNames.TRANSACTION_INDEX, FileNames.TIME_INDEX, FileNames.INDEX, FileNames.LOG};

    private final Disk disk;
    private final Path folder;
    private final BatchScanner scanner;
    private final SegmentList segments;
    private final LogFlusher flusher;
    private final CleanableLog cleanable;

    /** @param scanner lent */
    LogTruncation(Disk disk, Path folder, BatchScanner scanner, SegmentList segments, LogFlusher flusher, CleanableLog cleanable) {
        this.disk = disk;
        this.folder = folder;
        this.scanner = scanner;
        this.segments = segments;
        this.flusher = flusher;
        this.cleanable = cleanable;
    }

    /** Takes away all batches that reach an offset. @return where the last batch now ends */
    long truncateTo(long offset) {
        flusher.settle();
        int kept = Math.max(0, segments.floor(offset));
        // Where exactly the log will end is known only once it is cut.
        lower(Math.min(offset, segments.get(kept).baseOffset), offset);
        segments.deleteFrom(kept + 1);
        return cut(segments.active(), offset);
    }

    /** Takes away everything; an empty segment is all that there is. */
    void startAnew(Segment empty) {
        flusher.settle();
        long offset = Math.min(empty.baseOffset, segments.first().baseOffset);
        lower(offset, offset);
        ProducerLoader.deleteSnapshots(disk, folder);
        segments.startAnew(empty);
    }

    private void lower(long recoveryPoint, long endOffset) {
        flusher.lowerCheckpoints(recoveryPoint, endOffset);
        cleanable.onTruncated(recoveryPoint);
    }

    private long cut(Segment active, long offset) {
        if (active.isEmpty()) return active.baseOffset;
        segments.loadIndexes(active);
        active.recallEntries();
        var file = segments.open(active).disk();
        if (active.locate(offset, file, scanner)) {
            long newSize = scanner.position();
            file.truncate(newSize);
            // Else a power cut could leave old batches between those that are written over them.
            file.sync();
            active.onTruncated(newSize, offset);
        }
        long end = findEnd(active);
        // Entries beyond the end would be taken for valid ones once the log has grown again.
        SegmentList.storeIndexes(disk, active, false);
        active.forgetStoredEntries();
        if (active.hasTransactionIndex()) TransactionIndex.truncate(disk, active.path(FileNames.TRANSACTION_INDEX), offset);
        active.borneOut(null);
        return end;
    }

    /** Timestamps on the way: the time index knows them up to its last entry only. */
    private long findEnd(Segment active) {
        var offsets = active.offsetIndex();
        long from = offsets.count() == 0 ? 0 : offsets.position(offsets.count() - 1);
        long end = active.baseOffset;
        scanner.start(segments.open(active).disk(), from, active.size());
        while (scanner.next()) {
            end = scanner.header().lastOffset() + 1;
            active.onTimestamp(end - 1, scanner.header().maxTimestamp());
        }
        return end;
    }

    /** The producers as of the new end: what is older is as it was. */
    ProducerStates loadProducers(long endOffset) {
        return new ProducerLoader(disk, folder, disk.list(folder), segments.all(), endOffset, Long.MAX_VALUE, scanner).loadTruncated();
    }
}
