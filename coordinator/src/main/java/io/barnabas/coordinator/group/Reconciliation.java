package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.model.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One step of a member towards its target assignment (KIP-848). What it has to give up comes first: only when it no longer says that it
 * owns that, it goes to the target's epoch and gets what is new and free. A pure function.
 */
final class Reconciliation {
    private final GroupDraft draft;
    private final CurrentAssignment current;
    private final MemberAssignment target;
    private final Set<Uuid> subscribed;
    /** What the member says that it owns; null if it says nothing. */
    private final MemberAssignment owned;

    /**
     * @param target     of the member, at {@link GroupDraft#targetEpoch}
     * @param subscribed topics that it reads now; the target may be older
     */
    Reconciliation(GroupDraft draft, ConsumerMember member, MemberAssignment target, Set<Uuid> subscribed, MemberAssignment owned) {
        this.draft = draft;
        this.current = member.current();
        this.target = target;
        this.subscribed = subscribed;
        this.owned = owned;
    }

    /** @param isSubscriptionChanged by the request that is decided on */
    CurrentAssignment next(boolean isSubscriptionChanged) {
        return switch (current.state()) {
            case STABLE -> {
                if (current.memberEpoch() != draft.targetEpoch()) yield towardsTarget();
                yield isSubscriptionChanged ? withoutUnsubscribed() : current;
            }
            case UNREVOKED_PARTITIONS -> {
                if (!stillOwns(current.pendingRevocation().partitions())) yield towardsTarget();
                yield isSubscriptionChanged ? withoutUnsubscribed() : current;
            }
            case UNRELEASED_PARTITIONS -> towardsTarget();
            case UNKNOWN -> {
                if (owned == null || stillOwns(current.pendingRevocation().partitions())) {
                    throw new RefusedException(ErrorCode.FENCED_MEMBER_EPOCH,
                            "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.");
                }
                yield towardsTarget();
            }
        };
    }

    private CurrentAssignment towardsTarget() {
        var wanted = subscribedPart(target);
        var kept = current.assigned().retain(wanted);
        var revoked = current.assigned().minus(wanted);
        boolean mustRevoke = !revoked.isEmpty() && stillOwns(revoked.partitions());
        if (mustRevoke) return step(current.memberEpoch(), MemberState.UNREVOKED_PARTITIONS, kept, revoked);
        var missing = minus(wanted, kept.partitions());
        var free = freeOf(missing);
        int epoch = draft.targetEpoch();
        var state = free.partitionCount() < missing.partitionCount() ? MemberState.UNRELEASED_PARTITIONS : MemberState.STABLE;
        return step(epoch, state, kept.plus(OwnedPartitions.of(free, epoch)), OwnedPartitions.EMPTY);
    }

    /** The target is not computed anew yet, but what the member does not read any more it gives up at once. */
    private CurrentAssignment withoutUnsubscribed() {
        var kept = current.assigned().retain(subscribedPart(current.assigned().partitions()));
        if (kept.partitions().equals(current.assigned().partitions())) return current;
        var dropped = current.assigned().minus(kept.partitions());
        var revoked = current.pendingRevocation().plus(dropped);
        if (stillOwns(revoked.partitions())) return step(current.memberEpoch(), MemberState.UNREVOKED_PARTITIONS, kept, revoked);
        return step(current.memberEpoch(), MemberState.STABLE, kept, OwnedPartitions.EMPTY);
    }

    private CurrentAssignment step(int epoch, MemberState state, OwnedPartitions assigned, OwnedPartitions revoked) {
        return new CurrentAssignment(epoch, current.memberEpoch(), state, assigned, revoked);
    }

    private boolean stillOwns(MemberAssignment partitions) {
        if (owned == null) return true;
        for (var topic : owned.partitions().entrySet()) {
            if (!topic.getValue().intersection(partitions.partitionsOf(topic.getKey())).isEmpty()) return true;
        }
        return false;
    }

    private MemberAssignment subscribedPart(MemberAssignment assignment) {
        if (subscribed.containsAll(assignment.partitions().keySet())) return assignment;
        var part = new LinkedHashMap<>(assignment.partitions());
        part.keySet().retainAll(subscribed);
        return MemberAssignment.of(part);
    }

    private static MemberAssignment minus(MemberAssignment assignment, MemberAssignment other) {
        var rest = new LinkedHashMap<Uuid, PartitionSet>();
        assignment.partitions().forEach((topicId, set) -> rest.put(topicId, set.minus(other.partitionsOf(topicId))));
        return MemberAssignment.of(rest);
    }

    private MemberAssignment freeOf(MemberAssignment missing) {
        Map<Uuid, PartitionSet> free = new LinkedHashMap<>();
        missing.partitions().forEach((topicId, set) ->
                free.put(topicId, set.filter(partition -> draft.isFree(topicId, partition))));
        return MemberAssignment.of(free);
    }
}
