package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a log: gives batches their offsets, gathers what a turn appends, writes it in one call, or takes all of it
 * back; rolls segments. Owned by the log's loop.
 */
final class LogAppender {
    private final Log log;
    private final LogDirectory directory;
    private final Disk disk;
    private final Housekeeping housekeeping;
    private final EventLoop loop;
    private final Path folder;
    private final SegmentList segments;
    private final LogReader reader;
    private final LogFlusher flusher;
    private final LeaderEpochHistory epochs;
    private ProducerStates producers;
    private LogConfig config;
    private long endOffset;

    private Staging staging;
    private long stagedEndOffset;
    private List<TransactionIndex.Entry> stagedAborts = List.of();
    private final RecordBatch view = new RecordBatch();
    /** A message of an old format among what is replicated; made when the first comes. */
    private LegacyMessage message;
    private boolean mayDefer;
    /** The write that the directory's thread has; nothing is appended meanwhile. */
    private DeferredWrite deferred;
    /** A write of this turn has failed: nothing is staged until the listener has been told. */
    private StorageException failure;
    private long failedFromOffset;

    LogAppender(Log log, LogDirectory directory, EventLoop loop, LogConfig config, LoadedLog loaded, SegmentList segments,
            LogReader reader, LogFlusher flusher) {
        this.log = log;
        this.directory = directory;
        this.disk = directory.disk();
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.folder = loaded.folder();
        this.segments = segments;
        this.reader = reader;
        this.flusher = flusher;
        this.epochs = loaded.epochs();
        this.producers = loaded.producers();
        this.config = config;
        this.endOffset = loaded.endOffset();
        this.stagedEndOffset = endOffset;
    }

    void reconfigure(LogConfig config) {
        this.config = config;
    }

    long endOffset() {
        return endOffset;
    }

    long stagedEndOffset() {
        return stagedEndOffset;
    }

    ProducerStates producers() {
        return producers;
    }

    /** The log was truncated. */
    void reset(long endOffset, ProducerStates producers) {
        this.endOffset = endOffset;
        this.stagedEndOffset = endOffset;
        this.producers = producers;
    }

    void allowDeferredWrites() {
        mayDefer = true;
    }

    boolean isBusy() {
        return deferred != null;
    }

    /** Forgets what is staged: the log is offline, or gone. */
    void discard() {
        unstage();
        stagedEndOffset = endOffset;
    }

    /** The error of this turn's write, once. */
    StorageException takeFailure() {
        var taken = failure;
        failure = null;
        return taken;
    }

    long failedFromOffset() {
        return failedFromOffset;
    }

    // --- staging

    AppendResult append(RecordBatch batch, int leaderEpoch, AppendOrigin origin) {
        if (deferred != null) throw new IllegalStateException("a write is under way: partition=" + log.topicPartition());
        if (failure != null) return refusedByStorage();
        int size = batch.sizeInBytes();
        if (size > config.segmentBytes()) {
            return new AppendResult.Refused(ErrorCode.RECORD_LIST_TOO_LARGE,
                    "batch larger than a segment: sizeInBytes=%d segmentBytes=%d".formatted(size, config.segmentBytes()));
        }
        if (batch.hasProducerId()) {
            var answer = producers.check(batch, origin);
            if (answer != null) return answer;
        }
        long baseOffset = stagedEndOffset;
        long lastOffset = baseOffset + batch.lastOffsetDelta();
        if (!makeRoom(size, lastOffset, batch.maxTimestamp())) return refusedByStorage();
        batch.setBaseOffset(baseOffset);
        batch.setLeaderEpoch(leaderEpoch);
        stage(batch, leaderEpoch);
        return new AppendResult.Appended(baseOffset, lastOffset);
    }

    AppendResult replicate(ByteBuffer batches) {
        if (deferred != null) throw new IllegalStateException("a write is under way: partition=" + log.topicPartition());
        if (failure != null) return refusedByStorage();
        long end;
        try {
            end = checkReplicated(batches);
        } catch (RecordException e) {
            return new AppendResult.Refused(e.error(), e.getMessage());
        }
        long firstOffset = -1;
        int at = batches.position();
        while (at < end) {
            if (isLegacy(batches, at)) {
                message.wrap(batches, at);
                if (!makeRoom(message.sizeInBytes(), message.lastOffset(), message.maxTimestamp())) return refusedByStorage();
                if (firstOffset < 0) firstOffset = stagedEndOffset;
                stageMessage();
                at = message.endPosition();
                continue;
            }
            view.wrap(batches, at);
            if (!makeRoom(view.sizeInBytes(), view.lastOffset(), view.maxTimestamp())) return refusedByStorage();
            if (firstOffset < 0) firstOffset = view.baseOffset();
            stage(view, view.leaderEpoch());
            at = view.endPosition();
        }
        return new AppendResult.Appended(firstOffset < 0 ? stagedEndOffset : firstOffset, stagedEndOffset - 1);
    }

    /** @return where the last whole batch ends */
    private int checkReplicated(ByteBuffer batches) {
        long nextOffset = stagedEndOffset;
        int epoch = epochs.latestEpoch();
        int at = batches.position();
        while (batches.limit() - at >= BatchHeader.BYTES_MIN) {
            int sizeInBytes = RecordBatch.LENGTH_PREFIX_BYTES + batches.getInt(at + BatchHeader.LENGTH_AT);
            if (sizeInBytes > batches.limit() - at) break;
            if (isLegacy(batches, at)) {
                checkReplicatedMessage(batches, at, nextOffset);
                nextOffset = message.lastOffset() + 1;
                at = message.endPosition();
                continue;
            }
            view.wrap(batches, at);
            if (!view.isValidCrc()) throw new RecordException(ErrorCode.CORRUPT_MESSAGE, "checksum does not match: " + view);
            if (view.baseOffset() < nextOffset || view.lastOffset() < view.baseOffset() || view.leaderEpoch() < epoch) {
                throw new RecordException(ErrorCode.CORRUPT_MESSAGE,
                        "batch does not follow: endOffset=%d epoch=%d batch=%s".formatted(nextOffset, epoch, view));
            }
            epoch = view.leaderEpoch();
            nextOffset = view.nextOffset();
            at = view.endPosition();
        }
        return at;
    }

    private static boolean isLegacy(ByteBuffer batches, int at) {
        return LegacyMessage.isLegacy(batches.get(at + BatchHeader.MAGIC_AT));
    }

    private void checkReplicatedMessage(ByteBuffer batches, int at, long nextOffset) {
        if (message == null) message = new LegacyMessage();
        message.wrap(batches, at);
        if (!message.isValidCrc()) throw new RecordException(ErrorCode.CORRUPT_MESSAGE, "checksum does not match: " + message);
        if (message.lastOffset() < nextOffset) {
            throw new RecordException(ErrorCode.CORRUPT_MESSAGE, "message does not follow: endOffset=%d message=%s".formatted(nextOffset, message));
        }
    }

    /** What a wrapper's first offset is only its records say: it takes all from the end of what came before. */
    private void stageMessage() {
        if (staging == null) staging = housekeeping.borrowStaging();
        log.scheduleWrite();
        long lastOffset = message.lastOffset();
        staging.add(message.buffer(), message.position(), message.sizeInBytes(), stagedEndOffset, lastOffset, message.maxTimestamp(),
                RecordBatch.NO_LEADER_EPOCH);
        stagedEndOffset = lastOffset + 1;
    }

    private void stage(RecordBatch batch, int leaderEpoch) {
        if (staging == null) staging = housekeeping.borrowStaging();
        log.scheduleWrite();
        long baseOffset = batch.baseOffset();
        long lastOffset = batch.lastOffset();
        staging.add(batch.buffer(), batch.position(), batch.sizeInBytes(), baseOffset, lastOffset, batch.maxTimestamp(), leaderEpoch);
        stagedEndOffset = lastOffset + 1;
        if (!batch.hasProducerId()) return;
        if (batch.isControl()) stageMarker(batch);
        else producers.onBatch(batch.producerId(), batch.producerEpoch(), batch.lastSequence(), baseOffset, lastOffset,
                batch.maxTimestamp(), batch.isTransactional(), true);
    }

    private void stageMarker(RecordBatch batch) {
        try (var records = batch.records(Integer.MAX_VALUE)) {
            var marker = records.next();
            if (marker == null) return;
            var aborted = producers.onMarker(batch.producerId(), batch.producerEpoch(), marker, true);
            if (aborted == null) return;
            if (stagedAborts.isEmpty()) stagedAborts = new ArrayList<>();
            stagedAborts.add(aborted);
        }
    }

    private AppendResult.Refused refusedByStorage() {
        return new AppendResult.Refused(ErrorCode.KAFKA_STORAGE_ERROR, failure.getMessage());
    }

    // --- writing

    /** At a turn's end: writes, or has the directory's thread do it while the disk is slow; then {@link Log#onDeferredWritten} follows. */
    void writeStagedOrDefer() {
        if (mayDefer && directory.pace().isSlow() && staging != null && failure == null && !directory.isOffline()) defer();
        else writeStaged();
    }

    private void defer() {
        var active = segments.active();
        var file = active.file();
        var write = new DeferredWrite(directory, active, file == null ? null : file.retain(), staging, stagedAborts);
        staging = null;
        stagedAborts = List.of();
        deferred = write;
        directory.appends().execute(() -> {
            write.perform();
            loop.execute(() -> onDeferred(write));
        });
    }

    /** Ends the write that the directory's thread has, here if that has not begun it. Blocks. */
    void settle() {
        if (deferred != null) take(deferred);
    }

    private void onDeferred(DeferredWrite write) {
        if (write.isTold) return;
        take(write);
        log.onDeferredWritten();
    }

    private void take(DeferredWrite write) {
        var error = write.perform();
        write.isTold = true;
        deferred = null;
        if (write.file != null) write.file.release();
        if (log.isClosed() || log.isOffline()) {
            if (write.opened != null) write.opened.close();
            housekeeping.giveBack(write.staging);
            log.onWriteDropped();
            return;
        }
        var active = write.segment;
        if (write.opened != null && active.file() == null) segments.keep(active, write.opened);
        else if (write.opened != null) write.opened.close();
        if (write.createsFile) flusher.onFileCreated();
        if (write.offsetIndex != null && !active.hasIndexesInMemory()) {
            active.reloadIndexes(write.offsetIndex, write.timeIndex);
            active.forgetStoredEntries();
        }
        staging = write.staging;
        stagedAborts = write.aborts;
        if (error != null) undoStaged(active, error);
        else onStagedWritten(active);
    }

    /** @return false if a write of this turn has failed. Everything staged lies in the active segment, since a roll writes first. */
    boolean writeStaged() {
        settle();
        if (failure != null) return false;
        if (staging == null) return true;
        var active = segments.active();
        if (directory.isOffline()) {
            forgetStaged(new StorageException("log directory is offline: path=" + directory.path()));
            return false;
        }
        try {
            var file = segments.open(active);
            segments.loadIndexes(active);
            long startedNs = directory.clock().nanoTime();
            staging.writeTo(file.disk(), active.size());
            directory.pace().onWritten(startedNs, directory.clock().nanoTime());
            if (!stagedAborts.isEmpty()) TransactionIndex.append(disk, active.path(FileNames.TRANSACTION_INDEX), stagedAborts, false);
        } catch (StorageException e) {
            undoStaged(active, e);
            return false;
        }
        onStagedWritten(active);
        return true;
    }

    private void onStagedWritten(Segment active) {
        if (!stagedAborts.isEmpty()) {
            flusher.onSideFile(active.path(FileNames.TRANSACTION_INDEX));
            active.hasTransactionIndex(true);
        }
        for (int i = 0; i < staging.batchCount(); i++) {
            long baseOffset = staging.baseOffset(i);
            reader.onAppended(baseOffset, staging.lastOffset(i), active.size(), staging.size(i));
            active.onAppended(staging.lastOffset(i), staging.maxTimestamp(i), staging.size(i), config.indexIntervalBytes());
            if (staging.leaderEpoch(i) != epochs.latestEpoch() && epochs.assign(staging.leaderEpoch(i), baseOffset)) flusher.onEpochsChanged();
        }
        if (endOffset == segments.first().baseOffset) log.retention().schedule();
        flusher.onAppended(staging.byteCount());
        endOffset = stagedEndOffset;
        producers.commitUndo();
        unstage();
    }

    private void undoStaged(Segment active, StorageException error) {
        try {
            if (active.file() != null) cut(active.file().disk(), active.size());
            if (active.hasTransactionIndex()) {
                TransactionIndex.truncate(disk, active.path(FileNames.TRANSACTION_INDEX), endOffset);
            }
        } catch (StorageException e) {
            error = e;
        }
        forgetStaged(error);
        if (error instanceof DiskFullException) directory.onFull(error);
        else directory.fail(error);
    }

    static void cut(DiskFile file, long size) {
        if (file.size() <= size) return;
        file.truncate(size);
        // Else a power cut could bring back what is told to have failed, between what is written next.
        file.sync();
    }

    private void forgetStaged(StorageException error) {
        failure = error;
        failedFromOffset = endOffset;
        stagedEndOffset = endOffset;
        producers.undo(endOffset);
        unstage();
        log.scheduleWrite();
    }

    private void unstage() {
        if (staging != null) housekeeping.giveBack(staging);
        staging = null;
        stagedAborts = List.of();
    }

    // --- rolling

    /** Rolls where a batch does not fit. @return false if what was staged before could not be written */
    private boolean makeRoom(int size, long lastOffset, long maxTimestamp) {
        var active = segments.active();
        long used = active.size() + (staging == null ? 0 : staging.byteCount());
        if (used == 0) return true;
        // Writing now, so that it can roll, would wait for the disk: a segment may be larger by what is staged in one turn.
        boolean isLate = staging != null && mayDefer && directory.pace().isSlow() && used + size <= Integer.MAX_VALUE;
        if (isLate && lastOffset - active.baseOffset <= Integer.MAX_VALUE) return true;
        boolean isFull = used + size > config.segmentBytes()
                || lastOffset - active.baseOffset > Integer.MAX_VALUE
                || active.hasFullIndex(config.segmentIndexBytes());
        if (!isFull && !isAged(active, maxTimestamp)) return true;
        if (!writeStaged()) return false;
        return rollOrFail();
    }

    boolean rollOrFail() {
        try {
            roll();
            return true;
        } catch (StorageException e) {
            undoStaged(segments.active(), e);
            return false;
        }
    }

    /** By the timestamps of its first batch and of the one to come where they have any, else by the clock. */
    boolean isAged(Segment active, long nextTimestamp) {
        long agedMs = config.segmentAgeMaxMs() - active.jitterMs();
        long first = ageFrom(active);
        if (first >= 0 && nextTimestamp >= 0) return nextTimestamp - first > agedMs;
        return loop.clock().nowMs() - active.createdMs() > agedMs;
    }

    private long ageFrom(Segment active) {
        return active.isEmpty() && staging != null ? staging.maxTimestamp(0) : reader.firstTimestamp(active);
    }

    /** Closes the active segment; the next one starts at the log's end. Nothing may be staged. */
    private void roll() {
        var active = segments.active();
        segments.loadIndexes(active);
        active.finishTimeIndex();
        takeSnapshot();
        var next = newSegment(endOffset);
        next.offsetIndex().expectAsManyAs(active.offsetIndex());
        next.timeIndex().expectAsManyAs(active.timeIndex());
        segments.add(next);
        flusher.onRolled(endOffset);
        reader.forgetRecent();
        flusher.flushTo(endOffset);
        log.retention().schedule();
        log.cleanable().schedule();
    }

    /** So that the producers need not be found by reading what lies before. One that says "none" is worth as much. */
    private void takeSnapshot() {
        var path = path(endOffset, FileNames.SNAPSHOT);
        ProducerSnapshot.write(disk, path, producers, false);
        flusher.onSideFile(path);
    }

    Segment newSegment(long baseOffset) {
        var segment = new Segment(disk, folder, baseOffset, 0, loop.clock().nowMs());
        segment.useIndexes(new OffsetIndex(), new TimeIndex());
        if (config.segmentJitterMs() > 0) {
            segment.jitterMs(directory.random().nextLong(Math.min(config.segmentJitterMs(), config.segmentAgeMaxMs())));
        }
        return segment;
    }

    private Path path(long offset, String suffix) {
        return folder.resolve(FileNames.of(offset, suffix));
    }
}
