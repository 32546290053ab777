package io.barnabas.replication;

/**
 * What the controller has decided about a partition, as far as one of its replicas cares.
 *
 * @param isLeader whether this broker leads
 */
public record PartitionAssignment(boolean isLeader, int leaderId, int leaderEpoch, int replicaCount, int inSyncReplicaCount) {}
