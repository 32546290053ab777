package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.record.LegacyOffsetCommitValue;
import io.barnabas.protocol.record.OffsetCommitKey;
import io.barnabas.protocol.record.OffsetCommitValue;

/** Offsets as records, in the layout that Apache Kafka 4.4 writes. */
final class OffsetRecords {
    private static final short VALUE_VERSION = 4;
    /** The only one with a time to expire; it has neither leader epoch nor topic id. */
    private static final short EXPIRING_VALUE_VERSION = 1;

    private OffsetRecords() {}

    static CoordinatorRecord of(String groupId, String topic, int partition, CommittedOffset offset) {
        var value = new OffsetCommitValue().setOffset(offset.offset()).setLeaderEpoch(offset.leaderEpoch()).setMetadata(offset.metadata())
                .setCommitTimestamp(offset.commitTimestampMs()).setExpireTimestamp(offset.expireTimestampMs()).setTopicId(offset.topicId());
        boolean expires = offset.expireTimestampMs() != CommittedOffset.NO_EXPIRY;
        return CoordinatorRecord.of(GroupRecordType.OFFSET_COMMIT, key(groupId, topic, partition), expires ? EXPIRING_VALUE_VERSION : VALUE_VERSION, value);
    }

    static CoordinatorRecord tombstone(String groupId, String topic, int partition) {
        return CoordinatorRecord.tombstone(GroupRecordType.OFFSET_COMMIT, key(groupId, topic, partition));
    }

    private static OffsetCommitKey key(String groupId, String topic, int partition) {
        return new OffsetCommitKey().setGroup(groupId).setTopic(topic).setPartition(partition);
    }

    static CommittedOffset committed(OffsetCommitValue value) {
        return new CommittedOffset(value.offset(), value.leaderEpoch(), value.metadata(), value.commitTimestamp(), value.expireTimestamp(),
                value.topicId());
    }

    static CommittedOffset committed(LegacyOffsetCommitValue value) {
        return new CommittedOffset(value.offset(), -1, value.metadata(), value.commitTimestamp(), CommittedOffset.NO_EXPIRY, Uuid.ZERO);
    }
}
