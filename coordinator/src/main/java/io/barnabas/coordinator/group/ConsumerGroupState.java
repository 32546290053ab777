package io.barnabas.coordinator.group;

/** What a consumer group waits for (KIP-848); drawn from its epochs and its members. */
enum ConsumerGroupState {
    /** Members. */
    EMPTY("Empty"),
    /** A target assignment for the newest group epoch. */
    ASSIGNING("Assigning"),
    /** Members on the way to their targets. */
    RECONCILING("Reconciling"),
    /** Nothing. */
    STABLE("Stable");

    private final String shown;

    ConsumerGroupState(String shown) {
        this.shown = shown;
    }

    /** As answers name it. */
    String shown() {
        return shown;
    }
}
