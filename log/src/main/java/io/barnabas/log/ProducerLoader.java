package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a log's producer states again, from the latest good snapshot and the batches after it. Reads the disk, on any thread. */
final class ProducerLoader {
    private static final int SCAN_BYTES = 64 * 1024;

    private ProducerLoader() {}

    /** After a clean stop: no snapshot means no producers. */
    static ProducerStates loadClean(Disk disk, Path folder, Segment[] segments, long endOffset) {
        var snapshots = snapshots(disk, folder, endOffset);
        if (snapshots.isEmpty()) return new ProducerStates();
        return load(disk, folder, segments, snapshots, endOffset, new ArrayList<>());
    }

    /** After a truncation: what is older than the end is as it was. */
    static ProducerStates loadTruncated(Disk disk, Path folder, Segment[] segments, long endOffset) {
        return load(disk, folder, segments, snapshots(disk, folder, endOffset), endOffset, new ArrayList<>());
    }

    /** After a crash: what is newer than the recovery point is made again, the entries of transaction indexes too. */
    static ProducerStates recover(Disk disk, Path folder, Segment[] segments, long endOffset, long recoveryPoint) {
        var aborted = new ArrayList<TransactionIndex.Entry>(0);
        var producers = load(disk, folder, segments, snapshots(disk, folder, Math.min(recoveryPoint, endOffset)), endOffset, aborted);
        aborted.removeIf(entry -> entry.lastOffset() < recoveryPoint);
        for (int i = 0; i < segments.length; i++) {
            var segment = segments[i];
            long segmentEnd = i + 1 < segments.length ? segments[i + 1].baseOffset : endOffset;
            if (segmentEnd <= recoveryPoint) continue;
            var path = segment.path(FileNames.TRANSACTION_INDEX);
            if (segment.hasTransactionIndex()) TransactionIndex.truncate(disk, path, recoveryPoint);
            var entries = aborted.stream().filter(entry -> entry.lastOffset() >= segment.baseOffset && entry.lastOffset() < segmentEnd).toList();
            if (entries.isEmpty()) continue;
            TransactionIndex.append(disk, path, entries, true);
            segment.hasTransactionIndex(true);
        }
        return producers;
    }

    /** Offsets of the snapshots up to one. Later ones tell of batches that are lost: once the log has grown past them, they would lie. */
    private static List<Long> snapshots(Disk disk, Path folder, long offsetMax) {
        var snapshots = new ArrayList<Long>();
        for (var name : disk.list(folder)) {
            long offset = FileNames.offsetOf(name, FileNames.SNAPSHOT);
            if (offset > offsetMax) disk.delete(folder.resolve(name));
            else if (offset >= 0) snapshots.add(offset);
        }
        return snapshots;
    }

    private static ProducerStates load(Disk disk, Path folder, Segment[] segments, List<Long> snapshots, long endOffset,
            List<TransactionIndex.Entry> aborted) {
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            var path = folder.resolve(FileNames.of(snapshots.get(i), FileNames.SNAPSHOT));
            var producers = ProducerSnapshot.read(disk, path);
            if (producers != null) return replay(disk, folder, segments, producers, snapshots.get(i), endOffset, aborted);
            disk.delete(path);
        }
        return replay(disk, folder, segments, new ProducerStates(), 0, endOffset, aborted);
    }

    private static ProducerStates replay(Disk disk, Path folder, Segment[] segments, ProducerStates producers, long fromOffset,
            long endOffset, List<TransactionIndex.Entry> aborted) {
        BatchScanner scanner = null;
        for (int i = 0; i < segments.length; i++) {
            var segment = segments[i];
            long segmentEnd = i + 1 < segments.length ? segments[i + 1].baseOffset : endOffset;
            // Each segment but the first had a snapshot. Without it the producers of older ones would go when those do.
            if (i > 0 && segment.baseOffset > fromOffset) {
                ProducerSnapshot.write(disk, folder.resolve(FileNames.of(segment.baseOffset, FileNames.SNAPSHOT)), producers, true);
            }
            if (segment.isEmpty() || segmentEnd <= fromOffset) continue;
            if (scanner == null) scanner = new BatchScanner(ByteBuffer.allocate(SCAN_BYTES));
            try (var file = disk.open(segment.path(FileNames.LOG), false)) {
                if (!segment.locate(fromOffset, file, scanner)) continue;
                do {
                    if (scanner.header().baseOffset() >= fromOffset) take(producers, scanner, aborted);
                } while (scanner.next());
            }
        }
        return producers;
    }

    private static void take(ProducerStates producers, BatchScanner scanner, List<TransactionIndex.Entry> aborted) {
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
