package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.model.ErrorCode;

/** What follows when a member of a consumer group is heard of, whichever protocol it speaks. */
final class MemberUpdates {
    private final ConsumerGroups groups;
    private final TopicRegexes regexes;
    private final TargetAssignment targets;
    private final ConsumerSessions sessions;

    MemberUpdates(ConsumerGroups groups, TopicRegexes regexes, TargetAssignment targets, ConsumerSessions sessions) {
        this.groups = groups;
        this.regexes = regexes;
        this.targets = targets;
        this.sessions = sessions;
    }

    /**
     * Takes up what the member says, and brings it a step further: subscription, group epoch, target assignment, its own assignment.
     *
     * @param member       as it is, or as it will be if it is new
     * @param subscription as it says now
     * @param owned        partitions that it says it owns; null if it says nothing
     * @return as it will be
     */
    ConsumerMember update(GroupDraft draft, ConsumerMember member, ConsumerSubscription subscription, MemberAssignment owned,
                          Decision decision) {
        long nowMs = decision.nowMs();
        var before = member.subscription();
        if (draft.member(member.id()) == null || !subscription.equals(before)) draft.setSubscription(member, subscription);
        boolean readsOthers = TopicRegexes.onChange(draft, before, subscription) || !subscription.topics().equals(before.topics());
        var config = groups.config(draft);
        boolean isAssignedOtherwise = !TargetAssignment.assignorOf(draft.subscribers(), config)
                .equals(TargetAssignment.assignorOf(draft.group().subscribers(), config));
        bumpIfChanged(draft, readsOthers || isAssignedOtherwise);
        regexes.resolveIfDue(draft, config, nowMs);
        targets.updateIfDue(draft, config, decision);
        return reconcile(draft, draft.member(member.id()), !subscription.sameTopicsAs(before), owned, nowMs);
    }

    private void bumpIfChanged(GroupDraft draft, boolean isChanged) {
        var group = draft.group();
        if (!isChanged && !group.isRefreshDue) return;
        long hash = groups.metadataHash(draft.topics());
        if (isChanged || hash != group.metadataHash()) draft.setGroupEpoch(draft.groupEpoch() + 1, hash);
        group.isRefreshDue = false;
    }

    private ConsumerMember reconcile(GroupDraft draft, ConsumerMember member, boolean isSubscriptionChanged, MemberAssignment owned,
                                     long nowMs) {
        if (isSubscriptionChanged || !member.current().isReconciledTo(draft.targetEpoch())) {
            var known = draft.target(member.id());
            var target = known == null ? MemberAssignment.EMPTY : known;
            var subscribed = TargetAssignment.topicIds(draft.topicsOf(member.subscription()), groups.context().cluster());
            var next = new Reconciliation(draft, member, target, subscribed, owned).next(isSubscriptionChanged);
            if (!next.equals(member.current())) draft.setCurrent(member.id(), next);
        }
        var after = draft.member(member.id());
        var groupId = draft.group().id();
        if (member.isClassic()) return after;
        boolean isRevoking = after.current().state() == MemberState.UNREVOKED_PARTITIONS;
        // What is to be given up now is another thing than before.
        if (!isRevoking || !after.current().pendingRevocation().equals(member.current().pendingRevocation())) {
            sessions.expectNothing(groupId, member.id());
        }
        if (isRevoking) sessions.expect(groupId, member.id(), nowMs, Math.max(0, after.subscription().rebalanceTimeoutMs()));
        return after;
    }

    /** @throws RefusedException if there is no room for one more */
    void checkRoom(GroupDraft draft) {
        int max = groups.config(draft).maxSize();
        if (draft.size() < max) return;
        throw new RefusedException(ErrorCode.GROUP_MAX_SIZE_REACHED,
                "The consumer group has reached its maximum capacity of " + max + " members.");
    }

    /** A static member comes back under another member id, and gets what it had (KIP-345). @return as it will be before it says more */
    static ConsumerMember takeOver(GroupDraft draft, ConsumerMember old, String memberId) {
        var target = draft.target(old.id());
        draft.removeMember(old);
        var member = new ConsumerMember(memberId, old.subscription(), old.current().takenOver());
        draft.setSubscription(member, old.subscription());
        draft.setTarget(memberId, target == null ? MemberAssignment.EMPTY : target);
        draft.setCurrent(memberId, member.current());
        return member;
    }
}
