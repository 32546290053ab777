package io.barnabas.log;

import io.barnabas.base.Disk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes data of a log off the disk, at its end or at its beginning. On the log's loop. */
final class LogTruncation {
    static final String[] DATA_SUFFIXES = {FileNames.LOG, FileNames.INDEX, FileNames.TIME_INDEX, FileNames.TRANSACTION_INDEX};

    private static final String[] WITH_SNAPSHOT =
            {FileNames.LOG, FileNames.INDEX, FileNames.TIME_INDEX, FileNames.TRANSACTION_INDEX, FileNames.SNAPSHOT};

    private final Disk disk;
    private final Path folder;
    private final SegmentList segments;
    private final Housekeeping housekeeping;

    LogTruncation(Disk disk, Path folder, SegmentList segments, Housekeeping housekeeping) {
        this.disk = disk;
        this.folder = folder;
        this.segments = segments;
        this.housekeeping = housekeeping;
    }

    /** Deletes removed segments and cuts the active one, so that no batch reaches an offset. @return where the last batch now ends */
    long truncateTo(long offset, Segment[] removed) {
        if (removed.length > 0) deleteAll(removed);
        var active = segments.active();
        if (active.isEmpty()) return active.baseOffset;
        segments.loadIndexes(active);
        active.recallEntries();
        var file = segments.open(active).disk();
        var scanner = housekeeping.scanner();
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
        return end;
    }

    /** Timestamps on the way: the time index knows them up to its last entry only. */
    private long findEnd(Segment active) {
        var offsets = active.offsetIndex();
        long from = offsets.count() == 0 ? 0 : offsets.position(offsets.count() - 1);
        long end = active.baseOffset;
        var scanner = housekeeping.scanner().start(segments.open(active).disk(), from, active.size());
        while (scanner.next()) {
            end = scanner.header().lastOffset() + 1;
            active.onTimestamp(end - 1, scanner.header().maxTimestamp());
        }
        return end;
    }

    /** Deletes segments for good: durable on return, since what comes back would stand beside other data. */
    void deleteAll(Segment[] removed) {
        var doomed = rename(removed, DATA_SUFFIXES);
        disk.syncDirectory(folder);
        housekeeping.deleteLater(doomed, 0);
    }

    /** Deletes segments before the log's start after a delay. */
    void deleteOldest(Segment[] removed, long delayMs) {
        housekeeping.deleteLater(rename(removed, WITH_SNAPSHOT), delayMs);
    }

    /** Deletes segments after a delay whose place another one takes, with the base offset of the first. */
    void deleteReplaced(Segment[] replaced, long delayMs) {
        var doomed = rename(Arrays.copyOf(replaced, 1), DATA_SUFFIXES);
        doomed.addAll(rename(Arrays.copyOfRange(replaced, 1, replaced.length), WITH_SNAPSHOT));
        housekeeping.deleteLater(doomed, delayMs);
    }

    private List<Path> rename(Segment[] removed, String[] suffixes) {
        var doomed = new ArrayList<Path>();
        for (var segment : removed) {
            for (var suffix : suffixes) {
                var path = segment.path(suffix);
                if (!disk.exists(path)) continue;
                var deleted = segment.path(suffix + FileNames.DELETED);
                disk.rename(path, deleted);
                doomed.add(deleted);
            }
        }
        return doomed;
    }
}
