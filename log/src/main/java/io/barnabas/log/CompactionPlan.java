package io.barnabas.log;

import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What one pass over a log works on, as the log's loop saw it. The segments are closed and durable; whether they are still
 * the log's own is asked again before any is replaced.
 *
 * @param segments           from the log's first, at least one
 * @param transactionIndexes of these segments and of those that follow
 * @param firstDirtyOffset   what lies before it has been compacted already
 * @param endOffset          where the last segment ends
 * @param producers          of the producers that the log remembers
 */
record CompactionPlan(TopicPartition partition, Path folder, List<Segment> segments, List<Path> transactionIndexes, long firstDirtyOffset,
        long endOffset, LogConfig config, Map<Long, ProducerEnd> producers, long nowMs) {
    /**
     * Where a producer's data ends.
     *
     * @param lastOffset of its last batch; -1 if its epoch has only written a marker
     */
    record ProducerEnd(short epoch, long lastOffset) {}
}
