package io.barnabas.coordinator;

import java.util.List;

/** Lets tests see what a decision proposes. */
public final class Proposals {
    private Proposals() {}

    public static List<CoordinatorRecord> of(Decision decision) {
        return List.copyOf(decision.records());
    }
}
