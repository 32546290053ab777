package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;

/**
 * Finds a batch in a part of a segment that the page cache may not hold, and brings what was looked at and some of what follows
 * into it, so that the log's loop can do the same without waiting for the disk. Made on the loop, run on the directory's I/O pool.
 */
final class ColdLookup implements Runnable {
    private static final ThreadLocal<BatchScanner> SCANNER = ThreadLocal.withInitial(() -> new BatchScanner(ByteBuffer.allocateDirect(8 * 1024)));

    private final Disk disk;
    private final ReadPace pace;
    private final Segment segment;
    private final long segmentSize;
    private final long offset;
    /** Where the segment's index in memory says to begin, -1 if the entry is in its file. */
    private final int indexedPosition;
    private final int indexEntriesInFile;

    ColdLookup(Disk disk, ReadPace pace, Segment segment, long offset) {
        this.disk = disk;
        this.pace = pace;
        this.segment = segment;
        this.segmentSize = segment.size();
        this.offset = offset;
        this.indexedPosition = segment.floorPositionInMemory(offset);
        this.indexEntriesInFile = segment.indexEntriesInFile();
    }

    @Override
    public void run() {
        try (var file = disk.open(segment.path(FileNames.LOG), false)) {
            int from = indexedPosition >= 0 ? indexedPosition : segment.floorPositionInFile(offset, indexEntriesInFile, segmentSize);
            var scanner = SCANNER.get().start(file, from, segmentSize);
            boolean isFound = false;
            while (!isFound && scanner.next()) isFound = scanner.header().lastOffset() >= offset;
            if (!isFound) return;
            long start = scanner.position();
            long end = start + pace.prefetch(file, start, FileRegion.PREFETCH_BYTES_MIN);
            long lastOffset = scanner.header().lastOffset();
            while (scanner.next() && scanner.nextPosition() <= end) lastOffset = scanner.header().lastOffset();
            segment.setWarm(new Segment.Warm(from, end, offset, lastOffset));
        } catch (StorageException e) {
            // The file may be gone by now; else the read that follows meets the same, and says so.
        }
    }
}
