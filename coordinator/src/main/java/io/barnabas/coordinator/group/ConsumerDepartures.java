package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import java.util.List;

/** What follows when members of a consumer group go, of themselves or because they were not heard of. */
final class ConsumerDepartures {
    private final ConsumerGroups groups;

    ConsumerDepartures(ConsumerGroups groups) {
        this.groups = groups;
    }

    /** Takes members away. Those who stay get a new group epoch, or the classic protocol if nobody is left who speaks the other. */
    void remove(ConsumerGroup group, List<ConsumerMember> leaving, Decision decision) {
        if (leaving.isEmpty()) return;
        if (downgradeIfDue(group, leaving, decision)) return;
        var draft = new GroupDraft(group);
        for (var member : leaving) {
            draft.removeMember(member);
            var regex = member.subscription().regex();
            if (!regex.isEmpty() && draft.subscribers().regexes().of(regex) == 0) draft.dropRegex(regex);
        }
        draft.setGroupEpoch(group.groupEpoch() + 1, groups.metadataHash(draft.topics()));
        // There is nobody to compute a target for.
        if (draft.size() == 0) draft.setTargetEpoch(draft.groupEpoch(), 0);
        decision.appendAll(draft.records());
    }

    /** @return whether the group is about to be a classic one */
    boolean downgradeIfDue(ConsumerGroup group, List<ConsumerMember> leaving, Decision decision) {
        if (!GroupDowngrade.isDue(group, leaving, groups.context())) return false;
        new GroupDowngrade(group, leaving, groups.context()).decide(decision);
        groups.onDowngraded(group.id());
        return true;
    }
}
