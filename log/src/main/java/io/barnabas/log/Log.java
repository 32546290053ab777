package io.barnabas.log;

import io.barnabas.base.Uuid;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One partition on one disk. Owned by one event loop, on which every method runs unless it says otherwise.
 * <p>
 * A batch is staged by {@link #append} or {@link #replicate}, becomes readable by {@link #write} (called by itself at the
 * end of the turn) and durable by a flush. Three ends tell how far each has come: {@link #endOffset} (written, in the page
 * cache), {@link #flushedOffset} (on stable storage) and {@link #highWatermark} (set by whoever replicates).
 */
public final class Log {
    private Log() {}

    public TopicPartition topicPartition() {
        throw new UnsupportedOperationException();
    }

    /** {@link Uuid#ZERO} if the folder has no {@code partition.metadata}. */
    public Uuid topicId() {
        throw new UnsupportedOperationException();
    }

    public LogDirectory directory() {
        throw new UnsupportedOperationException();
    }

    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    /** New settings hold from the next append on. */
    public void reconfigure(LogConfig config) {
        throw new UnsupportedOperationException();
    }

    /** Oldest readable offset. */
    public long logStartOffset() {
        throw new UnsupportedOperationException();
    }

    /** Oldest offset on this disk; the same as {@link #logStartOffset} until there is tiering. */
    public long localLogStartOffset() {
        throw new UnsupportedOperationException();
    }

    /** The first offset not written yet. */
    public long endOffset() {
        throw new UnsupportedOperationException();
    }

    /** The offset that the next appended record gets: {@link #endOffset} unless something is staged. */
    public long stagedEndOffset() {
        throw new UnsupportedOperationException();
    }

    /** Everything before it is on stable storage, with the directory entries that lead to it. */
    public long flushedOffset() {
        throw new UnsupportedOperationException();
    }

    /** First offset not known to be on all in-sync replicas; after opening, the last checkpoint's. */
    public long highWatermark() {
        throw new UnsupportedOperationException();
    }

    /** Moves the high watermark on; a lower value than it has is ignored, a higher than {@link #endOffset} is cut to that. */
    public void raiseHighWatermark(long offset) {
        throw new UnsupportedOperationException();
    }

    /** {@link #highWatermark}, or the start of the oldest transaction that is open or decided beyond it. */
    public long lastStableOffset() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all segments. */
    public long sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    /** True once a damaged log or its directory takes no more reads and writes. */
    public boolean isOffline() {
        throw new UnsupportedOperationException();
    }

    /**
     * Leader: gives a validated batch its base offset and leader epoch, in its buffer, and stages it.
     *
     * @param batch       its bytes are read and must stay as they are until the turn's {@link #write}; the view itself may
     *                    be moved on at once
     * @param leaderEpoch at least the latest epoch in this log
     */
    public AppendResult append(RecordBatch batch, int leaderEpoch, AppendOrigin origin) {
        throw new UnsupportedOperationException();
    }

    /**
     * Follower: stages whole batches as the leader wrote them, of one or several epochs. A batch cut short at the end is
     * left out. Checked: checksum, and that offsets grow from {@link #stagedEndOffset} on.
     *
     * @param batches its remaining bytes must stay as they are until the turn's {@link #write}
     * @return never a duplicate
     */
    public AppendResult replicate(ByteBuffer batches) {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes all that is staged in one call to the file, then tells the listener. Does nothing when nothing is staged.
     *
     * @return false if the disk refused: the log is as it was before the staging, and the listener knows
     */
    public boolean write() {
        throw new UnsupportedOperationException();
    }

    /** Asks that {@link #flushedOffset} reach at least {@code offset} soon; the listener is told. Offsets not written yet count from their write on. */
    public void flushTo(long offset) {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes and flushes everything before it returns; blocks.
     *
     * @throws io.barnabas.base.StorageException if the disk refuses; the directory is offline then
     */
    public void flushNow() {
        throw new UnsupportedOperationException();
    }

    /**
     * Plans a read.
     *
     * @param offset           from {@link #logStartOffset} to {@link #endOffset}
     * @param bytesMax         most bytes of the slice
     * @param upperBound       first offset not to be given: the high watermark, the last stable offset or the log's end
     * @param atLeastOneBatch  give the first batch whole even when it is larger than {@code bytesMax}
     */
    public ReadResult read(long offset, int bytesMax, long upperBound, boolean atLeastOneBatch) {
        throw new UnsupportedOperationException();
    }

    /** The aborted transactions that a reader of committed records must know for {@code [fromOffset, toOffset)}. */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
        throw new UnsupportedOperationException();
    }

    /** The first record whose timestamp is at least {@code timestampMs}; null if there is none. May read the disk. */
    public TimestampOffset offsetForTimestamp(long timestampMs) {
        throw new UnsupportedOperationException();
    }

    /** The record with the greatest timestamp, the earliest such; null if the log is empty. May read the disk. */
    public TimestampOffset maxTimestamp() {
        throw new UnsupportedOperationException();
    }

    /** Latest leader epoch in the log, -1 if none. */
    public int latestEpoch() {
        throw new UnsupportedOperationException();
    }

    /** The epoch of the record at an offset, -1 if unknown. */
    public int epochAt(long offset) {
        throw new UnsupportedOperationException();
    }

    /** Where the largest epoch not above {@code leaderEpoch} ends in this log; {@link EpochEndOffset#UNKNOWN} if none. */
    public EpochEndOffset offsetForLeaderEpoch(int leaderEpoch) {
        throw new UnsupportedOperationException();
    }

    /** Forgets every record from {@code offset} on. Whatever is staged must be written before. */
    public void truncateTo(long offset) {
        throw new UnsupportedOperationException();
    }

    /** Forgets everything; the log starts anew at {@code offset}. */
    public void truncateFullyAndStartAt(long offset) {
        throw new UnsupportedOperationException();
    }

    /**
     * DeleteRecords: raises the log's start, and deletes segments wholly before it.
     *
     * @return the start afterwards; nothing changes if {@code offset} is below it
     * @throws IllegalArgumentException if {@code offset} lies beyond the high watermark
     */
    public long raiseLogStartOffset(long offset) {
        throw new UnsupportedOperationException();
    }

    /** Rolls the active segment if its time has come. */
    public void rollIfDue() {
        throw new UnsupportedOperationException();
    }

    /** Producers with state here, for DescribeProducers; a copy. */
    public List<ActiveProducer> activeProducers() {
        throw new UnsupportedOperationException();
    }

    /** Writes what is staged, flushes, and lets go of files; the log can be opened again. Blocks. */
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** The topic is gone: takes the log out of its directory at once; files are deleted later, off the loop. */
    public void delete() {
        throw new UnsupportedOperationException();
    }
}
