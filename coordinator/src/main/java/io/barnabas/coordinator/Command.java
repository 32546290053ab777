package io.barnabas.coordinator;

/** Something asked of a {@link CoordinatorState}; runs on the shard's loop. */
@FunctionalInterface
public interface Command<S, R> {
    /**
     * Reads the state and proposes records; what records say is changed by applying them alone, which follows at once.
     *
     * @return the answer, which leaves when the proposed records, and all before them, are committed; null if the state
     *         keeps the reply and answers by a later decision
     */
    R decide(S state, Decision decision);
}
