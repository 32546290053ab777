package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.CoordinatorState;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.protocol.TransactionRecordType;
import io.barnabas.protocol.record.TransactionLogKey;
import io.barnabas.protocol.record.TransactionLogValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The transactional ids of one partition of {@code __transaction_state}. A transaction goes
 *
 * <pre>
 *   ONGOING -> PREPARE_COMMIT or PREPARE_ABORT -> (markers written to all of its partitions) -> COMPLETE_...
 * </pre>
 *
 * and is decided by the record of the second step: from there it is ended in the same way by whoever loads the log.
 */
final class Transactions implements CoordinatorState {
    /** Key of a timer: the transaction has been open for as long as its producer wanted. */
    private record Timeout(String transactionalId) {}

    /** Key of the timer of the search for ids that have expired. */
    private static final String EXPIRY = "expiry";

    private final Map<String, Transaction> transactions = new HashMap<>();
    private final Timers timers;
    private final Supplier<TransactionConfig> config;
    private final Markers markers;

    /** @param outlet takes the markers of decided transactions */
    Transactions(Timers timers, Supplier<TransactionConfig> config, Markers.Outlet outlet) {
        this.timers = timers;
        this.config = config;
        this.markers = new Markers(this, timers, outlet);
    }

    TransactionConfig config() {
        return config.get();
    }

    /** @return null if nobody has used the id, or not for long */
    Transaction find(String transactionalId) {
        return transactions.get(transactionalId);
    }

    Collection<Transaction> all() {
        return transactions.values();
    }

    // --- records

    @Override
    public CoordinatorRecordType recordType(short id) {
        return TransactionRecordType.of(id);
    }

    @Override
    public void apply(CoordinatorRecord record, RecordSource source) {
        var id = ((TransactionLogKey) record.key()).transactionalId();
        if (record.value() == null) {
            transactions.remove(id);
            return;
        }
        var value = (TransactionLogValue) record.value();
        var state = TransactionState.ofRecord(value.transactionStatus());
        if (state != null) transactions.computeIfAbsent(id, Transaction::new).apply(state, value);
    }

    /** Nobody writes to this topic in a transaction. */
    @Override
    public void onTransactionEnded(long producerId, short producerEpoch, boolean isCommit) {}

    /** Proposes what comes next of an id. */
    void propose(Decision decision, String transactionalId, TransactionLogValue next) {
        var current = transactions.get(transactionalId);
        var state = TransactionState.ofRecord(next.transactionStatus());
        if (current != null && !current.state().next().contains(state)) {
            throw new IllegalStateException("not a move: transactionalId=%s from=%s to=%s".formatted(transactionalId, current.state(), state));
        }
        if (state == TransactionState.ONGOING) armTimeout(transactionalId, next, decision.nowMs());
        else timers.cancel(new Timeout(transactionalId));
        decision.append(record(transactionalId, next));
        decision.whenRefused(error -> onRefused(transactionalId));
    }

    /** The log has not taken what was proposed, and nothing was applied: what was to be done in time still is. */
    private void onRefused(String transactionalId) {
        var transaction = transactions.get(transactionalId);
        timers.cancel(new Timeout(transactionalId));
        if (transaction == null) return;
        if (transaction.state() == TransactionState.ONGOING) awaitTimeout(transactionalId, Markers.BACKOFF_MS_MAX);
        else if (transaction.state().isPrepared()) markers.sendLater(transactionalId);
    }

    private CoordinatorRecord record(String transactionalId, TransactionLogValue value) {
        int version = config().version() >= 1 ? 1 : 0;
        // The first layout has no place for these.
        if (version == 0) {
            value.setPreviousProducerId(-1).setNextProducerId(-1).setNextProducerEpoch((short) -1).setClientTransactionVersion((short) 0);
        }
        var key = new TransactionLogKey().setTransactionalId(transactionalId);
        return CoordinatorRecord.of(TransactionRecordType.TRANSACTION_LOG, key, version, value);
    }

    // --- ends

    /** Decides a transaction, by a record of one of the states that say so, and has its markers written when that is committed. */
    void prepare(Transaction transaction, Decision decision, TransactionLogValue next) {
        propose(decision, transaction.id(), next);
        markers.sendWhenCommitted(transaction.id(), decision);
    }

    /** Aborts the open transaction under a higher epoch, so that its producer can do nothing any more. */
    void abortAndFence(Transaction transaction, Decision decision) {
        transaction.lastProducerEpoch = transaction.producerEpoch();
        prepare(transaction, decision, transaction.moved(TransactionState.PREPARE_ABORT, decision.nowMs())
                .setProducerEpoch((short) (transaction.producerEpoch() + 1))
                .setClientTransactionVersion(config().version()));
    }

    /** The markers are written, wherever there is still a partition for them. */
    void complete(Transaction transaction, Decision decision) {
        var next = transaction.moved(transaction.state().completed(), decision.nowMs()).setTransactionPartitions(Transaction.write(List.of()));
        if (transaction.nextProducerId() != RecordBatch.NO_PRODUCER_ID) {
            next.setProducerId(transaction.nextProducerId()).setProducerEpoch((short) 0).setNextProducerId(RecordBatch.NO_PRODUCER_ID);
        }
        propose(decision, transaction.id(), next);
    }

    /** What came of a marker that {@link Markers.Outlet} was given. */
    void onMarkerSent(String transactionalId, TransactionMarker marker, TopicPartition partition, ErrorCode error, Decision decision) {
        markers.onSent(transactionalId, marker, partition, error, decision);
    }

    // --- time

    private void armTimeout(String transactionalId, TransactionLogValue value, long nowMs) {
        if (timers.isScheduled(new Timeout(transactionalId))) return;
        long dueMs = value.transactionStartTimestampMs() + value.transactionTimeoutMs();
        awaitTimeout(transactionalId, Math.max(0, dueMs - nowMs));
    }

    private void awaitTimeout(String transactionalId, long delayMs) {
        timers.schedule(new Timeout(transactionalId), delayMs, decision -> onTimeout(transactionalId, decision));
    }

    private void onTimeout(String transactionalId, Decision decision) {
        var transaction = transactions.get(transactionalId);
        if (transaction == null || transaction.state() != TransactionState.ONGOING) return;
        long leftMs = transaction.startMs() + transaction.timeoutMs() - decision.nowMs();
        if (leftMs > 0) awaitTimeout(transactionalId, leftMs);
        else abortAndFence(transaction, decision);
    }

    private void scheduleExpiry() {
        timers.schedule(EXPIRY, config().expiryIntervalMs(), this::expire);
    }

    private void expire(Decision decision) {
        long lastUsedMs = decision.nowMs() - config().idExpirationMs();
        for (var transaction : transactions.values()) {
            if (!transaction.state().isIdle() || transaction.lastUpdateMs() > lastUsedMs) continue;
            var key = new TransactionLogKey().setTransactionalId(transaction.id());
            decision.append(CoordinatorRecord.tombstone(TransactionRecordType.TRANSACTION_LOG, key));
        }
        decision.divisible();
        scheduleExpiry();
    }

    // --- the shard

    @Override
    public void onLoaded(Decision decision) {
        for (var transaction : transactions.values()) {
            if (transaction.state() == TransactionState.ONGOING) {
                armTimeout(transaction.id(), transaction.moved(TransactionState.ONGOING, decision.nowMs()), decision.nowMs());
            } else if (transaction.state().isPrepared()) {
                markers.sendWhenCommitted(transaction.id(), decision);
            }
        }
        scheduleExpiry();
    }

    @Override
    public void onUnloaded(ErrorCode error) {
        markers.stop();
    }
}
