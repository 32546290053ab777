package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Makes a log durable: at most one flush is under way, and covers everything written before it began, so that all who ask
 * meanwhile share the next one. Tells the directory's checkpoints how far the log has come, and knows what stands in them. Owned by the
 * log's loop; the work is done on the directory's I/O pool.
 */
final class LogFlusher {
    /** What nobody asks to be flushed is flushed after this time, which bounds what a recovery has to check. */
    private static final long BACKGROUND_FLUSH_MS = 60_000;
    /** Index entries are stored with a flush when at least so many are new: fewer cost a recovery a look at as many headers. */
    private static final int INDEX_ENTRIES_STORED_MIN = 64;
    /** The producers are stored with a flush when so much was written since the last time, which bounds what a recovery reads for them. */
    private static final long SNAPSHOT_BYTES = 4 << 20;
    /** In a flush that nobody waits for, and that is rare, they are stored earlier. */
    private static final long BACKGROUND_SNAPSHOT_BYTES = ProducerLoader.SHORT_REPLAY_BYTES;

    private final Log log;
    private final LogDirectory directory;
    private final Housekeeping housekeeping;
    private final EventLoop loop;
    private final Path folder;
    private final SegmentList segments;
    private final LeaderEpochHistory epochs;
    private long flushedOffset;
    private long wantedOffset;
    private Flush current;
    /** Counts truncations: what was begun before one is worth nothing after it. */
    private int generation;
    /** Something may have to be checkpointed or flushed: housekeeping comes by once a second. */
    private boolean isDirty;
    /** What the directory was told last. */
    private Housekeeping.Checkpoint told;
    /** The recovery point on disk. */
    private long durableRecoveryPoint;
    /** The files are not as a clean stop would leave them. */
    private boolean hasChanged;
    private boolean epochsChanged;
    private boolean hasEpochsFile;
    private boolean filesCreated;
    private final List<Path> sideFiles = new ArrayList<>(0);
    private final long folderChange;
    private long unflushedSinceMs = -1;
    /** Written since the last flush was put together. */
    private long unflushedBytes;
    /** Written since the producers were last stored; after a start at least that. */
    private long unsnapshottedBytes;
    /** Offsets of snapshots that can go once there is a later one at or below the recovery point on disk; oldest first. */
    private final ArrayDeque<Long> snapshots = new ArrayDeque<>(1);
    private boolean isQueued;
    private boolean isClosing;
    private final List<Segment> closeAfterFlush = new ArrayList<>(0);

    LogFlusher(Log log, LogDirectory directory, EventLoop loop, SegmentList segments, LoadedLog loaded, OffsetCheckpoints.Offsets checkpointed) {
        this.log = log;
        this.directory = directory;
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.folder = loaded.folder();
        this.segments = segments;
        this.epochs = loaded.epochs();
        this.flushedOffset = loaded.flushedOffset();
        this.wantedOffset = flushedOffset;
        this.durableRecoveryPoint = Math.min(checkpointed.recoveryPoint(), flushedOffset);
        this.told = new Housekeeping.Checkpoint(log, log.topicPartition(), generation, flushedOffset, checkpointed.highWatermark(),
                loaded.logStartOffset(), checkpointed.firstDirtyOffset());
        this.hasChanged = !loaded.closedCleanly();
        this.folderChange = loaded.folderChange();
        // After a crash nobody knows which entries of the folder had been synced.
        this.filesCreated = flushedOffset < loaded.endOffset();
        this.epochsChanged = loaded.epochsChanged();
        this.hasEpochsFile = loaded.hasEpochsFile();
        if (loaded.snapshotOffset() >= 0) onSnapshot(loaded.snapshotOffset());
        if (loaded.snapshotOffset() < loaded.endOffset()) this.unsnapshottedBytes = segments.active().size();
    }

    long flushedOffset() {
        return flushedOffset;
    }

    /** The recovery point on disk. */
    long durableRecoveryPoint() {
        return durableRecoveryPoint;
    }

    void onEpochsChanged() {
        epochsChanged = true;
    }

    /** A snapshot or a transaction index was written, to be durable with the next flush. */
    void onSideFile(Path path) {
        if (!sideFiles.contains(path)) sideFiles.add(path);
        filesCreated = true;
    }

    void onFileCreated() {
        filesCreated = true;
    }

    /** A file is to be closed, to stay below the bound of open ones: after a flush, if it needs one. */
    void letGo(Segment segment) {
        if (log.isBusy() || segments.isNotFlushed(segment, flushedOffset)) {
            flushTo(log.endOffset());
            closeAfterFlush.add(segment);
        } else {
            segments.letGo(segment);
        }
    }

    /** A snapshot stands at the start of a new segment, and stays for as long as that. */
    void onRolled(long offset) {
        snapshots.remove(offset);
        unsnapshottedBytes = 0;
    }

    private void onSnapshot(long offset) {
        for (int i = 0; i < segments.count(); i++) if (segments.get(i).baseOffset == offset) return;
        snapshots.add(offset);
    }

    void onAppended(long byteCount) {
        unflushedBytes += byteCount;
        unsnapshottedBytes += byteCount;
        hasChanged = true;
        markDirty();
    }

    void onWritten(LogConfig config) {
        if (unflushedSinceMs < 0) unflushedSinceMs = loop.clock().nowMs();
        if (log.endOffset() - flushedOffset >= config.flushMessages()) flushTo(log.endOffset());
        else startIfWanted();
    }

    void flushTo(long offset) {
        if (offset <= wantedOffset) return;
        wantedOffset = offset;
        startIfWanted();
    }

    /** Bytes that no flush under way or to come will make durable. */
    long unflushedBytes() {
        return isQueued || log.isOffline() || log.isClosed() ? 0 : unflushedBytes;
    }

    /**
     * Once a second while dirty: sees to it that what is old is flushed, and adds what the directory's checkpoints lack.
     *
     * @param isMuch whether all logs together have so much unflushed that age does not matter
     * @return whether something will have to be done later
     */
    boolean onTick(long nowMs, boolean isMuch, List<Housekeeping.Checkpoint> checkpoints) {
        if (log.isClosed()) return false;
        if (!log.isOffline() && isIdle() && (isMuch || isOld(nowMs))) {
            isQueued = true;
            housekeeping.flushSoon(this);
        }
        addCheckpoint(checkpoints);
        isDirty = !log.isOffline() && flushedOffset < log.endOffset();
        return isDirty;
    }

    /** Whether there is something to flush that nobody has asked for, or that there was no room for. */
    private boolean isIdle() {
        return flushedOffset < log.endOffset() && current == null && !isQueued && !log.isBusy();
    }

    /** Whether that has waited long enough. */
    private boolean isOld(long nowMs) {
        if (wantedOffset > flushedOffset) return true;
        if (unflushedSinceMs < 0) unflushedSinceMs = nowMs;
        return nowMs - unflushedSinceMs >= Math.min(BACKGROUND_FLUSH_MS, log.config().flushMs());
    }

    /** @return whether a flush was begun; {@link Housekeeping#onBackgroundFlushed} is told of its end */
    boolean startBackgroundFlush() {
        if (log.isOffline() || log.isClosed()) return false;
        isQueued = false;
        if (!isIdle()) return false;
        wantedOffset = log.endOffset();
        start(prepare(Flush.Purpose.BACKGROUND));
        return true;
    }

    void flushNow() {
        // One that is under way holds what the next would lack, so it has to be done as well.
        while (current != null || flushedOffset < log.endOffset()) performNow(current != null ? current : prepare(Flush.Purpose.WANTED));
    }

    /** Begins what {@link #closeNow} has to do, on the I/O pool. */
    void startClosing() {
        isClosing = true;
        startIfWanted();
    }

    /** Makes everything durable, and the files as a clean stop leaves them. Blocks. */
    void closeNow() {
        while (current != null || isUnclean()) performNow(current != null ? current : prepare(Flush.Purpose.CLOSING));
        keepCheckpoint();
    }

    private boolean isUnclean() {
        return hasChanged || flushedOffset < log.endOffset();
    }

    /** Ends the flush that is under way: what it still has to write would come after what is to be taken back. Blocks. */
    void settle() {
        while (current != null) {
            var flush = current;
            var error = flush.perform();
            onDone(flush, error);
            if (error != null && !flush.isRetriable()) throw error;
        }
    }

    /** What is still to be written of their indexes would come after what takes their place. Blocks, in that rare case. */
    void settleIndexesOf(List<Segment> closed) {
        if (current != null && !Collections.disjoint(current.indexedSegments, closed)) settle();
    }

    private void performNow(Flush flush) {
        var error = flush.perform();
        onDone(flush, error);
        if (error != null) throw error;
    }

    // --- truncation

    /**
     * The log is about to be truncated: its recovery point lies no higher than an offset, and its start no higher than where it is to end.
     * Durable on return.
     */
    void lowerCheckpoints(long recoveryPoint, long endOffset) {
        directory.checkpoints().lower(log.topicPartition(), recoveryPoint, endOffset, generation + 1);
        durableRecoveryPoint = Math.min(durableRecoveryPoint, recoveryPoint);
    }

    void onTruncated(long endOffset) {
        generation++;
        hasChanged = true;
        flushedOffset = Math.min(flushedOffset, endOffset);
        wantedOffset = Math.min(wantedOffset, endOffset);
        filesCreated = true;
        closeAfterFlush.clear();
        sideFiles.clear();
        snapshots.clear();
        unsnapshottedBytes = segments.active().size();
        markDirty();
    }

    // --- checkpoints

    void markDirty() {
        if (isDirty) return;
        isDirty = true;
        housekeeping.onDirty(this);
    }

    private void addCheckpoint(List<Housekeeping.Checkpoint> checkpoints) {
        var checkpoint = new Housekeeping.Checkpoint(log, log.topicPartition(), generation, flushedOffset, log.highWatermark(),
                log.logStartOffset(), log.cleanable().firstDirtyOffset());
        if (checkpoint.equals(told)) return;
        told = checkpoint;
        checkpoints.add(checkpoint);
    }

    /** Notes the last offsets for the directory's next checkpoint. */
    void keepCheckpoint() {
        var last = new ArrayList<Housekeeping.Checkpoint>(1);
        addCheckpoint(last);
        directory.checkpoints().put(last);
    }

    /** Offsets are on disk: a recovery goes on from the latest snapshot up to the recovery point, and wants no older one. */
    void onCheckpointed(Housekeeping.Checkpoint checkpoint) {
        // An answer from before a truncation tells of what is no more.
        if (checkpoint.generation() != generation) return;
        durableRecoveryPoint = checkpoint.recoveryPoint();
        deleteSnapshotsBefore(durableRecoveryPoint);
    }

    private void deleteSnapshotsBefore(long recoveryPoint) {
        if (snapshots.isEmpty()) return;
        long latest = -1;
        for (long offset : snapshots) if (offset <= recoveryPoint) latest = offset;
        long base = segments.active().baseOffset;
        if (base <= recoveryPoint) latest = Math.max(latest, base);
        var obsolete = new ArrayList<Path>(0);
        while (!snapshots.isEmpty() && snapshots.peekFirst() < latest) {
            obsolete.add(folder.resolve(FileNames.of(snapshots.pollFirst(), FileNames.SNAPSHOT)));
        }
        housekeeping.deleteLater(obsolete, 0);
    }

    // --- a flush

    private void startIfWanted() {
        // Begun again when the write that is under way is done.
        if (current != null || log.isBusy()) return;
        if (isClosing && isUnclean()) start(prepare(Flush.Purpose.CLOSING));
        else if (wantedOffset > flushedOffset && log.endOffset() > flushedOffset) start(prepare(Flush.Purpose.WANTED));
    }

    private void start(Flush flush) {
        current = flush;
        directory.io().execute(() -> {
            var error = flush.perform();
            loop.execute(() -> onDone(flush, error));
        });
    }

    private Flush prepare(Flush.Purpose purpose) {
        var epochsText = epochsChanged ? epochs.toText() : null;
        var flush = new Flush(purpose, directory, folder, log.endOffset(), generation, epochsText, hasEpochsFile, filesCreated, folderChange);
        flush.sideFiles.addAll(sideFiles);
        sideFiles.clear();
        hasEpochsFile |= epochsChanged;
        epochsChanged = false;
        filesCreated = false;
        unflushedSinceMs = -1;
        unflushedBytes = 0;
        if (purpose == Flush.Purpose.CLOSING) finishIndexes();
        if (needsSnapshot(purpose)) {
            flush.addSnapshot(ProducerSnapshot.encode(log.producers()));
            unsnapshottedBytes = 0;
        }
        int firstUnflushed = segments.floor(flushedOffset);
        for (int i = segments.firstWithIndexes(firstUnflushed); i < segments.count(); i++) {
            var segment = segments.get(i);
            boolean isActive = i == segments.count() - 1;
            if (segment.isEmpty()) continue;
            if (i >= firstUnflushed && segments.endOffset(i) > flushedOffset) flush.add(segments.open(segment).retain());
            if (!segment.hasIndexesInMemory()) continue;
            int isNew = segment.offsetIndex().unstoredCount();
            if (!isActive || isNew >= INDEX_ENTRIES_STORED_MIN || purpose == Flush.Purpose.CLOSING) flush.addIndexes(segment, !isActive);
        }
        return flush;
    }

    /** The last entry of a closed log's time index tells how late its records are. */
    private void finishIndexes() {
        var active = segments.active();
        if (active.isEmpty()) return;
        segments.loadIndexes(active);
        active.finishTimeIndex();
    }

    private boolean needsSnapshot(Flush.Purpose purpose) {
        // The producers know of what is staged, a snapshot must not.
        if (log.stagedEndOffset() != log.endOffset()) return false;
        return switch (purpose) {
            case WANTED -> unsnapshottedBytes >= SNAPSHOT_BYTES;
            case BACKGROUND -> unsnapshottedBytes >= BACKGROUND_SNAPSHOT_BYTES;
            // Without any snapshot a clean log has no producers.
            case CLOSING -> !log.producers().isEmpty() || segments.count() > 1 || !snapshots.isEmpty();
        };
    }

    private void onDone(Flush flush, StorageException error) {
        if (flush.isTold) return;
        flush.isTold = true;
        if (flush.purpose == Flush.Purpose.BACKGROUND) housekeeping.onBackgroundFlushed();
        if (flush == current) current = null;
        if (log.isClosed() || log.isOffline()) return;
        if (error != null) {
            onFailed(flush, error);
            return;
        }
        if (flush.generation != generation) {
            startIfWanted();
            return;
        }
        for (var segment : flush.indexedSegments) {
            if (!segment.hasIndexesInMemory()) continue;
            // One that was active when the flush began may have been closed since, with more entries.
            if (segment == segments.active() || segment.hasUnstoredEntries()) segment.forgetStoredEntries();
            else segment.dropStoredIndexes();
        }
        if (flush.hasSnapshot()) onSnapshot(flush.targetOffset);
        if (flush.purpose == Flush.Purpose.CLOSING && flush.targetOffset == log.stagedEndOffset()) hasChanged = false;
        boolean moved = flush.targetOffset > flushedOffset;
        flushedOffset = Math.max(flushedOffset, flush.targetOffset);
        if (log.endOffset() > flushedOffset && unflushedSinceMs < 0) unflushedSinceMs = loop.clock().nowMs();
        closeFlushed();
        startIfWanted();
        if (!moved) return;
        markDirty();
        log.onFlushed();
    }

    /** Nothing became durable: what this flush would have covered is to be covered by the next. */
    private void onFailed(Flush flush, StorageException error) {
        epochsChanged |= flush.includesEpochs;
        filesCreated |= flush.includesFolder;
        sideFiles.addAll(flush.sideFiles);
        for (var segment : flush.indexedSegments) {
            if (!segment.hasIndexesInMemory()) continue;
            segment.offsetIndex().markUnstored();
            segment.timeIndex().markUnstored();
        }
        // Waits for the next second: a full disk does not become emptier by asking.
        if (flush.isRetriable()) directory.warn("no room to flush, trying again: partition=" + log.topicPartition(), error);
        else directory.fail(error);
    }

    private void closeFlushed() {
        for (int i = closeAfterFlush.size() - 1; i >= 0; i--) {
            var segment = closeAfterFlush.get(i);
            if (log.isBusy() || segments.isNotFlushed(segment, flushedOffset)) continue;
            closeAfterFlush.remove(i);
            segments.letGo(segment);
        }
    }
}
