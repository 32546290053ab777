package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;

/** Finds things in a log's segments: batches by offset, records by time. Owned by the log's loop. */
final class LogReader {
    /** What was appended to this log so many bytes ago or less is taken to be in the page cache still, whatever the others wrote. */
    private static final long TAIL_BYTES = 8 << 20;

    /** What finding it has read anyway is given out of memory up to this size, which spares the call that would read it again. */
    static final int SLICE_IN_MEMORY_BYTES_MAX = 1024;

    private final Disk disk;
    private final SegmentList segments;
    private final Housekeeping housekeeping;
    private final ReadPace pace;
    /** Made by the first append. */
    private RecentBatches recent;
    /** Made by the first read of one batch that is not among them. */
    private ReaderPositions readers;
    private long appendedBytes;

    LogReader(Disk disk, SegmentList segments, Housekeeping housekeeping) {
        this.disk = disk;
        this.segments = segments;
        this.housekeeping = housekeeping;
        this.pace = housekeeping.readPace();
    }

    /** A batch stands in the active segment. */
    void onAppended(long baseOffset, long lastOffset, long position, int size) {
        if (recent == null) recent = new RecentBatches();
        recent.add(baseOffset, lastOffset, (int) position);
        appendedBytes += size;
        segments.active().onAppendedHere(position, housekeeping.countAppended(size));
    }

    /** Another segment is active, or this one was truncated. */
    void forgetRecent() {
        recent = null;
        readers = null;
    }

    /** Closed segments were replaced. */
    void forgetReaders() {
        readers = null;
    }

    /**
     * What to run on the I/O pool before a read from an offset, since finding it may wait for the disk.
     *
     * @return null if nothing
     */
    Runnable coldLookup(long offset) {
        int i = segments.floor(offset);
        var segment = segments.get(i);
        if (segment.isEmpty() || segment.isWarm(offset)) return null;
        if (isActive(i) && recent != null && recent.find(offset) >= 0) return null;
        // Of a segment that is recent as a whole, the index is too.
        if (isRecent(i, 0)) return null;
        int position = segment.floorPositionInMemory(offset);
        if (position >= 0 && isRecent(i, position)) return null;
        return new ColdLookup(disk, pace, segment, offset);
    }

    /** Whether what lies from a position on was written by this process, and so little since that the page cache holds it still. */
    private boolean isRecent(int index, long position) {
        return isTail(index, position) || !pace.isDoubtful() && segments.get(index).isAppendedHere(position, housekeeping.oldestRecent());
    }

    private boolean isTail(int index, long position) {
        return isActive(index) && segments.get(index).size() - position <= Math.min(TAIL_BYTES, appendedBytes);
    }

    /** @param bound at most the log's end */
    LogSlice read(long offset, int bytesMax, long bound, boolean atLeastOneBatch) {
        for (int i = segments.floor(offset); i < segments.count(); i++) {
            var segment = segments.get(i);
            if (segment.isEmpty()) checkNotCut(i);
            if (segment.isEmpty()) continue;
            int known = isActive(i) && recent != null ? recent.find(offset) : -1;
            if (known >= 0) {
                long start = recent.position(known);
                int firstBytes = recent.endPosition(known, segment.size()) - (int) start;
                int size = sliceBytes(i, start, firstBytes, bytesMax, bound, atLeastOneBatch);
                return size == 0 ? LogSlice.EMPTY : region(i, start, size);
            }
            int reader = readers == null ? -1 : readers.find(segment, offset);
            var scanner = housekeeping.scanner();
            // A compacted segment may end before the offset: the next one has it.
            if (!locate(segment, offset, reader, scanner)) {
                checkNotCut(i);
                continue;
            }
            long start = scanner.position();
            int firstBytes = scanner.header().sizeInBytes();
            int size = sliceBytes(i, start, firstBytes, bytesMax, bound, atLeastOneBatch);
            if (size == 0) return LogSlice.EMPTY;
            if (size == firstBytes) remember(reader, segment, scanner);
            var bytes = size <= SLICE_IN_MEMORY_BYTES_MAX ? scanner.copyOfRead(start, size) : null;
            return bytes != null ? new MemorySlice(bytes, segments.endOffset(i)) : region(i, start, size);
        }
        return LogSlice.EMPTY;
    }

    /** Else a reader would pass over what is gone, and never know. */
    private void checkNotCut(int index) {
        if (!isActive(index)) segments.get(index).checkNotCut(segments.get(index + 1).baseOffset);
    }

    /** @param reader of {@link ReaderPositions}, -1 for none */
    private boolean locate(Segment segment, long offset, int reader, BatchScanner scanner) {
        var file = segments.open(segment).disk();
        if (reader < 0) return segment.locate(offset, file, scanner);
        scanner.startSmall(file, readers.position(reader), segment.size(), SLICE_IN_MEMORY_BYTES_MAX);
        return segment.locate(offset, scanner);
    }

    private void remember(int reader, Segment segment, BatchScanner scanner) {
        if (readers == null) readers = new ReaderPositions();
        readers.put(reader, segment, scanner.header().lastOffset() + 1, (int) scanner.nextPosition());
    }

    /** @return 0 for nothing */
    private int sliceBytes(int index, long start, int firstBytes, int bytesMax, long bound, boolean atLeastOneBatch) {
        long available = endPosition(index, bound) - start;
        if (available < firstBytes || firstBytes > bytesMax && !atLeastOneBatch) return 0;
        return (int) Math.min(available, Math.max(bytesMax, firstBytes));
    }

    private LogSlice region(int index, long start, int size) {
        var segment = segments.get(index);
        var file = segments.open(segment);
        boolean isRecent = file.isWarm(start, start + size)
                || !file.hasFailed() && (isRecent(index, start) || segment.isWarm(start, start + size));
        return new FileRegion(file.retain(), start, size, segments.endOffset(index), isRecent, isTail(index, start), pace);
    }

    /** Where the first batch lies that is not wholly below a bound. */
    private long endPosition(int index, long bound) {
        var segment = segments.get(index);
        if (bound >= segments.endOffset(index)) return segment.size();
        int known = isActive(index) && recent != null ? recent.find(bound) : -1;
        if (known >= 0) return recent.position(known);
        var scanner = housekeeping.scanner();
        return segment.locate(bound, segments.open(segment).disk(), scanner) ? scanner.position() : segment.size();
    }

    private boolean isActive(int index) {
        return index == segments.count() - 1;
    }

    /** Of a segment's first batch; may read it. */
    long firstTimestamp(Segment segment) {
        if (segment.firstTimestamp() == Segment.UNKNOWN_TIMESTAMP) {
            var scanner = housekeeping.scanner().start(segments.open(segment).disk(), 0, segment.size());
            segment.firstTimestamp(scanner.next() ? scanner.header().maxTimestamp() : RecordBatch.NO_TIMESTAMP);
        }
        return segment.firstTimestamp();
    }

    /** The first record of at least a time and an offset, null if there is none. */
    TimestampOffset find(long timestamp, long fromOffset) {
        for (int i = segments.floor(fromOffset); i < segments.count(); i++) {
            var segment = segments.get(i);
            if (segment.isEmpty()) checkNotCut(i);
            if (segment.isEmpty() || !reaches(i, timestamp)) continue;
            var found = findIn(segment, timestamp, fromOffset);
            if (found != null) return found;
        }
        return null;
    }

    private boolean reaches(int index, long timestamp) {
        var segment = segments.get(index);
        boolean isFromDisk = !segment.knowsMaxTimestamp();
        boolean reaches = segment.maxTimestamp() >= timestamp;
        if (isFromDisk && segment.maxTimestamp() != Long.MAX_VALUE) checkNotCut(index);
        return reaches;
    }

    private TimestampOffset findIn(Segment segment, long timestamp, long fromOffset) {
        var scanner = housekeeping.scanner();
        var log = segments.open(segment).disk();
        long from = Math.max(fromOffset, segment.lowerOffset(timestamp, log, scanner));
        for (boolean has = segment.locate(from, log, scanner); has; has = scanner.next()) {
            if (scanner.header().maxTimestamp() < timestamp) continue;
            var found = findInBatch(scanner, timestamp, fromOffset);
            if (found != null) return found;
        }
        if (scanner.problem() != null) throw segment.badBatch(scanner);
        return null;
    }

    private static TimestampOffset findInBatch(BatchScanner scanner, long timestamp, long fromOffset) {
        var header = scanner.header();
        if (!header.isV2()) return findInOldMessage(scanner, timestamp, fromOffset);
        var batch = new RecordBatch().wrap(scanner.readBatch(), 0);
        try {
            var record = batch.firstAtOrAfter(timestamp, fromOffset, Integer.MAX_VALUE);
            return record == null ? null : new TimestampOffset(record.timestamp(), record.offset(), batch.leaderEpoch());
        } catch (RecordException e) {
            // A batch that cannot be unpacked holds no record that could be named; readers will meet it by its offset.
            return new TimestampOffset(batch.maxTimestamp(), Math.max(fromOffset, batch.baseOffset()), batch.leaderEpoch());
        }
    }

    private static TimestampOffset findInOldMessage(BatchScanner scanner, long timestamp, long fromOffset) {
        var message = new LegacyMessage().wrap(scanner.readBatch(), 0);
        try (var records = message.records(Integer.MAX_VALUE)) {
            for (var record = records.next(); record != null; record = records.next()) {
                if (record.timestamp() < timestamp || record.offset() < fromOffset) continue;
                return new TimestampOffset(record.timestamp(), record.offset(), RecordBatch.NO_LEADER_EPOCH);
            }
        } catch (RecordException e) {
            return new TimestampOffset(message.maxTimestamp(), Math.max(fromOffset, message.lastOffset()), RecordBatch.NO_LEADER_EPOCH);
        }
        return null;
    }

    TimestampOffset maxTimestamp(long fromOffset) {
        Segment latest = null;
        for (int i = segments.floor(fromOffset); i < segments.count(); i++) {
            var segment = segments.get(i);
            if (segment.isEmpty() || segment.maxTimestamp() < 0) continue;
            if (latest == null || segment.maxTimestamp() > latest.maxTimestamp()) latest = segment;
        }
        return latest == null ? null : find(latest.maxTimestamp(), Math.max(fromOffset, latest.baseOffset));
    }
}
