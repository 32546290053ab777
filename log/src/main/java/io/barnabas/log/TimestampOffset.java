package io.barnabas.log;

/** A record found by its timestamp (ms since 1970), with the epoch of the leader that wrote it, -1 if unknown. */
public record TimestampOffset(long timestamp, long offset, int leaderEpoch) {}
