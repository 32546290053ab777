package io.barnabas.log;

import io.barnabas.model.RecordBatch;

/** What a log remembers of one producer: its epoch, its last five batches and its open transaction. */
final class ProducerState {
    static final int BATCHES_KEPT = 5;
    static final long NO_TRANSACTION = -1;

    final long producerId;
    short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    long lastTimestamp = RecordBatch.NO_TIMESTAMP;
    int coordinatorEpoch = -1;
    long transactionStartOffset = NO_TRANSACTION;

    private final int[] lastSequences = new int[BATCHES_KEPT];
    private final int[] offsetDeltas = new int[BATCHES_KEPT];
    private final long[] lastOffsets = new long[BATCHES_KEPT];
    private final long[] timestamps = new long[BATCHES_KEPT];
    /** Slot of the oldest kept batch. */
    private int first;
    private int count;

    ProducerState(long producerId) {
        this.producerId = producerId;
    }

    int lastSequence() {
        return count == 0 ? RecordBatch.NO_SEQUENCE : lastSequences[newest()];
    }

    long lastOffset() {
        return count == 0 ? -1 : lastOffsets[newest()];
    }

    int lastOffsetDelta() {
        return count == 0 ? 0 : offsetDeltas[newest()];
    }

    /** A new epoch starts with no batches. */
    void enterEpoch(short epoch) {
        if (epoch == producerEpoch) return;
        producerEpoch = epoch;
        // The next batch takes the slot it would have taken anyway, which is the one that saveTo keeps.
        first = (first + count) % BATCHES_KEPT;
        count = 0;
    }

    void addBatch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        int slot = (first + count) % BATCHES_KEPT;
        if (count == BATCHES_KEPT) first = (first + 1) % BATCHES_KEPT;
        else count++;
        lastSequences[slot] = lastSequence;
        offsetDeltas[slot] = offsetDelta;
        lastOffsets[slot] = lastOffset;
        timestamps[slot] = timestamp;
        lastTimestamp = timestamp;
    }

    /** Whether no batch is missing that could be known. */
    boolean hasAllBatches() {
        return count == BATCHES_KEPT || RecordBatch.sequenceAfter(0, offsetDeltas[first]) == lastSequences[first];
    }

    boolean endsAs(ProducerState other) {
        return producerEpoch == other.producerEpoch && lastSequence() == other.lastSequence() && lastOffset() == other.lastOffset();
    }

    void takeBatches(ProducerState other) {
        first = other.first;
        count = other.count;
        System.arraycopy(other.lastSequences, 0, lastSequences, 0, BATCHES_KEPT);
        System.arraycopy(other.offsetDeltas, 0, offsetDeltas, 0, BATCHES_KEPT);
        System.arraycopy(other.lastOffsets, 0, lastOffsets, 0, BATCHES_KEPT);
        System.arraycopy(other.timestamps, 0, timestamps, 0, BATCHES_KEPT);
    }

    /** The slot of the kept batch with these sequences, -1 if there is none. */
    int slotOf(int baseSequence, int lastSequence) {
        for (int i = 0; i < count; i++) {
            int slot = (first + i) % BATCHES_KEPT;
            if (lastSequences[slot] != lastSequence) continue;
            if (RecordBatch.sequenceAfter(baseSequence, offsetDeltas[slot]) == lastSequence) return slot;
        }
        return -1;
    }

    AppendResult.Duplicate duplicate(int slot) {
        return new AppendResult.Duplicate(lastOffsets[slot] - offsetDeltas[slot], lastOffsets[slot], timestamps[slot]);
    }

    private int newest() {
        return (first + count - 1) % BATCHES_KEPT;
    }

    /** What one batch or marker changes, so that it can be taken back: {@link #UNDO_LONGS} numbers. */
    static final int UNDO_LONGS = 11;

    void saveTo(long[] target, int at) {
        int slot = (first + count) % BATCHES_KEPT;
        target[at] = producerEpoch;
        target[at + 1] = lastTimestamp;
        target[at + 2] = coordinatorEpoch;
        target[at + 3] = transactionStartOffset;
        target[at + 4] = first;
        target[at + 5] = count;
        target[at + 6] = slot;
        target[at + 7] = lastSequences[slot];
        target[at + 8] = offsetDeltas[slot];
        target[at + 9] = lastOffsets[slot];
        target[at + 10] = timestamps[slot];
    }

    void restoreFrom(long[] saved, int at) {
        producerEpoch = (short) saved[at];
        lastTimestamp = saved[at + 1];
        coordinatorEpoch = (int) saved[at + 2];
        transactionStartOffset = saved[at + 3];
        first = (int) saved[at + 4];
        count = (int) saved[at + 5];
        int slot = (int) saved[at + 6];
        lastSequences[slot] = (int) saved[at + 7];
        offsetDeltas[slot] = (int) saved[at + 8];
        lastOffsets[slot] = saved[at + 9];
        timestamps[slot] = saved[at + 10];
    }
}
