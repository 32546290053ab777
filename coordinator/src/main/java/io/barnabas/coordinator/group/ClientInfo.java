package io.barnabas.coordinator.group;

/**
 * Where a request comes from.
 *
 * @param clientId   as the client calls itself, may be empty
 * @param clientHost its address as Kafka shows it, with a leading slash
 */
public record ClientInfo(String clientId, String clientHost, short apiVersion) {}
