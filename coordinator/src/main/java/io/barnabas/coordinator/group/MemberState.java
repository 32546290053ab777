package io.barnabas.coordinator.group;

/** How far a member of a consumer group has come on the way to its target assignment (KIP-848). */
enum MemberState {
    /** It has all that its epoch's target gives it. */
    STABLE(0),
    /** It must first say that it has given up some partitions. */
    UNREVOKED_PARTITIONS(1),
    /** Partitions that it is to have are still held by others. */
    UNRELEASED_PARTITIONS(2),
    /** Written by a newer version. */
    UNKNOWN(127);

    private final byte id;

    MemberState(int id) {
        this.id = (byte) id;
    }

    /** As records store it. */
    byte id() {
        return id;
    }

    static MemberState of(byte id) {
        for (var state : values()) if (state.id == id) return state;
        return UNKNOWN;
    }
}
