package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a log: gathers what a turn stages, writes it in one call at the turn's end, or has the directory's thread do so while the disk
 * is slow; takes all of it back if that fails, and tells the listener either way. Holds the producers as of what is staged. Owned by the
 * log's loop.
 */
final class LogWriter {
    private final Log log;
    private final LogDirectory directory;
    private final Disk disk;
    private final Housekeeping housekeeping;
    private final EventLoop loop;
    private final LogListener listener;
    private final SegmentList segments;
    private final LogReader reader;
    private final LogFlusher flusher;
    private final LeaderEpochHistory epochs;
    private ProducerStates producers;
    private long endOffset;

    private Staging staging;
    private long stagedEndOffset;
    private List<TransactionIndex.Entry> stagedAborts = List.of();
    private final Runnable writeTask = this::onTurnEnd;
    private boolean writeScheduled;
    private boolean mayDefer;
    /** The write that the directory's thread has; nothing is appended meanwhile. */
    private DeferredWrite deferred;
    /** A write of this turn has failed: nothing is staged until the listener has been told. */
    private StorageException failure;
    private long failedFromOffset;
    private long toldEndOffset;

    LogWriter(Log log, LogDirectory directory, EventLoop loop, LogListener listener, LoadedLog loaded, SegmentList segments, LogReader reader,
            LogFlusher flusher) {
        this.log = log;
        this.directory = directory;
        this.disk = directory.disk();
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.listener = listener;
        this.segments = segments;
        this.reader = reader;
        this.flusher = flusher;
        this.epochs = loaded.epochs();
        this.producers = loaded.producers();
        this.endOffset = loaded.endOffset();
        this.stagedEndOffset = endOffset;
        this.toldEndOffset = endOffset;
    }

    /** Where what is written ends. */
    long endOffset() {
        return endOffset;
    }

    long stagedEndOffset() {
        return stagedEndOffset;
    }

    /** 0 if nothing is staged. */
    long stagedBytes() {
        return staging == null ? 0 : staging.byteCount();
    }

    /** Of the first staged batch; something must be staged. */
    long firstStagedTimestamp() {
        return staging.maxTimestamp(0);
    }

    ProducerStates producers() {
        return producers;
    }

    void allowDeferredWrites() {
        mayDefer = true;
    }

    /** Whether a write at the turn's end would be left to the directory's thread. */
    boolean isDeferring() {
        return mayDefer && directory.pace().isSlow();
    }

    /** Whether the directory's thread has a write: nothing may be staged, nor the active segment touched. */
    boolean isBusy() {
        return deferred != null;
    }

    /** Why a write of this turn failed: nothing may be staged; null if none has. */
    StorageException failure() {
        return failure;
    }

    /** The log was truncated. */
    void reset(long endOffset, ProducerStates producers) {
        this.endOffset = endOffset;
        this.stagedEndOffset = endOffset;
        this.toldEndOffset = endOffset;
        this.producers = producers;
    }

    /** Forgets what is staged: the log is offline, or gone. */
    void discard() {
        unstage();
        stagedEndOffset = endOffset;
    }

    // --- staging

    /** Takes a batch that has its offsets; its bytes must stay as they are until it is written. */
    void stage(RecordBatch batch, int leaderEpoch) {
        long baseOffset = batch.baseOffset();
        long lastOffset = batch.lastOffset();
        stage(batch.buffer(), batch.position(), batch.sizeInBytes(), baseOffset, lastOffset, batch.maxTimestamp(), leaderEpoch);
        if (!batch.hasProducerId()) return;
        if (batch.isControl()) stageMarker(batch);
        else producers.onBatch(batch.producerId(), batch.producerEpoch(), batch.lastSequence(), baseOffset, lastOffset,
                batch.maxTimestamp(), batch.isTransactional(), true);
    }

    /** What a wrapper's first offset is only its records say: it takes all from the end of what came before. */
    void stage(LegacyMessage message) {
        stage(message.buffer(), message.position(), message.sizeInBytes(), stagedEndOffset, message.lastOffset(), message.maxTimestamp(),
                RecordBatch.NO_LEADER_EPOCH);
    }

    private void stage(ByteBuffer buffer, int position, int size, long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch) {
        if (staging == null) staging = housekeeping.borrowStaging();
        scheduleWrite();
        staging.add(buffer, position, size, baseOffset, lastOffset, maxTimestamp, leaderEpoch);
        stagedEndOffset = lastOffset + 1;
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

    private void unstage() {
        if (staging != null) housekeeping.giveBack(staging);
        staging = null;
        stagedAborts = List.of();
    }

    // --- when, and telling

    private void scheduleWrite() {
        if (writeScheduled) return;
        writeScheduled = true;
        loop.atTurnEnd(writeTask);
    }

    private void onTurnEnd() {
        writeScheduled = false;
        if (staging != null && failure == null && isDeferring() && !directory.isOffline()) defer();
        else writeStaged();
        tell();
    }

    /** Writes what is staged, and tells. @return false if the disk refused */
    boolean write() {
        writeStaged();
        return tell();
    }

    private boolean tell() {
        // Who is told may append what was held, and so write more: that is told before a failure of what follows it.
        while (endOffset != toldEndOffset) {
            toldEndOffset = endOffset;
            listener.onWritten(log);
            flusher.onWritten(log.config());
        }
        if (failure == null) return true;
        var error = failure;
        failure = null;
        listener.onWriteFailed(log, failedFromOffset, error);
        return false;
    }

    // --- writing

    private void defer() {
        var active = segments.active();
        var file = active.file();
        var write = new DeferredWrite(directory, active, file == null ? null : file.retain(), staging, stagedAborts);
        staging = null;
        stagedAborts = List.of();
        deferred = write;
        directory.environment().appends().execute(() -> {
            write.perform();
            loop.execute(() -> onDeferred(write));
        });
    }

    private void onDeferred(DeferredWrite write) {
        if (write.isTold) return;
        take(write);
        tell();
    }

    private void take(DeferredWrite write) {
        var error = write.perform();
        write.isTold = true;
        deferred = null;
        if (write.file != null) write.file.release();
        if (log.isClosed() || log.isOffline()) {
            if (write.opened != null) write.opened.close();
            housekeeping.giveBack(write.staging);
            // Whatever has become of it, nobody will read it.
            listener.onWriteFailed(log, endOffset, new StorageException("log is closed or offline: partition=" + log.topicPartition()));
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
        if (error != null) undo(error);
        else onStagedWritten(active);
    }

    /**
     * Writes what is staged, and does not tell; ends the write that the directory's thread has first, here if that has not begun it. Blocks.
     *
     * @return false if a write of this turn has failed. Everything staged lies in the active segment, since a roll writes first.
     */
    boolean writeStaged() {
        if (deferred != null) take(deferred);
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
            long startedNs = directory.environment().clock().nanoTime();
            staging.writeTo(file.disk(), active.size());
            directory.pace().onWritten(startedNs, directory.environment().clock().nanoTime());
            if (!stagedAborts.isEmpty()) TransactionIndex.append(disk, active.path(FileNames.TRANSACTION_INDEX), stagedAborts, false);
        } catch (StorageException e) {
            undo(e);
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
        int indexIntervalBytes = log.config().indexIntervalBytes();
        for (int i = 0; i < staging.batchCount(); i++) {
            long baseOffset = staging.baseOffset(i);
            reader.onAppended(baseOffset, staging.lastOffset(i), active.size(), staging.size(i));
            active.onAppended(staging.lastOffset(i), staging.maxTimestamp(i), staging.size(i), indexIntervalBytes);
            if (staging.leaderEpoch(i) != epochs.latestEpoch() && epochs.assign(staging.leaderEpoch(i), baseOffset)) flusher.onEpochsChanged();
        }
        if (endOffset == segments.first().baseOffset) log.retention().schedule();
        flusher.onAppended(staging.byteCount());
        endOffset = stagedEndOffset;
        producers.commitUndo();
        unstage();
    }

    /** A write failed, or what had to come before it: nothing of what is staged stays on the disk. */
    void undo(StorageException error) {
        var active = segments.active();
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
        scheduleWrite();
    }
}
