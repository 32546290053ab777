package io.barnabas.cluster.metadata;

/**
 * Where a node listens.
 *
 * @param listener         name of the listener
 * @param securityProtocol Kafka's code: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
 */
public record Endpoint(String listener, String host, int port, short securityProtocol) {}
