package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One partition on one disk. Owned by one event loop, on which every method runs unless it says otherwise.
 * <p>
 * A batch is staged by {@link #append} or {@link #replicate}, becomes readable by {@link #write} (called by itself at the
 * end of the turn) and durable by a flush. Three ends tell how far each has come: {@link #endOffset} (written, in the page
 * cache), {@link #flushedOffset} (on stable storage) and {@link #highWatermark} (set by whoever replicates).
 */
public final class Log {
    /** Of a checkpointed offset: it has to be told again. */
    private static final long UNKNOWN = -1;

    private final LogDirectory directory;
    private final Disk disk;
    private final Housekeeping housekeeping;
    private final EventLoop loop;
    private final LogListener listener;
    private final TopicPartition partition;
    private final Uuid topicId;
    private final Path folder;
    private final SegmentList segments;
    private final LogReader reader;
    private final AbortedTransactions aborted;
    private final LogFlusher flusher;
    private final LogAppender appender;
    private final LeaderEpochHistory epochs;
    private final CleanableLog cleanable;
    private LogConfig config;

    private long logStartOffset;
    private long highWatermark;

    private final Runnable writeTask = this::onTurnEnd;
    private boolean writeScheduled;
    private long toldEndOffset;

    private boolean isDirty;
    private long checkpointedRecoveryPoint;
    private long checkpointedHighWatermark;
    private long checkpointedLogStart;
    private long checkpointedFirstDirtyOffset;
    private long durableLogStart;
    /** The recovery point on disk. */
    private long durableRecoveryPoint;
    private long retentionDueMs = Long.MAX_VALUE;
    private boolean isClosed;
    /** Read by the I/O pool. */
    private volatile boolean isDeleted;
    private String offlineReason;

    Log(LogDirectory directory, EventLoop loop, LogListener listener, TopicPartition partition, LogConfig config, LoadedLog loaded,
            OffsetCheckpoints.Offsets checkpointed) {
        this.directory = directory;
        this.disk = directory.disk();
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.listener = listener;
        this.partition = partition;
        this.topicId = loaded.topicId();
        this.folder = loaded.folder();
        this.config = config;
        this.segments = new SegmentList(this, disk, housekeeping.openSegments(), loaded.segments());
        this.reader = new LogReader(disk, segments, housekeeping);
        this.aborted = new AbortedTransactions(disk, folder, segments, housekeeping);
        this.epochs = loaded.epochs();
        this.flusher = new LogFlusher(this, directory, housekeeping, loop, folder, segments, epochs, loaded);
        this.appender = new LogAppender(this, directory, loop, config, loaded, segments, reader, flusher);
        this.logStartOffset = loaded.logStartOffset();
        this.toldEndOffset = loaded.endOffset();
        this.highWatermark = Math.max(logStartOffset, Math.min(checkpointed.highWatermark(), loaded.endOffset()));
        loaded.producers().onHighWatermark(highWatermark);
        this.cleanable = new CleanableLog(this, directory, loop, segments, folder, checkpointed.firstDirtyOffset());
        this.durableRecoveryPoint = Math.min(checkpointed.recoveryPoint(), loaded.flushedOffset());
        this.checkpointedFirstDirtyOffset = checkpointed.firstDirtyOffset();
        this.checkpointedRecoveryPoint = loaded.flushedOffset();
        this.checkpointedHighWatermark = checkpointed.highWatermark();
        this.checkpointedLogStart = logStartOffset;
        this.durableLogStart = segments.first().baseOffset;
    }

    public TopicPartition topicPartition() {
        return partition;
    }

    /** {@link Uuid#ZERO} if nobody has ever said. */
    public Uuid topicId() {
        return topicId;
    }

    public LogDirectory directory() {
        return directory;
    }

    public LogConfig config() {
        return config;
    }

    /** New settings hold from the next append on. */
    public void reconfigure(LogConfig config) {
        this.config = config;
        appender.reconfigure(config);
        scheduleRetention();
        scheduleCompaction();
    }

    /** Oldest readable offset. */
    public long logStartOffset() {
        return logStartOffset;
    }

    /** Oldest offset on this disk; the same as {@link #logStartOffset} until there is tiering. */
    public long localLogStartOffset() {
        return logStartOffset;
    }

    /** The first offset not written yet. */
    public long endOffset() {
        return appender.endOffset();
    }

    /** The offset that the next appended record gets: {@link #endOffset} unless something is staged. */
    public long stagedEndOffset() {
        return appender.stagedEndOffset();
    }

    /** Everything before it is on stable storage, with the directory entries that lead to it. */
    public long flushedOffset() {
        return flusher.flushedOffset();
    }

    /** First offset not known to be on all in-sync replicas; after opening, the last checkpoint's. */
    public long highWatermark() {
        return highWatermark;
    }

    /** Moves the high watermark on; a lower value than it has is ignored, a higher than {@link #endOffset} is cut to that. */
    public void raiseHighWatermark(long offset) {
        long raised = Math.min(offset, endOffset());
        if (raised <= highWatermark) return;
        highWatermark = raised;
        producers().onHighWatermark(raised);
        markDirty();
    }

    /** {@link #highWatermark}, or the start of the oldest transaction that is open or decided beyond it. */
    public long lastStableOffset() {
        return Math.min(highWatermark, producers().firstUnstableOffset());
    }

    /** Bytes of all segments. */
    public long sizeInBytes() {
        return segments.sizeInBytes();
    }

    /** True once this log or its directory takes no more reads and writes. */
    public boolean isOffline() {
        return offlineReason != null || directory.isOffline();
    }

    // --- appending

    /**
     * Leader: gives a validated batch its base offset and leader epoch, in its buffer, and stages it.
     *
     * @param batch       its bytes are read and must stay as they are until {@link LogListener#onWritten} or
     *                    {@link LogListener#onWriteFailed}; the view itself may be moved on at once
     * @param leaderEpoch of who appends; later ones that the log knows of are forgotten, since its folder came from elsewhere
     */
    public AppendResult append(RecordBatch batch, int leaderEpoch, AppendOrigin origin) {
        return isOffline() || isClosed ? refusedByStorage() : appender.append(batch, leaderEpoch, origin);
    }

    /**
     * Follower: stages whole batches as the leader wrote them, of one or several epochs. A batch cut short at the end is
     * left out. Checked first: checksums, that offsets grow from {@link #stagedEndOffset} on, and that epochs do not go back.
     *
     * @param batches its remaining bytes must stay as they are until the turn's {@link #write}; its position stays
     * @return never a duplicate; when refused by the storage, part of the batches may be written, as {@link #endOffset} tells; an append of nothing ends before it starts
     */
    public AppendResult replicate(ByteBuffer batches) {
        return isOffline() || isClosed ? refusedByStorage() : appender.replicate(batches);
    }

    private AppendResult.Refused refusedByStorage() {
        var reason = offlineReason != null ? offlineReason : isClosed ? "log is closed" : "log directory is offline";
        return new AppendResult.Refused(ErrorCode.KAFKA_STORAGE_ERROR, reason);
    }

    void scheduleWrite() {
        if (writeScheduled) return;
        writeScheduled = true;
        loop.atTurnEnd(writeTask);
    }

    private void onTurnEnd() {
        writeScheduled = false;
        appender.writeStagedOrDefer();
        tellWritten();
    }

    void onDeferredWritten() {
        tellWritten();
    }

    /** The log was closed or went offline under a write: whatever has become of it, nobody will read it. */
    void onWriteDropped() {
        listener.onWriteFailed(this, endOffset(), new StorageException("log is closed or offline: partition=" + partition));
    }

    /**
     * While the disk is slow, writes may be left to the directory's thread, so that the loop does not wait: whoever allows it
     * appends only while the log is not {@link #isBusy}, and goes on when {@link LogListener#onWritten} or
     * {@link LogListener#onWriteFailed} comes.
     */
    public void allowDeferredWrites() {
        appender.allowDeferredWrites();
    }

    /** Whether a write is under way that the loop does not wait for: nothing may be appended. */
    public boolean isBusy() {
        return appender.isBusy();
    }

    // --- writing

    /**
     * Writes all that is staged in one call to the file, then tells the listener. Does nothing when nothing is staged. Waits for a
     * write that is under way.
     *
     * @return false if the disk refused: what was not written is forgotten, and the listener knows
     */
    public boolean write() {
        appender.writeStaged();
        return tellWritten();
    }

    private boolean tellWritten() {
        if (endOffset() != toldEndOffset) {
            toldEndOffset = endOffset();
            listener.onWritten(this);
            flusher.onWritten(config);
        }
        var failure = appender.takeFailure();
        if (failure == null) return true;
        listener.onWriteFailed(this, appender.failedFromOffset(), failure);
        return false;
    }

    // --- flushing

    /**
     * Asks that {@link #flushedOffset} reach at least {@code offset} soon; the listener is told. Offsets that are not
     * written yet count from their write on.
     */
    public void flushTo(long offset) {
        if (!isOffline() && !isClosed) flusher.flushTo(offset);
    }

    /**
     * Writes and flushes everything before it returns; blocks.
     *
     * @throws StorageException if the disk refuses
     */
    public void flushNow() {
        if (!write()) throw new StorageException("write failed: partition=" + partition);
        if (isOffline()) throw new StorageException("log is offline: partition=%s reason=%s".formatted(partition, offlineReason));
        flusher.flushNow();
    }

    void onFlushed() {
        markDirty();
        if (segments.count() > 1) onCheckpointed(durableLogStart);
        listener.onFlushed(this);
    }

    /** Whether the files are not as a clean stop would leave them. */
    boolean hasChanged() {
        return appender.hasChanged() || flusher.flushedOffset() < endOffset();
    }

    void onLeftClean() {
        appender.onLeftClean();
    }

    /** The last entry of a closed log's time index tells how late its records are. */
    void finishIndexes() {
        var active = segments.active();
        if (active.isEmpty()) return;
        segments.loadIndexes(active);
        active.finishTimeIndex();
    }

    boolean hasProducers() {
        return !producers().isEmpty();
    }

    ByteBuffer encodeProducers() {
        return ProducerSnapshot.encode(producers());
    }

    void onFileCreated() {
        flusher.onFileCreated();
    }

    /** A file of this log is to be closed, to stay below the bound of open ones: after a flush, if it needs one. */
    void letGo(Segment segment) {
        if (isBusy() || segments.isNotFlushed(segment, flusher.flushedOffset())) {
            flusher.flushTo(endOffset());
            flusher.closeAfterFlush(segment);
        } else {
            segments.letGo(segment);
        }
    }

    // --- reading

    /**
     * Plans a read.
     *
     * @param offset           from {@link #logStartOffset} to {@link #endOffset}
     * @param bytesMax         most bytes of the slice
     * @param upperBound       first offset not to be given: the high watermark, the last stable offset or the log's end
     * @param atLeastOneBatch  give the first batch whole even when it is larger than {@code bytesMax}
     */
    public ReadResult read(long offset, int bytesMax, long upperBound, boolean atLeastOneBatch) {
        if (isOffline()) return new ReadResult.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
        if (offset < logStartOffset || offset > endOffset()) return new ReadResult.Refused(ErrorCode.OFFSET_OUT_OF_RANGE);
        long bound = Math.min(upperBound, endOffset());
        if (offset >= bound) return new ReadResult.Data(LogSlice.EMPTY);
        try {
            return new ReadResult.Data(reader.read(offset, bytesMax, bound, atLeastOneBatch));
        } catch (StorageException e) {
            directory.warn("cannot read: partition=%s offset=%d".formatted(partition, offset), e);
            return new ReadResult.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    /**
     * Whether finding an offset may wait for the disk, as in an old segment.
     *
     * @return what to run on the directory's I/O pool before {@link #read}; null if it finds the offset in memory or in the page cache
     */
    public Runnable coldLookup(long offset) {
        if (isOffline() || offset < logStartOffset || offset >= endOffset()) return null;
        return reader.coldLookup(offset);
    }

    /**
     * The aborted transactions that a reader of committed records must know for {@code [fromOffset, toOffset)}.
     *
     * @throws StorageException if the disk cannot be read
     */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
        return aborted.of(fromOffset, toOffset);
    }

    /**
     * The first record whose timestamp is at least {@code timestampMs}; null if there is none. May read the disk.
     *
     * @throws StorageException if the disk cannot be read
     */
    public TimestampOffset offsetForTimestamp(long timestampMs) {
        return reader.find(timestampMs, logStartOffset);
    }

    /**
     * The first record with the greatest timestamp; null if no record has one. May read the disk.
     *
     * @throws StorageException if the disk cannot be read
     */
    public TimestampOffset maxTimestamp() {
        return reader.maxTimestamp(logStartOffset);
    }

    /** Latest leader epoch in the log, -1 if none. */
    public int latestEpoch() {
        return epochs.latestEpoch();
    }

    /** The epoch of the record at an offset, -1 if unknown. */
    public int epochAt(long offset) {
        return epochs.epochAt(offset);
    }

    /** Where the largest epoch not above {@code leaderEpoch} ends in this log; {@link EpochEndOffset#UNKNOWN} if none. */
    public EpochEndOffset offsetForLeaderEpoch(int leaderEpoch) {
        return epochs.endOffsetOf(leaderEpoch, endOffset());
    }

    private ProducerStates producers() {
        return appender.producers();
    }

    /** Producers with state here, for DescribeProducers; a copy. */
    public List<ActiveProducer> activeProducers() {
        return producers().active();
    }

    // --- forgetting

    /**
     * Forgets every record from {@code offset} on. Writes what is staged first. The log then ends where its last batch does, before
     * {@code offset} if that lies in a batch or in a gap.
     *
     * @throws StorageException if the disk refuses; the directory is offline then
     */
    public void truncateTo(long offset) {
        write();
        if (offset >= endOffset()) return;
        if (offset < segments.first().baseOffset) {
            truncateFullyAndStartAt(offset);
            return;
        }
        var end = new long[1];
        orFail(() -> {
            flusher.settle();
            int kept = Math.max(0, segments.floor(offset));
            // Else a crash after new appends would take torn data for damage of what had been durable; where exactly the log will end is
            // known only then.
            long recoveryPoint = Math.min(offset, segments.get(kept).baseOffset);
            directory.lowerOffsets(partition, recoveryPoint, offset, flusher.generation() + 1);
            onToBeTruncated(recoveryPoint);
            var removed = segments.remove(kept + 1, segments.count());
            end[0] = new LogTruncation(disk, folder, segments, housekeeping).truncateTo(offset, removed);
        });
        logStartOffset = Math.min(logStartOffset, offset);
        long endOffset = Math.max(logStartOffset, end[0]);
        orFail(() -> {
            var loader = new ProducerLoader(disk, folder, disk.list(folder), segments.all(), endOffset, Long.MAX_VALUE, housekeeping.scanner());
            afterTruncation(endOffset, loader.loadTruncated());
        });
        if (epochs.truncateFromEnd(endOffset)) flusher.onEpochsChanged();
    }

    /**
     * Forgets everything; the log starts anew at {@code offset}.
     *
     * @throws StorageException if the disk refuses; the directory is offline then
     */
    public void truncateFullyAndStartAt(long offset) {
        write();
        orFail(() -> {
            flusher.settle();
            long recoveryPoint = Math.min(offset, segments.first().baseOffset);
            directory.lowerOffsets(partition, recoveryPoint, recoveryPoint, flusher.generation() + 1);
            onToBeTruncated(recoveryPoint);
            var fresh = appender.newSegment(offset);
            segments.add(fresh);
            var removed = segments.remove(0, segments.count() - 1);
            ProducerLoader.deleteSnapshots(disk, folder);
            new LogTruncation(disk, folder, segments, housekeeping).deleteAll(removed);
        });
        logStartOffset = offset;
        highWatermark = offset;
        afterTruncation(offset, new ProducerStates());
        epochs.clear();
        flusher.onEpochsChanged();
    }

    private void onToBeTruncated(long offset) {
        durableRecoveryPoint = Math.min(durableRecoveryPoint, offset);
        cleanable.onTruncated(offset);
    }

    private void afterTruncation(long endOffset, ProducerStates producers) {
        toldEndOffset = endOffset;
        highWatermark = Math.min(highWatermark, endOffset);
        reader.forgetRecent();
        flusher.onTruncated(endOffset);
        appender.reset(endOffset, producers);
        producers.onHighWatermark(highWatermark);
        checkpointedRecoveryPoint = UNKNOWN;
        durableLogStart = Math.min(durableLogStart, logStartOffset);
        markDirty();
    }

    private void orFail(Runnable work) {
        if (isOffline()) throw new StorageException("log is offline: partition=" + partition);
        try {
            work.run();
        } catch (StorageException e) {
            directory.fail(e);
            throw e;
        }
    }

    /**
     * DeleteRecords: raises the log's start; segments wholly before it are deleted soon.
     *
     * @return the start afterwards; nothing changes if {@code offset} is below it
     * @throws IllegalArgumentException if {@code offset} lies beyond the high watermark
     */
    public long raiseLogStartOffset(long offset) {
        if (offset > highWatermark) {
            throw new IllegalArgumentException("beyond the high watermark: offset=%d highWatermark=%d".formatted(offset, highWatermark));
        }
        if (offset > logStartOffset) {
            logStartOffset = offset;
            if (epochs.truncateFromStart(offset)) flusher.onEpochsChanged();
            markDirty();
        }
        return logStartOffset;
    }

    void onCheckpointed(Housekeeping.Checkpoint checkpoint) {
        // An answer from before a truncation tells of what is no more.
        if (checkpoint.generation() == flusher.generation() && !isClosed && !isOffline()) {
            durableRecoveryPoint = checkpoint.recoveryPoint();
            flusher.onCheckpointed(durableRecoveryPoint);
        }
        onCheckpointed(checkpoint.logStartOffset());
    }

    /** The log's start is safe on disk up to here: whatever is older cannot come back, so its files may go. */
    private void onCheckpointed(long logStart) {
        // An answer from before a truncation may tell of a start that is no more.
        durableLogStart = Math.min(logStart, logStartOffset);
        if (isClosed || isOffline()) return;
        int count = 0;
        // The snapshot at the next segment's start must be durable before what it is made from goes.
        long safeOffset = Math.min(durableLogStart, flusher.flushedOffset());
        while (count + 1 < segments.count() && segments.get(count + 1).baseOffset <= safeOffset) count++;
        if (count == 0) return;
        try {
            new LogTruncation(disk, folder, segments, housekeeping).deleteOldest(segments.remove(0, count), config.fileDeleteDelayMs());
        } catch (StorageException e) {
            directory.fail(e);
        }
    }

    /** Deletes what retention allows to; producers long silent are forgotten too. */
    public void applyRetention(long nowMs) {
        // What is under way will be looked at the next time.
        if (isClosed || isOffline() || isBusy() || !write()) return;
        producers().expire(nowMs, config.producerIdExpirationMs());
        int expired = Retention.expiredCount(segments, config, highWatermark, nowMs);
        if (expired == 0) return;
        if (expired == segments.count() && !appender.rollOrFail()) {
            write();
            return;
        }
        long start = segments.get(expired).baseOffset;
        if (start <= logStartOffset) return;
        raiseLogStartOffset(start);
        listener.onLogStartMoved(this);
    }

    void onRetentionDue(long dueMs, long nowMs) {
        if (dueMs != retentionDueMs) return;
        retentionDueMs = Long.MAX_VALUE;
        if (isClosed || isOffline()) return;
        try {
            applyRetention(nowMs);
            scheduleRetention();
        } catch (StorageException e) {
            directory.fail(e);
        }
    }

    void scheduleRetention() {
        long dueMs = Retention.nextCheckMs(segments, config, !producers().isEmpty(), loop.clock().nowMs(), directory.retentionCheckMs());
        if (dueMs >= retentionDueMs) return;
        retentionDueMs = dueMs;
        housekeeping.scheduleRetention(this, dueMs);
    }

    /** First thing on the loop, once the log is open. */
    void onOpened() {
        if (flusher.flushedOffset() < endOffset()) markDirty();
        onCheckpointed(logStartOffset);
        if (config.delete() && !segments.first().isEmpty() || !producers().isEmpty()) {
            retentionDueMs = loop.clock().nowMs() + directory.retentionCheckMs();
            housekeeping.scheduleRetention(this, retentionDueMs);
        }
        scheduleCompaction();
    }

    // --- compaction

    /** Looks now and then whether a pass is due, while there is something that one could gain. */
    void scheduleCompaction() {
        if (directory.cleaner() != null && cleanable.hasDirtySegments()) housekeeping.onCleanable(this);
    }

    /** @return whether to ask again */
    boolean compactIfDue(long nowMs) {
        if (isClosed || isOffline() || !cleanable.hasDirtySegments()) return false;
        cleanable.offerIfDue(nowMs);
        return true;
    }

    /** No compaction while a copy is made of it. */
    void pauseCompaction() {
        cleanable.pause();
    }

    void resumeCompaction() {
        cleanable.resume();
    }

    long durableRecoveryPoint() {
        return durableRecoveryPoint;
    }

    /** Of a segment's first batch; may read it. */
    long firstTimestamp(Segment segment) {
        return appender.firstTimestamp(segment);
    }

    long lastDecisionOffset() {
        return producers().lastDecisionOffset();
    }

    List<ProducerState> producerStates() {
        return producers().all();
    }

    /** What a flush still has to write of their indexes would come after what takes their place. Blocks, in that rare case. */
    void settleIndexesOf(List<Segment> closed) {
        flusher.settleIndexesOf(closed);
    }

    /** Another segment has taken the place of these. */
    void onReplaced(Segment[] replaced) {
        for (var segment : replaced) segment.dropIndexes();
        reader.forgetReaders();
        new LogTruncation(disk, folder, segments, housekeeping).deleteReplaced(replaced, config.fileDeleteDelayMs());
    }

    // --- checkpoints

    void markDirty() {
        if (isDirty) return;
        isDirty = true;
        housekeeping.onDirty(this);
    }

    /** Bytes that no flush under way or to come will make durable. */
    long unflushedBytes() {
        return isOffline() || isClosed ? 0 : flusher.unflushedBytes();
    }

    /** @param isMuch whether all logs together have so much unflushed that age does not matter */
    void flushIfDue(long nowMs, boolean isMuch) {
        if (!isOffline() && flusher.isIdle() && (isMuch || flusher.isOld(nowMs, config))) flusher.queueBackgroundFlush();
    }

    /** @return whether a flush was begun */
    boolean startBackgroundFlush() {
        return !isOffline() && !isClosed && flusher.startBackgroundFlush();
    }

    void addCheckpoint(List<Housekeeping.Checkpoint> checkpoints) {
        long recoveryPoint = flusher.flushedOffset();
        if (recoveryPoint == checkpointedRecoveryPoint && highWatermark == checkpointedHighWatermark
                && logStartOffset == checkpointedLogStart && firstDirtyOffset() == checkpointedFirstDirtyOffset) return;
        checkpointedRecoveryPoint = recoveryPoint;
        checkpointedHighWatermark = highWatermark;
        checkpointedLogStart = logStartOffset;
        checkpointedFirstDirtyOffset = firstDirtyOffset();
        checkpoints.add(new Housekeeping.Checkpoint(this, partition, flusher.generation(), recoveryPoint, highWatermark, logStartOffset,
                checkpointedFirstDirtyOffset));
    }

    /** 0 for a log that is not compacted. */
    long firstDirtyOffset() {
        return config.compact() ? cleanable.firstDirtyOffset() : 0;
    }

    /** Asked once a second while dirty: whether there is something that will have to be done later. */
    boolean staysDirty() {
        isDirty = !isOffline() && flusher.flushedOffset() < endOffset();
        return isDirty;
    }

    // --- the end

    boolean isClosed() {
        return isClosed;
    }

    boolean isDeleted() {
        return isDeleted;
    }

    EventLoop loop() {
        return loop;
    }

    void goOffline(String reason) {
        if (offlineReason != null || isClosed) return;
        offlineReason = reason;
        cleanable.cancel();
        appender.discard();
        segments.closeAll();
        listener.onOffline(this, reason);
    }

    /** Begins on the I/O pool what {@link #close} has to do, for one who closes many logs. */
    public void startClosing() {
        if (!isClosed && !isOffline() && write()) flusher.startClosing();
    }

    /**
     * Writes what is staged, flushes, and lets go of files; the log can be opened again. Blocks.
     *
     * @throws StorageException if the disk refuses; the log is closed nevertheless, as after a crash
     */
    public void close() {
        if (isClosed) return;
        cleanable.cancel();
        boolean isClean = false;
        try {
            if (!isOffline()) closeOnDisk();
            isClean = true;
        } finally {
            isClosed = true;
            segments.closeAll();
            directory.onClosed(this, isClean);
        }
    }

    /**
     * Lets go of a flushed log's files at once, so that the directory can open it again; nothing is left of what a clean stop leaves.
     */
    void leave() {
        if (isClosed || isOffline() || flusher.flushedOffset() < stagedEndOffset()) throw new IllegalStateException("not flushed: " + partition);
        var last = new ArrayList<Housekeeping.Checkpoint>(1);
        addCheckpoint(last);
        directory.keep(last);
        isClosed = true;
        segments.closeAll();
        directory.onClosed(this, true);
    }

    private void closeOnDisk() {
        if (!write()) throw new StorageException("write failed: partition=" + partition);
        flusher.closeNow();
        var last = new ArrayList<Housekeeping.Checkpoint>(1);
        addCheckpoint(last);
        directory.keep(last);
    }

    /** The topic is gone: takes the log out of its directory at once; files are deleted later, off the loop. */
    public void delete() {
        if (isClosed) return;
        isClosed = true;
        isDeleted = true;
        cleanable.cancel();
        appender.discard();
        segments.closeAll();
        directory.onDeleted(this, folder, config.fileDeleteDelayMs());
    }
}
