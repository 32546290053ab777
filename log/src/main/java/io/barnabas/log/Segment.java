package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A run of batches in one file, with its indexes beside it. The last segment of a log is active: it is appended to, and has
 * its indexes in memory from its first use on; those of closed segments are searched in their files. Owned by the log's
 * loop.
 */
final class Segment {
    /** The first batch has to be looked at. */
    static final long UNKNOWN_TIMESTAMP = Long.MIN_VALUE;
    private static final int LEARNING_BYTES = 8 << 10;
    /** So much behind the last entry of a time index is looked at, whatever its last batches say. */
    private static final int TIMES_SCANNED_BYTES = 64 << 10;

    final long baseOffset;
    private final Disk disk;
    private final Path folder;
    private long createdMs;
    private long size;
    private boolean hasTransactionIndex;
    private BorneOut borneOut;

    /**
     * So many entries at the start of the transaction index agree with the batches; with a hash of them.
     *
     * @param firstOffset that none of their transactions began before
     */
    record BorneOut(int count, int hash, long firstOffset) {}

    private OffsetIndex offsetIndex;
    private TimeIndex timeIndex;
    private int bytesSinceIndexEntry;
    /** Of all batches here; the offset is the last one of the first batch that has it. Unknown for a closed segment at first. */
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestampOffset = -1;
    private boolean knowsMaxTimestamp;
    /** The log is damaged where the index leads: without the index it is, too. */
    private boolean isIndexBorneOut;
    /** The first batch's, which ages the segment. */
    private long firstTimestamp;
    private long jitterMs;

    /** From where on this process has written it, and when that began, in bytes appended to the directory; -1 if it has not. */
    private long appendedFrom = -1;
    private long appendedSince;

    /** What was looked up last while the page cache might not hold it; replaced, never changed, by the I/O pool. */
    private volatile Warm warm = Warm.NOTHING;

    /** A range of the file, and the offsets whose batches start there, which the page cache holds. */
    record Warm(long from, long to, long firstOffset, long lastOffset) {
        static final Warm NOTHING = new Warm(0, 0, 0, -1);
    }

    /** The open file, if any: this segment is one user of it. */
    private SegmentFile file;
    /** Its place among the open segments of a loop, and whether it was used lately: see {@link OpenSegments}. */
    Segment previousOpen;
    Segment nextOpen;
    boolean isUsed;
    Log owner;

    /**
     * @param createdMs UNKNOWN_TIMESTAMP to ask the file when need be
     * @param size      bytes of valid batches in the file, which need not exist when there are none
     */
    Segment(Disk disk, Path folder, long baseOffset, long size, long createdMs) {
        this.disk = disk;
        this.folder = folder;
        this.baseOffset = baseOffset;
        this.size = size;
        this.createdMs = createdMs;
        this.firstTimestamp = size == 0 ? RecordBatch.NO_TIMESTAMP : UNKNOWN_TIMESTAMP;
    }

    /** One that nothing is written to yet. */
    static Segment empty(Disk disk, Path folder, long baseOffset, long nowMs) {
        var segment = new Segment(disk, folder, baseOffset, 0, nowMs);
        segment.useIndexes(new OffsetIndex(), new TimeIndex());
        return segment;
    }

    Path path(String suffix) {
        return folder.resolve(FileNames.of(baseOffset, suffix));
    }

    long size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** When it was begun; of one that was found, when it was last written. */
    long createdMs() {
        if (createdMs == UNKNOWN_TIMESTAMP) createdMs = disk.lastModifiedMs(path(FileNames.LOG));
        return createdMs;
    }

    long firstTimestamp() {
        return firstTimestamp;
    }

    void firstTimestamp(long timestamp) {
        firstTimestamp = timestamp;
    }

    long jitterMs() {
        return jitterMs;
    }

    void jitterMs(long ms) {
        jitterMs = ms;
    }

    boolean hasTransactionIndex() {
        return hasTransactionIndex;
    }

    void hasTransactionIndex(boolean has) {
        hasTransactionIndex = has;
    }

    /** Null before anybody has compared them. */
    BorneOut borneOut() {
        return borneOut;
    }

    void borneOut(BorneOut entries) {
        borneOut = entries;
    }

    SegmentFile file() {
        return file;
    }

    void file(SegmentFile opened) {
        file = opened;
    }

    // --- writing

    /** Takes indexes that were loaded, or empty ones, to go on from. */
    void useIndexes(OffsetIndex offsets, TimeIndex times) {
        offsetIndex = offsets;
        timeIndex = times;
        bytesSinceIndexEntry = 0;
        knowsMaxTimestamp = true;
        maxTimestamp = times.lastTimestamp();
        maxTimestampOffset = times.count() == 0 ? -1 : baseOffset + times.relativeOffset(times.count() - 1);
    }

    /** Batches are counted from a position on, where the last index entry points. */
    void startAt(long position) {
        size = position;
        bytesSinceIndexEntry = 0;
    }

    /** Takes back indexes that were dropped, and are as they were then. */
    void reloadIndexes(OffsetIndex offsets, TimeIndex times) {
        offsetIndex = offsets;
        timeIndex = times;
    }

    boolean hasUnstoredEntries() {
        return offsetIndex.unstoredCount() + timeIndex.unstoredCount() > 0;
    }

    /** Gives up the memory of index entries that are in the files, but for the last ones. Nobody may be writing them any more. */
    void forgetStoredEntries() {
        offsetIndex.forgetStored();
        timeIndex.forgetStored();
    }

    /** Brings all entries into memory. */
    void recallEntries() {
        recall(offsetIndex, FileNames.INDEX);
        recall(timeIndex, FileNames.TIME_INDEX);
    }

    private void recall(SegmentIndex index, String suffix) {
        if (index.firstInMemory() == 0) return;
        try (var file = disk.open(path(suffix), false)) {
            index.recall(file);
        }
    }

    boolean hasIndexesInMemory() {
        return offsetIndex != null;
    }

    OffsetIndex offsetIndex() {
        return offsetIndex;
    }

    TimeIndex timeIndex() {
        return timeIndex;
    }

    /** Whether an index has as many entries as a file of this size may have. */
    boolean hasFullIndex(int indexBytesMax) {
        if (offsetIndex == null) return false;
        // The time index keeps room for the entry that closing adds.
        return offsetIndex.count() >= indexBytesMax / OffsetIndex.ENTRY_BYTES
                || timeIndex.count() >= indexBytesMax / TimeIndex.ENTRY_BYTES - 1;
    }

    /** Counts a batch that stands at the end of the file now, and indexes it when its turn has come. */
    void onAppended(long lastOffset, long batchMaxTimestamp, int batchBytes, int indexIntervalBytes) {
        if (size == 0) firstTimestamp = batchMaxTimestamp;
        if (batchMaxTimestamp > maxTimestamp) {
            maxTimestamp = batchMaxTimestamp;
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsetIndex.add((int) (lastOffset - baseOffset), (int) size);
            timeIndex.addIfLater(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += batchBytes;
        size += batchBytes;
    }

    /** Before the segment is closed: the last entry of its time index says how late its records are. */
    void finishTimeIndex() {
        if (maxTimestampOffset >= 0) timeIndex.addIfLater(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
    }

    void dropIndexes() {
        offsetIndex = null;
        timeIndex = null;
    }

    /** Drops indexes that are in the files as a whole, and that nobody is writing any more. */
    void dropStoredIndexes() {
        offsetIndex.forgetAll();
        timeIndex.forgetAll();
        dropIndexes();
    }

    /** Forgets batches from a position on, in memory; indexes must be in memory. Timestamps are found again by the caller. */
    void onTruncated(long newSize, long endOffset) {
        size = newSize;
        offsetIndex.truncateToPosition(newSize);
        timeIndex.truncateToOffset(endOffset - baseOffset);
        maxTimestamp = timeIndex.lastTimestamp();
        maxTimestampOffset = timeIndex.count() == 0 ? -1 : baseOffset + timeIndex.relativeOffset(timeIndex.count() - 1);
        if (newSize == 0) firstTimestamp = RecordBatch.NO_TIMESTAMP;
        bytesSinceIndexEntry = offsetIndex.count() == 0 ? (int) newSize : (int) (newSize - offsetIndex.position(offsetIndex.count() - 1));
    }

    /** Counts a batch whose bytes are known already, while timestamps are found again after a truncation. */
    void onTimestamp(long lastOffset, long batchMaxTimestamp) {
        if (batchMaxTimestamp <= maxTimestamp) return;
        maxTimestamp = batchMaxTimestamp;
        maxTimestampOffset = lastOffset;
    }

    // --- looking up

    /** Where to start looking for an offset: the start of a batch that ends at or before it, or of the segment. */
    int floorPosition(long offset) {
        int position = floorPositionInMemory(offset);
        return position >= 0 ? position : floorPositionInFile(offset, indexEntriesInFile(), size);
    }

    /** {@link #floorPosition} if it can be told without the file, else -1. */
    int floorPositionInMemory(long offset) {
        if (offsetIndex == null) return -1;
        int entry = offsetIndex.floor(offset - baseOffset);
        if (entry >= offsetIndex.firstInMemory()) return offsetIndex.position(entry);
        return entry < 0 ? 0 : -1;
    }

    /** How many entries the offset index has in its file only. */
    int indexEntriesInFile() {
        return offsetIndex == null ? Integer.MAX_VALUE : offsetIndex.firstInMemory();
    }

    /** {@link #floorPosition} among some entries of the file. Any thread. */
    int floorPositionInFile(long offset, int entriesMax, long segmentSize) {
        var path = path(FileNames.INDEX);
        if (!disk.exists(path)) return 0;
        try (var index = disk.open(path, false)) {
            int position = OffsetIndex.floorPosition(index, entriesMax, offset - baseOffset);
            return position < segmentSize ? position : 0;
        }
    }

    void onAppendedHere(long position, long clock) {
        if (appendedFrom >= 0) return;
        appendedFrom = position;
        appendedSince = clock;
    }

    /** Whether this process has written all that lies from a position on, and not before a time, in bytes appended to the directory. */
    boolean isAppendedHere(long position, long oldest) {
        return appendedFrom >= 0 && position >= appendedFrom && appendedSince >= oldest;
    }

    /** Any thread. */
    void setWarm(Warm found) {
        warm = found;
    }

    /** Whether the batch of an offset was looked up, or lies close behind one that was. */
    boolean isWarm(long offset) {
        var last = warm;
        return offset >= last.firstOffset && offset <= last.lastOffset;
    }

    /** Whether these bytes are in the page cache because of a lookup. */
    boolean isWarm(long from, long to) {
        var last = warm;
        return from >= last.from && to <= last.to;
    }

    /**
     * Finds the first batch that ends at an offset or later.
     *
     * @return the scanner stands on it; false if this segment has none
     * @throws StorageException if there is something else than a batch on the way
     */
    boolean locate(long offset, DiskFile log, BatchScanner scanner) {
        scanner.start(log, floorPosition(offset), size);
        if (scanner.position() > 0 && !isIndexBorneOut && !startsAtFloor(offset, scanner)) return locateWithoutIndex(offset, log, scanner);
        return locate(offset, scanner);
    }

    private boolean locateWithoutIndex(long offset, DiskFile log, BatchScanner scanner) {
        // If that meets the same problem it is the log that is damaged: looking for it once is enough.
        isIndexBorneOut = true;
        boolean isFound = locate(offset, scanner.start(log, 0, size));
        isIndexBorneOut = false;
        return isFound;
    }

    /** Whether the index was right to send us here; a damaged one sends us behind the offset, or into the middle of a batch. */
    private static boolean startsAtFloor(long offset, BatchScanner scanner) {
        boolean isRight = scanner.next() && scanner.header().baseOffset() <= offset;
        scanner.stepBack();
        return isRight;
    }

    /** The same from where a scanner has been started. */
    boolean locate(long offset, BatchScanner scanner) {
        while (scanner.next()) if (scanner.header().lastOffset() >= offset) return true;
        if (scanner.problem() == null) return false;
        throw badBatch(scanner);
    }

    StorageException badBatch(BatchScanner scanner) {
        return new StorageException("bad batch: file=%s position=%d problem=%s".formatted(path(FileNames.LOG), scanner.position(), scanner.problem()));
    }

    /** An offset before which all records are earlier than a time: where to start looking for it. */
    long lowerOffset(long timestamp, DiskFile log, BatchScanner scanner) {
        var entry = lowerEntry(timestamp);
        return entry != null && bearsOut(entry, log, scanner) ? baseOffset + entry.relativeOffset() : baseOffset;
    }

    private TimeIndex.Entry lowerEntry(long timestamp) {
        int entriesInFile = Integer.MAX_VALUE;
        if (timeIndex != null) {
            int entry = timeIndex.lower(timestamp);
            entriesInFile = timeIndex.firstInMemory();
            if (entry >= entriesInFile) return timeIndex.entry(entry);
            if (entry < 0) return null;
        }
        var path = path(FileNames.TIME_INDEX);
        if (!disk.exists(path)) return null;
        try (var index = disk.open(path, false)) {
            return TimeIndex.lower(index, entriesInFile, timestamp);
        }
    }

    /** Whether the batch that an entry of the time index names is there, and as late: the index has no checksum. @return the scanner stands on it */
    boolean bearsOut(TimeIndex.Entry entry, DiskFile log, BatchScanner scanner) {
        long offset = baseOffset + entry.relativeOffset();
        scanner.startHeaders(log, floorPosition(offset), size);
        while (scanner.next()) {
            var header = scanner.header();
            if (header.lastOffset() >= offset) return header.baseOffset() <= offset && header.maxTimestamp() == entry.timestamp();
        }
        return false;
    }

    /** NO_TIMESTAMP if no record has one. */
    long maxTimestamp() {
        learnMaxTimestamp();
        return maxTimestamp;
    }

    /** Whether {@link #maxTimestamp} can be told without looking for it. */
    boolean knowsMaxTimestamp() {
        return knowsMaxTimestamp;
    }

    /** Last offset of the first batch with that timestamp; -1 if none has one. */
    long maxTimestampOffset() {
        learnMaxTimestamp();
        return maxTimestampOffset;
    }

    /** The last entry of the time index tells it, if the batches there and behind bear that out; else all of them have to be looked at. */
    private void learnMaxTimestamp() {
        if (knowsMaxTimestamp) return;
        if (!isEmpty()) {
            var scanner = new BatchScanner(ByteBuffer.allocate(LEARNING_BYTES));
            try (var log = disk.open(path(FileNames.LOG), false)) {
                var last = lastTimeEntry();
                boolean isBorneOut = last != null && bearsOut(last, log, scanner);
                if (isBorneOut) onTimestamp(baseOffset + last.relativeOffset(), last.timestamp());
                if (!isBorneOut) scanner.startHeaders(log, 0, size);
                else if (isLatest(last.timestamp(), size, log, scanner)) scanner.startHeaders(log, size, size);
                while (scanner.next()) onTimestamp(scanner.header().lastOffset(), scanner.header().maxTimestamp());
                // What nobody can read may be as late as can be.
                if (scanner.problem() != null) maxTimestamp = Long.MAX_VALUE;
            }
        }
        knowsMaxTimestamp = true;
    }

    /**
     * Compares a closed segment's end with its indexes, where the next one does not begin right there: compaction leaves such gaps, with
     * indexes that end before them.
     *
     * @throws StorageException if batches are gone
     */
    void checkNotCut(long nextBaseOffset) {
        long endOffset = isEmpty() ? baseOffset : findEndOffset();
        if (endOffset == nextBaseOffset) return;
        var latest = lastTimeEntry();
        boolean isCut = latest != null && baseOffset + latest.relativeOffset() >= endOffset || lastIndexedPosition() >= Math.max(1, size);
        // The next segment began here, and nothing but its index is left.
        boolean isFollowedByIndex = endOffset > baseOffset && disk.exists(folder.resolve(FileNames.of(endOffset, FileNames.INDEX)));
        if (isCut || isFollowedByIndex) {
            throw new StorageException("segment ends before its index does: file=%s size=%d endOffset=%d".formatted(path(FileNames.LOG), size, endOffset));
        }
    }

    private long findEndOffset() {
        long end = baseOffset;
        try (var log = disk.open(path(FileNames.LOG), false)) {
            var scanner = new BatchScanner(ByteBuffer.allocate(LEARNING_BYTES)).startHeaders(log, floorPosition(Long.MAX_VALUE), size);
            while (scanner.next()) end = scanner.header().lastOffset() + 1;
            if (scanner.problem() != null) throw badBatch(scanner);
        }
        return end;
    }

    private long lastIndexedPosition() {
        var path = path(FileNames.INDEX);
        if (!disk.exists(path)) return -1;
        try (var index = disk.open(path, false)) {
            return OffsetIndex.floorPosition(index, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
    }

    /**
     * Whether what lies between a batch that the scanner stands on, of the last entry of the time index, and the end is not later: where
     * that is much, the last batches stand for it, from the last entry of the offset index on. Else the index has lost entries, which
     * nothing else shows. The scanner is left in its place.
     *
     * @param end batches that start there or later do not count
     */
    boolean isLatest(long timestamp, long end, DiskFile log, BatchScanner scanner) {
        long position = scanner.position();
        boolean isLatest = end - position > TIMES_SCANNED_BYTES;
        if (isLatest) {
            scanner.startHeaders(log, floorPosition(Long.MAX_VALUE), size);
            while (scanner.next() && scanner.position() < end) isLatest &= scanner.header().maxTimestamp() <= timestamp;
            scanner.startHeaders(log, position, size);
        }
        return isLatest;
    }

    private TimeIndex.Entry lastTimeEntry() {
        var path = path(FileNames.TIME_INDEX);
        if (!disk.exists(path)) return null;
        try (var index = disk.open(path, false)) {
            return TimeIndex.last(index);
        }
    }

    /**
     * When the segment's data is from, for retention: its latest record; or when it was last written to, where records have no time, or
     * one that has not come yet: whoever writes of the year 3000 does not keep a log from shrinking until then.
     */
    long ageBaseMs(long nowMs) {
        if (maxTimestamp() >= 0 && maxTimestamp <= nowMs) return maxTimestamp;
        var path = path(FileNames.LOG);
        return disk.exists(path) ? disk.lastModifiedMs(path) : createdMs();
    }

    /** Writes the index entries that their files lack. May run on any thread, on entries taken before. */
    static void storeIndex(Disk disk, Path path, SegmentIndex.Unstored entries, boolean sync) {
        try (var index = disk.open(path, true)) {
            // What lies beyond are entries that were taken back, or zeros: neither may be taken for valid ones.
            boolean isCut = index.size() > entries.position;
            if (isCut) index.truncate(entries.position);
            entries.writeTo(index);
            // What was taken back must not come back in a power cut: it would look as good as what is right.
            if (sync || isCut) index.sync();
        }
    }
}
