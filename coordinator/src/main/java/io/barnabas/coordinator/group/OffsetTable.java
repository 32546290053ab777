package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.group.PendingOffsets.Pending;
import io.barnabas.coordinator.group.PendingOffsets.Place;
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

    private void apply(Place place, CommittedOffset offset, RecordSource source) {
        if (offset == null) {
            remove(place);
            pending.remove(place.groupId(), place.topic(), place.partition());
            return;
        }
        // One who commits without being a member makes a group by it, which has no members.
        var group = groups.computeIfAbsent(place.groupId(), ClassicGroup::new);
        if (source.isTransactional()) {
            pending.add(new Pending(place, source.producerId(), offset));
        } else {
            put(group.id(), place, offset);
            pending.supersede(place.groupId(), place.topic(), place.partition());
        }
    }

    void onTransactionEnded(long producerId, boolean isCommit) {
        for (var ended : pending.end(producerId)) {
            if (!isCommit || ended.isSuperseded) continue;
            var group = groups.computeIfAbsent(ended.place.groupId(), ClassicGroup::new);
            put(group.id(), ended.place, ended.committed);
            pending.supersedeBefore(ended.place, ended);
        }
    }

    private void put(String groupId, Place place, CommittedOffset offset) {
        var offsets = committed.computeIfAbsent(groupId, id -> new GroupOffsets());
        var known = offsets.topic(place.topic());
        // A topic's name is kept once for all groups, as long as the topic is there.
        var topic = known == null ? context.cluster().topic(place.topic()) : null;
        boolean isSameTopic = topic != null && topic.id().equals(offset.topicId());
        offsets.put(topic == null ? place.topic() : topic.name(), place.partition(), isSameTopic ? offset.withTopicId(topic.id()) : offset);
    }

    private void remove(Place place) {
        var offsets = committed.get(place.groupId());
        if (offsets == null) return;
        offsets.remove(place.topic(), place.partition());
        if (offsets.isEmpty()) committed.remove(place.groupId());
    }
}
