package io.barnabas.model;

import java.nio.ByteBuffer;

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
    private static final int TYPE_AT = 2;
    private static final int KEY_BYTES = TYPE_AT + 2;

    /** Its number in the record's key. */
    public short id() {
        return (short) ordinal();
    }

    /**
     * The type that a control record's key says: version int16, type int16, and what later versions add.
     *
     * @return null if nobody knows it, and readers pass over the record
     */
    public static ControlRecordType ofKey(ByteBuffer key) {
        if (key == null || key.remaining() < KEY_BYTES) {
            throw new RecordException(ErrorCode.INVALID_RECORD, "control record with a key that is too short");
        }
        return of(key.getShort(key.position() + TYPE_AT));
    }

    /** @return null if nobody knows the number */
    public static ControlRecordType of(int id) {
        return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
    }
}
