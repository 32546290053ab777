package io.barnabas.coordinator;

import io.barnabas.log.LogSlice;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.log.ReadResult;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Replays a partition's log from its start to where it ended when the loading began, and waits until that is committed. Reads
 * and decodes on the log directory's I/O pool, a piece at a time; hands each piece over on the partition's loop, which owns this.
 */
final class ShardLoader {
    private final Partition partition;
    private final IntFunction<CoordinatorRecordType> types;
    private final int bytesMax;
    private final Consumer<List<LoadedBatch>> receiver;
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
     * @param receiver of the pieces, in order
     * @param whenDone told once, unless {@link #cancel} was called: null, or why the log cannot be replayed
     */
    ShardLoader(Partition partition, IntFunction<CoordinatorRecordType> types, int bytesMax, Consumer<List<LoadedBatch>> receiver,
                Consumer<Throwable> whenDone) {
        this.partition = partition;
        this.types = types;
        this.bytesMax = bytesMax;
        this.receiver = receiver;
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
        decode(((ReadResult.Data) result).slice(), offset);
    }

    private void decode(LogSlice slice, long offset) {
        var decoded = new Object() {
            List<LoadedBatch> batches = List.of();
        };
        io(() -> {
            try {
                decoded.batches = LoadedBatch.read(slice.toByteBuffer(), types, offset, unpackedBytesMax());
            } finally {
                slice.release();
            }
        }, () -> take(decoded.batches, offset));
    }

    private void take(List<LoadedBatch> batches, long offset) {
        if (isCancelled) return;
        receiver.accept(batches);
        // What is left before the end are offsets without records, where compaction has been.
        long next = batches.isEmpty() ? endOffset : batches.get(batches.size() - 1).nextOffset();
        readFrom(Math.max(next, offset + 1));
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
                partition.loop().execute(next);
            } catch (RuntimeException e) {
                partition.loop().execute(() -> done(e));
            }
        });
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
