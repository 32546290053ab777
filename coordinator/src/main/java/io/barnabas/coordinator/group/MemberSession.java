package io.barnabas.coordinator.group;

/** When a member of a consumer group is given up, in ms since 1970. A heartbeat only moves a number; its timer looks when it is due. */
final class MemberSession {
    static final long NONE = Long.MAX_VALUE;

    /** If it is not heard of. */
    long deadlineMs = NONE;
    /** If it has not given up by then what it must, or not come back to what it was told to. */
    long rebalanceDeadlineMs = NONE;
    /** When the timer is due. */
    long armedMs = NONE;

    long nextMs() {
        return Math.min(deadlineMs, rebalanceDeadlineMs);
    }
}
