package io.barnabas.replication;

import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.log.EpochEndOffset;
import io.barnabas.log.Log;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogListener;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.log.ReadResult;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A partition's life on this broker: its log, its role, and who waits for its offsets. Owned by its loop, on which every
 * method runs unless it says otherwise.
 *
 * <p>The log is opened off the loop. Until that has come to an end, {@link #isSettled} is false and callers queue with
 * {@link #whenSettled}; every other method wants a settled partition.
 */
public final class Partition implements LogListener {
    private final TopicPartition topicPartition;
    private final Uuid topicId;
    private final EventLoop loop;
    private final RecordBatchValidator validator;
    private final OffsetWaiters highWatermarkWaiters = new OffsetWaiters();
    private final OffsetWaiters lastStableWaiters = new OffsetWaiters();
    private final OffsetWaiters endWaiters = new OffsetWaiters();

    /** Null if nobody wants to know. */
    private LeadershipListener leadershipListener;
    private TransactionVerifier verifier = (question, receiver) -> receiver.accept(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    private PartitionConfig config;
    private PartitionAssignment assignment;
    private Log log;
    private LeaderRole leader;
    /** To another directory; null if none is under way. */
    private PartitionMove move;
    private boolean isClosing;
    /** Appends wait for the end of the move. */
    private boolean isHeld;
    /** Ended under a write that needs the bytes of its appends; and why it has ended. */
    private LeaderRole ending;
    private ErrorCode endError;
    /** Why there is no log; null while it is being opened or open. */
    private String offlineReason;
    private boolean isGone;
    private boolean hasLeft;
    private List<Runnable> whenSettled = new ArrayList<>(0);
    private List<Runnable> whenLeft = new ArrayList<>(0);

    /**
     * @param validator the loop's own, since it is used by one thread
     */
    public Partition(TopicPartition topicPartition, Uuid topicId, EventLoop loop, RecordBatchValidator validator,
                     PartitionConfig config, PartitionAssignment assignment) {
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.loop = loop;
        this.validator = validator;
        this.config = config;
        this.assignment = assignment;
    }

    /** Any thread. */
    public TopicPartition topicPartition() {
        return topicPartition;
    }

    /** Any thread. */
    public Uuid topicId() {
        return topicId;
    }

    /** Any thread. */
    public EventLoop loop() {
        return loop;
    }

    /** Says who hears when this broker begins and ends to lead. Before {@link #open}, any thread. */
    public void observe(LeadershipListener listener) {
        leadershipListener = listener;
    }

    /** Says who knows about transactions; without one their records are refused. Before {@link #open}, any thread. */
    public void verifyTransactions(TransactionVerifier newVerifier) {
        verifier = newVerifier;
    }

    /** Opens the log, or makes it, in one of the broker's directories, and takes the role that the assignment gives. */
    public void open(LogDirectory directory) {
        directory.openLog(topicPartition, topicId, config.log(), loop, this, new LogDirectory.OpenCallback() {
            @Override
            public void onOpened(Log opened) {
                log = opened;
                log.allowDeferredWrites();
                if (isGone) leave();
                else takeRole();
                settle();
            }

            @Override
            public void onRefused(String reason) {
                refuse(reason);
            }
        });
    }

    /** No directory can hold it; every request is refused. */
    public void refuse(String reason) {
        offlineReason = reason;
        if (isGone) leave();
        settle();
    }

    /** Whether the log is open, or known not to come. */
    public boolean isSettled() {
        return log != null || offlineReason != null;
    }

    /** Runs a task as soon as the partition is settled: now, if it is. */
    public void whenSettled(Runnable task) {
        if (isSettled()) task.run();
        else whenSettled.add(task);
    }

    private void settle() {
        var tasks = whenSettled;
        whenSettled = List.of();
        for (var task : tasks) task.run();
    }

    /** Null while there is none to serve from. */
    public Log log() {
        return log;
    }

    public PartitionAssignment assignment() {
        return assignment;
    }

    public void configure(PartitionConfig newConfig) {
        config = newConfig;
        if (log == null) return;
        log.reconfigure(newConfig.log());
        if (move != null) move.configure(newConfig.log());
        if (leader != null) leader.configure(newConfig);
    }

    /** The controller has decided anew. */
    public void assign(PartitionAssignment newAssignment) {
        assignment = newAssignment;
        if (log != null && offlineReason == null) takeRole();
    }

    private void takeRole() {
        if (!assignment.isLeader()) {
            endLeadership(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        boolean isNew = leader == null || leader.leaderEpoch() != assignment.leaderEpoch();
        if (isNew) {
            endLeadership(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            leader = new LeaderRole(log, assignment.leaderEpoch(), config, validator, verifier, this::tellWaiters);
            if (isHeld) leader.hold();
        }
        leader.setReplicas(assignment.replicaCount(), assignment.inSyncReplicaCount());
        leader.advance();
        if (isNew && leadershipListener != null) leadershipListener.onLeading(this, assignment.leaderEpoch());
    }

    private void endLeadership(ErrorCode error) {
        if (leader == null) return;
        var ended = leader;
        leader = null;
        ended.end(error);
        if (log.isBusy() && ending == null) {
            ending = ended;
            endError = error;
        }
        failWaiters(error);
        if (leadershipListener != null) leadershipListener.onLeadershipEnded(this, error);
    }

    /** The move to another directory that is under way; null if there is none. */
    public PartitionMove move() {
        return move;
    }

    PartitionConfig config() {
        return config;
    }

    /** Whether the log can be moved: it is there, and its directory works. */
    public boolean isOnline() {
        return log != null && offlineReason == null && !isGone && !isClosing;
    }

    void setMove(PartitionMove newMove) {
        move = newMove;
    }

    void hold() {
        isHeld = true;
        if (leader != null) leader.hold();
    }

    /** @param current the log from now on: the one that there was, or one that has taken its place */
    void resume(Log current) {
        isHeld = false;
        if (current != log) replaceLog(current);
        if (leader != null) leader.resume(log, loop.clock().nowMs());
    }

    private void replaceLog(Log moved) {
        log = moved;
        log.allowDeferredWrites();
        log.reconfigure(config.log());
        if (isGone) {
            log.delete();
        } else if (isClosing) {
            log.close();
        } else if (offlineReason != null && !log.isOffline()) {
            // The directory that it was in has failed at the last moment.
            offlineReason = null;
            takeRole();
        }
    }

    /** Takes one batch; whoever sent it is told through {@code append}, never before the end of this turn if it is stored. */
    public void append(Append append) {
        var error = leaderError(-1);
        if (error != ErrorCode.NONE) append.refuse(error, null, List.of());
        else leader.append(append, loop.clock().nowMs());
    }

    /**
     * Asks whether this partition belongs to a producer's open transaction, for somebody who writes to it when told so, at once.
     *
     * @param adds     whether the partition is to be added to the transaction; else it must be in it already
     * @param receiver told once, now or later: NONE, or what the coordinator said, or why nobody can say. After NONE no marker comes
     *                 before what is written in the same step.
     */
    public void verifyTransaction(String transactionalId, long producerId, short producerEpoch, boolean adds, Consumer<ErrorCode> receiver) {
        var error = leaderError(-1);
        if (error != ErrorCode.NONE) receiver.accept(error);
        else leader.verifyTransaction(new TransactionVerifier.Question(transactionalId, producerId, producerEpoch, topicPartition, adds), receiver);
    }

    /** Why an append of this broker's own would be refused; NONE if it would be tried. */
    public ErrorCode appendError() {
        var error = leaderError(-1);
        return error != ErrorCode.NONE ? error : leader.replicasError();
    }

    /** The largest batch that is taken, in bytes. */
    public int batchBytesMax() {
        return Math.min(config.validation().maxMessageBytes(), config.log().segmentBytes());
    }

    /**
     * Plans a read for a fetch.
     *
     * @param currentLeaderEpoch  as the fetcher knows it, -1 if it does not say
     * @param lastFetchedEpoch    of the record before {@code offset} in the fetcher's log, -1 if it does not say
     * @param atLeastOneBatch     give the first batch whole even when it is larger than {@code bytesMax}
     */
    public PartitionRead read(long offset, int bytesMax, boolean atLeastOneBatch, IsolationLevel isolation,
                              int currentLeaderEpoch, int lastFetchedEpoch) {
        var error = leaderError(currentLeaderEpoch);
        if (error != ErrorCode.NONE) return new PartitionRead.Refused(error);
        if (lastFetchedEpoch >= 0) {
            var end = log.offsetForLeaderEpoch(lastFetchedEpoch);
            if (end.leaderEpoch() < 0) return new PartitionRead.Refused(ErrorCode.OFFSET_OUT_OF_RANGE);
            if (end.leaderEpoch() < lastFetchedEpoch || end.endOffset() < offset) {
                return new PartitionRead.Diverged(end.leaderEpoch(), end.endOffset(),
                        log.highWatermark(), log.lastStableOffset(), log.logStartOffset());
            }
        }
        var result = log.read(offset, bytesMax, bound(isolation), atLeastOneBatch);
        if (result instanceof ReadResult.Refused refused) return new PartitionRead.Refused(refused.error());
        var slice = ((ReadResult.Data) result).slice();
        var aborted = isolation == IsolationLevel.READ_COMMITTED
                ? log.abortedTransactions(offset, Math.min(log.lastStableOffset(), slice.endOffsetMax())) : null;
        return new PartitionRead.Data(slice, log.highWatermark(), log.lastStableOffset(), log.logStartOffset(), aborted);
    }

    /** What to run on the log directory's I/O pool before a read from {@code offset}; null if the read will not wait for the disk. */
    public Runnable coldLookup(long offset) {
        return leaderError(-1) == ErrorCode.NONE ? log.coldLookup(offset) : null;
    }

    /** First offset that a reader may not see. */
    public long bound(IsolationLevel isolation) {
        return switch (isolation) {
            case READ_UNCOMMITTED -> log.highWatermark();
            case READ_COMMITTED -> log.lastStableOffset();
            case LOG_END -> log.endOffset();
        };
    }

    /**
     * Tells a waiter when {@link #bound} has passed {@code offset}, when the log's start has moved, or when there is no more
     * leading here.
     */
    public void waitBeyond(long offset, IsolationLevel isolation, OffsetWaiters.Waiter waiter) {
        waiters(isolation).add(offset + 1, waiter);
    }

    /** How many fetches wait here for more to read. */
    public int waiterCount() {
        return highWatermarkWaiters.size() + lastStableWaiters.size() + endWaiters.size();
    }

    private OffsetWaiters waiters(IsolationLevel isolation) {
        return switch (isolation) {
            case READ_UNCOMMITTED -> highWatermarkWaiters;
            case READ_COMMITTED -> lastStableWaiters;
            case LOG_END -> endWaiters;
        };
    }

    /**
     * Whether this broker may answer as the leader.
     *
     * @param currentLeaderEpoch as the asker knows it, -1 if it does not say
     */
    public ErrorCode leaderError(int currentLeaderEpoch) {
        if (isGone) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        if (offlineReason != null) return ErrorCode.KAFKA_STORAGE_ERROR;
        if (currentLeaderEpoch >= 0 && currentLeaderEpoch < assignment.leaderEpoch()) return ErrorCode.FENCED_LEADER_EPOCH;
        if (currentLeaderEpoch > assignment.leaderEpoch()) return ErrorCode.UNKNOWN_LEADER_EPOCH;
        return leader == null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
    }

    /** Whether this leader knows that all it took over is committed; before, it cannot say where the committed log ends. */
    public boolean hasCaughtUp() {
        return leader.hasCaughtUp();
    }

    /** Where an epoch ends, for a leader that {@link #leaderError} lets answer. */
    public EpochEndOffset offsetForLeaderEpoch(int leaderEpoch) {
        // The current epoch is still being written: its end is the log's, whether it has records yet or not.
        if (leaderEpoch == assignment.leaderEpoch()) return new EpochEndOffset(leaderEpoch, log.endOffset());
        return log.offsetForLeaderEpoch(leaderEpoch);
    }

    /**
     * Deletes records before an offset.
     *
     * @param offset -1 means the high watermark
     * @return the new start, or -1 if {@code offset} is not in the log
     */
    public long deleteRecordsBefore(long offset) {
        long target = offset == -1 ? log.highWatermark() : offset;
        if (target < 0 || target > log.highWatermark()) return -1;
        long before = log.logStartOffset();
        long start = log.raiseLogStartOffset(target);
        if (start > before) onLogStartMoved(log);
        return start;
    }

    /** The topic is gone: so is the log, and whoever waits is told. */
    public void delete() {
        isGone = true;
        endLeadership(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        if (move != null) move.cancel();
        if (isSettled()) leave();
    }

    private void leave() {
        if (log != null && offlineReason == null) log.delete();
        hasLeft = true;
        var tasks = whenLeft;
        whenLeft = List.of();
        for (var task : tasks) task.run();
    }

    /** Runs a task when nothing of this deleted partition is in its directory's way any more: a successor can be opened. */
    public void whenLeft(Runnable task) {
        if (hasLeft) task.run();
        else whenLeft.add(task);
    }

    /** Begins off the loop what {@link #close} waits for, for a broker that closes many partitions. */
    public void startClosing() {
        endLeadership(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        isClosing = true;
        if (move != null) move.stop();
        if (log != null && offlineReason == null && !isGone) log.startClosing();
    }

    /** The broker stops: waits for the disk, and leaves the log so that the next start need not check it. */
    public void close() {
        endLeadership(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        isClosing = true;
        if (move != null) move.stop();
        if (log != null && offlineReason == null && !isGone) log.close();
        offlineReason = "the broker is stopping";
    }

    @Override
    public void onWritten(Log log) {
        finishEnding();
        if (leader != null) leader.onWritten(loop.clock().nowMs());
        if (move != null) move.onSourceChanged();
    }

    private void finishEnding() {
        if (ending == null) return;
        var ended = ending;
        ending = null;
        ended.endStaged(endError);
    }

    @Override
    public void onFlushed(Log log) {
        if (leader != null) leader.advance();
    }

    @Override
    public void onWriteFailed(Log log, long fromOffset, StorageException error) {
        finishEnding();
        if (leader != null) leader.onWriteFailed(loop.clock().nowMs());
        if (move != null) move.onSourceChanged();
    }

    @Override
    public void onOffline(Log log, String reason) {
        if (log != this.log) return;
        offlineReason = reason;
        if (move != null) move.stop();
        endLeadership(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Override
    public void onLogStartMoved(Log log) {
        highWatermarkWaiters.wakeAll();
        lastStableWaiters.wakeAll();
        endWaiters.wakeAll();
        if (move != null) move.onSourceChanged();
    }

    private void tellWaiters() {
        if (log == null) return;
        highWatermarkWaiters.advance(log.highWatermark());
        lastStableWaiters.advance(log.lastStableOffset());
        endWaiters.advance(log.endOffset());
    }

    private void failWaiters(ErrorCode error) {
        highWatermarkWaiters.failAll(error);
        lastStableWaiters.failAll(error);
        endWaiters.failAll(error);
    }
}
