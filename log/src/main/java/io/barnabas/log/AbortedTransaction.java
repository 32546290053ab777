package io.barnabas.log;

/** An aborted transaction of a producer, from its first record here. */
public record AbortedTransaction(long producerId, long firstOffset) {}
