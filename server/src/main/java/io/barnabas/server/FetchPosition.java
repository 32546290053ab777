package io.barnabas.server;

import io.barnabas.log.LogSlice;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionRead;

/**
 * Where a fetcher stands in one partition, what it was last told about it, and what the fetch under way has found there.
 * Belongs to the session's loop; while a fetch reads it, to the loop that the fetch is on.
 */
final class FetchPosition {
    private final FetchSession session;
    final FetchSession.Key key;
    long fetchOffset;
    int partitionMaxBytes;
    int currentLeaderEpoch;
    int lastFetchedEpoch;
    /** Kept by {@link FetchSession}: it stands in the list of those to be read; the fetcher has dropped it. */
    boolean isDue;
    boolean isForgotten;

    /** What the last answer of the session said; an incremental answer leaves out a partition where nothing differs. */
    private long toldHighWatermark = -1;
    private long toldLogStartOffset = -1;

    /** Null when it is not served here, for the reason in {@link #error}. */
    private Partition partition;
    /** Made when it first waits for news of {@link #partition}. */
    private Watch watch;
    /** Whether the fetch under way has read it; then what it found, one of the three. */
    boolean isRead;
    private ErrorCode error = ErrorCode.NONE;
    private PartitionRead.Data data;
    private PartitionRead.Diverged diverged;
    /** What lies before it holds nothing for this fetcher. */
    private long skippedTo;

    FetchPosition(FetchSession session, FetchSession.Key key) {
        this.session = session;
        this.key = key;
    }

    void update(FetchRequest.FetchPartition asked) {
        fetchOffset = asked.fetchOffset();
        partitionMaxBytes = asked.partitionMaxBytes();
        currentLeaderEpoch = asked.currentLeaderEpoch();
        lastFetchedEpoch = asked.lastFetchedEpoch();
    }

    /** @param found null when it is not served here, for the reason in {@code why} */
    void place(Partition found, ErrorCode why) {
        if (partition != found) unwatch();
        partition = found;
        error = why;
    }

    Partition partition() {
        return partition;
    }

    // ---- watching

    /** Waits for news of one partition; belongs to that partition's loop. */
    private final class Watch extends OffsetWaiters.Waiter {
        private final Partition watched = partition;

        @Override
        protected void onReached() {
            if (session.home.isCurrent()) session.onNews(FetchPosition.this);
            else session.home.execute(() -> session.onNews(FetchPosition.this));
        }

        @Override
        protected void onFailed(ErrorCode failure) {
            onReached();
        }

        private void end() {
            if (watched.loop().isCurrent()) stopWaiting();
            else watched.loop().execute(this::stopWaiting);
        }
    }

    /** Tells the session when more can be read than this reading has seen. On the partition's loop. */
    void watch(IsolationLevel isolation) {
        if (watch == null) watch = new Watch();
        long seenEnd = Math.max(fetchOffset, seenBound(isolation));
        if (partition.leaderError(-1) != ErrorCode.NONE || partition.bound(isolation) > seenEnd) watch.onReached();
        else partition.waitBeyond(seenEnd, isolation, watch);
    }

    boolean isWatched() {
        return watch != null && watch.isWaiting();
    }

    /** Takes effect on the partition's loop. */
    void unwatch() {
        if (watch != null) watch.end();
        watch = null;
    }

    // ---- reading

    /** Reads anew, on the partition's loop. */
    void read(int bytesMax, boolean atLeastOneBatch, IsolationLevel isolation) {
        if (watch != null) watch.stopWaiting();
        var result = partition.read(readOffset(), Math.min(partitionMaxBytes, bytesMax), atLeastOneBatch, isolation,
                currentLeaderEpoch, lastFetchedEpoch);
        if (result instanceof PartitionRead.Data found) data = found;
        else if (result instanceof PartitionRead.Refused refused) error = refused.error();
        else if (result instanceof PartitionRead.Diverged found) diverged = found;
        else throw new AssertionError(result);
    }

    /** Where a reading starts. */
    long readOffset() {
        return Math.max(fetchOffset, skippedTo);
    }

    /** What was found holds nothing for this fetcher, and is forgotten: the next reading starts behind it. */
    void skipTo(long offset) {
        forget();
        skippedTo = offset;
    }

    /** Puts a slice in the place of that which was found, whose owner is now another. */
    void replaceSlice(LogSlice slice) {
        data = new PartitionRead.Data(slice, data.highWatermark(), data.lastStableOffset(), data.logStartOffset(), data.abortedTransactions());
    }

    /** What was found cannot be given, and has another owner. */
    void fail(ErrorCode failure) {
        data = null;
        error = failure;
    }

    /** Null unless the reading came to bytes, be they none. */
    PartitionRead.Data data() {
        return data;
    }

    PartitionRead.Diverged diverged() {
        return diverged;
    }

    ErrorCode error() {
        return error;
    }

    int bytesFound() {
        return data == null ? 0 : data.slice().size();
    }

    /** Whether nothing was found because there is nothing to read yet. */
    boolean isAtEnd(IsolationLevel isolation) {
        return data != null && data.slice().size() == 0 && fetchOffset >= seenBound(isolation);
    }

    private long seenBound(IsolationLevel isolation) {
        return isolation == IsolationLevel.READ_COMMITTED ? data.lastStableOffset() : data.highWatermark();
    }

    /** Whether the answer of a session has to tell of it; what it tells counts as told from now on. */
    boolean takeNews() {
        if (data == null) {
            // Whatever comes next is news.
            toldHighWatermark = -1;
            return true;
        }
        boolean hasMoved = data.highWatermark() != toldHighWatermark || data.logStartOffset() != toldLogStartOffset;
        toldHighWatermark = data.highWatermark();
        toldLogStartOffset = data.logStartOffset();
        return hasMoved || data.slice().size() > 0;
    }

    /** Gives back what a reading has found. */
    void drop() {
        if (data != null) data.slice().release();
        forget();
    }

    /** Forgets what a reading has found: its bytes have another owner. */
    void forget() {
        data = null;
        diverged = null;
        error = ErrorCode.NONE;
        skippedTo = 0;
    }
}
