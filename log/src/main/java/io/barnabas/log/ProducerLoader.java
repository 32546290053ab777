package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFullException;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a log's producer states again, from the latest good snapshot and the batches after it. Reads the disk, on any thread. */
final class ProducerLoader {
    /** Reading so much of a log for its producers costs less than storing them. */
    static final long SHORT_REPLAY_BYTES = 64 * 1024;
    /** How far back from a snapshot batches are looked for: in steps of offsets, each four times the last, until this is read. */
    private static final long RECALLED_BYTES_MAX = 1 << 20;
    private static final long RECALLED_OFFSETS_MIN = 8;
    private static final long RECALLED_OFFSETS_MAX = 1 << 17;

    private final Disk disk;
    private final Path folder;
    private final List<String> names;
    private final Segment[] segments;
    private final long endOffset;
    private final long noProducersFrom;
    private final BatchScanner scanner;
    private final List<TransactionIndex.Entry> aborted = new ArrayList<>(0);
    private long snapshotOffset = -1;
    private long replayedBytes;

    /**
     * @param names           what the folder holds
     * @param noProducersFrom from this offset on no batch is of a producer; Long.MAX_VALUE if nobody has looked
     * @param scanner         lent
     */
    ProducerLoader(Disk disk, Path folder, List<String> names, Segment[] segments, long endOffset, long noProducersFrom, BatchScanner scanner) {
        this.disk = disk;
        this.folder = folder;
        this.names = names;
        this.segments = segments;
        this.endOffset = endOffset;
        this.noProducersFrom = noProducersFrom;
        this.scanner = scanner;
    }

    /** Of the latest snapshot that there is after loading, -1 if there is none. */
    long snapshotOffset() {
        return snapshotOffset;
    }

    /** When a log is opened. */
    ProducerStates load(boolean closedCleanly, long recoveryPoint) {
        return closedCleanly ? loadClean() : recover(recoveryPoint);
    }

    /** After a truncation: what is older than the end is as it was. */
    ProducerStates loadTruncated() {
        return load(snapshots(endOffset));
    }

    /** After a clean stop no snapshot means no producers. */
    private ProducerStates loadClean() {
        var snapshots = snapshots(endOffset);
        return snapshots.isEmpty() ? new ProducerStates() : load(snapshots);
    }

    /** After a crash what is newer than the recovery point is made again, the entries of transaction indexes too. */
    private ProducerStates recover(long recoveryPoint) {
        // The snapshot where the first segment starts was made durable before what lay before it went, wherever the recovery point is.
        var producers = load(snapshots(Math.max(Math.min(recoveryPoint, endOffset), segments[0].baseOffset)));
        // No flush will follow that could do it: else the next start would have to read all of that again.
        if (replayedBytes > SHORT_REPLAY_BYTES && recoveryPoint >= endOffset) writeIfRoom(producers, endOffset, false);
        for (int i = 0; i < segments.length; i++) {
            long segmentEnd = i + 1 < segments.length ? segments[i + 1].baseOffset : endOffset;
            // Of the last one the file may know more than the log: the end of that is lost, or all that was not flushed.
            boolean isLast = i == segments.length - 1;
            if (isLast || segmentEnd > recoveryPoint) recoverIndex(segments[i], Math.max(recoveryPoint, segments[i].baseOffset), segmentEnd);
        }
        return producers;
    }

    /** The aborted transactions that ended in a segment, as the last snapshot before it and the batches tell them. Changes nothing on disk. */
    List<TransactionIndex.Entry> abortedIn(int index) {
        var producers = new ProducerStates();
        int from = index;
        for (; from >= 0; from--) {
            var path = folder.resolve(FileNames.of(segments[from].baseOffset, FileNames.SNAPSHOT));
            var found = disk.exists(path) ? ProducerSnapshot.read(disk, path) : null;
            if (found != null) producers = found;
            if (found != null || from == 0) break;
        }
        for (int i = from; i <= index; i++) {
            if (segments[i].isEmpty()) continue;
            try (var file = disk.open(segments[i].path(FileNames.LOG), false)) {
                scanner.startHeaders(file, 0, segments[i].size());
                while (scanner.next()) take(producers, scanner);
            }
        }
        aborted.removeIf(entry -> entry.lastOffset() < segments[index].baseOffset);
        return aborted;
    }

    private void recoverIndex(Segment segment, long fromOffset, long endOffset) {
        var path = segment.path(FileNames.TRANSACTION_INDEX);
        if (segment.hasTransactionIndex()) TransactionIndex.truncate(disk, path, fromOffset);
        var entries = new ArrayList<TransactionIndex.Entry>(0);
        for (var entry : aborted) if (entry.lastOffset() >= fromOffset && entry.lastOffset() < endOffset) entries.add(entry);
        if (entries.isEmpty()) return;
        TransactionIndex.append(disk, path, entries, true);
        segment.hasTransactionIndex(true);
    }

    /** Forgets every producer. */
    static void deleteSnapshots(Disk disk, Path folder) {
        for (var name : disk.list(folder)) if (FileNames.offsetOf(name, FileNames.SNAPSHOT) >= 0) disk.delete(folder.resolve(name));
    }

    /** Each clean stop leaves a snapshot; only those at the start of a segment are of use once there is a later one. */
    private void deleteStrays(List<Long> older) {
        for (long offset : older) {
            boolean isNeeded = false;
            for (var segment : segments) isNeeded |= segment.baseOffset == offset;
            if (!isNeeded) disk.delete(folder.resolve(FileNames.of(offset, FileNames.SNAPSHOT)));
        }
    }

    /** Offsets of the snapshots up to one. Later ones tell of batches that are lost: once the log has grown past them, they would lie. */
    private List<Long> snapshots(long offsetMax) {
        var snapshots = new ArrayList<Long>(0);
        for (var name : names) {
            long offset = FileNames.offsetOf(name, FileNames.SNAPSHOT);
            if (offset > offsetMax) disk.delete(folder.resolve(name));
            else if (offset >= 0) snapshots.add(offset);
        }
        return snapshots;
    }

    private ProducerStates load(List<Long> snapshots) {
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            var path = folder.resolve(FileNames.of(snapshots.get(i), FileNames.SNAPSHOT));
            var producers = ProducerSnapshot.read(disk, path);
            if (producers != null) {
                deleteStrays(snapshots.subList(0, i));
                snapshotOffset = snapshots.get(i);
                if (!producers.isEmpty()) recallBatches(producers);
                return replay(producers, snapshots.get(i));
            }
            disk.delete(path);
        }
        return replay(new ProducerStates(), 0);
    }

    /**
     * A snapshot tells one batch of each producer, and whoever has up to five under way when the broker ends sends all of them again. One
     * that is not known would be refused, whereupon the producer begins to count anew and sends it once more: it would be stored twice.
     * The batches before the snapshot tell the others, as long as they are near; those of producers that are silent are not looked for.
     */
    private void recallBatches(ProducerStates producers) {
        for (long offsets = RECALLED_OFFSETS_MIN; ; offsets *= 4) {
            var recent = new ProducerStates();
            long from = Math.max(segments[0].baseOffset, snapshotOffset - offsets);
            long read = readBack(recent, from);
            boolean isEnough = read >= SHORT_REPLAY_BYTES && recent.all().stream().allMatch(ProducerState::hasAllBatches);
            if (isEnough || read >= RECALLED_BYTES_MAX || offsets >= RECALLED_OFFSETS_MAX || from == segments[0].baseOffset) {
                producers.takeBatches(recent);
                return;
            }
        }
    }

    /** @return how many bytes lie between there and the snapshot, about */
    private long readBack(ProducerStates recent, long fromOffset) {
        long bytes = 0;
        for (int i = 0; i < segments.length && segments[i].baseOffset < snapshotOffset; i++) {
            var segment = segments[i];
            if (segment.isEmpty() || i + 1 < segments.length && segments[i + 1].baseOffset <= fromOffset) continue;
            try (var file = disk.open(segment.path(FileNames.LOG), false)) {
                scanner.startHeaders(file, segment.floorPosition(fromOffset), segment.size());
                long start = scanner.position();
                while (scanner.next() && scanner.header().lastOffset() < snapshotOffset) {
                    var header = scanner.header();
                    if (!header.hasProducerId() || header.isControl()) continue;
                    recent.onBatch(header.producerId(), header.producerEpoch(), header.lastSequence(), header.baseOffset(),
                            header.lastOffset(), header.maxTimestamp(), false, false);
                }
                bytes += scanner.position() - start;
            }
        }
        return bytes;
    }

    private ProducerStates replay(ProducerStates producers, long fromOffset) {
        for (int i = 0; i < segments.length; i++) {
            var segment = segments[i];
            long segmentEnd = i + 1 < segments.length ? segments[i + 1].baseOffset : endOffset;
            // Each segment but the first had a snapshot. Without it the producers of older ones would go when those do.
            if (i > 0 && segment.baseOffset > fromOffset) writeIfRoom(producers, segment.baseOffset, true);
            if (segment.isEmpty() || segmentEnd <= fromOffset || Math.max(fromOffset, segment.baseOffset) >= noProducersFrom) continue;
            try (var file = disk.open(segment.path(FileNames.LOG), false)) {
                scanner.startHeaders(file, segment.floorPosition(fromOffset), segment.size());
                if (!segment.locate(fromOffset, scanner)) continue;
                replayedBytes += segment.size() - scanner.position();
                do {
                    if (scanner.header().baseOffset() >= fromOffset) take(producers, scanner);
                } while (scanner.next());
            }
        }
        return producers;
    }

    /** A full disk keeps no partition from being read: the next snapshot, of the next roll, will do. */
    private void writeIfRoom(ProducerStates producers, long offset, boolean sync) {
        var path = folder.resolve(FileNames.of(offset, FileNames.SNAPSHOT));
        try {
            ProducerSnapshot.write(disk, path, producers, sync);
            snapshotOffset = offset;
        } catch (DiskFullException e) {
            disk.delete(path);
        }
    }

    private void take(ProducerStates producers, BatchScanner scanner) {
        var header = scanner.header();
        if (!header.hasProducerId()) return;
        if (!header.isControl()) {
            producers.onBatch(header.producerId(), header.producerEpoch(), header.lastSequence(), header.baseOffset(),
                    header.lastOffset(), header.maxTimestamp(), header.isTransactional(), false);
            return;
        }
        var batch = new RecordBatch().wrap(scanner.readBatch(), 0);
        try (var records = batch.records(Integer.MAX_VALUE)) {
            var marker = records.next();
            var entry = marker == null ? null : producers.onMarker(batch.producerId(), batch.producerEpoch(), marker, false);
            if (entry != null) aborted.add(entry);
        } catch (RecordException e) {
            // Its checksum has been compared: someone wrote a marker that cannot be read, and it decides nothing.
        }
    }
}
