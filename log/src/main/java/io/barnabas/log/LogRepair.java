package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.StorageException;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what can no longer be read of records that were durable, and makes their partition usable again without them: whatever
 * has a right checksum stays, before the damage and behind it. For a directory that no broker runs on; holds its lock. Used by one
 * thread; a segment is read through a small buffer.
 */
public final class LogRepair implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final Disk disk;
    private final Path directory;
    private final AutoCloseable lock;
    private final OffsetCheckpoints checkpoints;
    private final boolean closedCleanly;
    private final BatchScanner scanner = new BatchScanner(ByteBuffer.allocateDirect(BUFFER_BYTES));
    /** Looks at places where a batch might start. */
    private final BatchScanner probe = new BatchScanner(ByteBuffer.allocateDirect(BUFFER_BYTES));
    /** First offset of the batch that {@link #find} found last. */
    private long foundOffset;

    /**
     * Bytes that are no batch, where some were.
     *
     * @param bytes 0 where the file ends too early
     * @param fromOffset first offset that may be lost; compaction may have taken it before
     * @param toOffset   the one behind the last
     */
    public record Loss(Path file, long position, long bytes, long fromOffset, long toOffset) {}

    /** A segment as far as it was understood: its good batches lie in the gaps between the losses. */
    private record Found(long baseOffset, long size, List<Loss> losses, long endOffset) {}

    /**
     * @throws LogDirectoryException if a broker runs on the directory
     * @throws StorageException      if it cannot be read
     */
    public LogRepair(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.lock = disk.tryLock(directory.resolve(FileNames.LOCK));
        if (lock == null) throw new LogDirectoryException("log directory is in use: path=%s; stop the broker first".formatted(directory));
        checkpoints = new OffsetCheckpoints(disk, directory);
        closedCleanly = disk.exists(directory.resolve(FileNames.CLEAN_SHUTDOWN));
    }

    /** By topic and number. */
    public List<TopicPartition> partitions() {
        return OfflineDirectory.partitionsIn(disk, directory);
    }

    /**
     * Reads every segment. What was not known to be durable is no loss: the next start cuts it off. A replacement of segments that was
     * under way is ended first, as a start does.
     */
    public List<Loss> losses(TopicPartition partition) {
        var losses = new ArrayList<Loss>();
        for (var found : read(partition)) losses.addAll(found.losses);
        return losses;
    }

    /** Leaves out what {@link #losses} tells. Durable on return; if it is ended before, it can be done again. */
    public void accept(TopicPartition partition) {
        var folder = folder(partition);
        var segments = read(partition);
        long end = 0;
        for (int i = 0; i < segments.size(); i++) {
            var found = segments.get(i);
            end = found.endOffset;
            boolean hasBytesToDrop = found.losses.stream().anyMatch(loss -> loss.bytes > 0);
            if (!hasBytesToDrop) continue;
            boolean isLast = i == segments.size() - 1;
            if (found.endOffset == found.baseOffset && !isLast) deleteSegment(folder, found.baseOffset);
            else rewrite(folder, found);
        }
        checkpoints.lower(partition, end, end, 0);
    }

    private Path folder(TopicPartition partition) {
        return directory.resolve(partition.toString());
    }

    private List<Found> read(TopicPartition partition) {
        var folder = folder(partition);
        // Half of a replacement would be taken for damage.
        var names = new Leftovers(disk, folder, scanner).end(disk.list(folder));
        var baseOffsets = names.stream().mapToLong(name -> FileNames.offsetOf(name, FileNames.LOG)).filter(offset -> offset >= 0).sorted().toArray();
        long recoveryPoint = checkpoints.of(partition).recoveryPoint();
        var segments = new ArrayList<Found>();
        for (int i = 0; i < baseOffsets.length; i++) {
            boolean isLast = i == baseOffsets.length - 1;
            var found = read(folder, baseOffsets[i], isLast ? Long.MAX_VALUE : baseOffsets[i + 1], recoveryPoint);
            segments.add(found);
            if (!isDurable(found.endOffset, recoveryPoint) && !isLast) break;
        }
        return segments;
    }

    private boolean isDurable(long offset, long recoveryPoint) {
        return closedCleanly || offset < recoveryPoint;
    }

    /** @param limit base offset of the next segment; Long.MAX_VALUE for the last */
    private Found read(Path folder, long baseOffset, long limit, long recoveryPoint) {
        var path = folder.resolve(FileNames.of(baseOffset, FileNames.LOG));
        var losses = new ArrayList<Loss>();
        long offsetMax = Math.min(limit, baseOffset + Integer.MAX_VALUE);
        long next = baseOffset;
        try (var file = disk.open(path, false)) {
            long size = file.size();
            long at = 0;
            while (at < size) {
                scanner.start(file, at, size);
                long end = batchEnd(scanner, next, offsetMax);
                while (end >= 0 && !isOutOfOrder(file, size, next, end)) {
                    next = end;
                    at = scanner.nextPosition();
                    end = batchEnd(scanner, next, offsetMax);
                }
                if (at == size || !isDurable(next, recoveryPoint)) break;
                long found = find(file, at + 1, size, next, offsetMax);
                long lostTo = found < size ? foundOffset : limit == Long.MAX_VALUE ? Math.max(next, recoveryPoint) : limit;
                losses.add(new Loss(path, at, found - at, next, lostTo));
                at = found;
            }
            boolean isShort = limit == Long.MAX_VALUE && next < recoveryPoint && losses.stream().noneMatch(loss -> loss.toOffset >= recoveryPoint);
            if (isShort) losses.add(new Loss(path, size, 0, next, recoveryPoint));
            return new Found(baseOffset, size, losses, next);
        }
    }

    /** Moves a scanner on. @return the offset behind the next batch; -1 if there is none, or a bad one */
    private static long batchEnd(BatchScanner scanner, long offsetMin, long offsetMax) {
        if (!scanner.next()) return -1;
        long first = scanner.header().baseOffset();
        long last = scanner.header().lastOffset();
        return first >= offsetMin && last < offsetMax && scanner.isValidCrc() ? last + 1 : -1;
    }

    /**
     * Whether the batch that the scanner has come to, good by its checksum, which its offset is not under, claims offsets that the
     * one behind it has.
     */
    private boolean isOutOfOrder(DiskFile file, long size, long offsetMin, long end) {
        if (end == offsetMin + 1) return false;
        probe.startSmall(file, scanner.nextPosition(), size, BatchHeader.BYTES_MAX);
        if (!probe.next()) return false;
        long following = probe.header().baseOffset();
        return following >= offsetMin && following < end && probe.isValidCrc();
    }

    /** @return where the next good batch starts, or the end */
    private long find(DiskFile file, long from, long size, long offsetMin, long offsetMax) {
        var window = ByteBuffer.allocate(BUFFER_BYTES);
        for (long start = from; start < size; start += BUFFER_BYTES - BatchHeader.BYTES_MIN) {
            window.clear().limit((int) Math.min(BUFFER_BYTES, size - start));
            file.read(window, start);
            for (int i = 0; i + BatchHeader.BYTES_MIN <= window.limit(); i++) {
                if (!mayStartBatch(window, i, size - start - i, offsetMin, offsetMax)) continue;
                long candidate = start + i;
                foundOffset = window.getLong(i);
                if (batchEnd(probe.startSmall(file, candidate, size, BatchHeader.BYTES_MAX), offsetMin, offsetMax) >= 0) return candidate;
            }
        }
        return size;
    }

    /** Cheap to tell, and wrong for nearly every place. */
    private static boolean mayStartBatch(ByteBuffer window, int at, long left, long offsetMin, long offsetMax) {
        int magic = window.get(at + BatchHeader.MAGIC_AT);
        if (magic < 0 || magic > RecordBatch.MAGIC) return false;
        int length = window.getInt(at + BatchHeader.LENGTH_AT);
        long offset = window.getLong(at);
        return length > 0 && length <= left - RecordBatch.LENGTH_PREFIX_BYTES && offset >= offsetMin && offset < offsetMax;
    }

    /** The indexes are made anew by the next start, but for the aborted transactions, which nothing else tells. */
    private void rewrite(Path folder, Found found) {
        var path = folder.resolve(FileNames.of(found.baseOffset, FileNames.LOG));
        var aborted = folder.resolve(FileNames.of(found.baseOffset, FileNames.TRANSACTION_INDEX));
        var cleaned = folder.resolve(FileNames.of(found.baseOffset, FileNames.LOG + FileNames.CLEANED));
        if (disk.exists(aborted)) {
            copy(aborted, List.of(), disk.size(aborted), folder.resolve(aborted.getFileName() + FileNames.SWAP));
        }
        copy(path, found.losses, found.size, cleaned);
        disk.setLastModifiedMs(cleaned, disk.lastModifiedMs(path));
        disk.rename(cleaned, folder.resolve(path.getFileName() + FileNames.SWAP));
        disk.syncDirectory(folder);
        new Leftovers(disk, folder, scanner).end(disk.list(folder));
        disk.syncDirectory(folder);
    }

    private void copy(Path from, List<Loss> without, long size, Path to) {
        try (var source = disk.open(from, false); var target = disk.open(to, true)) {
            target.truncate(0);
            long at = 0;
            long written = 0;
            for (var loss : without) {
                written += copy(source, at, loss.position, target, written);
                at = loss.position + loss.bytes;
            }
            copy(source, at, size, target, written);
            target.sync();
        }
    }

    private static long copy(DiskFile source, long from, long to, DiskFile target, long targetAt) {
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = from; at < to; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, to - at));
            source.read(buffer, at);
            target.write(buffer.flip(), targetAt + at - from);
        }
        return to - from;
    }

    private void deleteSegment(Path folder, long baseOffset) {
        for (var suffix : LogTruncation.DATA_SUFFIXES) disk.delete(folder.resolve(FileNames.of(baseOffset, suffix)));
        disk.syncDirectory(folder);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (Exception e) {
            throw new StorageException("cannot unlock: path=" + directory, e);
        }
    }
}
