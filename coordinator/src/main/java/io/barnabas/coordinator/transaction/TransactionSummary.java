package io.barnabas.coordinator.transaction;

/** A transactional id in a list. */
public record TransactionSummary(String transactionalId, long producerId, String state) {}
