package io.barnabas.replication;

/** How far a reader may see. */
public enum IsolationLevel {
    /** To the high watermark. */
    READ_UNCOMMITTED,
    /** To the last stable offset: nothing of an open transaction. */
    READ_COMMITTED,
    /** To the log's end: a follower, who makes the high watermark. */
    LOG_END;

    /** Of a client's request, where 0 and 1 have names. */
    public static IsolationLevel of(byte code) {
        return code == 1 ? READ_COMMITTED : READ_UNCOMMITTED;
    }
}
