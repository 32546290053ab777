package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFullException;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.model.RecordException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log's side of compaction: when there is something to do, what may be touched, and taking the result. Only whole closed
 * segments are compacted whose records are decided and durable, and whose recovery point is on disk: a recovery then never
 * looks for what a pass has left out. Owned by the log's loop.
 */
final class CleanableLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(CleanableLog.class);

    private final Log log;
    private final LogDirectory directory;
    private final Housekeeping housekeeping;
    private final EventLoop loop;
    private final Path folder;
    private final SegmentList segments;
    private final LogReader reader;
    private final LogFlusher flusher;
    private long firstDirtyOffset;
    /** Transactions are decided up to here, by markers whose recovery point is on disk. */
    private long decidedOffset;
    /** The next value of that, once the recovery point on disk is beyond the marker. */
    private long nextDecidedOffset;
    private long nextDecisionOffset = -1;
    /** Between the offer to the cleaner and the end of the pass. */
    private boolean isOffered;
    /** A copy of the log is being made, which must not miss a tombstone of what it has. */
    private boolean isPaused;
    /** What stands in it cannot be compacted. */
    private boolean isUncleanable;
    /** Read by a pass on another thread. */
    private volatile boolean isCancelled;

    /** @param firstDirtyOffset as checkpointed */
    CleanableLog(Log log, LogDirectory directory, EventLoop loop, Path folder, SegmentList segments, LogReader reader, LogFlusher flusher,
            long firstDirtyOffset) {
        this.log = log;
        this.directory = directory;
        this.housekeeping = directory.housekeeping(loop);
        this.loop = loop;
        this.folder = folder;
        this.segments = segments;
        this.reader = reader;
        this.flusher = flusher;
        this.firstDirtyOffset = firstDirtyOffset;
    }

    EventLoop loop() {
        return loop;
    }

    Disk disk() {
        return directory.disk();
    }

    /** What lies before it has been compacted; 0 for a log that is not. */
    long firstDirtyOffset() {
        if (!log.config().compact()) return 0;
        // Retention may have gone beyond it; a checkpoint beyond the log's end tells of another log.
        if (firstDirtyOffset > log.endOffset()) return log.logStartOffset();
        return Math.max(firstDirtyOffset, log.logStartOffset());
    }

    // --- whether there is something to do

    /** Looks now and then whether a pass is due, while there is something that one could gain. */
    void schedule() {
        if (directory.environment().cleaner() != null && hasDirtySegments()) housekeeping.onCleanable(this);
    }

    /** Whether there are closed segments that a pass might gain something from, now or later. */
    private boolean hasDirtySegments() {
        return log.config().compact() && !isUncleanable && !isPaused && segments.count() > 1 && segments.active().baseOffset > firstDirtyOffset();
    }

    /** Asks for a pass if it is worth one. @return whether to look again */
    boolean offerIfDue(long nowMs) {
        if (log.isClosed() || log.isOffline() || !hasDirtySegments()) return false;
        if (!isOffered) offerIfWorthIt(nowMs);
        return true;
    }

    private void offerIfWorthIt(long nowMs) {
        int end = cleanableCount(nowMs);
        long dirtyBytes = 0;
        long cleanBytes = 0;
        long first = firstDirtyOffset();
        boolean isOverdue = false;
        for (int i = 0; i < end; i++) {
            var segment = segments.get(i);
            if (segments.endOffset(i) <= first) {
                cleanBytes += segment.size();
            } else {
                dirtyBytes += segment.size();
                isOverdue |= isOverdue(segment, nowMs);
            }
        }
        if (dirtyBytes == 0) return;
        double ratio = (double) dirtyBytes / (cleanBytes + dirtyBytes);
        if (!isOverdue && ratio <= log.config().compaction().minCleanableDirtyRatio()) return;
        isOffered = true;
        directory.environment().cleaner().offer(this, ratio);
    }

    private boolean isOverdue(Segment segment, long nowMs) {
        long lagMax = log.config().compaction().maxLagMs();
        if (lagMax == Long.MAX_VALUE || segment.isEmpty()) return false;
        long first = reader.firstTimestamp(segment);
        return first > 0 && nowMs - first > lagMax;
    }

    /** How many segments, from the first, may be compacted. */
    private int cleanableCount(long nowMs) {
        long limit = decidedAndDurableOffset();
        long first = firstDirtyOffset();
        long youngest = nowMs - log.config().compaction().minLagMs();
        int count = 0;
        while (count + 1 < segments.count() && segments.endOffset(count) <= limit) {
            var segment = segments.get(count);
            boolean isDirty = segments.endOffset(count) > first;
            if (isDirty && log.config().compaction().minLagMs() > 0 && segment.maxTimestamp() > youngest) break;
            count++;
        }
        return count;
    }

    /** Were a marker lost in a power cut, its transaction would be open again, and what was there before it count. */
    private long decidedAndDurableOffset() {
        long recoveryPoint = flusher.durableRecoveryPoint();
        if (nextDecisionOffset < recoveryPoint) {
            decidedOffset = nextDecidedOffset;
            nextDecidedOffset = log.lastStableOffset();
            nextDecisionOffset = log.producers().lastDecisionOffset();
            if (nextDecisionOffset < recoveryPoint) decidedOffset = nextDecidedOffset;
        }
        return Math.min(decidedOffset, recoveryPoint);
    }

    // --- a pass

    /** @return null if there is nothing to do any more */
    CompactionPlan plan() {
        if (log.isClosed() || log.isOffline() || !hasDirtySegments()) return null;
        long nowMs = loop.clock().nowMs();
        int count = cleanableCount(nowMs);
        if (count == 0 || segments.endOffset(count - 1) <= firstDirtyOffset()) return null;
        isCancelled = false;
        var planned = List.of(Arrays.copyOf(segments.all(), count));
        var indexes = new ArrayList<Path>(0);
        for (int i = 0; i < segments.count(); i++) {
            var segment = segments.get(i);
            if (segment.hasTransactionIndex()) indexes.add(segment.path(FileNames.TRANSACTION_INDEX));
        }
        var ends = new HashMap<Long, CompactionPlan.ProducerEnd>();
        for (var state : log.producers().all()) ends.put(state.producerId, new CompactionPlan.ProducerEnd(state.producerEpoch, state.lastOffset()));
        return new CompactionPlan(log.topicPartition(), folder, planned, indexes, firstDirtyOffset(), segments.endOffset(count - 1),
                log.config(), ends, nowMs);
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /** No pass begins while a copy is made of the log, and one under way changes nothing any more. */
    void pause() {
        isPaused = true;
        cancel();
    }

    void resume() {
        isPaused = false;
        schedule();
    }

    /** The log ends, or was truncated: a pass under way is worth nothing. */
    void cancel() {
        isCancelled = true;
    }

    /**
     * Takes a segment in place of others. On disk it counts from the moment that its file is called {@code .swap}: a start
     * after that ends what this had begun. The file system keeps the order of changes within a folder.
     *
     * @return false if those are no longer the log's; nothing has changed then
     */
    boolean replace(CleanedSegment cleaned) {
        if (log.isClosed() || log.isOffline() || isCancelled) return false;
        int from = segments.indexOf(cleaned.sources);
        if (from < 0) return false;
        try {
            flusher.settleIndexesOf(cleaned.sources);
            rename(cleaned.segment, FileNames.CLEANED, FileNames.SWAP);
            segments.replace(from, from + cleaned.sources.size(), cleaned.segment, log.config().fileDeleteDelayMs());
            reader.forgetReaders();
            rename(cleaned.segment, FileNames.SWAP, "");
            return true;
        } catch (StorageException e) {
            directory.fail(e);
            return false;
        }
    }

    private void rename(Segment segment, String from, String to) {
        for (var suffix : LogTruncation.DATA_SUFFIXES) {
            var path = segment.path(suffix + from);
            if (disk().exists(path)) disk().rename(path, segment.path(suffix + to));
        }
    }

    /** All of the pass is done. */
    void onCompacted(long endOffset) {
        if (isCancelled) return;
        firstDirtyOffset = Math.max(firstDirtyOffset, endOffset);
        flusher.markDirty();
    }

    void onFailed(CompactionPlan plan, RuntimeException error) {
        // Retention may have taken segments meanwhile.
        if (isCancelled || log.isClosed() || log.isOffline() || segments.indexOf(plan.segments()) < 0) return;
        if (error instanceof DiskFullException e) {
            directory.onFull(e);
        } else if (error instanceof StorageException e) {
            directory.fail(e);
        } else {
            // Whatever is wrong with one log, the others and the broker go on.
            isUncleanable = true;
            boolean isExpected = error instanceof CompactionException || error instanceof RecordException;
            LOGGER.error("log cannot be compacted, and is left as it is: partition={} reason={}", log.topicPartition(), error.getMessage(),
                    isExpected ? null : error);
        }
    }

    void onPassEnded() {
        isOffered = false;
        schedule();
    }

    /** The log was cut: what follows an offset is other data. */
    void onTruncated(long endOffset) {
        cancel();
        firstDirtyOffset = Math.min(firstDirtyOffset, endOffset);
        decidedOffset = Math.min(decidedOffset, endOffset);
        nextDecidedOffset = Math.min(nextDecidedOffset, endOffset);
    }
}
