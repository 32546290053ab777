package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
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
        short version = expires ? EXPIRING_VALUE_VERSION : VALUE_VERSION;
        return CoordinatorRecord.of(GroupRecordType.OFFSET_COMMIT, key(groupId, topic, partition), version, value);
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

    /** Keys of offsets as a log has them, one after the other: those of one commit name the same group, and mostly the same topic. */
    static final class KeyReader {
        String groupId = "";
        String topic = "";
        int partition;

        /** Reads what an {@link OffsetCommitKey} would; strings that come again stay the same objects. */
        void read(ByteReader key) {
            groupId = key.readString(key.readShort(), groupId);
            topic = key.readString(key.readShort(), topic);
            partition = key.readInt();
            if (key.remaining() > 0) throw new DecodeException("bytes left behind the key of an offset: count=" + key.remaining());
        }
    }
}
