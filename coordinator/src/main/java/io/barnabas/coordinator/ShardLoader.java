package io.barnabas.coordinator;

import io.barnabas.log.LogSlice;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.log.ReadResult;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import java.util.function.Consumer;

/**
 * Replays a partition's log into a state, from its start to where it ended when the loading began, and waits until that is committed.
 * Reads on the log directory's I/O pool, a piece at a time, and applies there what it has read: until the end is told of, the
 * state belongs to that pool. The loader itself is the partition's loop's.
 */
final class ShardLoader {
    /** Of one read: enough that going to and fro costs nothing, and others of the pool do not wait long. */
    private static final int PIECE_BYTES_MAX = 128 * 1024;

    private final Partition partition;
    private final int bytesMax;
    private final LogReplay replay;
    private final Consumer<Throwable> whenDone;
    private final long endOffset;
    private boolean isCancelled;
    private final OffsetWaiters.Waiter commit = new OffsetWaiters.Waiter() {
        @Override
        protected void onReached() {
            awaitCommit();
        }

        @Override
        protected void onFailed(ErrorCode error) {
            done(new IllegalStateException("the leadership ended: error=" + error));
        }
    };

    /**
     * @param state    empty
     * @param bytesMax of one read, unless the first batch alone has more
     * @param whenDone told once, unless {@link #cancel} was called: null, or why the log cannot be replayed
     */
    ShardLoader(Partition partition, CoordinatorState state, int bytesMax, Consumer<Throwable> whenDone) {
        this.partition = partition;
        this.bytesMax = Math.min(bytesMax, PIECE_BYTES_MAX);
        this.replay = new LogReplay(state, unpackedBytesMax());
        this.whenDone = whenDone;
        this.endOffset = partition.log().endOffset();
    }

    void start() {
        readFrom(partition.log().logStartOffset());
    }

    /** Nobody is told anything any more. */
    void cancel() {
        isCancelled = true;
        commit.stopWaiting();
    }

    private void readFrom(long offset) {
        if (isCancelled) return;
        long start = Math.max(offset, partition.log().logStartOffset());
        if (start >= endOffset) {
            awaitCommit();
            return;
        }
        var lookup = partition.coldLookup(start);
        if (lookup == null) {
            planRead(start);
        } else {
            io(lookup, () -> planRead(start));
        }
    }

    private void planRead(long offset) {
        if (isCancelled) return;
        var result = partition.log().read(offset, bytesMax, endOffset, true);
        if (result instanceof ReadResult.Refused refused) {
            // A deletion of what has expired may have overtaken the read.
            if (refused.error() == ErrorCode.OFFSET_OUT_OF_RANGE && partition.log().logStartOffset() > offset) readFrom(offset);
            else done(new IllegalStateException("cannot read the log: offset=%d error=%s".formatted(offset, refused.error())));
            return;
        }
        replay(((ReadResult.Data) result).slice(), offset);
    }

    private void replay(LogSlice slice, long offset) {
        var read = new Object() {
            long nextOffset;
        };
        io(() -> {
            try {
                read.nextOffset = replay.apply(slice, offset);
            } finally {
                slice.release();
            }
            // What is left before the end are offsets without records, where compaction has been.
        }, () -> readFrom(read.nextOffset > offset ? read.nextOffset : endOffset));
    }

    private void awaitCommit() {
        if (isCancelled) return;
        if (partition.log().highWatermark() >= endOffset) done(null);
        else partition.waitBeyond(endOffset - 1, IsolationLevel.READ_UNCOMMITTED, commit);
    }

    /** Runs something on the I/O pool and goes on here; what fails there ends the loading. */
    private void io(Runnable work, Runnable next) {
        partition.log().directory().io().execute(() -> {
            try {
                work.run();
                partition.loop().execute(() -> goOn(next));
            } catch (RuntimeException e) {
                partition.loop().execute(() -> done(e));
            }
        });
    }

    private void goOn(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException e) {
            done(e);
        }
    }

    private void done(Throwable failure) {
        if (isCancelled) return;
        isCancelled = true;
        whenDone.accept(failure);
    }

    /** What a coordinator packs is small; what a broken writer may have packed must not take the heap. */
    private static int unpackedBytesMax() {
        return (int) Math.min(Runtime.getRuntime().maxMemory() / 8, Integer.MAX_VALUE - RecordBatch.HEADER_BYTES);
    }
}
