package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a copy of a log, and keeps it even with that while it is written, and cut at either end. Bytes are read and written in pieces on the
 * directories' pools and flushed as they come; a disk that is full is tried again each second. One piece is on its way at a time. Owned by
 * the loop of both logs.
 */
final class LogCopier implements LogListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogCopier.class);
    /** Flushed as it comes, so that the last flush is short, and that the disk is never left far behind. */
    private static final int UNFLUSHED_BYTES_MAX = 8 << 20;
    /** Once it has caught up, since those who append will wait for the last flush. */
    private static final int UNFLUSHED_BYTES_MAX_NEAR = 1 << 20;
    private static final long RETRY_MS = 1000;

    private final LogMove move;
    private final Log source;
    private final EventLoop loop;
    private final MovePace pace;
    /** Null until it is open. */
    private Log copy;
    private boolean isStopped;
    /** A piece is on its way. */
    private boolean isWorking;
    /** Waits for a flush, or for some time to pass. */
    private boolean isResting;
    private ByteBuffer piece;
    /** Where the copy ended when the piece was read, and the original. */
    private long pieceFrom;
    private long pieceBound;
    private long unflushedBytes;
    /** What the copy holds was compared with the original, or copied from it, in this process. */
    private boolean isKnownToAgree;

    LogCopier(LogMove move, Log source, MovePace pace) {
        this.move = move;
        this.source = source;
        this.loop = source.loop();
        this.pace = pace;
    }

    void begin(Log copy) {
        this.copy = copy;
        copy.allowDeferredWrites();
        step();
    }

    /** Nothing more is copied. */
    void stop() {
        isStopped = true;
        if (piece == null) return;
        piece = null;
        leave(0);
    }

    /** Does what is to be done next, if nothing is under way. */
    void step() {
        if (copy == null || isStopped || isWorking || isResting || source.isOffline() || source.isClosed()) return;
        try {
            align();
        } catch (StorageException e) {
            rest(e.getMessage());
            return;
        }
        if (copy.endOffset() < source.endOffset()) {
            isWorking = true;
            pace.enter(loop, this::read);
        } else {
            move.onEven();
        }
    }

    /** What the original has forgotten, at its end or its start, the copy forgets. */
    private void align() {
        long end = copy.sizeInBytes() > 0 ? divergence() : copy.endOffset() == source.logStartOffset() ? copy.endOffset() : -1;
        // A crash may take back the start of a log, with records that the copy has never had.
        if (end < source.logStartOffset() || end < copy.logStartOffset() || copy.logStartOffset() > source.logStartOffset()) {
            restart(source.logStartOffset());
        } else if (end < copy.endOffset()) {
            copy.truncateTo(end);
        }
        isKnownToAgree = true;
        copy.raiseHighWatermark(source.highWatermark());
        if (copy.logStartOffset() < source.logStartOffset() && source.logStartOffset() <= copy.highWatermark()) {
            copy.raiseLogStartOffset(source.logStartOffset());
        }
    }

    /** Where the copy holds other records than the original, by the epochs of their leaders (KIP-101); its end if it does not. */
    private long divergence() {
        long end = Math.min(copy.endOffset(), source.endOffset());
        int epoch = copy.latestEpoch();
        if (epoch < 0) return isKnownToAgree ? end : -1;
        var known = source.offsetForLeaderEpoch(epoch);
        // Nothing tells whether a copy from before a crash has the same records where the original has none, or has lost their epochs.
        if (!isKnownToAgree && (known.leaderEpoch() < 0 || source.logStartOffset() > copy.logStartOffset())) return -1;
        // A start that a crash takes back brings back records, not their epochs.
        if (known.leaderEpoch() < 0) return source.epochAt(end - 1) < 0 ? end : -1;
        if (known.leaderEpoch() < epoch) end = Math.min(end, copy.offsetForLeaderEpoch(known.leaderEpoch()).endOffset());
        return Math.min(end, known.endOffset());
    }

    private void restart(long offset) {
        if (copy.endOffset() == offset && copy.sizeInBytes() == 0) return;
        copy.truncateFullyAndStartAt(offset);
    }

    // --- a piece

    private void read() {
        if (isOver()) return;
        var lookup = source.coldLookup(Math.max(copy.endOffset(), source.logStartOffset()));
        if (lookup == null) {
            plan();
            return;
        }
        source.directory().io().execute(() -> {
            try {
                lookup.run();
            } catch (StorageException e) {
                // The read that follows meets it, too.
            }
            loop.execute(this::plan);
        });
    }

    private void plan() {
        if (isOver()) return;
        pieceFrom = copy.endOffset();
        pieceBound = source.endOffset();
        var result = source.read(Math.max(pieceFrom, source.logStartOffset()), pace.pieceBytes(), pieceBound, true);
        if (!(result instanceof ReadResult.Data data) || data.slice().size() == 0) {
            giveUp("cannot read the log");
            return;
        }
        var slice = data.slice();
        source.directory().io().execute(() -> {
            try {
                var bytes = ByteBuffer.allocate(slice.size());
                slice.copyTo(bytes, 0);
                bytes.flip();
                loop.execute(() -> append(bytes));
            } catch (StorageException e) {
                loop.execute(() -> giveUp(e.getMessage()));
            } finally {
                slice.release();
            }
        });
    }

    private void append(ByteBuffer bytes) {
        if (isOver()) return;
        try {
            align();
            if (copy.endOffset() != pieceFrom) {
                // Truncated meanwhile, or begun anew: these bytes do not follow.
                leave(0);
                step();
                return;
            }
            fit(bytes);
        } catch (StorageException e) {
            giveUp(e.getMessage());
            return;
        }
        long before = copy.stagedEndOffset();
        piece = bytes;
        var result = copy.replicate(bytes);
        if (result instanceof AppendResult.Refused refused) giveUp(refused.message());
        else if (copy.stagedEndOffset() == before) giveUp("nothing to append");
    }

    /** A log may start within a batch: so does the copy then. */
    private void fit(ByteBuffer bytes) {
        long first = bytes.remaining() >= Long.BYTES ? bytes.getLong(bytes.position()) : copy.endOffset();
        if (first >= copy.endOffset()) return;
        // Otherwise batches have other borders than they had when the copy was begun.
        copy.truncateFullyAndStartAt(copy.endOffset() <= source.logStartOffset() ? first : source.logStartOffset());
    }

    /** The piece that is on its way will not come: it is tried again. */
    private void giveUp(String reason) {
        piece = null;
        leave(0);
        rest(reason);
    }

    private void leave(long byteCount) {
        isWorking = false;
        pace.leave(byteCount);
    }

    /** @return whether the piece that was to come is not wanted any more */
    private boolean isOver() {
        if (!isStopped && !source.isOffline() && !source.isClosed()) return false;
        leave(0);
        return true;
    }

    private void rest(String reason) {
        if (isStopped || isResting) return;
        LOGGER.warn("cannot copy a log for now, trying again: partition={} to={} reason={}", source.topicPartition(), copy.directory().path(), reason);
        isResting = true;
        loop.schedule(RETRY_MS, () -> {
            isResting = false;
            step();
        });
    }

    @Override
    public void onWritten(Log log) {
        if (piece == null) return;
        int size = piece.remaining();
        piece = null;
        leave(size);
        unflushedBytes += size;
        if (copy.endOffset() >= pieceBound) move.onCaughtUp();
        if (unflushedBytes >= (move.hasCaughtUp() ? UNFLUSHED_BYTES_MAX_NEAR : UNFLUSHED_BYTES_MAX)) flush();
        else step();
    }

    /** Flushes what the copy has, and then goes on. */
    void flush() {
        if (copy.flushedOffset() >= copy.endOffset()) return;
        isResting = true;
        copy.flushTo(copy.endOffset());
    }

    @Override
    public void onFlushed(Log log) {
        if (log.flushedOffset() < log.endOffset()) return;
        unflushedBytes = 0;
        isResting = false;
        step();
    }

    @Override
    public void onWriteFailed(Log log, long fromOffset, StorageException error) {
        if (piece != null) giveUp(error.getMessage());
    }

    @Override
    public void onOffline(Log log, String reason) {
        move.fail(reason, false);
    }
}
