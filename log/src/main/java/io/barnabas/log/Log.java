package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * One partition on one disk. Owned by one event loop, on which every method runs unless it says otherwise.
 * <p>
 * A batch is staged by {@link #append} or {@link #replicate}, becomes readable by {@link #write} (called by itself at the
 * end of the turn) and durable by a flush. Three ends tell how far each has come: {@link #endOffset} (written, in the page
 * cache), {@link #flushedOffset} (on stable storage) and {@link #highWatermark} (set by whoever replicates).
 * <p>
 * This is what the rest of a broker sees. The state is its parts', each of which owns its own: {@link LogWriter} the end, {@link LogFlusher}
 * what is durable, {@link Retention} the old segments, {@link CleanableLog} those that are compacted, {@link SegmentList} all of them; they
 * reach each other, and do not ask here. The log itself owns where it starts, the high watermark, and whether it is open.
 */
public final class Log {
    private final LogDirectory directory;
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
    private final LogWriter writer;
    private final LogAppender appender;
    private final LeaderEpochHistory epochs;
    private final Retention retention;
    private final CleanableLog cleanable;
    private LogConfig config;

    private long logStartOffset;
    private long highWatermark;

    private boolean isClosed;
    /** Read by the I/O pool. */
    private volatile boolean isDeleted;
    private String offlineReason;

    Log(LogDirectory directory, EventLoop loop, LogListener listener, TopicPartition partition, LogConfig config, LoadedLog loaded,
            OffsetCheckpoints.Offsets checkpointed) {
        this.directory = directory;
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.listener = listener;
        this.partition = partition;
        this.topicId = loaded.topicId();
        this.folder = loaded.folder();
        this.config = config;
        this.segments = new SegmentList(this, housekeeping, loaded);
        this.reader = new LogReader(directory.disk(), segments, housekeeping);
        this.aborted = new AbortedTransactions(directory.disk(), folder, segments, housekeeping);
        this.epochs = loaded.epochs();
        this.flusher = new LogFlusher(this, directory, loop, segments, loaded, checkpointed);
        this.cleanable = new CleanableLog(this, directory, loop, folder, segments, reader, flusher, checkpointed.firstDirtyOffset());
        this.writer = new LogWriter(this, directory, loop, listener, loaded, segments, reader, flusher);
        this.appender = new LogAppender(this, config, loaded, segments, reader, flusher, writer);
        this.logStartOffset = loaded.logStartOffset();
        this.highWatermark = Math.max(logStartOffset, Math.min(checkpointed.highWatermark(), loaded.endOffset()));
        loaded.producers().onHighWatermark(highWatermark);
        this.retention = new Retention(this, directory, segments, flusher, appender);
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
        retention.schedule();
        cleanable.schedule();
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
        return writer.endOffset();
    }

    /** The offset that the next appended record gets: {@link #endOffset} unless something is staged. */
    public long stagedEndOffset() {
        return writer.stagedEndOffset();
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
        flusher.markDirty();
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

    /**
     * While the disk is slow, writes may be left to the directory's thread, so that the loop does not wait: whoever allows it
     * appends only while the log is not {@link #isBusy}, and goes on when {@link LogListener#onWritten} or
     * {@link LogListener#onWriteFailed} comes.
     */
    public void allowDeferredWrites() {
        writer.allowDeferredWrites();
    }

    /** Whether a write is under way that the loop does not wait for: nothing may be appended. */
    public boolean isBusy() {
        return writer.isBusy();
    }

    // --- writing

    /**
     * Writes all that is staged in one call to the file, then tells the listener. Does nothing when nothing is staged. Waits for a
     * write that is under way.
     *
     * @return false if the disk refused: what was not written is forgotten, and the listener knows
     */
    public boolean write() {
        return writer.write();
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
        retention.deleteOldest();
        listener.onFlushed(this);
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

    /** Whether records of a transaction of this producer, of this epoch, are neither committed nor aborted. */
    public boolean hasOpenTransaction(long producerId, short producerEpoch) {
        var state = producers().get(producerId);
        return state != null && state.producerEpoch == producerEpoch && state.transactionStartOffset != ProducerState.NO_TRANSACTION;
    }

    /** Whether the producer has written here before, and is not forgotten. */
    public boolean knowsProducer(long producerId) {
        return producers().get(producerId) != null;
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
        var truncation = newTruncation();
        long end = orFail(() -> truncation.truncateTo(offset));
        logStartOffset = Math.min(logStartOffset, offset);
        long endOffset = Math.max(logStartOffset, end);
        afterTruncation(endOffset, orFail(() -> truncation.loadProducers(endOffset)));
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
            newTruncation().startAnew(appender.newSegment(offset));
            return null;
        });
        logStartOffset = offset;
        highWatermark = offset;
        afterTruncation(offset, new ProducerStates());
        epochs.clear();
        flusher.onEpochsChanged();
    }

    private void afterTruncation(long endOffset, ProducerStates producers) {
        highWatermark = Math.min(highWatermark, endOffset);
        reader.forgetRecent();
        flusher.onTruncated(endOffset);
        writer.reset(endOffset, producers);
        producers.onHighWatermark(highWatermark);
        retention.onTruncated();
    }

    private LogTruncation newTruncation() {
        return new LogTruncation(directory.disk(), folder, housekeeping.scanner(), segments, flusher, cleanable);
    }

    private <T> T orFail(Supplier<T> work) {
        if (isOffline()) throw new StorageException("log is offline: partition=" + partition);
        try {
            return work.get();
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
            flusher.markDirty();
        }
        return logStartOffset;
    }

    /** What retention has decided: nobody reads what lies before, and it will go. */
    void onExpired(long start) {
        raiseLogStartOffset(start);
        listener.onLogStartMoved(this);
    }

    /** These offsets are on disk. */
    void onCheckpointed(Housekeeping.Checkpoint checkpoint) {
        if (!isClosed && !isOffline()) flusher.onCheckpointed(checkpoint);
        retention.onCheckpointed(checkpoint.logStartOffset());
    }

    /** First thing on the loop, once the log is open. */
    void onOpened() {
        if (flusher.flushedOffset() < endOffset()) flusher.markDirty();
        retention.onOpened();
        cleanable.schedule();
    }

    // --- its parts, for each other

    ProducerStates producers() {
        return writer.producers();
    }

    LogFlusher flusher() {
        return flusher;
    }

    Retention retention() {
        return retention;
    }

    CleanableLog cleanable() {
        return cleanable;
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
        writer.discard();
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
        flusher.keepCheckpoint();
        isClosed = true;
        segments.closeAll();
        directory.onClosed(this, true);
    }

    private void closeOnDisk() {
        if (!write()) throw new StorageException("write failed: partition=" + partition);
        flusher.closeNow();
    }

    /** The topic is gone: takes the log out of its directory at once; files are deleted later, off the loop. */
    public void delete() {
        if (isClosed) return;
        isClosed = true;
        isDeleted = true;
        cleanable.cancel();
        writer.discard();
        segments.closeAll();
        directory.onDeleted(this, folder, config.fileDeleteDelayMs());
    }
}
