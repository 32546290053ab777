package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;

/** Makes a log's producer states again, from the latest good snapshot and the batches after it. Reads the disk, on any thread. */
final class ProducerLoader {
    private static final int SCAN_BYTES = 64 * 1024;

    private ProducerLoader() {}

    /**
     * @param closedCleanly whether the log was closed cleanly: then no snapshot means no producers
     */
    static ProducerStates load(Disk disk, Path folder, Segment[] segments, long endOffset, boolean closedCleanly) {
        var snapshots = new ArrayList<Long>();
        for (var name : disk.list(folder)) {
            long offset = FileNames.offsetOf(name, FileNames.SNAPSHOT);
            // One from beyond the end tells of batches that are lost: once the log has grown past it, it would lie.
            if (offset > endOffset) disk.delete(folder.resolve(name));
            else if (offset >= 0) snapshots.add(offset);
        }
        if (snapshots.isEmpty() && closedCleanly) return new ProducerStates();
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            var path = folder.resolve(FileNames.of(snapshots.get(i), FileNames.SNAPSHOT));
            var producers = ProducerSnapshot.read(disk, path);
            if (producers != null) return replay(disk, folder, segments, producers, snapshots.get(i), endOffset);
            disk.delete(path);
        }
        return replay(disk, folder, segments, new ProducerStates(), 0, endOffset);
    }

    private static ProducerStates replay(Disk disk, Path folder, Segment[] segments, ProducerStates producers, long fromOffset, long endOffset) {
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
                    if (scanner.header().baseOffset() >= fromOffset) take(producers, scanner);
                } while (scanner.next());
            }
        }
        return producers;
    }

    private static void take(ProducerStates producers, BatchScanner scanner) {
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
            if (marker != null) producers.onMarker(batch.producerId(), batch.producerEpoch(), marker, false);
        } catch (RecordException e) {
            // Its checksum has been compared: someone wrote a marker that cannot be read, and it decides nothing.
        }
    }
}
