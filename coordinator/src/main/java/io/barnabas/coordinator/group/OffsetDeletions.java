package io.barnabas.coordinator.group;

import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteResponse;
import io.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import io.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import java.util.Map;

/** How offsets go: by an operator, with their topic, with their group, or with time; and how groups go that nobody needs. */
final class OffsetDeletions {
    private static final String TIMER = "expiry of offsets";

    private final Map<String, Group> groups;
    private final OffsetTable table;
    private final Timers timers;
    private final GroupContext context;

    OffsetDeletions(Map<String, Group> groups, OffsetTable table, Timers timers, GroupContext context) {
        this.groups = groups;
        this.table = table;
        this.timers = timers;
        this.context = context;
    }

    OffsetDeleteResponse delete(OffsetDeleteRequest request, Decision decision) {
        var response = new OffsetDeleteResponse();
        var group = groups.get(request.groupId());
        var error = request.groupId().isEmpty() ? ErrorCode.INVALID_GROUP_ID
                : group == null ? ErrorCode.GROUP_ID_NOT_FOUND : group.offsetDeletionError();
        if (error != ErrorCode.NONE) return response.setErrorCode(error.code());
        for (var topic : request.topics()) {
            var answers = new OffsetDeleteResponseTopic().setName(topic.name());
            response.topics().add(answers);
            boolean isInUse = group.subscribesTo(topic.name());
            for (var partition : topic.partitions()) {
                int index = partition.partitionIndex();
                var refusal = isInUse ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
                answers.partitions().add(new OffsetDeleteResponsePartition().setPartitionIndex(index).setErrorCode(refusal.code()));
                if (!isInUse && isThere(request.groupId(), topic.name(), index)) decision.append(OffsetRecords.tombstone(request.groupId(), topic.name(), index));
            }
        }
        return response;
    }

    private boolean isThere(String groupId, String topic, int partition) {
        var offsets = table.of(groupId);
        return offsets != null && offsets.find(topic, partition) != null || table.pending().has(groupId, topic, partition);
    }

    /** All of a group, those too that wait for the end of a transaction. */
    void deleteAll(String groupId, Decision decision) {
        decision.divisible();
        var offsets = table.of(groupId);
        for (int t = 0; offsets != null && t < offsets.topicCount(); t++) {
            var ofTopic = offsets.topicAt(t);
            for (int i = 0; i < ofTopic.size(); i++) decision.append(OffsetRecords.tombstone(groupId, ofTopic.topic(), ofTopic.partitionAt(i)));
        }
        for (var place : table.pending().placesOf(groupId)) {
            boolean isGoneAnyway = offsets != null && offsets.find(place.topic(), place.partition()) != null;
            if (!isGoneAnyway) decision.append(OffsetRecords.tombstone(groupId, place.topic(), place.partition()));
        }
    }

    // --- topics

    void onClusterChanged(ClusterDelta delta, Decision decision) {
        decision.divisible();
        for (var change : delta.topics()) if (change.isDeleted()) onTopicDeleted(change.before(), decision);
    }

    private void onTopicDeleted(TopicImage topic, Decision decision) {
        for (var entry : table.all().entrySet()) {
            var offsets = entry.getValue().topic(topic.name());
            for (int i = 0; offsets != null && i < offsets.size(); i++) {
                // A new topic may have the name by now.
                var topicId = offsets.at(i).topicId();
                if (topicId.isZero() || topicId.equals(topic.id())) decision.append(OffsetRecords.tombstone(entry.getKey(), topic.name(), offsets.partitionAt(i)));
            }
        }
        for (var groupId : table.pending().groupIds()) {
            for (var place : table.pending().placesOf(groupId)) {
                boolean isGone = place.topic().equals(topic.name()) && !isCommitted(groupId, place.topic(), place.partition());
                if (isGone) decision.append(OffsetRecords.tombstone(groupId, place.topic(), place.partition()));
            }
        }
    }

    private boolean isCommitted(String groupId, String topic, int partition) {
        var offsets = table.of(groupId);
        return offsets != null && offsets.find(topic, partition) != null;
    }

    // --- time

    void onLoaded() {
        schedule();
    }

    private void schedule() {
        timers.schedule(TIMER, context.config().offsetsRetentionCheckIntervalMs(), decision -> {
            expire(decision);
            schedule();
        });
    }

    /** Takes away the offsets whose time is over, and the groups that have neither offsets nor members. */
    private void expire(Decision decision) {
        decision.divisible();
        long retentionMs = context.config().offsetsRetentionMs();
        for (var group : groups.values()) {
            boolean hasNone = expire(group, retentionMs, decision) && !table.pending().hasOf(group.id());
            if (hasNone && group.isEmpty()) decision.appendAll(group.tombstones());
        }
    }

    /** @return whether no offset is left */
    private boolean expire(Group group, long retentionMs, Decision decision) {
        var offsets = table.of(group.id());
        int left = 0;
        for (int t = 0; offsets != null && t < offsets.topicCount(); t++) {
            var ofTopic = offsets.topicAt(t);
            left += ofTopic.size();
            if (group.subscribesTo(ofTopic.topic())) continue;
            for (int i = 0; i < ofTopic.size(); i++) {
                if (!isExpired(group, ofTopic, i, decision.nowMs(), retentionMs)) continue;
                if (table.pending().has(group.id(), ofTopic.topic(), ofTopic.partitionAt(i))) continue;
                decision.append(OffsetRecords.tombstone(group.id(), ofTopic.topic(), ofTopic.partitionAt(i)));
                left--;
            }
        }
        return left == 0;
    }

    private static boolean isExpired(Group group, TopicOffsets offsets, int index, long nowMs, long retentionMs) {
        long unusedSinceMs = group.unusedSinceMs(offsets.commitTimestampAt(index));
        if (unusedSinceMs == Group.IN_USE) return false;
        long expireTimestampMs = offsets.expireTimestampAt(index);
        return expireTimestampMs == CommittedOffset.NO_EXPIRY ? nowMs - unusedSinceMs >= retentionMs : nowMs >= expireTimestampMs;
    }
}
