package io.barnabas.log;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;

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
 * and does since the owner has told the controller before it lets the copy finish. {@link LogCopier} fills the copy.
 */
public final class LogMove {
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

    /** Appends wait no longer than this for the last bytes to be copied and flushed. */
    private static final long FINISH_MS_MAX = 2000;

    private final Log source;
    private final LogDirectory directory;
    private final EventLoop loop;
    private final LogListener listener;
    private final LogCopier copier;
    private final Owner owner;
    private LogConfig config;
    private Log copy;
    private State state = State.OPENING;
    private boolean hasCaughtUp;
    /** To finish. */
    private int attempts;
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
        this.copier = new LogCopier(this, source, pace);
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
        directory.openFuture(source.topicPartition(), source.topicId(), config.ofCopy(), source.loop(), move.copier, new LogDirectory.OpenCallback() {
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
        copier.step();
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
        copier.step();
    }

    private void postpone(int attempt) {
        if (state != State.FINISHING || attempt != attempts) return;
        state = State.COPYING;
        hasCaughtUp = false;
        owner.onPostponed(this);
        copier.step();
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
        copier.stop();
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

    void fail(String reason, boolean isAmbiguous) {
        if (state == State.OVER) return;
        state = State.OVER;
        copier.stop();
        if (!source.isClosed()) source.cleanable().resume();
        owner.onFailed(this, reason, isAmbiguous);
    }

    // --- opening

    private void onOpened(Log opened) {
        copy = opened;
        isOpeningStill = false;
        if (state == State.OVER) {
            letGo();
            tellOpened();
            tellEnded();
            return;
        }
        state = State.COPYING;
        tellOpened();
        copier.begin(copy);
    }

    // --- the end

    boolean hasCaughtUp() {
        return hasCaughtUp;
    }

    /** The copy has what the original had when its last piece was read. */
    void onCaughtUp() {
        if (hasCaughtUp) return;
        hasCaughtUp = true;
        loop.execute(() -> {
            if (state == State.COPYING) owner.onCaughtUp(this);
        });
    }

    /** The copy has all that the original has. */
    void onEven() {
        onCaughtUp();
        if (state != State.FINISHING || source.isBusy() || source.stagedEndOffset() != source.endOffset()) return;
        if (copy.flushedOffset() < copy.endOffset()) copier.flush();
        else promote();
    }

    private void promote() {
        state = State.PROMOTING;
        copier.stop();
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
