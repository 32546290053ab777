package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentValue;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * What a member of a consumer group holds, and at which epoch. Immutable.
 *
 * @param memberEpoch         that the member is expected to name; 0 before the first, {@link #LEFT_STATIC_EPOCH} of a static member
 *                            that may come back
 * @param previousMemberEpoch that it names if the answer with the newer one was lost
 * @param assigned            partitions that it may read
 * @param pendingRevocation   partitions that it must give up before it goes on; nobody else has them yet
 */
record CurrentAssignment(
        int memberEpoch, int previousMemberEpoch, MemberState state, OwnedPartitions assigned, OwnedPartitions pendingRevocation) {
    static final int LEFT_STATIC_EPOCH = -2;
    /** Of a member that has just joined. */
    static final CurrentAssignment NONE = new CurrentAssignment(0, 0, MemberState.STABLE, OwnedPartitions.EMPTY, OwnedPartitions.EMPTY);
    /** Of a member of which no such record is there. */
    static final CurrentAssignment UNKNOWN =
            new CurrentAssignment(-1, -1, MemberState.STABLE, OwnedPartitions.EMPTY, OwnedPartitions.EMPTY);

    static CurrentAssignment of(ConsumerGroupCurrentMemberAssignmentValue value) {
        return new CurrentAssignment(value.memberEpoch(), value.previousMemberEpoch(), MemberState.of(value.state()),
                owned(value.assignedPartitions(), value.memberEpoch()), owned(value.partitionsPendingRevocation(), value.memberEpoch()));
    }

    ConsumerGroupCurrentMemberAssignmentValue toValue() {
        return new ConsumerGroupCurrentMemberAssignmentValue().setMemberEpoch(memberEpoch).setPreviousMemberEpoch(previousMemberEpoch)
                .setState(state.id()).setAssignedPartitions(topics(assigned)).setPartitionsPendingRevocation(topics(pendingRevocation));
    }

    /** What it holds and what it has not given up yet: what nobody else may have. */
    MemberAssignment held() {
        if (pendingRevocation.isEmpty()) return assigned.partitions();
        return assigned.plus(pendingRevocation).partitions();
    }

    boolean isReconciledTo(int targetEpoch) {
        return state == MemberState.STABLE && memberEpoch == targetEpoch;
    }

    /** A static member goes and may come back (KIP-848): it keeps what it has, and none of its old commits count any more. */
    CurrentAssignment left() {
        return new CurrentAssignment(LEFT_STATIC_EPOCH, previousMemberEpoch, state, assigned.withEpoch(0), OwnedPartitions.EMPTY);
    }

    /** Taken over by a member that has just joined. */
    CurrentAssignment takenOver() {
        return new CurrentAssignment(0, previousMemberEpoch, state, assigned, pendingRevocation);
    }

    private static OwnedPartitions owned(List<TopicPartitions> topics, int memberEpoch) {
        var builder = new OwnedPartitions.Builder();
        for (var topic : topics) {
            var epochs = new HashMap<Integer, Integer>();
            var given = topic.assignmentEpochs();
            for (int i = 0; i < topic.partitions().size(); i++) {
                // Older versions write none.
                epochs.put(topic.partitions().get(i), given == null || i >= given.size() ? Integer.valueOf(memberEpoch) : given.get(i));
            }
            builder.add(topic.topicId(), ConsumerRecords.partitions(topic.partitions()), epochs::get);
        }
        return builder.build();
    }

    private static List<TopicPartitions> topics(OwnedPartitions owned) {
        var topics = new ArrayList<TopicPartitions>(owned.partitions().partitions().size());
        owned.partitions().partitions().forEach((topicId, set) -> topics.add(topic(topicId, set, owned)));
        return topics;
    }

    private static TopicPartitions topic(Uuid topicId, PartitionSet set, OwnedPartitions owned) {
        var epochs = new ArrayList<Integer>(set.size());
        for (int i = 0; i < set.size(); i++) epochs.add(owned.epochOf(topicId, set.get(i)));
        return new TopicPartitions().setTopicId(topicId).setPartitions(set.toList()).setAssignmentEpochs(epochs);
    }
}
