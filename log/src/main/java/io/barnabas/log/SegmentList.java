package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The segments of one log, oldest first, the last one active; and their open files. Owned by the log's loop. */
final class SegmentList {
    private final Log log;
    private final Disk disk;
    private final OpenSegments open;
    private Segment[] segments;
    private int count;

    /** @param segments at least one, by base offset */
    SegmentList(Log log, Disk disk, OpenSegments open, Segment[] segments) {
        this.log = log;
        this.disk = disk;
        this.open = open;
        this.segments = segments;
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
    Segment[] remove(int from, int to) {
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

    /** Puts a segment in the place of those from one index to before another; their files are let go of, not deleted. */
    Segment[] replace(int from, int to, Segment segment) {
        var replaced = remove(from + 1, to);
        var first = segments[from];
        close(first);
        segment.owner = log;
        segments[from] = segment;
        var all = new Segment[replaced.length + 1];
        all[0] = first;
        System.arraycopy(replaced, 0, all, 1, replaced.length);
        return all;
    }

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
