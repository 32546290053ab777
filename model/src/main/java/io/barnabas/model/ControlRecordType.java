package io.barnabas.model;

/** What a control record says; the ordinal is its number in the record's key. */
public enum ControlRecordType {
    ABORT,
    COMMIT,
    LEADER_CHANGE,
    SNAPSHOT_HEADER,
    SNAPSHOT_FOOTER,
    KRAFT_VERSION,
    KRAFT_VOTERS;

    private static final ControlRecordType[] BY_ID = values();

    public short id() {
        return (short) ordinal();
    }

    /** @return null if nobody knows the number */
    public static ControlRecordType of(int id) {
        return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
    }
}
