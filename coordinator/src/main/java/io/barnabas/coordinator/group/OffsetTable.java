package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.group.PendingOffsets.Pending;
import io.barnabas.coordinator.group.PendingOffsets.Place;
import io.barnabas.protocol.CoordinatorRecords;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.record.LegacyOffsetCommitKey;
import io.barnabas.protocol.record.LegacyOffsetCommitValue;
import io.barnabas.protocol.record.OffsetCommitKey;
import io.barnabas.protocol.record.OffsetCommitValue;
import java.util.HashMap;
import java.util.Map;

/** The offsets of all groups of a shard, those that count and those that wait for their transaction. Changed by applying records. */
final class OffsetTable {
    private final Map<String, Group> groups;
    private final GroupContext context;
    private final Map<String, GroupOffsets> committed = new HashMap<>();
    private final PendingOffsets pending = new PendingOffsets();
    private final OffsetRecords.KeyReader replayedKey = new OffsetRecords.KeyReader();
    private final OffsetCommitValue replayedValue = new OffsetCommitValue();

    OffsetTable(Map<String, Group> groups, GroupContext context) {
        this.groups = groups;
        this.context = context;
    }

    /** @return null if the group has none */
    GroupOffsets of(String groupId) {
        return committed.get(groupId);
    }

    Map<String, GroupOffsets> all() {
        return committed;
    }

    PendingOffsets pending() {
        return pending;
    }

    void apply(CoordinatorRecord record, RecordSource source) {
        if (record.type() == GroupRecordType.LEGACY_OFFSET_COMMIT) {
            var key = (LegacyOffsetCommitKey) record.key();
            var value = (LegacyOffsetCommitValue) record.value();
            apply(new Place(key.group(), key.topic(), key.partition()), value == null ? null : OffsetRecords.committed(value), source);
        } else {
            var key = (OffsetCommitKey) record.key();
            var value = (OffsetCommitValue) record.value();
            apply(new Place(key.group(), key.topic(), key.partition()), value == null ? null : OffsetRecords.committed(value), source);
        }
    }

    /** The same as {@link #apply} for one that counts at once, without messages: a log may have millions of them. */
    void replay(ByteReader key, ByteReader value) {
        replayedKey.read(key);
        replayedValue.readWhole(value, CoordinatorRecords.readVersion(value, GroupRecordType.OFFSET_COMMIT));
        var group = groupOf(replayedKey.groupId);
        put(group.id(), replayedKey.topic, replayedKey.partition, OffsetRecords.committed(replayedValue));
        pending.supersede(replayedKey.groupId, replayedKey.topic, replayedKey.partition);
    }

    private void apply(Place place, CommittedOffset offset, RecordSource source) {
        if (offset == null) {
            remove(place);
            pending.remove(place.groupId(), place.topic(), place.partition());
            return;
        }
        // One who commits without being a member makes a group by it, which has no members.
        var group = groupOf(place.groupId());
        if (source.isTransactional()) {
            pending.add(new Pending(place, source.producerId(), offset));
        } else {
            put(group.id(), place.topic(), place.partition(), offset);
            pending.supersede(place.groupId(), place.topic(), place.partition());
        }
    }

    void onTransactionEnded(long producerId, boolean isCommit) {
        for (var ended : pending.end(producerId)) {
            if (!isCommit || ended.isSuperseded) continue;
            var group = groupOf(ended.place.groupId());
            put(group.id(), ended.place.topic(), ended.place.partition(), ended.committed);
            pending.supersedeBefore(ended.place, ended);
        }
    }

    private Group groupOf(String groupId) {
        var known = groups.get(groupId);
        if (known != null) return known;
        var made = new ClassicGroup(groupId);
        groups.put(groupId, made);
        return made;
    }

    private void put(String groupId, String topic, int partition, CommittedOffset offset) {
        var offsets = committed.get(groupId);
        if (offsets == null) {
            offsets = new GroupOffsets();
            committed.put(groupId, offsets);
        }
        var ofTopic = offsets.topic(topic);
        if (ofTopic != null) {
            ofTopic.put(partition, offset);
            return;
        }
        // A topic's name and id are kept once for all groups, as long as the topic is there.
        var known = context.cluster().topic(topic);
        boolean isSameTopic = known != null && known.id().equals(offset.topicId());
        offsets.put(known == null ? topic : known.name(), partition, isSameTopic ? offset.withTopicId(known.id()) : offset);
    }

    private void remove(Place place) {
        var offsets = committed.get(place.groupId());
        if (offsets == null) return;
        offsets.remove(place.topic(), place.partition());
        if (offsets.isEmpty()) committed.remove(place.groupId());
    }
}
