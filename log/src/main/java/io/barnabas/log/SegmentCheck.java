package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks once over the batches of one segment after another and tells what is wrong with them: headers, checksums, offsets,
 * leader epochs, and what their indexes say of them. Knows between segments where the log has come to, and which transactions
 * are open. Used by one thread.
 */
final class SegmentCheck {
    /** Findings of one segment; the rest of a shredded one adds nothing. */
    private static final int FINDINGS_MAX = 100;

    private final Disk disk;
    private final Path folder;
    private final BatchScanner scanner;
    private final boolean readsRecords;
    private final PartitionCheck.Sink sink;
    /** Producers with records in a transaction that has not ended; of each the first offset. */
    private final Map<Long, Long> openTransactions = new HashMap<>();
    private long endOffset;
    private int latestEpoch = RecordBatch.NO_LEADER_EPOCH;
    private long batches;
    private long gaps;
    private long firstGap;
    private int findings;
    /** What was wrong with the checksum of the batch before: torn, if nothing follows. */
    private Finding pending;

    SegmentCheck(Disk disk, Path folder, BatchScanner scanner, boolean readsRecords, PartitionCheck.Sink sink) {
        this.disk = disk;
        this.folder = folder;
        this.scanner = scanner;
        this.readsRecords = readsRecords;
        this.sink = sink;
    }

    /** The offset behind the last batch. */
    long endOffset() {
        return endOffset;
    }

    long batches() {
        return batches;
    }

    /** How often offsets are missing between two batches. */
    long gaps() {
        return gaps;
    }

    long firstGap() {
        return firstGap;
    }

    /**
     * @param nextBaseOffset of the segment behind it; {@link Long#MAX_VALUE} of the last one
     * @param epochs         who wrote what; null if nobody knows
     * @return bytes of the file
     */
    long check(long baseOffset, long nextBaseOffset, List<String> names, LeaderEpochHistory epochs) {
        var path = folder.resolve(FileNames.of(baseOffset, FileNames.LOG));
        findings = 0;
        boolean isFirst = batches == 0 && endOffset == 0;
        if (baseOffset < endOffset) tell(path, 0, baseOffset, "segment begins before the one before it ends: endOffset=" + endOffset);
        if (!isFirst && baseOffset > endOffset) onGap(endOffset);
        endOffset = Math.max(endOffset, baseOffset);
        boolean hasIndex = names.contains(FileNames.of(baseOffset, FileNames.INDEX));
        boolean hasTimeIndex = names.contains(FileNames.of(baseOffset, FileNames.TIME_INDEX));
        var aborted = aborted(names, baseOffset, nextBaseOffset);
        try (var log = disk.open(path, false);
                var indexes = new IndexCheck(disk, folder, baseOffset, hasIndex, hasTimeIndex, this::tellOfIndex)) {
            long size = log.size();
            scanner.start(log, 0, size);
            while (scanner.next()) checkBatch(log, baseOffset, nextBaseOffset, epochs, indexes, aborted);
            tellPending(scanner.problem() == null);
            if (scanner.problem() != null) {
                tell(new Finding(path, scanner.position(), endOffset, "no batch from here on: " + scanner.problem() + " bytesLeft="
                        + (size - scanner.position()), true), true);
            }
            indexes.onEnd();
            if (size > 0 && !(hasIndex && hasTimeIndex) && !sink.mayBeUnfinished()) sink.note(path, -1, baseOffset,
                    "an index is missing: the next start makes it again");
            if (aborted != null) aborted.tellLeft();
            return size;
        }
    }

    private void checkBatch(DiskFile log, long segmentBaseOffset, long nextBaseOffset, LeaderEpochHistory epochs, IndexCheck indexes,
            AbortedCheck aborted) {
        tellPending(false);
        var header = scanner.header();
        long position = scanner.position();
        long baseOffset = header.baseOffset();
        long lastOffset = header.lastOffset();
        batches++;
        if (baseOffset < endOffset && header.isV2()) tell(log.path(), position, baseOffset, "offsets go back: expected at least " + endOffset);
        // A compressed message of the old formats has only the offset of the last message within.
        else if (baseOffset > endOffset && endOffset > segmentBaseOffset && header.isV2()) onGap(endOffset);
        if (lastOffset >= nextBaseOffset) tell(log.path(), position, lastOffset,
                "batch reaches into the next segment: nextBaseOffset=" + nextBaseOffset);
        if (lastOffset - segmentBaseOffset > Integer.MAX_VALUE) tell(log.path(), position, lastOffset, "offset too far from the segment's first");
        endOffset = Math.max(endOffset, lastOffset + 1);
        checkHeader(log, header, position, epochs);
        indexes.onBatch(position, baseOffset, lastOffset, header.maxTimestamp());
        if (header.isTransactional()) checkTransaction(header, log, position, aborted);
        boolean hasRecords = readsRecords && header.isV2();
        if (!scanner.isValidCrc()) pending = new Finding(log.path(), position, baseOffset,
                "checksum of a batch is wrong: sizeInBytes=" + (scanner.nextPosition() - position), true);
        else if (hasRecords) readRecords(log, position);
    }

    private void checkHeader(DiskFile log, BatchHeader header, long position, LeaderEpochHistory epochs) {
        long baseOffset = header.baseOffset();
        int count = header.recordCount();
        if (count < 0 || count > header.lastOffset() - baseOffset + 1) {
            tell(log.path(), position, baseOffset, "impossible count of records: recordCount=%d lastOffset=%d".formatted(count, header.lastOffset()));
        }
        if (CompressionType.of(header.codec()) == null) tell(log.path(), position, baseOffset, "unknown codec: id=" + header.codec());
        int epoch = header.leaderEpoch();
        if (epoch == RecordBatch.NO_LEADER_EPOCH) return;
        if (epoch < latestEpoch) tell(log.path(), position, baseOffset, "leader epoch goes back: leaderEpoch=%d before=%d"
                .formatted(epoch, latestEpoch));
        int known = epochs == null ? RecordBatch.NO_LEADER_EPOCH : epochs.epochAt(baseOffset);
        if (known != RecordBatch.NO_LEADER_EPOCH && known != epoch) {
            tell(log.path(), position, baseOffset, "another leader epoch than %s says: leaderEpoch=%d there=%d"
                    .formatted(FileNames.LEADER_EPOCHS, epoch, known));
        }
        latestEpoch = Math.max(latestEpoch, epoch);
    }

    private void checkTransaction(BatchHeader header, DiskFile log, long position, AbortedCheck aborted) {
        long producerId = header.producerId();
        if (!header.isControl()) {
            openTransactions.putIfAbsent(producerId, header.baseOffset());
            return;
        }
        var firstOffset = openTransactions.remove(producerId);
        if (!isAbort(header, log, position)) return;
        if (aborted != null) aborted.onMarker(producerId, header.lastOffset());
        boolean isIndexed = aborted != null && aborted.has(producerId, header.lastOffset());
        if (firstOffset != null && !isIndexed) {
            tell(log.path(), position, header.lastOffset(),
                    "aborted transaction is not in the transaction index: producerId=%d firstOffset=%d".formatted(producerId, firstOffset));
        }
    }

    private boolean isAbort(BatchHeader header, DiskFile log, long position) {
        // One marker is small; what claims to be one and is not is told of with its checksum.
        if (header.sizeInBytes() > 64 << 10) return false;
        var batch = new RecordBatch().wrap(scanner.readBatch(), 0);
        try (var records = batch.records(Integer.MAX_VALUE)) {
            var marker = records.next();
            return marker != null && ControlRecordType.ofKey(marker.key()) == ControlRecordType.ABORT;
        } catch (RecordException e) {
            tell(log.path(), position, header.baseOffset(), "marker cannot be read: " + e.getMessage());
            return false;
        }
    }

    private void readRecords(DiskFile log, long position) {
        var batch = new RecordBatch().wrap(scanner.readBatch(), 0);
        long previous = batch.baseOffset() - 1;
        int count = 0;
        try (var records = batch.records(Integer.MAX_VALUE)) {
            for (var record = records.next(); record != null; record = records.next()) {
                if (record.offset() <= previous || record.offset() > batch.lastOffset()) {
                    tell(log.path(), position, record.offset(), "record with an impossible offset: previous=%d lastOffset=%d"
                            .formatted(previous, batch.lastOffset()));
                }
                previous = record.offset();
                count++;
            }
        } catch (RecordException e) {
            tell(log.path(), position, previous + 1, "records cannot be read: after=%d problem=%s".formatted(count, e.getMessage()));
        }
    }

    private void onGap(long offset) {
        if (gaps++ == 0) firstGap = offset;
    }

    private void tellPending(boolean isLast) {
        if (pending == null) return;
        tell(pending, isLast);
        pending = null;
    }

    private void tellOfIndex(Path file, long position, long offset, String what) {
        tell(new Finding(file, position, offset, what, true), offset >= endOffset);
    }

    private void tell(Path file, long position, long offset, String what) {
        tell(new Finding(file, position, offset, what, true), false);
    }

    /** @param isEnd whether nothing that is whole follows */
    private void tell(Finding finding, boolean isEnd) {
        if (++findings <= FINDINGS_MAX) sink.tell(finding, isEnd);
        else if (findings == FINDINGS_MAX + 1) sink.tell(new Finding(finding.file(), -1, -1, "and more", true), isEnd);
    }

    // --- the transaction index

    private AbortedCheck aborted(List<String> names, long baseOffset, long nextBaseOffset) {
        var name = FileNames.of(baseOffset, FileNames.TRANSACTION_INDEX);
        return names.contains(name) ? new AbortedCheck(folder.resolve(name), baseOffset, nextBaseOffset) : null;
    }

    /** The entries of one transaction index, which stand in the order of the markers. */
    private final class AbortedCheck {
        private final Path path;
        private final List<TransactionIndex.Entry> entries;
        private final List<Boolean> isMet = new ArrayList<>();

        AbortedCheck(Path path, long baseOffset, long nextBaseOffset) {
            this.path = path;
            this.entries = TransactionIndex.read(disk, path);
            long size = disk.size(path);
            long read = (long) entries.size() * TransactionIndex.ENTRY_BYTES;
            if (read != size) tell(path, read, -1, "no entry from here on: bytesLeft=" + (size - read));
            long previous = -1;
            for (int i = 0; i < entries.size(); i++) {
                var entry = entries.get(i);
                boolean isPossible = entry.firstOffset() <= entry.lastOffset() && entry.lastOffset() > previous
                        && entry.lastOffset() >= baseOffset && entry.lastOffset() < nextBaseOffset;
                if (!isPossible) {
                    tell(path, (long) i * TransactionIndex.ENTRY_BYTES, entry.lastOffset(),
                            "impossible entry: producerId=%d firstOffset=%d lastOffset=%d previous=%d"
                            .formatted(entry.producerId(), entry.firstOffset(), entry.lastOffset(), previous));
                }
                previous = Math.max(previous, entry.lastOffset());
                isMet.add(false);
            }
        }

        void onMarker(long producerId, long offset) {
            int at = find(producerId, offset);
            if (at >= 0) isMet.set(at, true);
        }

        boolean has(long producerId, long offset) {
            return find(producerId, offset) >= 0;
        }

        private int find(long producerId, long offset) {
            int low = 0;
            int high = entries.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                var entry = entries.get(middle);
                if (entry.lastOffset() == offset) return entry.producerId() == producerId ? middle : -1;
                if (entry.lastOffset() < offset) low = middle + 1;
                else high = middle - 1;
            }
            return -1;
        }

        /** Compaction takes markers away whose data is gone; without it each entry has one. */
        void tellLeft() {
            if (sink.isCompacted()) return;
            for (int i = 0; i < entries.size(); i++) {
                var entry = entries.get(i);
                if (isMet.get(i)) continue;
                SegmentCheck.this.tell(new Finding(path, (long) i * TransactionIndex.ENTRY_BYTES, entry.lastOffset(),
                        "entry of a transaction that did not end so: producerId=%d firstOffset=%d".formatted(entry.producerId(),
                                entry.firstOffset()), true),
                        entry.lastOffset() >= endOffset);
            }
        }
    }
}
