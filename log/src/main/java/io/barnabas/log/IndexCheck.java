package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Compares the indexes of a segment, by offset and by time, with the batches, while somebody walks over them: entries and
 * batches stand in the same order. Used by one thread; to be closed.
 */
final class IndexCheck implements AutoCloseable {
    /** What an index is found to say, of an entry at a position of its file. */
    interface Report {
        void tell(Path file, long position, long offset, String what);
    }

    private final long baseOffset;
    private final DiskFile offsetFile;
    private final DiskFile timeFile;
    private final Report report;
    private IndexEntries offsets;
    private IndexEntries times;
    /** The next entries; null behind the last. */
    private ByteBuffer offsetEntry;
    private ByteBuffer timeEntry;
    private int lastRelativeOffset = -1;
    private int lastPosition = -1;
    private long lastTimestamp = RecordBatch.NO_TIMESTAMP;
    private long lastTimeOffset = -1;
    /** The offset of an entry that ends with a later batch than the one it points at, as followers of older releases wrote them; -1 for none. */
    private long owedOffset = -1;
    private long owedPosition;

    /** @param hasOffsets, hasTimes whether there are such files */
    IndexCheck(Disk disk, Path folder, long baseOffset, boolean hasOffsets, boolean hasTimes, Report report) {
        this.baseOffset = baseOffset;
        this.report = report;
        offsetFile = hasOffsets ? disk.open(folder.resolve(FileNames.of(baseOffset, FileNames.INDEX)), false) : null;
        timeFile = hasTimes ? disk.open(folder.resolve(FileNames.of(baseOffset, FileNames.TIME_INDEX)), false) : null;
        if (offsetFile != null) {
            checkSize(offsetFile, OffsetIndex.ENTRY_BYTES);
            offsets = new IndexEntries(offsetFile, OffsetIndex.ENTRY_BYTES);
            nextOffset();
        }
        if (timeFile != null) {
            checkSize(timeFile, TimeIndex.ENTRY_BYTES);
            times = new IndexEntries(timeFile, TimeIndex.ENTRY_BYTES);
            nextTime();
        }
    }

    private void checkSize(DiskFile file, int entryBytes) {
        if (file.size() % entryBytes != 0) report.tell(file.path(), file.size() / entryBytes * entryBytes, -1, "entry cut off: size="
                + file.size() + " entryBytes=" + entryBytes);
    }

    /** A batch stands at a position of the segment. */
    void onBatch(long position, long batchBaseOffset, long lastOffset, long maxTimestamp) {
        checkOffsets(position, batchBaseOffset, lastOffset);
        checkTimes(batchBaseOffset, lastOffset, maxTimestamp);
    }

    private void checkOffsets(long position, long batchBaseOffset, long lastOffset) {
        if (owedOffset >= 0 && lastOffset >= owedOffset) {
            if (lastOffset != owedOffset) report.tell(offsetFile.path(), owedPosition, owedOffset, "index entry has the last offset of no batch");
            owedOffset = -1;
        }
        while (offsetEntry != null && positionOf(offsetEntry) < position) {
            report.tell(offsetFile.path(), offsets.position(), offsetOf(offsetEntry),
                    "index entry points at no batch: batchPosition=" + positionOf(offsetEntry));
            nextOffset();
        }
        if (offsetEntry == null || positionOf(offsetEntry) != position) return;
        long indexed = offsetOf(offsetEntry);
        if (indexed > lastOffset && owedOffset < 0) {
            owedOffset = indexed;
            owedPosition = offsets.position();
        } else if (indexed != lastOffset) {
            report.tell(offsetFile.path(), offsets.position(), indexed,
                    "index entry does not fit its batch: batchPosition=%d batchBaseOffset=%d batchLastOffset=%d"
                    .formatted(position, batchBaseOffset, lastOffset));
        }
        nextOffset();
    }

    private void checkTimes(long batchBaseOffset, long lastOffset, long maxTimestamp) {
        while (timeEntry != null && timeOffsetOf(timeEntry) <= lastOffset) {
            long indexed = timeOffsetOf(timeEntry);
            long timestamp = timestampOf(timeEntry);
            if (indexed < batchBaseOffset) report.tell(timeFile.path(), times.position(), indexed, "time index entry names an offset of no batch");
            else if (timestamp != maxTimestamp) {
                report.tell(timeFile.path(), times.position(), indexed,
                        "time index entry does not fit its batch: timestamp=%d batchMaxTimestamp=%d".formatted(timestamp, maxTimestamp));
            }
            nextTime();
        }
    }

    /** The batches end: what is indexed beyond them is not there. */
    void onEnd() {
        if (owedOffset >= 0) report.tell(offsetFile.path(), owedPosition, owedOffset, "index entry has the last offset of no batch");
        if (offsetEntry != null) report.tell(offsetFile.path(), offsets.position(), offsetOf(offsetEntry),
                "index goes on behind the batches: batchPosition=" + positionOf(offsetEntry));
        if (timeEntry != null) report.tell(timeFile.path(), times.position(), timeOffsetOf(timeEntry), "time index goes on behind the batches");
    }

    private long offsetOf(ByteBuffer entry) {
        return baseOffset + entry.getInt(entry.position());
    }

    private static int positionOf(ByteBuffer entry) {
        return entry.getInt(entry.position() + 4);
    }

    private static long timestampOf(ByteBuffer entry) {
        return entry.getLong(entry.position());
    }

    private long timeOffsetOf(ByteBuffer entry) {
        return baseOffset + entry.getInt(entry.position() + 8);
    }

    /** The first entry that does not grow ends the index: readers go no further. */
    private void nextOffset() {
        offsetEntry = offsets.next();
        if (offsetEntry == null) return;
        int relativeOffset = offsetEntry.getInt(offsetEntry.position());
        int position = positionOf(offsetEntry);
        if (relativeOffset > lastRelativeOffset && position > lastPosition && (relativeOffset != 0 || position != 0)) {
            lastRelativeOffset = relativeOffset;
            lastPosition = position;
            return;
        }
        long at = offsets.position();
        if (!offsets.isFilling()) {
            report.tell(offsetFile.path(), at, baseOffset + relativeOffset,
                    "index entry does not grow: batchPosition=%d previousOffset=%d previousPosition=%d"
                    .formatted(position, baseOffset + lastRelativeOffset, lastPosition));
        }
        offsetEntry = null;
    }

    private void nextTime() {
        timeEntry = times.next();
        // A record of 1970 may have been the first: that looks like what files are filled up with.
        if (timeEntry != null && times.position() == 0 && timestampOf(timeEntry) == 0 && timeOffsetOf(timeEntry) == baseOffset) {
            lastTimestamp = 0;
            lastTimeOffset = baseOffset;
            timeEntry = times.next();
        }
        if (timeEntry == null) return;
        long timestamp = timestampOf(timeEntry);
        long offset = timeOffsetOf(timeEntry);
        if (timestamp > lastTimestamp && offset >= lastTimeOffset) {
            lastTimestamp = timestamp;
            lastTimeOffset = offset;
            return;
        }
        long at = times.position();
        if (!times.isFilling()) {
            report.tell(timeFile.path(), at, offset, "time index entry does not grow: timestamp=%d previousTimestamp=%d previousOffset=%d"
                    .formatted(timestamp, lastTimestamp, lastTimeOffset));
        }
        timeEntry = null;
    }

    @Override
    public void close() {
        if (offsetFile != null) offsetFile.close();
        if (timeFile != null) timeFile.close();
    }
}
