package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.log.LogSlice;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchResponse.AbortedTransaction;
import io.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import io.barnabas.protocol.message.FetchResponse.PartitionData;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionRead;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch, from the first read to its answer.
 *
 * <p>It reads its partitions in order, each on its own loop: it travels from loop to loop, and whichever it is on owns its
 * state. So the bytes add up against one limit without anybody being locked. If that was not enough for
 * {@code fetch.min.bytes}, it asks the partitions to wake it when more can be read, and waits at home, on its
 * connection's loop, for that or for the end of {@code fetch.max.wait.ms}; then it reads once more.
 */
final class PendingFetch {
    private static final Logger LOG = LoggerFactory.getLogger(PendingFetch.class);

    private final RequestContext context;
    private final EventLoop home;
    /** Null without a session. */
    private final FetchSession session;
    private final boolean isFull;
    private final IsolationLevel isolation;
    private final int minBytes;
    private final int maxWaitMs;
    private final int bytesMax;
    private final List<Part> parts = new ArrayList<>();

    private int bytesRead;
    private boolean mustAnswer;

    /** At home: the deadline, and what happened since the last reading began. */
    private EventLoop.Timer deadline;
    private boolean isAway;
    private boolean isDue;
    private boolean hasNews;
    private boolean isWaiting;

    /** @param isFull whether the answer names every partition, changed or not */
    PendingFetch(RequestContext context, FetchSession session, boolean isFull, IsolationLevel isolation,
                 int minBytes, int maxWaitMs, int bytesMax) {
        this.context = context;
        this.home = context.loop();
        this.session = session;
        this.isFull = isFull;
        this.isolation = isolation;
        this.minBytes = minBytes;
        this.maxWaitMs = maxWaitMs;
        this.bytesMax = bytesMax;
    }

    /** One partition of the fetch. Its waiter belongs to the partition's loop. */
    private final class Part extends OffsetWaiters.Waiter {
        final FetchPosition position;
        final Partition partition;
        ErrorCode error;
        PartitionRead.Data data;
        PartitionRead.Diverged diverged;

        Part(FetchPosition position, Partition partition, ErrorCode error) {
            this.position = position;
            this.partition = partition;
            this.error = error;
        }

        @Override
        protected void onReached() {
            if (home.isCurrent()) onNews();
            else home.execute(PendingFetch.this::onNews);
        }

        @Override
        protected void onFailed(ErrorCode failure) {
            onReached();
        }

        void dropData() {
            if (data != null) data.slice().release();
            data = null;
        }
    }

    /** @param partition null when it is not served here, for the reason in {@code error} */
    void add(FetchPosition position, Partition partition, ErrorCode error) {
        parts.add(new Part(position, partition, error));
    }

    void start() {
        isAway = true;
        readFrom(0);
    }

    /** Reads parts from {@code index} on for as long as they are on this loop, and goes on where the next one is. */
    private void readFrom(int index) {
        for (int i = index; i < parts.size(); i++) {
            var part = parts.get(i);
            if (part.partition == null) {
                mustAnswer = true;
                continue;
            }
            int next = i;
            var loop = part.partition.loop();
            if (!loop.isCurrent()) {
                loop.execute(() -> readFrom(next));
                return;
            }
            if (!part.partition.isSettled()) {
                part.partition.whenSettled(() -> readFrom(next));
                return;
            }
            if (!read(part)) {
                prepare(part, next);
                return;
            }
        }
        goHome(this::onRead);
    }

    /** @return false if the bytes are to be fetched from the disk before they are counted in */
    private boolean read(Part part) {
        int room = Math.max(0, bytesMax - bytesRead);
        var position = part.position;
        var result = part.partition.read(position.fetchOffset, Math.min(position.partitionMaxBytes, room), bytesRead == 0,
                isolation, position.currentLeaderEpoch, position.lastFetchedEpoch);
        if (result instanceof PartitionRead.Data data) {
            part.data = data;
            bytesRead += data.slice().size();
            return data.slice().size() == 0 || data.slice().isRecent();
        }
        mustAnswer = true;
        if (result instanceof PartitionRead.Refused refused) part.error = refused.error();
        else if (result instanceof PartitionRead.Diverged diverged) part.diverged = diverged;
        else throw new AssertionError(result);
        return true;
    }

    /** Brings old bytes into the page cache on the directory's I/O pool, so that sending them does not stall a loop. */
    private void prepare(Part part, int index) {
        LogSlice slice = part.data.slice();
        part.partition.log().directory().io().execute(() -> {
            prefetch(slice);
            part.partition.loop().execute(() -> readFrom(index + 1));
        });
    }

    private static void prefetch(LogSlice slice) {
        try {
            slice.prefetch();
        } catch (StorageException e) {
            // Sending meets the same error, and closes the connection.
            LOG.warn("cannot read old records", e);
        }
    }

    private void goHome(Runnable arrival) {
        if (home.isCurrent()) arrival.run();
        else home.execute(arrival);
    }

    private void onRead() {
        isAway = false;
        if (mustAnswer || isDue || bytesRead >= minBytes || maxWaitMs <= 0 || !context.connection().isOpen()) {
            answer();
            return;
        }
        if (deadline == null) {
            deadline = home.schedule(maxWaitMs, this::onDeadline);
            // Nobody is there to read the answer: what waits for partitions must not outlive its connection.
            context.whenClosed(this::onDeadline);
        }
        hasNews = false;
        isWaiting = true;
        isAway = true;
        watchFrom(0);
    }

    /** Asks each partition, on its loop, to tell when more than now can be read. */
    private void watchFrom(int index) {
        for (int i = index; i < parts.size(); i++) {
            var part = parts.get(i);
            int next = i;
            if (!part.partition.loop().isCurrent()) {
                part.partition.loop().execute(() -> watchFrom(next));
                return;
            }
            watch(part);
        }
        goHome(this::onWatching);
    }

    private void watch(Part part) {
        if (part.partition.leaderError(-1) != ErrorCode.NONE) {
            part.onReached();
            return;
        }
        long seenBound = isolation == IsolationLevel.READ_COMMITTED ? part.data.lastStableOffset() : part.data.highWatermark();
        long seenEnd = Math.max(part.position.fetchOffset, seenBound);
        if (part.partition.bound(isolation) > seenEnd) part.onReached();
        else part.partition.waitBeyond(seenEnd, isolation, part);
    }

    private void onWatching() {
        isAway = false;
        if (hasNews || isDue) readAgain();
    }

    private void onNews() {
        hasNews = true;
        if (isWaiting && !isAway) readAgain();
    }

    private void onDeadline() {
        isDue = true;
        if (isWaiting && !isAway) readAgain();
    }

    private void readAgain() {
        isWaiting = false;
        isAway = true;
        bytesRead = 0;
        unwatchFrom(0);
    }

    private void unwatchFrom(int index) {
        for (int i = index; i < parts.size(); i++) {
            var part = parts.get(i);
            int next = i;
            if (!part.partition.loop().isCurrent()) {
                part.partition.loop().execute(() -> unwatchFrom(next));
                return;
            }
            part.partition.stopWaiting(isolation, part);
            part.dropData();
        }
        readFrom(0);
    }

    private void answer() {
        if (deadline != null) deadline.cancel();
        var response = new FetchResponse().setSessionId(session == null ? 0 : session.id);
        var gaveData = new ArrayList<FetchPosition>(0);
        FetchableTopicResponse topic = null;
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            boolean isNews = isNews(part);
            if (!isFull && !isNews) {
                part.dropData();
                continue;
            }
            topic = topicOf(response, topic, part.position.key);
            topic.partitions().add(describe(part));
            if (session != null && part.data != null && part.data.slice().size() > 0) gaveData.add(part.position);
        }
        for (var position : gaveData) session.moveToEnd(position);
        context.answer(response);
    }

    /** Whether a session's partition has something to tell. */
    private boolean isNews(Part part) {
        if (part.error != ErrorCode.NONE || part.diverged != null) {
            part.position.forgetTold();
            return true;
        }
        boolean hasMoved = part.position.noteTold(part.data.highWatermark(), part.data.logStartOffset());
        return hasMoved || part.data.slice().size() > 0;
    }

    private FetchableTopicResponse topicOf(FetchResponse response, FetchableTopicResponse last, FetchSession.Key key) {
        if (last != null && last.topicId().equals(key.topicId()) && last.topic().equals(nameOf(key))) return last;
        var topic = new FetchableTopicResponse().setTopic(nameOf(key)).setTopicId(key.topicId());
        response.responses().add(topic);
        return topic;
    }

    private static String nameOf(FetchSession.Key key) {
        return key.topic() == null ? "" : key.topic();
    }

    private static PartitionData describe(Part part) {
        var answer = new PartitionData()
                .setPartitionIndex(part.position.key.partition())
                .setErrorCode(part.error.code())
                .setHighWatermark(-1)
                .setRecords(LogSlice.EMPTY);
        if (part.diverged != null) {
            var at = part.diverged;
            answer.divergingEpoch().setEpoch(at.leaderEpoch()).setEndOffset(at.endOffset());
            answer.setHighWatermark(at.highWatermark()).setLastStableOffset(at.lastStableOffset()).setLogStartOffset(at.logStartOffset());
        } else if (part.data != null) {
            var data = part.data;
            answer.setHighWatermark(data.highWatermark()).setLastStableOffset(data.lastStableOffset())
                    .setLogStartOffset(data.logStartOffset()).setRecords(data.slice());
            answer.setAbortedTransactions(data.abortedTransactions() == null ? null : describe(data.abortedTransactions()));
        }
        return answer;
    }

    private static List<AbortedTransaction> describe(List<io.barnabas.log.AbortedTransaction> aborted) {
        var answer = new ArrayList<AbortedTransaction>(aborted.size());
        for (var transaction : aborted) {
            answer.add(new AbortedTransaction().setProducerId(transaction.producerId()).setFirstOffset(transaction.firstOffset()));
        }
        return answer;
    }
}
