package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFullException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aborted transactions of a log, as the indexes of its segments tell them. Those have no checksum: entries that were not read before
 * are compared with the batches that they name, and where they do not agree the index is made again from the log. One that is gone, or has
 * lost whole entries at its end, cannot be told from one that never had them. Owned by the log's loop.
 */
final class AbortedTransactions {
    private static final Logger LOGGER = LoggerFactory.getLogger(AbortedTransactions.class);

    private final Disk disk;
    private final Path folder;
    private final SegmentList segments;
    private final Housekeeping housekeeping;

    AbortedTransactions(Disk disk, Path folder, SegmentList segments, Housekeeping housekeeping) {
        this.disk = disk;
        this.folder = folder;
        this.segments = segments;
        this.housekeeping = housekeeping;
    }

    /** Those that a reader must know for {@code [fromOffset, toOffset)}. */
    List<AbortedTransaction> of(long fromOffset, long toOffset) {
        if (toOffset <= fromOffset) return List.of();
        var found = new ArrayList<AbortedTransaction>(0);
        for (int i = segments.floor(fromOffset); i < segments.count(); i++) {
            if (!segments.get(i).hasTransactionIndex() || i < segments.count() - 1 && beginsAt(i, toOffset)) continue;
            for (var entry : endedIn(i)) {
                if (entry.lastOffset() >= fromOffset && entry.firstOffset() < toOffset) {
                    found.add(new AbortedTransaction(entry.producerId(), entry.firstOffset()));
                }
            }
        }
        return found;
    }

    /** Whether all that ended in a closed segment is known to have begun at an offset or later. */
    private boolean beginsAt(int index, long offset) {
        var known = segments.get(index).borneOut();
        return known != null && known.firstOffset() >= offset;
    }

    private List<TransactionIndex.Entry> endedIn(int index) {
        var segment = segments.get(index);
        var path = segment.path(FileNames.TRANSACTION_INDEX);
        var entries = TransactionIndex.read(disk, path);
        var known = segment.borneOut();
        // It is read from the disk each time, and may be damaged by now.
        boolean isAsBefore = known != null && entries.size() >= known.count() && entries.subList(0, known.count()).hashCode() == known.hash();
        if (!isBorneOut(index, entries, isAsBefore ? known.count() : 0, disk.size(path))) entries = makeAgain(index, path);
        segment.borneOut(new Segment.BorneOut(entries.size(), entries.hashCode(), firstOffset(index, entries)));
        return entries;
    }

    /** Where a transaction begins that ends in the active segment next is not known. */
    private long firstOffset(int index, List<TransactionIndex.Entry> entries) {
        if (index == segments.count() - 1) return 0;
        return entries.stream().mapToLong(TransactionIndex.Entry::firstOffset).min().orElse(Long.MAX_VALUE);
    }

    /** @param from how many of the entries are known to be right */
    private boolean isBorneOut(int index, List<TransactionIndex.Entry> entries, int from, long fileSize) {
        // Nobody makes an index before there is an entry.
        if (entries.isEmpty() || (long) entries.size() * TransactionIndex.ENTRY_BYTES != fileSize) return false;
        long previous = from == 0 ? segments.get(index).baseOffset - 1 : entries.get(from - 1).lastOffset();
        for (var entry : entries.subList(from, entries.size())) {
            boolean isPossible = entry.lastOffset() > previous && entry.lastOffset() < segments.endOffset(index) && entry.firstOffset() <= entry.lastOffset()
                    && entry.firstOffset() >= 0;
            if (!isPossible || !isBatchOf(entry.producerId(), entry.lastOffset(), index, true)) return false;
            // Compaction takes the first batches away, and retention.
            if (!isBatchOf(entry.producerId(), entry.firstOffset(), segments.floor(entry.firstOffset()), false)) return false;
            previous = entry.lastOffset();
        }
        return true;
    }

    /** @param isMarker whether it has to be there, and be one of control */
    private boolean isBatchOf(long producerId, long offset, int index, boolean isMarker) {
        var segment = segments.get(index);
        var scanner = housekeeping.scanner();
        if (segment.isEmpty() || !segment.locate(offset, segments.open(segment).disk(), scanner)) return !isMarker;
        var header = scanner.header();
        if (header.baseOffset() > offset) return !isMarker;
        return header.producerId() == producerId && header.isControl() == isMarker && (!isMarker || header.lastOffset() == offset);
    }

    private List<TransactionIndex.Entry> makeAgain(int index, Path path) {
        LOGGER.warn("a transaction index is damaged and made again: file={}", path);
        var loader = new ProducerLoader(disk, folder, List.of(), segments.all(), segments.endOffset(index), Long.MAX_VALUE, housekeeping.scanner());
        var entries = loader.abortedIn(index);
        try {
            TransactionIndex.replace(disk, path, entries);
        } catch (DiskFullException e) {
            LOGGER.warn("no room for it: file={}", path);
        }
        return entries;
    }
}
