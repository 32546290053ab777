package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.Assignment;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.Member;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.TopicPartitions;

/** What ConsumerGroupDescribe tells of a group. */
final class ConsumerGroupDescription {
    private static final byte CLASSIC_MEMBER = 0;
    private static final byte CONSUMER_MEMBER = 1;

    private ConsumerGroupDescription() {}

    static DescribedGroup of(ConsumerGroup group, GroupContext context) {
        var described = new DescribedGroup().setGroupId(group.id()).setErrorMessage(null).setGroupState(group.stateName())
                .setGroupEpoch(group.groupEpoch()).setAssignmentEpoch(group.targetEpoch())
                .setAssignorName(TargetAssignment.assignorOf(group.subscribers(), context.consumerConfig(group.id())));
        for (var member : group.members()) described.members().add(member(group, member, context));
        return described;
    }

    private static Member member(ConsumerGroup group, ConsumerMember member, GroupContext context) {
        var subscription = member.subscription();
        var target = group.target(member.id());
        return new Member().setMemberId(member.id()).setInstanceId(subscription.instanceId()).setRackId(subscription.rackId())
                .setMemberEpoch(member.memberEpoch()).setClientId(subscription.clientId()).setClientHost(subscription.clientHost())
                .setSubscribedTopicNames(subscription.topics()).setSubscribedTopicRegex(subscription.regex())
                .setAssignment(assignment(member.current().held(), context))
                .setTargetAssignment(assignment(target == null ? MemberAssignment.EMPTY : target, context))
                .setMemberType(member.isClassic() ? CLASSIC_MEMBER : CONSUMER_MEMBER);
    }

    /** Topics that are gone have no name to tell, and are left out. */
    private static Assignment assignment(MemberAssignment partitions, GroupContext context) {
        var assignment = new Assignment();
        partitions.partitions().forEach((topicId, set) -> {
            var topic = context.cluster().topic(topicId);
            if (topic == null) return;
            assignment.topicPartitions().add(new TopicPartitions().setTopicId(topicId).setTopicName(topic.name())
                    .setPartitions(set.toList()));
        });
        return assignment;
    }
}
