package io.barnabas.coordinator.transaction;

/**
 * What the settings of transactions say, and the feature {@code transaction.version}.
 *
 * @param timeoutMsMax     the longest that a producer may ask for, {@code transaction.max.timeout.ms}
 * @param idExpirationMs   after which an id that begins nothing is forgotten, {@code transactional.id.expiration.ms}
 * @param expiryIntervalMs between two searches for such ids
 * @param version          0: records in Kafka's first layout; 1: in the second; 2: and aborts by the coordinator follow KIP-890
 */
public record TransactionConfig(int timeoutMsMax, int idExpirationMs, int expiryIntervalMs, short version) {}
