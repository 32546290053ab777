package io.barnabas.log;

import io.barnabas.base.StorageException;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Decides what may be appended to a log: checks batches, gives those of a leader their offsets, rolls segments where one does not fit, and
 * hands over to the {@link LogWriter}. Owned by the log's loop.
 */
final class LogAppender {
    private final Log log;
    private final LogDirectory directory;
    private final Path folder;
    private final SegmentList segments;
    private final LogReader reader;
    private final LogFlusher flusher;
    private final LogWriter writer;
    private final LeaderEpochHistory epochs;
    private LogConfig config;
    private final RecordBatch view = new RecordBatch();
    /** A message of an old format among what is replicated; made when the first comes. */
    private LegacyMessage message;

    LogAppender(Log log, LogConfig config, LoadedLog loaded, SegmentList segments, LogReader reader, LogFlusher flusher, LogWriter writer) {
        this.log = log;
        this.directory = log.directory();
        this.folder = loaded.folder();
        this.config = config;
        this.segments = segments;
        this.reader = reader;
        this.flusher = flusher;
        this.writer = writer;
        this.epochs = loaded.epochs();
    }

    void reconfigure(LogConfig config) {
        this.config = config;
    }

    // --- a leader's

    AppendResult append(RecordBatch batch, int leaderEpoch, AppendOrigin origin) {
        checkNotBusy();
        if (writer.failure() != null) return refusedByStorage();
        int size = batch.sizeInBytes();
        if (size > config.segmentBytes()) {
            return new AppendResult.Refused(ErrorCode.RECORD_LIST_TOO_LARGE,
                    "batch larger than a segment: sizeInBytes=%d segmentBytes=%d".formatted(size, config.segmentBytes()));
        }
        if (batch.hasProducerId()) {
            var answer = writer.producers().check(batch, origin);
            if (answer != null) return answer;
        }
        long baseOffset = writer.stagedEndOffset();
        long lastOffset = baseOffset + batch.lastOffsetDelta();
        if (!makeRoom(size, lastOffset, batch.maxTimestamp())) return refusedByStorage();
        batch.setBaseOffset(baseOffset);
        batch.setLeaderEpoch(leaderEpoch);
        writer.stage(batch, leaderEpoch);
        return new AppendResult.Appended(baseOffset, lastOffset);
    }

    private void checkNotBusy() {
        if (writer.isBusy()) throw new IllegalStateException("a write is under way: partition=" + log.topicPartition());
    }

    private AppendResult.Refused refusedByStorage() {
        return new AppendResult.Refused(ErrorCode.KAFKA_STORAGE_ERROR, writer.failure().getMessage());
    }

    // --- a follower's

    AppendResult replicate(ByteBuffer batches) {
        checkNotBusy();
        if (writer.failure() != null) return refusedByStorage();
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
                if (firstOffset < 0) firstOffset = writer.stagedEndOffset();
                writer.stage(message);
                at = message.endPosition();
                continue;
            }
            view.wrap(batches, at);
            if (!makeRoom(view.sizeInBytes(), view.lastOffset(), view.maxTimestamp())) return refusedByStorage();
            if (firstOffset < 0) firstOffset = view.baseOffset();
            writer.stage(view, view.leaderEpoch());
            at = view.endPosition();
        }
        long stagedEndOffset = writer.stagedEndOffset();
        return new AppendResult.Appended(firstOffset < 0 ? stagedEndOffset : firstOffset, stagedEndOffset - 1);
    }

    /** @return where the last whole batch ends */
    private int checkReplicated(ByteBuffer batches) {
        long nextOffset = writer.stagedEndOffset();
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

    // --- rolling

    /** Rolls where a batch does not fit. @return false if what was staged before could not be written */
    private boolean makeRoom(int size, long lastOffset, long maxTimestamp) {
        var active = segments.active();
        long stagedBytes = writer.stagedBytes();
        long used = active.size() + stagedBytes;
        if (used == 0) return true;
        // Writing now, so that it can roll, would wait for the disk: a segment may be larger by what is staged in one turn.
        boolean isLate = stagedBytes > 0 && writer.isDeferring() && used + size <= Integer.MAX_VALUE;
        if (isLate && lastOffset - active.baseOffset <= Integer.MAX_VALUE) return true;
        boolean isFull = used + size > config.segmentBytes()
                || lastOffset - active.baseOffset > Integer.MAX_VALUE
                || active.hasFullIndex(config.segmentIndexBytes());
        if (!isFull && !isAged(active, maxTimestamp)) return true;
        if (!writer.writeStaged()) return false;
        return rollOrFail();
    }

    /** By the timestamps of its first batch and of the one to come where they have any, else by the clock. */
    private boolean isAged(Segment active, long nextTimestamp) {
        long agedMs = config.segmentAgeMaxMs() - active.jitterMs();
        long first = active.isEmpty() && writer.stagedBytes() > 0 ? writer.firstStagedTimestamp() : reader.firstTimestamp(active);
        if (first >= 0 && nextTimestamp >= 0) return nextTimestamp - first > agedMs;
        return log.loop().clock().nowMs() - active.createdMs() > agedMs;
    }

    /** Closes the active segment; the next one starts at the log's end. Nothing may be staged. @return false if the disk refused */
    boolean rollOrFail() {
        try {
            roll();
            return true;
        } catch (StorageException e) {
            writer.undo(e);
            return false;
        }
    }

    private void roll() {
        long endOffset = writer.endOffset();
        var active = segments.active();
        segments.loadIndexes(active);
        active.finishTimeIndex();
        var next = newSegment(endOffset);
        takeSnapshot(next.path(FileNames.SNAPSHOT));
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
    private void takeSnapshot(Path path) {
        ProducerSnapshot.write(directory.disk(), path, writer.producers(), false);
        flusher.onSideFile(path);
    }

    Segment newSegment(long baseOffset) {
        var segment = Segment.empty(directory.disk(), folder, baseOffset, log.loop().clock().nowMs());
        if (config.segmentJitterMs() > 0) {
            segment.jitterMs(directory.environment().random().nextLong(Math.min(config.segmentJitterMs(), config.segmentAgeMaxMs())));
        }
        return segment;
    }
}
