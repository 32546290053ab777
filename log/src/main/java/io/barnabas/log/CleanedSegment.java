package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * What compaction makes of some segments, in files of their own ({@code .cleaned}) until the log takes them. Nothing is
 * written before the first difference from a single source. Owned by one thread, then by the log's loop.
 */
final class CleanedSegment {
    final List<Segment> sources;
    final Segment segment;
    private final Disk disk;
    private final int indexIntervalBytes;
    private final CompactionPace pace;
    private final ByteBuffer buffer;
    private DiskFile file;
    private long written;

    /** @param buffer has an array; this one's until it is finished or discarded */
    CleanedSegment(Disk disk, CompactionPlan plan, List<Segment> sources, ByteBuffer buffer, CompactionPace pace) {
        this.disk = disk;
        this.sources = sources;
        this.indexIntervalBytes = plan.config().indexIntervalBytes();
        this.pace = pace;
        this.buffer = buffer.clear();
        segment = new Segment(disk, plan.folder(), sources.get(0).baseOffset, 0, Segment.UNKNOWN_TIMESTAMP);
        segment.useIndexes(new OffsetIndex(), new TimeIndex());
        deleteFiles();
        if (sources.size() > 1) open();
    }

    /** Whether there is a difference. */
    boolean isChanged() {
        return file != null;
    }

    /** Something of the first source is left out or altered: what was kept of it so far is written. */
    void change(DiskFile source) {
        if (file != null) return;
        open();
        var copied = ByteBuffer.allocate(buffer.capacity());
        for (long at = 0; at < segment.size(); at += copied.limit()) {
            copied.clear().limit((int) Math.min(copied.capacity(), segment.size() - at));
            source.read(copied, at);
            write(copied.array(), 0, copied.limit());
        }
    }

    /** Adds a batch. */
    void add(BatchHeader header, byte[] bytes, int from) {
        int size = header.sizeInBytes();
        // Small messages of old formats grow when they become batches.
        if (segment.size() + size > Integer.MAX_VALUE) {
            throw new CompactionException("compacted segment would be too large: baseOffset=" + segment.baseOffset);
        }
        segment.onAppended(header.lastOffset(), header.maxTimestamp(), size, indexIntervalBytes);
        if (file != null) write(bytes, from, size);
    }

    private void write(byte[] bytes, int from, int length) {
        if (length > buffer.remaining()) flush();
        if (length <= buffer.capacity()) buffer.put(bytes, from, length);
        else writeOut(ByteBuffer.wrap(bytes, from, length));
    }

    private void flush() {
        writeOut(buffer.flip());
        buffer.clear();
    }

    private void writeOut(ByteBuffer bytes) {
        int count = bytes.remaining();
        if (count == 0) return;
        file.write(bytes, written);
        written += count;
        pace.onBytes(count);
    }

    /** Makes the files whole and durable; what they are called does not count yet. */
    void finish(List<TransactionIndex.Entry> aborted, long lastModifiedMs) {
        if (file == null) return;
        flush();
        file.sync();
        file.close();
        segment.finishTimeIndex();
        Segment.storeIndex(disk, cleaned(FileNames.INDEX), segment.offsetIndex().unstored(), true);
        Segment.storeIndex(disk, cleaned(FileNames.TIME_INDEX), segment.timeIndex().unstored(), true);
        if (!aborted.isEmpty()) {
            TransactionIndex.append(disk, cleaned(FileNames.TRANSACTION_INDEX), aborted, true);
            segment.hasTransactionIndex(true);
        }
        segment.dropStoredIndexes();
        disk.setLastModifiedMs(cleaned(FileNames.LOG), lastModifiedMs);
    }

    /** The result is not wanted. */
    void discard() {
        if (file != null) file.close();
        deleteFiles();
    }

    private void open() {
        file = disk.open(cleaned(FileNames.LOG), true);
    }

    private void deleteFiles() {
        for (var suffix : LogTruncation.DATA_SUFFIXES) disk.delete(cleaned(suffix));
    }

    private Path cleaned(String suffix) {
        return segment.path(suffix + FileNames.CLEANED);
    }
}
