package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds out what a partition's folder holds. After a clean stop that is the tail of the last segment; after a crash
 * everything from the recovery point on is checked, and the first batch that is not whole ends the log. What lies before
 * the recovery point was durable: if that is damaged the log is not opened, since records that were acknowledged are
 * missing. Reads and repairs the disk, on any thread.
 */
final class LogLoader {
    private static final ThreadLocal<BatchScanner> SCANNER =
            ThreadLocal.withInitial(() -> new BatchScanner(ByteBuffer.allocateDirect(256 * 1024)));

    private static final int SMALL_SEGMENT_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path folder;
    private final TopicPartition partition;
    private final boolean closedCleanly;
    private final long recoveryPoint;
    private final int indexIntervalBytes;
    private final long nowMs;
    private LeaderEpochHistory epochs = new LeaderEpochHistory();
    /** What the file of the epochs holds. */
    private String epochsText = LeaderEpochHistory.EMPTY_TEXT;
    private long endOffset;
    /** Of the last segments that were walked without a break: where that began, and whether a producer wrote there. */
    private long scannedFrom = Long.MAX_VALUE;
    private boolean sawProducers;
    private List<String> names;

    /**
     * @param names         what the folder holds, sorted
     * @param recoveryPoint 0 if nothing is known to be durable
     */
    LogLoader(Disk disk, Path folder, List<String> names, TopicPartition partition, boolean closedCleanly, long recoveryPoint,
            int indexIntervalBytes, long nowMs) {
        this.disk = disk;
        this.folder = folder;
        this.names = names;
        this.partition = partition;
        this.closedCleanly = closedCleanly;
        this.recoveryPoint = recoveryPoint;
        this.indexIntervalBytes = indexIntervalBytes;
        this.nowMs = nowMs;
    }

    /** A partition that was not there before. Nothing is synced. */
    static LoadedLog create(Disk disk, Path folder, Uuid topicId, long folderChange, long nowMs) {
        disk.createDirectories(folder);
        if (!topicId.isZero()) PartitionMetadata.write(disk, folder, topicId);
        return new LoadedLog(topicId, folder, new Segment[] {Segment.empty(disk, folder, 0, nowMs)}, new LeaderEpochHistory(),
                new ProducerStates(), 0, 0, 0, folderChange, false, false, true, -1);
    }

    /**
     * @param logStart      as checkpointed, 0 if it is not
     * @throws StorageException if the folder is damaged, or cannot be read
     */
    LoadedLog load(Uuid topicId, long logStart, long folderChange) {
        names = new Leftovers(disk, folder, SCANNER.get()).end(names);
        var segments = findSegments(logStart);
        loadEpochs(segments);
        // A truncation may have taken back the batches of later ones; those that are there are found again with their batches.
        if (!closedCleanly) epochs.truncateFromEnd(Math.max(recoveryPoint, 0));
        var kept = closedCleanly ? loadClean(segments) : recover(segments);
        if (recoveryPoint > endOffset && recoveryPoint > logStart) {
            throw damaged("log ends at %d, but was durable up to %d".formatted(endOffset, recoveryPoint));
        }
        if (logStart > endOffset && closedCleanly) {
            throw damaged("log ends at %d, but %s says that it starts at %d".formatted(endOffset, FileNames.LOG_STARTS, logStart));
        }
        if (logStart > endOffset) kept = startAnew(kept, logStart);
        long start = Math.max(logStart, kept[0].baseOffset);
        epochs.truncateFromEnd(endOffset);
        epochs.truncateFromStart(start);
        var active = kept[kept.length - 1];
        if (active.hasIndexesInMemory()) active.forgetStoredEntries();
        var loader = new ProducerLoader(disk, folder, names, kept, endOffset, sawProducers ? Long.MAX_VALUE : scannedFrom, SCANNER.get());
        // A clean stop leaves a snapshot where there are producers: if there is none, somebody took it.
        var producers = loader.load(closedCleanly && (!sawProducers || hasSnapshot()), recoveryPoint);
        // The start may lie in the middle of a file that was never synced: only what is in none counts as durable.
        long flushedOffset = closedCleanly ? endOffset : Math.max(kept[0].baseOffset, Math.min(recoveryPoint, endOffset));
        boolean epochsChanged = !epochs.toText().equals(epochsText);
        return new LoadedLog(topicId, folder, kept, epochs, producers, start, endOffset, flushedOffset, folderChange, epochsChanged,
                has(FileNames.LEADER_EPOCHS), closedCleanly, loader.snapshotOffset());
    }

    private List<Segment> findSegments(long logStart) {
        var segments = new ArrayList<Segment>(1);
        for (var name : names) {
            long baseOffset = FileNames.offsetOf(name, FileNames.LOG);
            if (baseOffset < 0) continue;
            var path = folder.resolve(name);
            long size = disk.size(path);
            if (size > Integer.MAX_VALUE) throw damaged("segment larger than any can be: file=%s size=%d".formatted(name, size));
            var segment = new Segment(disk, folder, baseOffset, size, Segment.UNKNOWN_TIMESTAMP);
            segment.hasTransactionIndex(has(FileNames.of(baseOffset, FileNames.TRANSACTION_INDEX)));
            segments.add(segment);
        }
        if (segments.isEmpty()) segments.add(new Segment(disk, folder, logStart, 0, nowMs));
        checkFirst(segments.get(0), logStart);
        return segments;
    }

    /** Where the log starts is durable before older segments go: an index from there on has lost its segment. */
    private void checkFirst(Segment first, long logStart) {
        for (var name : names) {
            long offset = FileNames.offsetOf(name, FileNames.INDEX);
            if (offset >= logStart && offset < first.baseOffset) throw damaged("a segment is gone, and its index is not: file=" + name);
        }
    }

    private void loadEpochs(List<Segment> segments) {
        if (has(FileNames.LEADER_EPOCHS)) {
            epochsText = CheckpointFile.readExisting(disk, folder.resolve(FileNames.LEADER_EPOCHS));
            try {
                epochs = LeaderEpochHistory.parse(epochsText);
                return;
            } catch (IllegalArgumentException e) {
                // As if it were not there.
            }
        }
        // It was made durable before the recovery point moved: if it is not there somebody took it, and the batches know.
        if (!closedCleanly && recoveryPoint <= segments.get(0).baseOffset) return;
        for (var segment : segments) findEpochs(segment);
    }

    private boolean has(String name) {
        return Collections.binarySearch(names, name) >= 0;
    }

    private boolean hasSnapshot() {
        for (var name : names) if (FileNames.offsetOf(name, FileNames.SNAPSHOT) >= 0) return true;
        return false;
    }

    private boolean hasIndexes(Segment segment) {
        return has(FileNames.of(segment.baseOffset, FileNames.INDEX)) && has(FileNames.of(segment.baseOffset, FileNames.TIME_INDEX));
    }

    private void findEpochs(Segment segment) {
        if (segment.isEmpty()) return;
        try (var file = disk.open(segment.path(FileNames.LOG), false)) {
            var scanner = SCANNER.get().startHeaders(file, 0, segment.size());
            while (scanner.next()) {
                epochs.learn(scanner.header().leaderEpoch(), scanner.header().baseOffset());
            }
        }
    }

    private Segment[] loadClean(List<Segment> segments) {
        for (int i = 0; i + 1 < segments.size(); i++) {
            var segment = segments.get(i);
            if (hasIndexes(segment)) continue;
            scan(segment, Long.MAX_VALUE);
            close(segment);
        }
        var active = segments.get(segments.size() - 1);
        endOffset = active.baseOffset;
        if (!scan(active, Long.MAX_VALUE)) throw damaged("bad batch in a log that was closed cleanly: file=" + active.path(FileNames.LOG));
        return segments.toArray(new Segment[0]);
    }

    private Segment[] recover(List<Segment> segments) {
        for (int i = 0; i < segments.size(); i++) {
            var segment = segments.get(i);
            boolean isActive = i == segments.size() - 1;
            // One that ends right there may have been closed after the flush, its indexes not stored.
            if (!isActive && segments.get(i + 1).baseOffset < recoveryPoint) {
                if (hasIndexes(segment)) continue;
                scan(segment, Long.MAX_VALUE);
                close(segment);
                continue;
            }
            endOffset = segment.baseOffset;
            boolean isWhole = scan(segment, recoveryPoint);
            // A file may have lost its end at the border of two batches: then the next segment does not follow.
            if (!isWhole || !isActive && !follows(segments.get(i + 1).baseOffset)) {
                deleteForGood(segments.subList(i + 1, segments.size()));
                return segments.subList(0, i + 1).toArray(new Segment[0]);
            }
            if (!isActive) close(segment);
        }
        return segments.toArray(new Segment[0]);
    }

    /** Whether a segment may start at an offset: what was durable before it may lack its end, since compaction took it. */
    private boolean follows(long baseOffset) {
        return endOffset == baseOffset || endOffset < baseOffset && baseOffset <= recoveryPoint;
    }

    /**
     * Walks a segment from the last index entry that can be relied on to its end, completing its indexes. Batches that reach
     * an offset from {@code checkedFrom} on have their checksum compared; the first that is not whole ends the segment.
     *
     * @return false if the segment was cut
     */
    private boolean scan(Segment segment, long checkedFrom) {
        if (segment.isEmpty()) {
            segment.useIndexes(new OffsetIndex(), new TimeIndex());
            return true;
        }
        long fileSize = segment.size();
        try (var file = disk.open(segment.path(FileNames.LOG), false)) {
            var scanner = SCANNER.get();
            long from = takeIndexes(segment, file, scanner, checkedFrom);
            segment.startAt(from);
            scanner.startHeaders(file, from, fileSize);
            while (scanner.next()) {
                var header = scanner.header();
                long lastOffset = header.lastOffset();
                int epoch = header.leaderEpoch();
                long baseOffset = header.baseOffset();
                scannedFrom = Math.min(scannedFrom, baseOffset);
                sawProducers |= header.hasProducerId();
                long maxTimestamp = header.maxTimestamp();
                // Gaps are left by compaction. An offset is not under the checksum, but no segment reaches further than this.
                boolean follows = baseOffset >= Math.max(endOffset, segment.baseOffset) && lastOffset - segment.baseOffset <= Integer.MAX_VALUE;
                if (!follows || lastOffset >= checkedFrom && !scanner.isValidCrc()) break;
                segment.onAppended(lastOffset, maxTimestamp, (int) (scanner.nextPosition() - scanner.position()), indexIntervalBytes);
                epochs.learn(epoch, baseOffset);
                endOffset = lastOffset + 1;
            }
            if (segment.size() < fileSize) return cut(segment, file, scanner.problem());
        }
        storeIndexes(segment);
        return true;
    }

    private OffsetIndex loadOffsetIndex(Segment segment) {
        var name = FileNames.of(segment.baseOffset, FileNames.INDEX);
        return has(name) ? SegmentList.loadOffsetIndex(disk, folder.resolve(name), segment.size()) : new OffsetIndex();
    }

    private TimeIndex loadTimeIndex(Segment segment) {
        var name = FileNames.of(segment.baseOffset, FileNames.TIME_INDEX);
        return has(name) ? SegmentList.loadTimeIndex(disk, folder.resolve(name)) : new TimeIndex();
    }

    private boolean cut(Segment segment, DiskFile file, String problem) {
        if (closedCleanly || endOffset < recoveryPoint) {
            throw damaged("bad batch below the recovery point: file=%s position=%d offset=%d recoveryPoint=%d problem=%s".formatted(
                    segment.path(FileNames.LOG), segment.size(), endOffset, recoveryPoint, problem == null ? "checksum" : problem));
        }
        file.truncate(segment.size());
        // What is cut off must not return in the next power cut, between what is written in its place.
        file.sync();
        if (segment.hasTransactionIndex()) TransactionIndex.truncate(disk, segment.path(FileNames.TRANSACTION_INDEX), endOffset);
        storeIndexes(segment);
        return false;
    }

    /** Loads the entries that are surely right. @return where the batch of the last of them starts */
    private long takeIndexes(Segment segment, DiskFile file, BatchScanner scanner, long checkedFrom) {
        if (closedCleanly && segment.size() <= SMALL_SEGMENT_BYTES) {
            // Walking over it is cheaper than reading its indexes. After a crash they have to be seen, since they may tell of what is lost.
            segment.useIndexes(new OffsetIndex(), new TimeIndex());
            return 0;
        }
        var offsets = loadOffsetIndex(segment);
        var times = loadTimeIndex(segment);
        if (checkedFrom != Long.MAX_VALUE) {
            // What is not known to be durable may be anything.
            offsets.truncateTo(offsets.floor(checkedFrom - segment.baseOffset - 1) + 1);
        }
        int last = offsets.count() - 1;
        if (last >= 0) {
            scanner.startSmall(file, offsets.position(last), segment.size(), BatchHeader.BYTES_MAX);
            if (!scanner.next() || scanner.header().lastOffset() != segment.baseOffset + offsets.relativeOffset(last)) {
                offsets.distrustFile();
                times.distrustFile();
            }
        }
        // A clean stop leaves an entry at least; it is not synced, so a power cut soon after may have taken it.
        if (checkedFrom == Long.MAX_VALUE && (times.count() == 0 || times.isFileLonger())) offsets.distrustFile();
        last = offsets.count() - 1;
        boolean keepsAll = checkedFrom == Long.MAX_VALUE && last >= 0;
        if (!keepsAll) times.truncateToOffset(last < 0 ? 0 : offsets.relativeOffset(last) + 1);
        segment.useIndexes(offsets, times);
        return trustTimes(segment, file, scanner);
    }

    /**
     * A time index has no checksum, and nothing shows that its last entries are gone: what the batch of its last entry does not bear out is
     * forgotten, and the batches behind that are looked at again.
     *
     * @return where the batch of the last offset entry that is left starts
     */
    private static int trustTimes(Segment segment, DiskFile file, BatchScanner scanner) {
        var offsets = segment.offsetIndex();
        var times = segment.timeIndex();
        int latest = times.count() - 1;
        if (latest >= 0 && segment.bearsOut(times.entry(latest), file, scanner)) {
            // What lies behind the last offset entry is looked at in any case.
            long end = offsets.count() == 0 ? 0 : offsets.position(offsets.count() - 1) + 1;
            if (!segment.isLatest(times.timestamp(latest), end, file, scanner)) offsets.truncateTo(offsets.floor(times.relativeOffset(latest)) + 1);
        } else {
            offsets.distrustFile();
            times.distrustFile();
            segment.useIndexes(offsets, times);
        }
        int last = offsets.count() - 1;
        return last < 0 ? 0 : offsets.position(last);
    }

    private void storeIndexes(Segment segment) {
        var offsets = segment.offsetIndex();
        var times = segment.timeIndex();
        times.takeLoaded(segment.maxTimestamp(), (int) (endOffset - 1 - segment.baseOffset));
        times.truncateToOffset(endOffset - segment.baseOffset);
        boolean isStale = offsets.isFileLonger() || times.isFileLonger();
        boolean isSmall = segment.size() <= SMALL_SEGMENT_BYTES;
        // What stays in memory anyway is stored by a flush, when nobody waits: to make the files of thousands of partitions takes a second.
        if (!isStale && (isSmall || segment.hasUnstoredEntries() && offsets.unstoredCount() < SegmentIndex.BLOCK_ENTRIES)) return;
        if ((isStale || segment.hasUnstoredEntries()) && !storeIfRoom(segment, false)) return;
        segment.dropIndexes();
    }

    /**
     * A full disk keeps no partition from being read: its indexes then stay in memory until a flush finds room.
     *
     * @return false if there was no room; then there are no files, since half of one would be taken for a whole
     */
    private boolean storeIfRoom(Segment segment, boolean sync) {
        try {
            SegmentList.storeIndexes(disk, segment, sync);
            return true;
        } catch (DiskFullException e) {
            segment.offsetIndex().markUnstored();
            segment.timeIndex().markUnstored();
            disk.delete(segment.path(FileNames.INDEX));
            disk.delete(segment.path(FileNames.TIME_INDEX));
            return false;
        }
    }

    /** A closed segment needs the last entry of its time index. */
    private void close(Segment segment) {
        if (segment.isEmpty()) return;
        if (!segment.hasIndexesInMemory()) segment.reloadIndexes(loadOffsetIndex(segment), loadTimeIndex(segment));
        segment.finishTimeIndex();
        // Nobody looks at them again before they are searched: they must be as durable as the recovery point says.
        segment.offsetIndex().markUnstored();
        segment.timeIndex().markUnstored();
        if (storeIfRoom(segment, true)) segment.dropIndexes();
    }

    private Segment[] startAnew(Segment[] segments, long logStart) {
        ProducerLoader.deleteSnapshots(disk, folder);
        deleteForGood(List.of(segments));
        names = disk.list(folder);
        endOffset = logStart;
        epochs.clear();
        return new Segment[] {Segment.empty(disk, folder, logStart, nowMs)};
    }

    /** Durable on return. */
    private void deleteForGood(List<Segment> doomed) {
        for (var segment : doomed) {
            for (var suffix : LogTruncation.DATA_SUFFIXES) disk.delete(segment.path(suffix));
        }
        disk.syncDirectory(folder);
    }

    private StorageException damaged(String what) {
        return new StorageException("partition is damaged: partition=%s folder=%s: %s".formatted(partition, folder, what));
    }
}
