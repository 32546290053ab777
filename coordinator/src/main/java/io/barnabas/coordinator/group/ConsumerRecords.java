package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentKey;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentValue;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataKey;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataValue;
import io.barnabas.protocol.record.ConsumerGroupMetadataKey;
import io.barnabas.protocol.record.ConsumerGroupMetadataValue;
import io.barnabas.protocol.record.ConsumerGroupPartitionMetadataKey;
import io.barnabas.protocol.record.ConsumerGroupRegularExpressionKey;
import io.barnabas.protocol.record.ConsumerGroupRegularExpressionValue;
import io.barnabas.protocol.record.ConsumerGroupTargetAssignmentMemberKey;
import io.barnabas.protocol.record.ConsumerGroupTargetAssignmentMemberValue;
import io.barnabas.protocol.record.ConsumerGroupTargetAssignmentMetadataKey;
import io.barnabas.protocol.record.ConsumerGroupTargetAssignmentMetadataValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** The records that consumer groups are made of, as Apache Kafka 4.4 writes them. */
final class ConsumerRecords {
    /** No topic has more. */
    private static final int PARTITIONS_MAX = 1 << 20;

    private ConsumerRecords() {}

    /** Changes a group as a record of it says. */
    static void apply(ConsumerGroup group, CoordinatorRecord record) {
        var value = record.value();
        switch ((GroupRecordType) record.type()) {
            case CONSUMER_GROUP_METADATA -> {
                if (value instanceof ConsumerGroupMetadataValue epoch) group.setEpoch(epoch.epoch(), epoch.metadataHash());
            }
            case CONSUMER_GROUP_MEMBER_METADATA -> {
                var memberId = ((ConsumerGroupMemberMetadataKey) record.key()).memberId();
                if (value == null) group.removeMember(memberId);
                else group.setSubscription(memberId, ConsumerSubscription.of((ConsumerGroupMemberMetadataValue) value));
            }
            case CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA -> {
                if (value instanceof ConsumerGroupTargetAssignmentMetadataValue epoch) {
                    group.setTargetEpoch(epoch.assignmentEpoch(), epoch.assignmentTimestamp());
                }
            }
            case CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER -> {
                var memberId = ((ConsumerGroupTargetAssignmentMemberKey) record.key()).memberId();
                group.setTarget(memberId, value == null ? null : targetOf((ConsumerGroupTargetAssignmentMemberValue) value));
            }
            case CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT -> {
                var memberId = ((ConsumerGroupCurrentMemberAssignmentKey) record.key()).memberId();
                if (value == null) group.clearCurrent(memberId);
                else group.setCurrent(memberId, CurrentAssignment.of((ConsumerGroupCurrentMemberAssignmentValue) value));
            }
            case CONSUMER_GROUP_REGULAR_EXPRESSION -> {
                var regex = ((ConsumerGroupRegularExpressionKey) record.key()).regularExpression();
                group.setRegex(regex, value == null ? null : resolvedRegex((ConsumerGroupRegularExpressionValue) value));
            }
            default -> { } // What Apache Kafka 4.0 kept of partitions, now in the hash.
        }
    }

    /** The group that a record is about. */
    static String groupId(CoordinatorRecord record) {
        var key = record.key();
        return switch ((GroupRecordType) record.type()) {
            case CONSUMER_GROUP_METADATA -> ((ConsumerGroupMetadataKey) key).groupId();
            case CONSUMER_GROUP_PARTITION_METADATA -> ((ConsumerGroupPartitionMetadataKey) key).groupId();
            case CONSUMER_GROUP_MEMBER_METADATA -> ((ConsumerGroupMemberMetadataKey) key).groupId();
            case CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA -> ((ConsumerGroupTargetAssignmentMetadataKey) key).groupId();
            case CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER -> ((ConsumerGroupTargetAssignmentMemberKey) key).groupId();
            case CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT -> ((ConsumerGroupCurrentMemberAssignmentKey) key).groupId();
            case CONSUMER_GROUP_REGULAR_EXPRESSION -> ((ConsumerGroupRegularExpressionKey) key).groupId();
            default -> throw new AssertionError(record);
        };
    }

    static CoordinatorRecord subscription(String groupId, String memberId, ConsumerSubscription subscription) {
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_MEMBER_METADATA, memberKey(groupId, memberId), subscription.toValue());
    }

    static CoordinatorRecord current(String groupId, String memberId, CurrentAssignment current) {
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT, currentKey(groupId, memberId),
                current.toValue());
    }

    static CoordinatorRecord groupEpoch(String groupId, int groupEpoch, long metadataHash) {
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_METADATA, new ConsumerGroupMetadataKey().setGroupId(groupId),
                new ConsumerGroupMetadataValue().setEpoch(groupEpoch).setMetadataHash(metadataHash));
    }

    static CoordinatorRecord targetEpoch(String groupId, int targetEpoch, long timestampMs) {
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA,
                new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId),
                new ConsumerGroupTargetAssignmentMetadataValue().setAssignmentEpoch(targetEpoch).setAssignmentTimestamp(timestampMs));
    }

    static CoordinatorRecord target(String groupId, String memberId, MemberAssignment target) {
        var topics = new ArrayList<ConsumerGroupTargetAssignmentMemberValue.TopicPartition>(target.partitions().size());
        target.partitions().forEach((topicId, set) -> topics.add(new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                .setTopicId(topicId).setPartitions(set.toList())));
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER, targetKey(groupId, memberId),
                new ConsumerGroupTargetAssignmentMemberValue().setTopicPartitions(topics));
    }

    /** Those that may exist: of what a log says, nothing is allocated that its own length does not pay for. */
    static PartitionSet partitions(List<Integer> logged) {
        var partitions = logged.stream().mapToInt(Integer::intValue).filter(partition -> partition >= 0 && partition < PARTITIONS_MAX);
        return PartitionSet.of(partitions.toArray());
    }

    private static ResolvedRegex resolvedRegex(ConsumerGroupRegularExpressionValue value) {
        return new ResolvedRegex(ConsumerSubscription.sorted(value.topics()), value.version(), value.timestamp());
    }

    private static MemberAssignment targetOf(ConsumerGroupTargetAssignmentMemberValue value) {
        var topics = new LinkedHashMap<Uuid, PartitionSet>();
        for (var topic : value.topicPartitions()) topics.put(topic.topicId(), partitions(topic.partitions()));
        return MemberAssignment.of(topics);
    }

    static CoordinatorRecord regex(String groupId, String regex, ResolvedRegex resolved) {
        return CoordinatorRecord.of(GroupRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION, regexKey(groupId, regex),
                new ConsumerGroupRegularExpressionValue().setTopics(resolved.topics()).setVersion(resolved.metadataOffset())
                        .setTimestamp(resolved.timestampMs()));
    }

    static CoordinatorRecord regexTombstone(String groupId, String regex) {
        return CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION, regexKey(groupId, regex));
    }

    /** What takes a member away, in this order. */
    static List<CoordinatorRecord> memberTombstones(String groupId, String memberId) {
        return List.of(currentTombstone(groupId, memberId), targetTombstone(groupId, memberId), memberTombstone(groupId, memberId));
    }

    /** What takes a group away with all its members, in this order. */
    static List<CoordinatorRecord> groupTombstones(ConsumerGroup group) {
        var records = new ArrayList<CoordinatorRecord>();
        for (var member : group.members()) records.add(currentTombstone(group.id(), member.id()));
        for (var memberId : group.targetMembers()) records.add(targetTombstone(group.id(), memberId));
        records.add(CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA,
                new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(group.id())));
        for (var member : group.members()) records.add(memberTombstone(group.id(), member.id()));
        for (var regex : group.regexes().keySet()) records.add(regexTombstone(group.id(), regex));
        // Written by Apache Kafka 4.0 only, and so to be taken away by all.
        records.add(CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_PARTITION_METADATA,
                new ConsumerGroupPartitionMetadataKey().setGroupId(group.id())));
        records.add(CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_METADATA,
                new ConsumerGroupMetadataKey().setGroupId(group.id())));
        return records;
    }

    private static CoordinatorRecord currentTombstone(String groupId, String memberId) {
        return CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT, currentKey(groupId, memberId));
    }

    private static CoordinatorRecord targetTombstone(String groupId, String memberId) {
        return CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER, targetKey(groupId, memberId));
    }

    private static CoordinatorRecord memberTombstone(String groupId, String memberId) {
        return CoordinatorRecord.tombstone(GroupRecordType.CONSUMER_GROUP_MEMBER_METADATA, memberKey(groupId, memberId));
    }

    private static ConsumerGroupMemberMetadataKey memberKey(String groupId, String memberId) {
        return new ConsumerGroupMemberMetadataKey().setGroupId(groupId).setMemberId(memberId);
    }

    private static ConsumerGroupCurrentMemberAssignmentKey currentKey(String groupId, String memberId) {
        return new ConsumerGroupCurrentMemberAssignmentKey().setGroupId(groupId).setMemberId(memberId);
    }

    private static ConsumerGroupTargetAssignmentMemberKey targetKey(String groupId, String memberId) {
        return new ConsumerGroupTargetAssignmentMemberKey().setGroupId(groupId).setMemberId(memberId);
    }

    private static ConsumerGroupRegularExpressionKey regexKey(String groupId, String regex) {
        return new ConsumerGroupRegularExpressionKey().setGroupId(groupId).setRegularExpression(regex);
    }
}
