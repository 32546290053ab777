package io.barnabas.coordinator.transaction;

/**
 * The end of a transaction, as every partition of it is told.
 *
 * @param coordinatorEpoch leader epoch of the coordinator's partition, so that a log can refuse one of the past
 * @param version          2 if the epoch is higher than that of the transaction's records (KIP-890, KIP-1228), else less
 */
public record TransactionMarker(long producerId, short producerEpoch, boolean isCommit, int coordinatorEpoch, short version) {}
