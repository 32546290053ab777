package io.barnabas.log;

/** Where an epoch ends: the first offset of the next one, or the log's end. */
public record EpochEndOffset(int leaderEpoch, long endOffset) {
    /** No such epoch is known here. */
    public static final EpochEndOffset UNKNOWN = new EpochEndOffset(-1, -1);
}
