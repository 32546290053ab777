package io.barnabas.coordinator;

import io.barnabas.model.CompressionType;

/**
 * How a shard uses its log.
 *
 * @param loadBytesMax    read from the log at a time when the shard is loaded; a larger batch is read whole
 * @param commitTimeoutMs after which an answer that waits for its records to be committed fails; they may be committed all the same
 * @param compressionType of the batches that it writes
 */
public record ShardConfig(int loadBytesMax, int commitTimeoutMs, CompressionType compressionType) {}
