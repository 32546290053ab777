package io.barnabas.coordinator.group;

import java.util.List;

/**
 * What the broker's settings say of groups; each field is named like its setting, times in ms.
 *
 * @param initialRebalanceDelayMs      how long a new classic group waits for more members
 * @param maxSize                      members of a classic group
 * @param offsetMetadataMaxBytes       of the text that is committed with an offset
 * @param offsetsRetentionMs           how long the offsets of an empty group are kept
 * @param offsetsRetentionCheckIntervalMs how often that is looked at
 * @param rebalanceProtocols           "classic", "consumer", ...: those that are served
 */
public record GroupConfig(
        int minSessionTimeoutMs, int maxSessionTimeoutMs, int initialRebalanceDelayMs, int maxSize,
        int offsetMetadataMaxBytes, long offsetsRetentionMs, long offsetsRetentionCheckIntervalMs,
        List<String> rebalanceProtocols, ConsumerGroupConfig consumer) {}
