package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the markers of decided transactions are written: sends them again, however often it takes, until every
 * partition has its own, or is no more. Owned by the shard's loop; what is under way here is made anew when the shard is loaded.
 */
final class Markers {
    private static final Logger LOG = LoggerFactory.getLogger(Markers.class);

    private static final long BACKOFF_MS_MIN = 20;
    static final long BACKOFF_MS_MAX = 1_000;

    /** Where markers leave the state machine; what came of each comes back by {@link Transactions#onMarkerSent}, on the shard's loop. */
    interface Outlet {
        void send(String transactionalId, TransactionMarker marker, TopicPartition partition);
    }

    /** Key of a timer: those markers that were not written are sent again. */
    private record Resend(String transactionalId) {}

    /** The markers of one transaction. */
    private static final class Round {
        final TransactionMarker marker;
        /** Sent, and not heard of. */
        final Set<TopicPartition> underWay = new HashSet<>();
        /** To be sent again. */
        final Set<TopicPartition> failed = new HashSet<>();
        long backoffMs = BACKOFF_MS_MIN;

        Round(TransactionMarker marker) {
            this.marker = marker;
        }
    }

    private final Transactions transactions;
    private final Timers timers;
    private final Outlet outlet;
    private final Map<String, Round> rounds = new HashMap<>();

    Markers(Transactions transactions, Timers timers, Outlet outlet) {
        this.transactions = transactions;
        this.timers = timers;
        this.outlet = outlet;
    }

    void stop() {
        rounds.clear();
    }

    /** Begins when everything that this decision rests upon is committed: a marker must never be seen before its transaction is decided. */
    void sendWhenCommitted(String transactionalId, Decision decision) {
        int coordinatorEpoch = decision.leaderEpoch();
        decision.answer(new Reply<Void>() {
            @Override
            public void answer(Void nothing) {
                begin(transactionalId, coordinatorEpoch);
            }

            /** The decision was refused, and there is nothing to send; or it takes long to be committed, and may be yet. */
            @Override
            public void fail(ErrorCode error) {
                sendLater(transactionalId);
            }
        }, null);
    }

    /** Sends all of them, if they are still wanted then; once more does no harm. */
    void sendLater(String transactionalId) {
        timers.schedule(new Resend(transactionalId), BACKOFF_MS_MAX, decision -> {
            var transaction = transactions.find(transactionalId);
            if (transaction != null && transaction.state().isPrepared()) sendWhenCommitted(transactionalId, decision);
        });
    }

    private void begin(String transactionalId, int coordinatorEpoch) {
        var transaction = transactions.find(transactionalId);
        if (transaction == null || !transaction.state().isPrepared() || rounds.containsKey(transactionalId)) return;
        boolean isCommit = transaction.state() == TransactionState.PREPARE_COMMIT;
        var round = new Round(new TransactionMarker(transaction.producerId(), transaction.producerEpoch(), isCommit, coordinatorEpoch,
                transaction.clientVersion()));
        rounds.put(transactionalId, round);
        round.failed.addAll(transaction.partitions());
        // Nothing to send means to complete it at once, in a decision of its own.
        if (round.failed.isEmpty()) timers.schedule(new Resend(transactionalId), 0, decision -> sendFailed(transactionalId, decision));
        else sendFailed(transactionalId, round);
    }

    private void sendFailed(String transactionalId, Round round) {
        var partitions = List.copyOf(round.failed);
        round.underWay.addAll(partitions);
        round.failed.clear();
        for (var partition : partitions) outlet.send(transactionalId, round.marker, partition);
    }

    private void sendFailed(String transactionalId, Decision decision) {
        var round = rounds.get(transactionalId);
        if (round == null) return;
        if (round.failed.isEmpty()) completeIfDone(transactionalId, round, decision);
        else sendFailed(transactionalId, round);
    }

    void onSent(String transactionalId, TransactionMarker marker, TopicPartition partition, ErrorCode error, Decision decision) {
        var round = rounds.get(transactionalId);
        // Of a round that was ended by an unloading, or told twice.
        if (round == null || !round.marker.equals(marker) || !round.underWay.remove(partition)) return;
        if (!isOver(transactionalId, marker, partition, error)) round.failed.add(partition);
        if (!round.underWay.isEmpty()) return;
        if (round.failed.isEmpty()) {
            completeIfDone(transactionalId, round, decision);
            return;
        }
        timers.schedule(new Resend(transactionalId), round.backoffMs, later -> sendFailed(transactionalId, later));
        round.backoffMs = Math.min(2 * round.backoffMs, BACKOFF_MS_MAX);
    }

    /** Whether nothing is left to write in this partition. */
    private static boolean isOver(String transactionalId, TransactionMarker marker, TopicPartition partition, ErrorCode error) {
        return switch (error) {
            case NONE, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, UNSUPPORTED_FOR_MESSAGE_FORMAT -> true;
            // The producer is further here than its coordinator knows: what this marker would end is ended.
            case INVALID_PRODUCER_EPOCH -> {
                LOG.warn("a transaction marker was refused: transactionalId={} partition={} marker={}", transactionalId, partition, marker);
                yield true;
            }
            default -> false;
        };
    }

    private void completeIfDone(String transactionalId, Round round, Decision decision) {
        var transaction = transactions.find(transactionalId);
        if (!round.underWay.isEmpty() || transaction == null || !transaction.state().isPrepared()) return;
        rounds.remove(transactionalId);
        transactions.complete(transaction, decision);
    }
}
