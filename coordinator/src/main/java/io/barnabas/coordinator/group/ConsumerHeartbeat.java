package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import java.util.LinkedHashMap;

/** A heartbeat of a member of a consumer group, and who sent it. */
record ConsumerHeartbeat(ConsumerGroupHeartbeatRequest request, ClientInfo client) {
    static final int JOIN_EPOCH = 0;
    static final int LEAVE_EPOCH = -1;

    private static final int UNCHANGED = -1;
    /** From this version on members make their ids themselves (KIP-1082). */
    private static final int OWN_ID_VERSION = 1;

    String clientId() {
        return client.clientId();
    }

    String clientHost() {
        return client.clientHost();
    }

    boolean isJoin() {
        return request.memberEpoch() == JOIN_EPOCH;
    }

    /** The member goes, for good or for now. */
    boolean isLeave() {
        return request.memberEpoch() < JOIN_EPOCH;
    }

    /** Whether it tells all that there is to tell, and so wants to be told all. */
    boolean isFull() {
        boolean hasSubscription = request.subscribedTopicNames() != null || request.subscribedTopicRegex() != null;
        return isJoin() || request.rebalanceTimeoutMs() != UNCHANGED && hasSubscription && request.topicPartitions() != null;
    }

    /** What the member says that it owns; null if it says nothing. */
    MemberAssignment owned() {
        if (request.topicPartitions() == null) return null;
        var owned = new LinkedHashMap<Uuid, PartitionSet>();
        for (var topic : request.topicPartitions()) {
            var partitions = topic.partitions().stream().mapToInt(Integer::intValue).filter(partition -> partition >= 0).toArray();
            owned.merge(topic.topicId(), PartitionSet.of(partitions), PartitionSet::union);
        }
        return MemberAssignment.of(owned);
    }

    /** @throws RefusedException if it makes no sense, whatever the group */
    void check(ConsumerGroupConfig config) {
        refuseIf(request.groupId().isEmpty(), "GroupId can't be empty.");
        refuseIf(request.memberId().isEmpty() && (client.apiVersion() >= OWN_ID_VERSION || !isJoin()), "MemberId can't be empty.");
        refuseIf(isEmpty(request.instanceId()), "InstanceId can't be empty.");
        refuseIf(isEmpty(request.rackId()), "RackId can't be empty.");
        if (isJoin()) {
            refuseIf(request.rebalanceTimeoutMs() == UNCHANGED, "RebalanceTimeoutMs must be provided in first request.");
            boolean ownsNothing = request.topicPartitions() != null && request.topicPartitions().isEmpty();
            refuseIf(!ownsNothing, "TopicPartitions must be empty when (re-)joining.");
            refuseIf(request.subscribedTopicNames() == null && request.subscribedTopicRegex() == null,
                    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
        } else if (isLeave()) {
            boolean isLeftStatic = request.memberEpoch() == CurrentAssignment.LEFT_STATIC_EPOCH;
            refuseIf(isLeftStatic && request.instanceId() == null, "InstanceId can't be null.");
            refuseIf(request.memberEpoch() < CurrentAssignment.LEFT_STATIC_EPOCH, "MemberEpoch is invalid.");
        }
        var assignor = request.serverAssignor();
        if (assignor != null && !TargetAssignment.isKnown(assignor, config)) {
            throw new RefusedException(ErrorCode.UNSUPPORTED_ASSIGNOR, "ServerAssignor " + assignor
                    + " is not supported. Supported assignors: " + String.join(", ", config.assignors()) + ".");
        }
    }

    private static boolean isEmpty(String text) {
        return text != null && text.isEmpty();
    }

    private static void refuseIf(boolean isWrong, String message) {
        if (isWrong) throw new RefusedException(ErrorCode.INVALID_REQUEST, message);
    }
}
