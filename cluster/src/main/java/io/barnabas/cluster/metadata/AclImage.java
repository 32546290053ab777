package io.barnabas.cluster.metadata;

/** One access control entry, with Kafka's codes as they stand in its record. Immutable. */
public record AclImage(
        io.barnabas.base.Uuid id, byte resourceType, String resourceName, byte patternType, String principal, String host,
        byte operation, byte permissionType) {}
