package io.barnabas.replication;

import io.barnabas.log.AppendOrigin;
import io.barnabas.log.AppendResult;
import io.barnabas.log.Log;
import io.barnabas.log.OffsetWaiters;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.TimestampType;
import io.barnabas.model.ValidationResult;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a leader does for its partition: it takes appends, moves the high watermark and acknowledges. Owned by the
 * partition's loop; thrown away when the leadership ends.
 *
 * <pre>
 *   append -> staged -> (turn's end: written) -> readable below the high watermark -> acknowledged
 * </pre>
 *
 * An append whose acknowledgement waits for stable storage also stops the high watermark before it until it is there: so
 * nobody sees a record with acks=all that a power cut could still take back. One with acks 0 or 1 stops nothing.
 */
final class LeaderRole {
    private Log log;
    private final int leaderEpoch;
    private final RecordBatchValidator validator;
    /** Tells those who wait for records what may be seen now. */
    private final Runnable readers;
    private final TransactionVerifier verifier;
    private PartitionConfig config;
    private int inSyncReplicaCount;
    private int replicaCount;

    /** The log is about to be replaced by its copy in another directory: nothing is appended. */
    private boolean isHolding;
    /** Came while the log was busy with a write on a slow disk, or is held, in order; their frames are what bounds them. */
    private final AppendQueue held = new AppendQueue();
    /** Null until the first question about a transaction. */
    private TransactionChecks checks;
    /** Appended in this turn, not yet written. */
    private final AppendQueue staged = new AppendQueue();
    /** Written just now, and acknowledged for it. */
    private final AppendQueue reached = new AppendQueue();
    /** Covered by the flush policy, written and not yet flushed, in offset order. Its head stops the high watermark. */
    private final AppendQueue unflushed = new AppendQueue();
    /** Ends of appends with acks=all that wait for the high watermark, and for the flush where the policy asks for it. */
    private final OffsetWaiters acknowledgements = new OffsetWaiters();
    /** What the log held, perhaps unflushed, when this leadership began: not seen before it is on stable storage. */
    private final long inheritedEnd;

    LeaderRole(Log log, int leaderEpoch, PartitionConfig config, RecordBatchValidator validator, TransactionVerifier verifier,
               Runnable readers) {
        this.log = log;
        this.leaderEpoch = leaderEpoch;
        this.config = config;
        this.validator = validator;
        this.verifier = verifier;
        this.readers = readers;
        this.inheritedEnd = log.endOffset();
        if (holdsInherited()) log.flushTo(inheritedEnd);
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** Whether everything that was there when the leadership began is known to be committed. */
    boolean hasCaughtUp() {
        return log.highWatermark() >= inheritedEnd;
    }

    void configure(PartitionConfig newConfig) {
        config = newConfig;
        advance();
    }

    void setReplicas(int newReplicaCount, int newInSyncReplicaCount) {
        replicaCount = newReplicaCount;
        inSyncReplicaCount = newInSyncReplicaCount;
    }

    void append(Append append, long nowMs) {
        if (isHolding || log.isBusy() || !held.isEmpty()) held.add(append);
        else appendNow(append, nowMs);
    }

    private void appendHeld(long nowMs) {
        appendPassed();
        while (!held.isEmpty() && !isHolding && !log.isBusy()) appendNow(held.poll(), nowMs);
    }

    /** Appends wait until {@link #resume}. */
    void hold() {
        isHolding = true;
    }

    /** @param current the log from now on: the one that there was, or a whole copy of it that is on stable storage */
    void resume(Log current, long nowMs) {
        log = current;
        isHolding = false;
        if (holdsInherited()) log.flushTo(inheritedEnd);
        if (!unflushed.isEmpty()) log.flushTo(log.endOffset());
        advance();
        appendHeld(nowMs);
    }

    private void appendNow(Append append, long nowMs) {
        if (append.acks == Append.ACKS_ALL && replicasError() != ErrorCode.NONE) {
            append.refuse(replicasError(), null, List.of());
            return;
        }
        if (append.origin == AppendOrigin.CLIENT) appendOfClient(append, nowMs);
        else appendOfCoordinator(append, stamped(new RecordBatch().wrap(append.records, append.records.position()), nowMs));
    }

    private void appendOfCoordinator(Append append, RecordBatch batch) {
        boolean endsTransaction = batch.isControl() && batch.isTransactional();
        long producerId = batch.producerId();
        short producerEpoch = batch.producerEpoch();
        boolean isTaken = appendValid(append, batch);
        if (isTaken && endsTransaction && checks != null) checks.onMarker(producerId, producerEpoch);
    }

    /** NOT_ENOUGH_REPLICAS while too few are in sync for acks=all, else NONE. */
    ErrorCode replicasError() {
        return inSyncReplicaCount < minInSyncReplicas() ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE;
    }

    private void appendOfClient(Append append, long nowMs) {
        var result = validator.validate(append.records, config.validation(), append.produceVersion, nowMs);
        if (result instanceof ValidationResult.Rejected rejected) {
            append.refuse(rejected.error(), rejected.message(), rejected.recordErrors());
            return;
        }
        var batch = ((ValidationResult.Accepted) result).batch();
        if (batch.isTransactional()) appendInTransaction(append, batch);
        else appendValid(append, batch);
    }

    /** Behind the first batch of a transaction the others follow without a question. */
    private void appendInTransaction(Append append, RecordBatch batch) {
        boolean isWaiting = checks != null && checks.isWaiting(batch.producerId());
        if (append.transactionalId == null) {
            append.refuse(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, null, List.of());
        } else if (!isWaiting && log.hasOpenTransaction(batch.producerId(), batch.producerEpoch())) {
            appendValid(append, batch);
        } else {
            if (checks == null) checks = new TransactionChecks(log.topicPartition(), verifier, this::appendPassed);
            checks.add(append, batch);
        }
    }

    /** See {@link Partition#verifyTransaction}. */
    void verifyTransaction(TransactionVerifier.Question question, Consumer<ErrorCode> receiver) {
        boolean isWaiting = checks != null && checks.isWaiting(question.producerId());
        boolean isOpen = !isWaiting && log.hasOpenTransaction(question.producerId(), question.producerEpoch());
        if (isOpen && !held.anyMatch(append -> append.endsTransactionOf(question.producerId()))) {
            receiver.accept(ErrorCode.NONE);
        } else {
            if (checks == null) checks = new TransactionChecks(log.topicPartition(), verifier, this::appendPassed);
            checks.add(question, receiver);
        }
    }

    /** What the coordinator has vouched for goes before all that came after it. */
    private void appendPassed() {
        while (checks != null && !isHolding && !log.isBusy()) {
            var append = checks.pollPassed();
            if (append == null) return;
            var batch = new RecordBatch().wrap(append.records, append.records.position());
            // A producer whose epochs are as many as its transactions begins each with the first sequence, also where nobody knows it.
            boolean isGap = TransactionChecks.adds(append) && batch.baseSequence() != 0 && !log.knowsProducer(batch.producerId());
            if (isGap) append.refuse(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, null, List.of());
            else appendValid(append, batch);
        }
    }

    /** As the topic wants the times of its batches. */
    private RecordBatch stamped(RecordBatch batch, long nowMs) {
        if (config.validation().messageTimestampType() == TimestampType.LOG_APPEND_TIME) batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, nowMs);
        return batch;
    }

    /** @return whether the batch is in the log now */
    private boolean appendValid(Append append, RecordBatch batch) {
        if (batch.sizeInBytes() > config.log().segmentBytes()) {
            append.refuse(ErrorCode.RECORD_LIST_TOO_LARGE, "a batch of " + batch.sizeInBytes() + " bytes exceeds segment.bytes="
                    + config.log().segmentBytes(), List.of());
            return false;
        }
        var result = log.append(batch, leaderEpoch, append.origin);
        if (result instanceof AppendResult.Appended appended) {
            boolean isStamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
            append.place(appended.baseOffset(), appended.lastOffset(), isStamped ? batch.maxTimestamp() : -1, log.logStartOffset());
            staged.add(append);
            return true;
        } else if (result instanceof AppendResult.Duplicate duplicate) {
            boolean isStamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
            append.place(duplicate.baseOffset(), duplicate.lastOffset(), isStamped ? duplicate.maxTimestamp() : -1, log.logStartOffset());
            // The first copy may be staged in this very turn: the answer waits for its write, too.
            if (append.endOffset() > log.endOffset() || !staged.isEmpty()) staged.add(append);
            else onStoredBefore(append);
        } else if (result instanceof AppendResult.Refused refused) {
            // What is wrong with our disks is our business: the log has said so.
            boolean isOurs = refused.error() == ErrorCode.KAFKA_STORAGE_ERROR;
            append.refuse(refused.error(), isOurs ? null : refused.message(), List.of());
        } else {
            throw new AssertionError(result);
        }
        return false;
    }

    /** What was staged lies in the file, as far as the log goes: behind a roll there may be more, whose own write has failed. */
    void onWritten(long nowMs) {
        while (!staged.isEmpty() && staged.first().endOffset() <= log.endOffset()) onWritten(staged.poll());
        advance();
        appendHeld(nowMs);
    }

    private void onWritten(Append append) {
        append.onStored();
        boolean isHeld = config.flushPolicy().covers(append.acks) && append.endOffset() > log.flushedOffset();
        if (isHeld) {
            unflushed.add(append);
            log.flushTo(append.endOffset());
        }
        if (append.acks == Append.ACKS_ALL || isHeld) acknowledgements.add(append.endOffset(), append);
        else reached.add(append);
    }

    /** A duplicate of what is written: no write follows that would tell it, so it is told here. */
    private void onStoredBefore(Append append) {
        onWritten(append);
        advance();
    }

    /** What was staged is not in the log, and never was for anybody. */
    void onWriteFailed(long nowMs) {
        refuseAll(staged, ErrorCode.KAFKA_STORAGE_ERROR);
        appendHeld(nowMs);
    }

    /**
     * Moves the high watermark as far as it may go, tells readers, and acknowledges what that allows: in this order, so that who has
     * heard of a write finds that all readers have, whichever loop they are on.
     */
    void advance() {
        long flushed = log.flushedOffset();
        while (!unflushed.isEmpty() && unflushed.first().endOffset() <= flushed) unflushed.poll();
        long highWatermark = log.endOffset();
        if (holdsInherited()) highWatermark = Math.min(highWatermark, flushed);
        if (!unflushed.isEmpty()) highWatermark = Math.min(highWatermark, unflushed.first().baseOffset());
        log.raiseHighWatermark(highWatermark);
        readers.run();
        while (!reached.isEmpty()) reached.poll().onReached();
        long acknowledged = config.flushPolicy() == PartitionConfig.FlushPolicy.NEVER
                ? log.highWatermark() : Math.min(log.highWatermark(), flushed);
        acknowledgements.advance(acknowledged);
    }

    /**
     * Whoever waits for an acknowledgement learns that it will not come from here; while a write is under way, those whose bytes it
     * needs learn it by {@link #endStaged}.
     */
    void end(ErrorCode error) {
        if (!log.isBusy()) endStaged(error);
        refuseAll(held, error);
        if (checks != null) checks.end(error);
        checks = null;
        unflushed.clear();
        acknowledgements.failAll(error);
    }

    void endStaged(ErrorCode error) {
        refuseAll(staged, error);
    }

    private static void refuseAll(AppendQueue queue, ErrorCode error) {
        queue.drainTo(append -> append.refuse(error, null, List.of()));
    }

    private boolean holdsInherited() {
        return config.flushPolicy() != PartitionConfig.FlushPolicy.NEVER && log.flushedOffset() < inheritedEnd;
    }

    /** A topic with fewer replicas than {@code min.insync.replicas} asks for all that it has. */
    private int minInSyncReplicas() {
        return Math.min(config.minInSyncReplicas(), replicaCount);
    }
}
