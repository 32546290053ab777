package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The segments of one log, oldest first, the last one active, and their files: open ones, and the end of those that go. Owned by the log's loop. */
final class SegmentList {
    private static final String[] WITH_SNAPSHOT =
            {FileNames.SNAPSHOT, FileNames.TRANSACTION_INDEX, FileNames.TIME_INDEX, FileNames.INDEX, FileNames.LOG};

    private final Log log;
    private final Disk disk;
    private final Path folder;
    private final Housekeeping housekeeping;
    private final OpenSegments open;
    private Segment[] segments;
    private int count;

    SegmentList(Log log, Housekeeping housekeeping, LoadedLog loaded) {
        this.log = log;
        this.disk = log.directory().disk();
        this.folder = loaded.folder();
        this.housekeeping = housekeeping;
        this.open = housekeeping.openSegments();
        this.segments = loaded.segments();
        this.count = segments.length;
        for (var segment : segments) segment.owner = log;
    }

    int count() {
        return count;
    }

    Segment get(int index) {
        return segments[index];
    }

    Segment first() {
        return segments[0];
    }

    Segment active() {
        return segments[count - 1];
    }

    /** The first offset that does not belong to a segment. */
    long endOffset(int index) {
        return index + 1 < count ? segments[index + 1].baseOffset : log.endOffset();
    }

    /** The last segment that starts at an offset or before; the first one if none does. */
    int floor(long offset) {
        int low = 1;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments[middle].baseOffset <= offset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** The first of the segments before an index whose own indexes are in memory: closed when all of it was flushed already. */
    int firstWithIndexes(int index) {
        while (index > 0 && segments[index - 1].hasIndexesInMemory()) index--;
        return index;
    }

    long sizeInBytes() {
        long size = 0;
        for (int i = 0; i < count; i++) size += segments[i].size();
        return size;
    }

    void add(Segment segment) {
        if (count == segments.length) segments = Arrays.copyOf(segments, count + 2);
        segment.owner = log;
        segments[count++] = segment;
    }

    /** Takes segments out, from one index to before another; their files are let go of, not deleted. */
    private Segment[] remove(int from, int to) {
        var removed = Arrays.copyOfRange(segments, from, to);
        System.arraycopy(segments, to, segments, from, count - to);
        Arrays.fill(segments, count - (to - from), count, null);
        count -= to - from;
        for (var segment : removed) close(segment);
        return removed;
    }

    /** Where closed segments stand, one behind the other; -1 if they do not. */
    int indexOf(List<Segment> wanted) {
        int from = floor(wanted.get(0).baseOffset);
        if (from + wanted.size() >= count) return -1;
        for (int i = 0; i < wanted.size(); i++) if (segments[from + i] != wanted.get(i)) return -1;
        return from;
    }

    /** Deletes the segments from an index on for good: durable on return, since what comes back would stand beside other data. */
    void deleteFrom(int index) {
        if (index < count) deleteForGood(remove(index, count));
    }

    /** Deletes all segments for good, as {@link #deleteFrom} does; another one is the only one and active. */
    void startAnew(Segment segment) {
        add(segment);
        deleteForGood(remove(0, count - 1));
    }

    private void deleteForGood(Segment[] removed) {
        var doomed = renameDeleted(removed, LogTruncation.DATA_SUFFIXES);
        disk.syncDirectory(folder);
        housekeeping.deleteLater(doomed, 0);
    }

    /** Deletes the first segments, which lie before the log's start, after a delay. */
    void deleteOldest(int oldest, long delayMs) {
        housekeeping.deleteLater(renameDeleted(remove(0, oldest), WITH_SNAPSHOT), delayMs);
    }

    /** Puts a segment in the place of those from one index to before another, with the base offset of the first; they are deleted after a delay. */
    void replace(int from, int to, Segment segment, long delayMs) {
        var others = remove(from + 1, to);
        var first = segments[from];
        close(first);
        segment.owner = log;
        segments[from] = segment;
        first.dropIndexes();
        for (var other : others) other.dropIndexes();
        var doomed = renameDeleted(new Segment[] {first}, LogTruncation.DATA_SUFFIXES);
        doomed.addAll(renameDeleted(others, WITH_SNAPSHOT));
        housekeeping.deleteLater(doomed, delayMs);
    }

    private List<Path> renameDeleted(Segment[] removed, String[] suffixes) {
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

    // --- files and indexes

    /** The segment's file, opened if need be; the segment stays its user. The active one's is made when it is not there. */
    SegmentFile open(Segment segment) {
        var file = segment.file();
        if (file != null) {
            open.onUsed(segment);
            return file;
        }
        boolean create = segment == active() && segment.isEmpty();
        keep(segment, disk.open(segment.path(FileNames.LOG), create));
        if (create) log.flusher().onFileCreated();
        return segment.file();
    }

    /** Takes over a file that was opened for a segment. */
    void keep(Segment segment, DiskFile opened) {
        segment.file(new SegmentFile(opened, open.openCount()));
        open.onOpened(segment);
    }

    void close(Segment segment) {
        var file = segment.file();
        if (file == null) return;
        open.onClosed(segment);
        segment.file(null);
        file.release();
    }

    /** Closes the file of a segment that nobody has used for long, and drops what it has in memory. */
    void letGo(Segment segment) {
        close(segment);
        if (!segment.hasIndexesInMemory()) return;
        try {
            storeIndexes(disk, segment, false);
            segment.dropIndexes();
        } catch (DiskFullException e) {
            // They stay in memory until there is room.
        }
    }

    /** Whether a segment has bytes that are perhaps not durable. */
    boolean isNotFlushed(Segment segment, long flushedOffset) {
        if (segment.isEmpty()) return false;
        for (int i = count - 1; i >= 0; i--) if (segments[i] == segment) return endOffset(i) > flushedOffset;
        return false;
    }

    Segment[] all() {
        return Arrays.copyOf(segments, count);
    }

    void closeAll() {
        for (int i = 0; i < count; i++) close(segments[i]);
    }

    /** Brings the indexes of a segment into memory that were dropped when their files had all of them. */
    void loadIndexes(Segment segment) {
        if (segment.hasIndexesInMemory()) return;
        segment.reloadIndexes(loadOffsetIndex(disk, segment), loadTimeIndex(disk, segment));
        segment.forgetStoredEntries();
    }

    static OffsetIndex loadOffsetIndex(Disk disk, Segment segment) {
        var path = segment.path(FileNames.INDEX);
        return disk.exists(path) ? loadOffsetIndex(disk, path, segment.size()) : new OffsetIndex();
    }

    static TimeIndex loadTimeIndex(Disk disk, Segment segment) {
        var path = segment.path(FileNames.TIME_INDEX);
        return disk.exists(path) ? loadTimeIndex(disk, path) : new TimeIndex();
    }

    static OffsetIndex loadOffsetIndex(Disk disk, Path path, long segmentSize) {
        try (var file = disk.open(path, false)) {
            return OffsetIndex.load(file, segmentSize);
        }
    }

    static TimeIndex loadTimeIndex(Disk disk, Path path) {
        try (var file = disk.open(path, false)) {
            return TimeIndex.load(file);
        }
    }

    /** Writes the index entries that the files lack. */
    static void storeIndexes(Disk disk, Segment segment, boolean sync) {
        var offsets = segment.offsetIndex();
        var times = segment.timeIndex();
        Segment.storeIndex(disk, segment.path(FileNames.INDEX), offsets.unstored(), sync);
        Segment.storeIndex(disk, segment.path(FileNames.TIME_INDEX), times.unstored(), sync);
        offsets.markStored();
        times.markStored();
    }
}
