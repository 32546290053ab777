package io.barnabas.cluster.quorum;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.List;

/**
 * One committed batch of the metadata log.
 *
 * @param timestampMs when the leader appended it
 * @param records     empty for a batch of control records, which are the quorum's own affair
 */
public record MetadataBatch(long baseOffset, long lastOffset, int leaderEpoch, long timestampMs, List<TypedRecord> records) {}
