package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.log.LogSlice;
import io.barnabas.log.SliceConverter;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordException;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchResponse.AbortedTransaction;
import io.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import io.barnabas.protocol.message.FetchResponse.PartitionData;
import io.barnabas.replication.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch, from the first read to its answer.
 *
 * <p>It reads the positions that are due in order, each on its partition's loop: it travels from loop to loop, and whichever
 * it is on owns its state. So the bytes add up against one limit without anybody being locked. If that was not enough for
 * {@code fetch.min.bytes}, it waits at home, on its connection's loop, for news of the partitions or for the end of
 * {@code fetch.max.wait.ms}; news make it read again, only where they come from.
 */
final class PendingFetch {
    private static final Logger LOG = LoggerFactory.getLogger(PendingFetch.class);

    private final FetchHandler handler;
    private final RequestContext context;
    private final EventLoop home;
    private final FetchSession session;
    private final boolean isFull;
    private final IsolationLevel isolation;
    private final int minBytes;
    private final int maxWaitMs;
    private final int bytesMax;
    /** Null if the client reads what lies in the log. */
    private final FetchConversion conversion;

    /** Everything read so far, each once. */
    private final List<FetchPosition> read = new ArrayList<>(2);
    /** What is being read or was read last. */
    private List<FetchPosition> reading;
    private int bytesRead;
    private boolean mustAnswer;

    /** At home: the deadline, and whether it has passed. */
    private EventLoop.Timer deadline;
    private boolean isOver;
    private boolean isAway;
    private boolean isAnswered;
    private boolean wakeAsked;

    /** @param isFull whether the answer names every partition, changed or not */
    PendingFetch(FetchHandler handler, RequestContext context, FetchSession session, boolean isFull, IsolationLevel isolation,
                 int minBytes, int maxWaitMs, int bytesMax, FetchConversion conversion) {
        this.handler = handler;
        this.context = context;
        this.home = context.loop();
        this.session = session;
        this.isFull = isFull;
        this.isolation = isolation;
        this.minBytes = minBytes;
        this.maxWaitMs = maxWaitMs;
        this.bytesMax = bytesMax;
        this.conversion = conversion;
    }

    void start() {
        session.pending = this;
        readDue();
    }

    // ---- reading

    private void readDue() {
        isAway = true;
        reading = session.takeDue();
        if (conversion != null) conversion.order(reading);
        for (var position : reading) {
            bytesRead -= position.bytesFound();
            position.drop();
            handler.place(position);
            if (position.isRead) continue;
            position.isRead = true;
            read.add(position);
        }
        readFrom(0);
    }

    private void readFrom(int index) {
        readFrom(index, false);
    }

    /**
     * Reads from {@code index} on for as long as partitions are on this loop, and goes on where the next one is.
     *
     * @param isLookedUp whether the first of them has been looked up, so that its read does not wait for the disk
     */
    private void readFrom(int index, boolean isLookedUp) {
        for (int i = index; i < reading.size(); i++) {
            var position = reading.get(i);
            var partition = position.partition();
            if (partition == null) {
                mustAnswer = true;
                continue;
            }
            int next = i;
            if (!partition.loop().isCurrent()) {
                partition.loop().execute(() -> readFrom(next));
                return;
            }
            if (!partition.isSettled()) {
                partition.whenSettled(() -> readFrom(next));
                return;
            }
            var lookup = isLookedUp && i == index ? null : partition.coldLookup(position.fetchOffset);
            if (lookup != null) {
                partition.log().directory().io().execute(() -> {
                    lookup.run();
                    partition.loop().execute(() -> readFrom(next, true));
                });
                return;
            }
            if (!read(position)) {
                if (conversion == null) prepare(position, next);
                else convert(position, next);
                return;
            }
        }
        goHome(this::onRead);
    }

    /** @return false if the bytes are to be fetched from the disk before they are counted in */
    private boolean read(FetchPosition position) {
        position.read(Math.max(0, bytesMax - bytesRead), bytesRead == 0, isolation);
        if (position.data() == null) {
            mustAnswer = true;
            return true;
        }
        bytesRead += position.bytesFound();
        // A session is told from here on, whenever there is more.
        if (session.isKept() && position.isAtEnd(isolation)) position.watch(isolation);
        return position.bytesFound() == 0 || conversion == null && position.data().slice().isRecent();
    }

    /** Brings old bytes into the page cache on the directory's I/O pool, so that sending them does not stall a loop. */
    private void prepare(FetchPosition position, int index) {
        LogSlice slice = position.data().slice();
        var partition = position.partition();
        partition.log().directory().io().execute(() -> {
            boolean isReadable = prefetch(slice);
            partition.loop().execute(() -> {
                if (isReadable) readFrom(index + 1);
                else onUnreadable(position, index);
            });
        });
    }

    /** Sent, it would end the connection in the middle of an answer: whatever else the client asks for would be lost with it, again and again. */
    private void onUnreadable(FetchPosition position, int index) {
        bytesRead -= position.bytesFound();
        position.drop();
        onNotGiven(position, index, ErrorCode.KAFKA_STORAGE_ERROR);
    }

    /** Has the directory's I/O pool make of old bytes or new what this client can read. */
    private void convert(FetchPosition position, int index) {
        var slice = position.data().slice();
        var partition = position.partition();
        long offset = position.readOffset();
        bytesRead -= slice.size();
        if (conversion.isCutOff(slice, position.partitionMaxBytes)) {
            slice.release();
            onConverted(position, index, new SliceConverter.Converted(SliceConverter.cutOff(position.partitionMaxBytes), offset));
            return;
        }
        partition.log().directory().io().execute(() -> {
            try {
                var converted = conversion.convert(slice, offset, position.partitionMaxBytes);
                partition.loop().execute(() -> onConverted(position, index, converted));
            } catch (RecordException e) {
                partition.loop().execute(() -> onNotGiven(position, index, e.error()));
            } catch (StorageException e) {
                LOG.warn("cannot read records to be converted", e);
                partition.loop().execute(() -> onNotGiven(position, index, ErrorCode.KAFKA_STORAGE_ERROR));
            } catch (RuntimeException e) {
                // The client must not wait for an answer that nobody makes.
                LOG.error("cannot convert records: partition={} offset={}", partition.topicPartition(), offset, e);
                partition.loop().execute(() -> onNotGiven(position, index, ErrorCode.UNKNOWN_SERVER_ERROR));
            }
        });
    }

    private void onConverted(FetchPosition position, int index, SliceConverter.Converted converted) {
        if (converted.slice().size() == 0 && converted.nextOffset() > position.readOffset()) {
            position.skipTo(converted.nextOffset());
            readFrom(index);
            return;
        }
        position.replaceSlice(converted.slice());
        bytesRead += position.bytesFound();
        readFrom(index + 1);
    }

    private void onNotGiven(FetchPosition position, int index, ErrorCode error) {
        position.fail(error);
        mustAnswer = true;
        readFrom(index + 1);
    }

    private static boolean prefetch(LogSlice slice) {
        try {
            slice.prefetch();
            return true;
        } catch (StorageException e) {
            LOG.warn("cannot read old records: {}", e.getMessage());
            return false;
        }
    }

    private void goHome(Runnable arrival) {
        if (home.isCurrent()) arrival.run();
        else home.execute(arrival);
    }

    private void onRead() {
        isAway = false;
        if (mustAnswer || isOver || bytesRead >= minBytes || maxWaitMs <= 0 || !context.connection().isOpen()) {
            answer();
            return;
        }
        if (deadline == null) {
            deadline = home.schedule(maxWaitMs, this::onDeadline);
            // Nobody is there to read the answer: what waits for partitions must not outlive its connection.
            context.whenClosed(this::onDeadline);
        }
        isAway = true;
        watchFrom(0);
    }

    // ---- waiting

    /** Has every partition, on its loop, tell when more than now can be read. */
    private void watchFrom(int index) {
        for (int i = index; i < reading.size(); i++) {
            var position = reading.get(i);
            int next = i;
            if (!position.partition().loop().isCurrent()) {
                position.partition().loop().execute(() -> watchFrom(next));
                return;
            }
            if (!position.isWatched()) position.watch(isolation);
        }
        goHome(this::onWatching);
    }

    private void onWatching() {
        isAway = false;
        if (isOver || session.dueCount() > 0) readDue();
    }

    /** Some position of the session is due. */
    void onNews() {
        if (isAway || isAnswered || wakeAsked) return;
        wakeAsked = true;
        // What else is written in this turn belongs into the same answer.
        home.atTurnEnd(this::onWoken);
    }

    private void onWoken() {
        wakeAsked = false;
        if (!isAway && !isAnswered) readDue();
    }

    private void onDeadline() {
        isOver = true;
        if (!isAway && !isAnswered) readDue();
    }

    // ---- answering

    private void answer() {
        isAnswered = true;
        session.pending = null;
        if (deadline != null) deadline.cancel();
        var response = new FetchResponse().setSessionId(session.isKept() ? session.id : 0);
        FetchableTopicResponse topic = null;
        for (int i = 0; i < read.size(); i++) {
            var position = read.get(i);
            if (!position.takeNews() && !isFull) continue;
            topic = topicOf(response, topic, position.key);
            topic.partitions().add(describe(position));
        }
        leave();
        context.answer(response);
    }

    /** Says what the next fetch has to read: first what got no room in this one, then what gave something. */
    private void leave() {
        if (session.isKept()) {
            for (var position : read) if (position.bytesFound() == 0 && !position.isAtEnd(isolation)) session.addDue(position);
            for (var position : read) if (position.bytesFound() > 0) session.addDue(position);
        } else {
            for (var position : read) position.unwatch();
            session.unwatchAll();
        }
        for (var position : read) {
            position.isRead = false;
            position.forget();
        }
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

    private static PartitionData describe(FetchPosition position) {
        var answer = new PartitionData()
                .setPartitionIndex(position.key.partition())
                .setErrorCode(position.error().code())
                .setHighWatermark(-1)
                .setRecords(LogSlice.EMPTY);
        var data = position.data();
        if (position.diverged() != null) {
            var at = position.diverged();
            answer.divergingEpoch().setEpoch(at.leaderEpoch()).setEndOffset(at.endOffset());
            answer.setHighWatermark(at.highWatermark()).setLastStableOffset(at.lastStableOffset()).setLogStartOffset(at.logStartOffset());
        } else if (data != null) {
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
