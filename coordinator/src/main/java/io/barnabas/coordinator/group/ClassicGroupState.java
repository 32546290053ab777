package io.barnabas.coordinator.group;

import java.util.EnumSet;
import java.util.Set;

/** Life of a classic group; {@link #next} is every move it can make. */
enum ClassicGroupState {
    /** Nobody is in it; it may hold offsets. */
    EMPTY("Empty"),
    /** Members are asked to join anew, and those who do wait for the rest. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** All have joined, and wait for the leader to say who gets what. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member knows what it has. */
    STABLE("Stable"),
    /** Deleted. */
    DEAD("Dead");

    private final String shown;

    ClassicGroupState(String shown) {
        this.shown = shown;
    }

    /** As answers and filters name it. */
    String shown() {
        return shown;
    }

    Set<ClassicGroupState> next() {
        return switch (this) {
            case EMPTY -> EnumSet.of(PREPARING_REBALANCE, DEAD);
            case PREPARING_REBALANCE -> EnumSet.of(COMPLETING_REBALANCE, EMPTY, DEAD);
            case COMPLETING_REBALANCE -> EnumSet.of(STABLE, PREPARING_REBALANCE, DEAD);
            case STABLE -> EnumSet.of(PREPARING_REBALANCE, DEAD);
            case DEAD -> EnumSet.noneOf(ClassicGroupState.class);
        };
    }

    boolean canBecome(ClassicGroupState other) {
        return next().contains(other);
    }
}
