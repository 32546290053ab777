package io.barnabas.coordinator.transaction;

import java.util.EnumSet;
import java.util.Set;

/** Life of a transactional id; {@link #next} is every move it can make. */
enum TransactionState {
    /** A producer has the id, and has begun nothing. */
    EMPTY("Empty"),
    ONGOING("Ongoing"),
    /** The transaction is decided from here on: what is left to do is to write its markers. */
    PREPARE_COMMIT("PrepareCommit"),
    PREPARE_ABORT("PrepareAbort"),
    /** The markers are written. */
    COMPLETE_COMMIT("CompleteCommit"),
    COMPLETE_ABORT("CompleteAbort"),
    /** Known by name alone: an id that expires is taken away at once. */
    DEAD("Dead"),
    /** Known by name alone: a producer is fenced and its transaction's abort prepared in one step. */
    PREPARE_EPOCH_FENCE("PrepareEpochFence");

    /** As tools name it. */
    final String text;

    TransactionState(String text) {
        this.text = text;
    }

    /** As it stands in the log. */
    byte id() {
        return (byte) ordinal();
    }

    /** @return null if no record may say so */
    static TransactionState ofRecord(int id) {
        return id >= EMPTY.id() && id <= COMPLETE_ABORT.id() ? values()[id] : null;
    }

    /** @return null if there is no such state */
    static TransactionState ofText(String text) {
        for (var state : values()) if (state.text.equals(text)) return state;
        return null;
    }

    Set<TransactionState> next() {
        return switch (this) {
            // Since transactions of version 2 one may abort what one has not begun (KIP-890).
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> EnumSet.of(EMPTY, ONGOING, PREPARE_ABORT, DEAD);
            case ONGOING -> EnumSet.of(ONGOING, PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE);
            case PREPARE_EPOCH_FENCE -> EnumSet.of(PREPARE_ABORT);
            case PREPARE_COMMIT -> EnumSet.of(COMPLETE_COMMIT);
            case PREPARE_ABORT -> EnumSet.of(COMPLETE_ABORT);
            case DEAD -> EnumSet.noneOf(TransactionState.class);
        };
    }

    boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    /** Once the markers are written. */
    TransactionState completed() {
        return this == PREPARE_COMMIT ? COMPLETE_COMMIT : COMPLETE_ABORT;
    }

    /** Whether nothing is open: the id may begin a transaction, or expire. */
    boolean isIdle() {
        return this == EMPTY || this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
    }
}
