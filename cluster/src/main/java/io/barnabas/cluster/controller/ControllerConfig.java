package io.barnabas.cluster.controller;

/**
 * The settings that the controller obeys, in Kafka's terms.
 *
 * @param numPartitions              {@code num.partitions}
 * @param defaultReplicationFactor   {@code default.replication.factor}
 * @param deleteTopicEnable          {@code delete.topic.enable}
 * @param brokerSessionTimeoutMs     {@code broker.session.timeout.ms}
 * @param snapshotBytesMax           {@code metadata.log.max.record.bytes.between.snapshots}
 * @param snapshotIntervalMs         {@code metadata.log.max.snapshot.interval.ms}, 0 means never by time
 */
public record ControllerConfig(
        int numPartitions, short defaultReplicationFactor, boolean deleteTopicEnable, int brokerSessionTimeoutMs,
        long snapshotBytesMax, long snapshotIntervalMs) {
    public static final ControllerConfig DEFAULT = new ControllerConfig(1, (short) 1, true, 9_000, 20L << 20, 3_600_000);
}
