package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a log to another directory of the same broker while it is written and read (KIP-113). A copy grows there, in a folder called
 * {@code <topic>-<partition>.<id>-future}; when it has caught up its owner is told, and when the owner says so, and sees to it that
 * nothing is appended meanwhile, the copy is completed, flushed, takes the plain name, and the original is deleted. Owned by the loop
 * of the log.
 *
 * <pre>
 *   opening -> copying -> caught up (told; goes on copying) -> finishing -> promoting -> moved
 * </pre>
 *
 * <p>At no point is there a moment without a whole log of the plain name on stable storage. A crash before the copy has that name leaves
 * the original, and the copy to go on with; after it, both, of which the copy has every record: whoever opens the logs must know that,
 * and does since the owner has told the controller before it lets the copy finish. Bytes are read and written in pieces on the
 * directories' pools and flushed as they come; a disk that is full is tried again each second.
 */
public final class LogMove implements LogListener {
    /** What becomes of a move; called on the loop, never from inside a call of the owner. */
    public interface Owner {
        /** The copy has come to lack only what was appended while its last piece was copied, for the first time. */
        void onCaughtUp(LogMove move);

        /** It takes too long to finish, as when the other disk is full: appends may go on, and {@link #onCaughtUp} comes again. */
        void onPostponed(LogMove move);

        /** The log lies in the other directory now; {@code moved} has everything, and the original is deleted. */
        void onMoved(LogMove move, Log moved);

        /**
         * Nothing comes of it; the log is as it was.
         *
         * @param isAmbiguous whether the copy may bear the plain name already: nothing may be appended to the log before the controller
         *                    has been told again that it lies where it lies
         */
        void onFailed(LogMove move, String reason, boolean isAmbiguous);
    }

    private enum State { OPENING, COPYING, FINISHING, PROMOTING, OVER }

    private static final Logger LOGGER = LoggerFactory.getLogger(LogMove.class);
    /** Flushed as it comes, so that the last flush is short, and that the disk is never left far behind. */
    private static final int UNFLUSHED_BYTES_MAX = 8 << 20;
    /** Once it has caught up, since those who append will wait for the last flush. */
    private static final int UNFLUSHED_BYTES_MAX_NEAR = 1 << 20;
    private static final long RETRY_MS = 1000;
    /** Appends wait no longer than this for the last bytes to be copied and flushed. */
    private static final long FINISH_MS_MAX = 2000;

    private final Log source;
    private final LogDirectory directory;
    private final EventLoop loop;
    private final LogListener listener;
    private final MovePace pace;
    private final Owner owner;
    private LogConfig config;
    private Log copy;
    private State state = State.OPENING;
    private boolean hasCaughtUp;
    /** To finish. */
    private int attempts;
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
    private boolean keepsCopy;
    /** Given up before the copy was open. */
    private boolean isOpeningStill;
    private Runnable whenEnded;
    private Runnable whenOpened;

    private LogMove(Log source, LogDirectory directory, LogConfig config, LogListener listener, MovePace pace, Owner owner) {
        this.source = source;
        this.directory = directory;
        this.loop = source.loop();
        this.config = config;
        this.listener = listener;
        this.pace = pace;
        this.owner = owner;
    }

    /**
     * Begins, or goes on with a copy that an earlier process left.
     *
     * @param listener hears of the moved log
     */
    public static LogMove start(Log source, LogDirectory directory, LogConfig config, LogListener listener, MovePace pace, Owner owner) {
        var move = new LogMove(source, directory, config, listener, pace, owner);
        source.cleanable().pause();
        directory.openFuture(source.topicPartition(), source.topicId(), config.ofCopy(), source.loop(), move, new LogDirectory.OpenCallback() {
            @Override
            public void onOpened(Log log) {
                move.onOpened(log);
            }

            @Override
            public void onRefused(String reason) {
                move.isOpeningStill = false;
                move.fail(reason, false);
                move.tellOpened();
                move.tellEnded();
            }
        });
        return move;
    }

    public LogDirectory directory() {
        return directory;
    }

    /** Bytes of the copy. */
    public long sizeInBytes() {
        return copy == null ? 0 : copy.sizeInBytes();
    }

    /** How many offsets the copy lacks. */
    public long lag() {
        return Math.max(0, source.endOffset() - (copy == null ? source.logStartOffset() : copy.endOffset()));
    }

    /** Whether there is a copy to see. */
    public boolean isOpen() {
        return copy != null;
    }

    public void reconfigure(LogConfig config) {
        this.config = config;
        if (copy != null) copy.reconfigure(config.ofCopy());
    }

    /** The original has more, or its start has moved. */
    public void onSourceChanged() {
        step();
    }

    /**
     * Completes the move, once it has caught up: from now on nothing may be appended to the original, until {@link Owner#onMoved},
     * {@link Owner#onPostponed} or {@link Owner#onFailed} comes.
     */
    public void finish() {
        if (state != State.COPYING) return;
        state = State.FINISHING;
        int attempt = ++attempts;
        loop.schedule(FINISH_MS_MAX, () -> postpone(attempt));
        step();
    }

    private void postpone(int attempt) {
        if (state != State.FINISHING || attempt != attempts) return;
        state = State.COPYING;
        hasCaughtUp = false;
        owner.onPostponed(this);
        step();
    }

    /** Whether {@link #cancel} would come too late. */
    public boolean isPromoting() {
        return state == State.PROMOTING;
    }

    /** Gives it up and deletes the copy; the owner hears no more. Not while it {@link #isPromoting}. */
    public void cancel() {
        end(false);
    }

    /** Gives it up for now: the copy stays, for a later move to go on with. The owner hears no more. */
    public void stop() {
        end(true);
    }

    private void end(boolean keepsCopy) {
        if (state == State.OVER) return;
        isOpeningStill = state == State.OPENING;
        this.keepsCopy = keepsCopy;
        state = State.OVER;
        forgetPiece();
        if (!source.isClosed()) source.cleanable().resume();
        if (copy != null) letGo();
    }

    /** Runs a task when there is a copy that a restart would go on with, or there will be none: now, if that is known. */
    public void whenOpened(Runnable task) {
        if (state == State.OPENING) whenOpened = task;
        else task.run();
    }

    private void tellOpened() {
        if (whenOpened != null) whenOpened.run();
        whenOpened = null;
    }

    /** Runs a task when nothing of a move that was given up is in another's way: now, if that is so. */
    public void whenEnded(Runnable task) {
        if (isOpeningStill) whenEnded = task;
        else task.run();
    }

    private void tellEnded() {
        if (whenEnded != null) whenEnded.run();
        whenEnded = null;
    }

    private void letGo() {
        if (copy.isClosed()) return;
        if (!keepsCopy && !copy.isOffline()) {
            copy.delete();
            return;
        }
        try {
            copy.close();
        } catch (StorageException e) {
            directory.warn("cannot close the copy of a log: partition=" + source.topicPartition(), e);
        }
    }

    private void fail(String reason, boolean isAmbiguous) {
        if (state == State.OVER) return;
        state = State.OVER;
        forgetPiece();
        if (!source.isClosed()) source.cleanable().resume();
        owner.onFailed(this, reason, isAmbiguous);
    }

    private void forgetPiece() {
        if (piece == null) return;
        piece = null;
        leave(0);
    }

    // --- copying

    private void onOpened(Log opened) {
        copy = opened;
        isOpeningStill = false;
        if (state == State.OVER) {
            letGo();
            tellOpened();
            tellEnded();
            return;
        }
        copy.allowDeferredWrites();
        state = State.COPYING;
        tellOpened();
        step();
    }

    /** Does what is to be done next, if nothing is under way. */
    private void step() {
        if (state != State.COPYING && state != State.FINISHING || isWorking || isResting || source.isOffline() || source.isClosed()) return;
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
            onEven();
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
            leave(0);
            rest("cannot read the log");
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
                loop.execute(() -> {
                    leave(0);
                    rest(e.getMessage());
                });
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
            leave(0);
            rest(e.getMessage());
            return;
        }
        long before = copy.stagedEndOffset();
        piece = bytes;
        var result = copy.replicate(bytes);
        if (result instanceof AppendResult.Refused refused) {
            piece = null;
            leave(0);
            rest(refused.message());
        } else if (copy.stagedEndOffset() == before) {
            piece = null;
            leave(0);
            rest("nothing to append");
        }
    }

    /** A log may start within a batch: so does the copy then. */
    private void fit(ByteBuffer bytes) {
        long first = bytes.remaining() >= Long.BYTES ? bytes.getLong(bytes.position()) : copy.endOffset();
        if (first >= copy.endOffset()) return;
        // Otherwise batches have other borders than they had when the copy was begun.
        copy.truncateFullyAndStartAt(copy.endOffset() <= source.logStartOffset() ? first : source.logStartOffset());
    }

    private void leave(long byteCount) {
        isWorking = false;
        pace.leave(byteCount);
    }

    /** @return whether the piece that was to come is not wanted any more */
    private boolean isOver() {
        if (state != State.OVER && !source.isOffline() && !source.isClosed()) return false;
        leave(0);
        return true;
    }

    private void rest(String reason) {
        if (state == State.OVER || isResting) return;
        LOGGER.warn("cannot copy a log for now, trying again: partition={} to={} reason={}", source.topicPartition(), directory.path(), reason);
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
        if (copy.endOffset() >= pieceBound) onCaughtUp();
        if (unflushedBytes >= (hasCaughtUp ? UNFLUSHED_BYTES_MAX_NEAR : UNFLUSHED_BYTES_MAX)) flush();
        else step();
    }

    private void flush() {
        if (copy.flushedOffset() >= copy.endOffset()) return;
        isResting = true;
        copy.flushTo(copy.endOffset());
    }

    @Override
    public void onFlushed(Log log) {
        if (copy.flushedOffset() < copy.endOffset()) return;
        unflushedBytes = 0;
        isResting = false;
        step();
    }

    @Override
    public void onWriteFailed(Log log, long fromOffset, StorageException error) {
        if (piece == null) return;
        piece = null;
        leave(0);
        rest(error.getMessage());
    }

    @Override
    public void onOffline(Log log, String reason) {
        fail(reason, false);
    }

    // --- the end

    private void onCaughtUp() {
        if (hasCaughtUp) return;
        hasCaughtUp = true;
        loop.execute(() -> {
            if (state == State.COPYING) owner.onCaughtUp(this);
        });
    }

    private void onEven() {
        onCaughtUp();
        if (state != State.FINISHING || source.isBusy() || source.stagedEndOffset() != source.endOffset()) return;
        if (copy.flushedOffset() < copy.endOffset()) flush();
        else promote();
    }

    private void promote() {
        state = State.PROMOTING;
        long firstDirtyOffset = source.cleanable().firstDirtyOffset();
        copy.leave();
        directory.openPromoted(source.topicPartition(), source.topicId(), config, loop, listener, firstDirtyOffset, new LogDirectory.OpenCallback() {
            @Override
            public void onOpened(Log log) {
                onPromoted(log);
            }

            @Override
            public void onRefused(String reason) {
                fail(reason, true);
            }
        });
    }

    private void onPromoted(Log moved) {
        state = State.OVER;
        if (moved.endOffset() != source.endOffset()) {
            throw new IllegalStateException("the copy is not whole: partition=%s end=%d copied=%d".formatted(source.topicPartition(),
                    source.endOffset(), moved.endOffset()));
        }
        moved.raiseHighWatermark(source.highWatermark());
        if (source.logStartOffset() > moved.logStartOffset()) moved.raiseLogStartOffset(source.logStartOffset());
        if (!source.isClosed() && !source.isOffline()) source.delete();
        owner.onMoved(this, moved);
    }
}
