package io.barnabas.log;

import io.barnabas.model.ControlRecordType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.Record;
import io.barnabas.model.RecordBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What a log remembers of the producers that number their batches, to tell duplicates and gaps, and of their transactions,
 * to tell where stable data ends. Everything in it can be made again from a snapshot and the batches that follow. Owned by
 * the log's loop. At most {@link #PRODUCERS_MAX} producers are kept: beyond, those silent for longest are forgotten.
 */
final class ProducerStates {
    static final int PRODUCERS_MAX = 100_000;
    private static final int PRODUCERS_FORGOTTEN = PRODUCERS_MAX / 10;

    /** A transaction decided at {@code lastOffset}, which is stable once the high watermark has passed that. */
    private record DecidedTransaction(long startOffset, long lastOffset) {}

    private final LongMap<ProducerState> producers = new LongMap<>();
    /** Start offset of each open transaction, to its producer. */
    private final TreeMap<Long, Long> openTransactions = new TreeMap<>();
    private final List<DecidedTransaction> decidedTransactions = new ArrayList<>(0);

    private long lastDecisionOffset = -1;

    private ProducerState[] undoStates = new ProducerState[0];
    private long[] undoValues = new long[0];
    private int undoCount;

    boolean isEmpty() {
        return producers.size() == 0;
    }

    int size() {
        return producers.size();
    }

    ProducerState get(long producerId) {
        return producers.get(producerId);
    }

    /** Whether a leader may append a batch of a producer: null if so, else a duplicate or a refusal. */
    AppendResult check(RecordBatch batch, AppendOrigin origin) {
        var state = producers.get(batch.producerId());
        if (state == null) return null;
        short epoch = batch.producerEpoch();
        if (origin == AppendOrigin.CLIENT && epoch == state.producerEpoch) {
            int slot = state.slotOf(batch.baseSequence(), batch.lastSequence());
            if (slot >= 0) return state.duplicate(slot);
        }
        if (epoch < state.producerEpoch) return staleEpoch(state, epoch);
        if (origin != AppendOrigin.CLIENT) return batch.isControl() ? checkMarker(batch, state, origin) : null;
        if (!isInSequence(state, batch)) {
            return new AppendResult.Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "sequence does not follow: producerId=%d epoch=%d sequence=%d last=%d"
                    .formatted(batch.producerId(), epoch, batch.baseSequence(), state.lastSequence()));
        }
        if (state.transactionStartOffset == ProducerState.NO_TRANSACTION || batch.isTransactional()) return null;
        return new AppendResult.Refused(ErrorCode.INVALID_TXN_STATE, "records outside the transaction that is open: producerId=%d epoch=%d startOffset=%d"
                .formatted(batch.producerId(), epoch, state.transactionStartOffset));
    }

    /** One sent again, after the transaction is ended, does no harm (KAFKA-19999); one of an older coordinator might. */
    private static AppendResult checkMarker(RecordBatch batch, ProducerState state, AppendOrigin origin) {
        boolean mayBeOfThePast = origin == AppendOrigin.COORDINATOR_OF_VERSION_2 && state.transactionStartOffset != ProducerState.NO_TRANSACTION;
        if (mayBeOfThePast && batch.producerEpoch() == state.producerEpoch) return staleEpoch(state, batch.producerEpoch());
        int coordinatorEpoch = coordinatorEpoch(batch);
        if (coordinatorEpoch >= state.coordinatorEpoch) return null;
        return new AppendResult.Refused(ErrorCode.TRANSACTION_COORDINATOR_FENCED, "coordinator epoch is stale: producerId=%d epoch=%d current=%d"
                .formatted(batch.producerId(), coordinatorEpoch, state.coordinatorEpoch));
    }

    private static AppendResult.Refused staleEpoch(ProducerState state, short epoch) {
        return new AppendResult.Refused(ErrorCode.INVALID_PRODUCER_EPOCH, "producer epoch is stale: producerId=%d epoch=%d current=%d"
                .formatted(state.producerId, epoch, state.producerEpoch));
    }

    private static int coordinatorEpoch(RecordBatch marker) {
        try (var records = marker.records(Integer.MAX_VALUE)) {
            return coordinatorEpoch(records.next());
        }
    }

    /** The value is a version (int16) and the coordinator's epoch (int32). */
    private static int coordinatorEpoch(Record marker) {
        return marker.value().getInt(marker.value().position() + 2);
    }

    private static boolean isInSequence(ProducerState state, RecordBatch batch) {
        if (state.producerEpoch == RecordBatch.NO_PRODUCER_EPOCH) return true;
        int sequence = batch.baseSequence();
        if (batch.producerEpoch() != state.producerEpoch) return sequence == 0;
        int last = state.lastSequence();
        return sequence == last + 1L || sequence == 0 && last == Integer.MAX_VALUE;
    }

    /** Takes in a batch of data that stands in the log, or soon will. */
    void onBatch(long producerId, short epoch, int lastSequence, long baseOffset, long lastOffset, long timestamp,
            boolean isTransactional, boolean undoable) {
        var state = stateFor(producerId);
        if (undoable) remember(state);
        state.enterEpoch(epoch);
        state.addBatch(lastSequence, lastOffset, (int) (lastOffset - baseOffset), timestamp);
        if (isTransactional && state.transactionStartOffset == ProducerState.NO_TRANSACTION) {
            state.transactionStartOffset = baseOffset;
            openTransactions.put(baseOffset, producerId);
        }
    }

    /**
     * Takes in a transaction marker.
     *
     * @return the aborted transaction for the index; null if it was committed, or had no data here
     */
    TransactionIndex.Entry onMarker(long producerId, short epoch, Record marker, boolean undoable) {
        var type = ControlRecordType.ofKey(marker.key());
        if (type != ControlRecordType.ABORT && type != ControlRecordType.COMMIT) return null;
        var state = stateFor(producerId);
        if (undoable) remember(state);
        state.enterEpoch(epoch);
        state.lastTimestamp = marker.timestamp();
        state.coordinatorEpoch = coordinatorEpoch(marker);
        long start = state.transactionStartOffset;
        if (start == ProducerState.NO_TRANSACTION) return null;
        state.transactionStartOffset = ProducerState.NO_TRANSACTION;
        openTransactions.remove(start);
        decidedTransactions.add(new DecidedTransaction(start, marker.offset()));
        lastDecisionOffset = marker.offset();
        if (type == ControlRecordType.COMMIT) return null;
        long stable = openTransactions.isEmpty() ? marker.offset() + 1 : openTransactions.firstKey();
        return new TransactionIndex.Entry(producerId, start, marker.offset(), stable);
    }

    /** Of the last marker that decided a transaction; -1 if none has been seen. */
    long lastDecisionOffset() {
        return lastDecisionOffset;
    }

    /** Start of the oldest transaction that is open, or decided where the high watermark has not been; or Long.MAX_VALUE. */
    long firstUnstableOffset() {
        long first = openTransactions.isEmpty() ? Long.MAX_VALUE : openTransactions.firstKey();
        for (int i = 0; i < decidedTransactions.size(); i++) first = Math.min(first, decidedTransactions.get(i).startOffset);
        return first;
    }

    void onHighWatermark(long highWatermark) {
        if (!decidedTransactions.isEmpty()) decidedTransactions.removeIf(t -> t.lastOffset < highWatermark);
    }

    /** What was remembered since the last call stays. */
    void commitUndo() {
        Arrays.fill(undoStates, 0, undoCount, null);
        undoCount = 0;
    }

    /** Takes back everything remembered since {@link #commitUndo}: batches from an offset on are not in the log. */
    void undo(long fromOffset) {
        while (undoCount > 0) {
            var state = undoStates[--undoCount];
            state.restoreFrom(undoValues, undoCount * ProducerState.UNDO_LONGS);
            undoStates[undoCount] = null;
            if (state.producerEpoch == RecordBatch.NO_PRODUCER_EPOCH) producers.remove(state.producerId);
        }
        decidedTransactions.removeIf(t -> t.lastOffset >= fromOffset);
        openTransactions.clear();
        producers.visit(state -> {
            if (state.transactionStartOffset >= 0) openTransactions.put(state.transactionStartOffset, state.producerId);
            return true;
        });
    }

    /** Forgets producers without a transaction that have been silent for so long, by their own timestamps. */
    void expire(long nowMs, long expirationMs) {
        producers.visit(state -> state.transactionStartOffset >= 0 || nowMs - state.lastTimestamp < expirationMs);
    }

    List<ActiveProducer> active() {
        var active = new ArrayList<ActiveProducer>(producers.size());
        producers.visit(state -> active.add(new ActiveProducer(state.producerId, state.producerEpoch, state.lastSequence(),
                state.lastTimestamp, state.coordinatorEpoch, state.transactionStartOffset)));
        active.sort((a, b) -> Long.compare(a.producerId(), b.producerId()));
        return active;
    }

    /** All states, by producer id. */
    List<ProducerState> all() {
        var all = new ArrayList<ProducerState>(producers.size());
        producers.visit(all::add);
        all.sort((a, b) -> Long.compare(a.producerId, b.producerId));
        return all;
    }

    /** Takes in a state read from a snapshot. */
    void load(ProducerState state) {
        producers.put(state.producerId, state);
        if (state.transactionStartOffset >= 0) openTransactions.put(state.transactionStartOffset, state.producerId);
    }

    /** Takes in the batches of states that go as far as these do, and know of earlier batches. */
    void takeBatches(ProducerStates recent) {
        recent.producers.visit(known -> {
            var state = producers.get(known.producerId);
            if (state != null && known.endsAs(state)) state.takeBatches(known);
            return true;
        });
    }

    private ProducerState stateFor(long producerId) {
        var state = producers.get(producerId);
        if (state != null) return state;
        if (producers.size() >= PRODUCERS_MAX) forgetSilent();
        state = new ProducerState(producerId);
        producers.put(producerId, state);
        return state;
    }

    /** Many at once, so that a flood of new producers does not look through all of them each time. */
    private void forgetSilent() {
        var timestamps = new long[producers.size()];
        int[] count = {0};
        producers.visit(state -> {
            timestamps[count[0]++] = state.lastTimestamp;
            return true;
        });
        Arrays.sort(timestamps);
        long silentSince = timestamps[PRODUCERS_FORGOTTEN];
        int[] left = {PRODUCERS_FORGOTTEN};
        producers.visit(state -> state.transactionStartOffset >= 0 || state.lastTimestamp > silentSince || left[0]-- <= 0);
    }

    private void remember(ProducerState state) {
        if (undoCount == undoStates.length) {
            undoStates = Arrays.copyOf(undoStates, Math.max(4, undoCount * 2));
            undoValues = Arrays.copyOf(undoValues, undoStates.length * ProducerState.UNDO_LONGS);
        }
        undoStates[undoCount] = state;
        state.saveTo(undoValues, undoCount * ProducerState.UNDO_LONGS);
        undoCount++;
    }
}
