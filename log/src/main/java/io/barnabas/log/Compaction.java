package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.LegacyFilter;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchFilter;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One pass over a log: learns the last offset of each key from the part that has not been compacted, then goes over all
 * segments from the first and leaves out what later values replace. Small neighbours become one segment. Works on files
 * only, on any thread, used by one at a time; what it makes is the log's to take.
 * <p>
 * Of a batch remain the records that are the last of their key, or lie beyond what was learnt; offsets and order stay.
 * A tombstone, and a marker whose transaction has no data left, stays for {@code delete.retention.ms} from the first pass
 * that meets it, which notes the end of that time in the batch (KIP-534). A batch that ends a producer's data, or this pass,
 * stays at least without its records, so that sequences and the log's end can be told from the log.
 */
final class Compaction {
    /** Of the memory, what a batch may take that is unpacked: a few bytes of it may be a bomb. */
    private static final int HEAP_SHARE = 8;

    private final Disk disk;
    private final CompactionPlan plan;
    private final CompactionPace pace;
    private final BooleanSupplier isCancelled;
    private final KeyOffsets keys;
    private final BatchFileReader reader;
    private final ByteBuffer writeBuffer;
    private final RecordBatchFilter filter = new RecordBatchFilter(Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    private final RecordBatchFilter.Visitor learner = new Learner();
    private final RecordBatchFilter.Visitor keeper = new Keeper();
    private final RecordBatch batch = new RecordBatch();
    private final LegacyFilter legacyFilter = new LegacyFilter();
    private final LegacyMessage message = new LegacyMessage();
    /** Old formats have no place for a horizon: their tombstones go from segments that were not written after this. */
    private final long legacyHorizonMs;
    private boolean keepsLegacyTombstones;
    /** Of the batch at hand. */
    private boolean isControl;
    private boolean keepsTombstones;
    private final CleanedTransactions transactions;
    private final List<List<Segment>> groups = new ArrayList<>();
    private int nextGroup;
    /** The keys of all records before it are known. */
    private long learntOffset;

    /** @param ioBytes of memory for reading and writing together */
    Compaction(Disk disk, CompactionPlan plan, CompactionPace pace, BooleanSupplier isCancelled, KeyOffsets keys, int ioBytes) {
        this.disk = disk;
        this.plan = plan;
        this.pace = pace;
        this.isCancelled = isCancelled;
        this.keys = keys;
        this.reader = new BatchFileReader(ioBytes / 2);
        this.writeBuffer = ByteBuffer.allocate(Math.max(1, ioBytes / 2));
        this.legacyHorizonMs = legacyHorizonMs();
        this.transactions = new CleanedTransactions(readAborted(plan.segments().get(0).baseOffset));
    }

    /** Everything before it is compacted when all of {@link #next} is done. */
    long endOffset() {
        return learntOffset;
    }

    // --- learning

    void learn() {
        try {
            learnAll();
        } finally {
            filter.free();
        }
        group();
    }

    private void learnAll() {
        keys.startAt(plan.firstDirtyOffset());
        learntOffset = plan.firstDirtyOffset();
        int first = 0;
        while (endOffset(first) <= plan.firstDirtyOffset()) first++;
        var seen = new CleanedTransactions(readAborted(plan.segments().get(first).baseOffset));
        for (int i = first; i < plan.segments().size(); i++) {
            if (!learn(plan.segments().get(i), seen)) break;
            learntOffset = endOffset(i);
        }
    }

    /** @return false if there is no room for more keys */
    private boolean learn(Segment segment, CleanedTransactions seen) {
        try (var file = disk.open(segment.path(FileNames.LOG), false)) {
            start(file, segment);
            while (next(file)) {
                var header = reader.header();
                if (header.isControl()) seen.onMarker(header, markerType());
                else if (!seen.onData(header) && header.lastOffset() >= plan.firstDirtyOffset() && !learnKeys()) return false;
                learntOffset = Math.max(learntOffset, header.lastOffset() + 1);
            }
        }
        return true;
    }

    private boolean learnKeys() {
        return reader.header().isV2() ? filter.visit(batch, learner) : legacyFilter.visit(message, learner);
    }

    /** Learns the keys of records that have not been compacted. */
    private final class Learner implements RecordBatchFilter.Visitor {
        @Override
        public void expect(long offset, byte[] bytes, int keyFrom, int keyBytes) {
            if (isLearnt(offset, keyBytes)) keys.expect(bytes, keyFrom, keyBytes);
        }

        /** Goes on while there is room. */
        @Override
        public boolean onRecord(long offset, byte[] bytes, int keyFrom, int keyBytes, boolean hasValue) {
            if (!isLearnt(offset, keyBytes)) return true;
            if (!keys.putNext(offset)) return false;
            learntOffset = Math.max(learntOffset, offset + 1);
            return true;
        }

        private boolean isLearnt(long offset, int keyBytes) {
            return keyBytes >= 0 && offset >= plan.firstDirtyOffset();
        }
    }

    // --- cleaning

    /** Neighbours that fit into one segment, as far as keys were learnt. */
    private void group() {
        List<Segment> group = null;
        long bytes = 0;
        long indexBytes = 0;
        for (int i = 0; i < plan.segments().size(); i++) {
            var segment = plan.segments().get(i);
            if (segment.baseOffset >= learntOffset) break;
            long index = sizeOf(segment, FileNames.INDEX);
            boolean fits = group != null && bytes + segment.size() <= plan.config().segmentBytes()
                    && indexBytes + index <= plan.config().segmentIndexBytes()
                    && endOffset(i) - 1 - group.get(0).baseOffset <= Integer.MAX_VALUE;
            if (!fits) {
                group = new ArrayList<>(1);
                groups.add(group);
                bytes = 0;
                indexBytes = 0;
            }
            group.add(segment);
            bytes += segment.size();
            indexBytes += index;
        }
    }

    private long sizeOf(Segment segment, String suffix) {
        var path = segment.path(suffix);
        return disk.exists(path) ? disk.size(path) : 0;
    }

    /** @return what is to replace the next segments that are not as they should be; null at the end */
    CleanedSegment next() {
        while (nextGroup < groups.size()) {
            var cleaned = clean(groups.get(nextGroup++));
            if (cleaned.isChanged()) return cleaned;
        }
        return null;
    }

    private CleanedSegment clean(List<Segment> sources) {
        var cleaned = new CleanedSegment(disk, plan, sources, writeBuffer, pace);
        try {
            for (var source : sources) {
                keepsLegacyTombstones = disk.lastModifiedMs(source.path(FileNames.LOG)) > legacyHorizonMs;
                try (var file = disk.open(source.path(FileNames.LOG), false)) {
                    start(file, source);
                    while (next(file)) {
                        if (reader.header().isV2()) clean(cleaned, file);
                        else cleanMessage(cleaned, file);
                    }
                }
            }
            var last = sources.get(sources.size() - 1);
            cleaned.finish(transactions.takeKept(), disk.lastModifiedMs(last.path(FileNames.LOG)));
            return cleaned;
        } catch (RuntimeException e) {
            cleaned.discard();
            throw e;
        } finally {
            filter.free();
        }
    }

    private void clean(CleanedSegment cleaned, DiskFile file) {
        var header = reader.header();
        isControl = header.isControl();
        keepsTombstones = !isPastHorizon();
        boolean isDecided = isControl ? transactions.onMarker(header, markerType()) : transactions.onData(header);
        boolean isDropped = isDecided && (!isControl || isPastHorizon());
        var rest = isDropped || isWhollyReplaced(header) ? RecordBatchFilter.Rest.NONE : filter.filter(batch, keeper);
        if (rest == RecordBatchFilter.Rest.NONE) {
            if (isNeededEmpty(header)) replace(cleaned, file, batch.recordCount() == 0 ? null : RecordBatchFilter.emptied(batch));
            else cleaned.change(file);
            return;
        }
        boolean getsHorizon = !batch.hasDeleteHorizon() && (isControl ? isDecided : filter.keepsTombstone());
        if (rest == RecordBatchFilter.Rest.ALL && !getsHorizon) replace(cleaned, file, null);
        else replace(cleaned, file, filter.rest(batch, getsHorizon ? newHorizon() : batch.deleteHorizonMs()));
    }

    /** Then there is no need to unpack it. */
    private boolean isWhollyReplaced(BatchHeader header) {
        return !isControl && keys.replacedCount(header.baseOffset(), header.lastOffset()) == batch.recordCount();
    }

    /** What is left of a message of an old format becomes a batch of today's. */
    private void cleanMessage(CleanedSegment cleaned, DiskFile file) {
        isControl = false;
        keepsTombstones = keepsLegacyTombstones;
        if (!legacyFilter.filter(message, keeper)) cleaned.change(file);
        else replace(cleaned, file, legacyFilter.rest(message, legacyFilter.keepsTombstone() ? newHorizon() : RecordBatch.NO_TIMESTAMP));
    }

    /** Keeps the last record of each key, and what lies beyond what was learnt. */
    private final class Keeper implements RecordBatchFilter.Visitor {
        @Override
        public void expect(long offset, byte[] bytes, int keyFrom, int keyBytes) {
            if (isLookedUp(offset, keyBytes)) keys.expect(bytes, keyFrom, keyBytes);
        }

        @Override
        public boolean onRecord(long offset, byte[] bytes, int keyFrom, int keyBytes, boolean hasValue) {
            if (isUntouched(offset)) return true;
            // A topic that was not always compacted may hold some: nobody could ask for them by key.
            if (keyBytes < 0) return false;
            boolean isReplaced = isLookedUp(offset, keyBytes) ? keys.getNext() > offset : keys.isReplaced(offset);
            return !isReplaced && (hasValue || keepsTombstones);
        }

        private boolean isLookedUp(long offset, int keyBytes) {
            return !isUntouched(offset) && keyBytes >= 0 && !keys.isNoted(offset);
        }

        private boolean isUntouched(long offset) {
            return offset >= learntOffset || isControl;
        }
    }

    /** By the age of the last segment that a pass has been over. */
    private long legacyHorizonMs() {
        Segment last = null;
        for (var segment : plan.segments()) if (segment.baseOffset < plan.firstDirtyOffset()) last = segment;
        return last == null ? 0 : disk.lastModifiedMs(last.path(FileNames.LOG)) - plan.config().compaction().deleteRetentionMs();
    }

    private long newHorizon() {
        long horizon = plan.nowMs() + plan.config().compaction().deleteRetentionMs();
        return horizon < 0 ? Long.MAX_VALUE : horizon;
    }

    private boolean isPastHorizon() {
        return batch.hasDeleteHorizon() && batch.deleteHorizonMs() <= plan.nowMs();
    }

    /** @param other to stand in the place of the batch; null for itself */
    private void replace(CleanedSegment cleaned, DiskFile file, ByteBuffer other) {
        if (other == null) {
            cleaned.add(reader.header(), reader.buffer().array(), reader.buffer().arrayOffset() + reader.position());
            return;
        }
        cleaned.change(file);
        var header = new BatchHeader();
        header.wrap(other, 0, other.limit());
        cleaned.add(header, other.array(), other.arrayOffset());
    }

    private boolean isNeededEmpty(BatchHeader header) {
        if (header.lastOffset() + 1 == learntOffset) return true;
        if (!header.hasProducerId()) return false;
        var end = plan.producers().get(header.producerId());
        if (end == null) return false;
        if (end.lastOffset() >= 0) return header.lastOffset() == end.lastOffset();
        return header.isControl() && header.producerEpoch() == end.epoch();
    }

    // --- reading

    private void start(DiskFile file, Segment segment) {
        reader.start(file, 0, segment.size());
    }

    private boolean next(DiskFile file) {
        if (isCancelled.getAsBoolean()) throw new CompactionException("cancelled");
        long before = reader.filePosition();
        if (!reader.next()) return false;
        if (!isWhole()) {
            throw new CompactionException("checksum does not match: file=%s position=%d".formatted(file.path(), reader.filePosition()));
        }
        pace.onBytes(reader.filePosition() - before);
        return true;
    }

    /** Sets the view of the batch that the reader has come to. */
    private boolean isWhole() {
        if (reader.header().isV2()) return batch.wrap(reader.buffer(), reader.position()).isValidCrc();
        return message.wrap(reader.buffer(), reader.position()).isValidCrc();
    }

    /** @return null if nobody knows it */
    private ControlRecordType markerType() {
        try (var records = batch.records(Integer.MAX_VALUE)) {
            var marker = records.next();
            return marker == null ? null : ControlRecordType.ofKey(marker.key());
        } catch (RecordException e) {
            throw new CompactionException("control batch that cannot be read: " + batch, e);
        }
    }

    private long endOffset(int segment) {
        return segment + 1 < plan.segments().size() ? plan.segments().get(segment + 1).baseOffset : plan.endOffset();
    }

    /** Those that ended before would be taken for open ones. */
    private List<TransactionIndex.Entry> readAborted(long fromOffset) {
        var entries = new ArrayList<TransactionIndex.Entry>(0);
        for (var path : plan.transactionIndexes()) {
            for (var entry : TransactionIndex.read(disk, path)) if (entry.lastOffset() >= fromOffset) entries.add(entry);
        }
        return entries;
    }
}
