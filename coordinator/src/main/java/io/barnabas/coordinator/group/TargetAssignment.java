package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import io.barnabas.coordinator.assignor.Assignor;
import io.barnabas.coordinator.assignor.GroupSpec;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.MemberSpec;
import io.barnabas.coordinator.assignor.RangeAssignor;
import io.barnabas.coordinator.assignor.TopicSpec;
import io.barnabas.coordinator.assignor.UniformAssignor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes who is to have which partitions, once for all members of a group: at once, or beside the loop where that takes long. Until it is
 * there, members go on with the target that they have.
 */
final class TargetAssignment {
    /** Members and partitions from which on it is computed beside the loop: a millisecond or two of work. */
    static final int LARGE = 10_000;

    private record Key(String groupId) {}

    /** What was asked of an assignor. */
    private record Task(Assignor assignor, GroupSpec group, int groupEpoch) {
        int size() {
            int size = group.members().size();
            for (var topic : group.topics()) size += topic.partitionCount();
            return size;
        }
    }

    /** Where the settings name none that is known. */
    private static final String DEFAULT = "uniform";
    private static final Map<String, Assignor> ASSIGNORS = byName(new UniformAssignor(), new RangeAssignor());

    private final ConsumerGroups groups;
    private final Timers timers;

    TargetAssignment(ConsumerGroups groups, Timers timers) {
        this.groups = groups;
        this.timers = timers;
    }

    private static Map<String, Assignor> byName(Assignor... assignors) {
        var byName = new HashMap<String, Assignor>();
        for (var assignor : assignors) byName.put(assignor.name(), assignor);
        return byName;
    }

    /** Whether members may ask for it. */
    static boolean isKnown(String assignor, ConsumerGroupConfig config) {
        return config.assignors().contains(assignor) && ASSIGNORS.containsKey(assignor);
    }

    /** The assignor that most members of a group prefer, or the default one where none prefers any. */
    static String assignorOf(Subscribers subscribers, ConsumerGroupConfig config) {
        String best = null;
        for (var name : config.assignors()) {
            // Of equals the one that stands first.
            boolean isBetter = best == null || subscribers.assignors().of(name) > subscribers.assignors().of(best);
            if (isBetter && ASSIGNORS.containsKey(name)) best = name;
        }
        return best == null ? DEFAULT : best;
    }

    /** Whether the group's target is older than the group, and may be computed now. */
    static boolean isDue(GroupDraft draft, ConsumerGroupConfig config, long nowMs) {
        if (draft.groupEpoch() <= draft.targetEpoch()) return false;
        long ageMs = nowMs - draft.targetTimestampMs();
        // A clock that was set back must not stop a group.
        return ageMs < 0 || ageMs >= config.assignmentIntervalMs();
    }

    /** Brings the group's target up to its epoch, or begins to, if it is time. */
    void updateIfDue(GroupDraft draft, ConsumerGroupConfig config, Decision decision) {
        var key = new Key(draft.group().id());
        if (!isDue(draft, config, decision.nowMs()) || timers.isScheduled(key)) return;
        var assignor = ASSIGNORS.get(assignorOf(draft.subscribers(), config));
        var task = new Task(assignor, specOf(draft, groups.context().cluster()), draft.groupEpoch());
        if (task.size() < LARGE) install(draft, task, assignor.assign(task.group), decision);
        else timers.compute(key, () -> assignor.assign(task.group), (targets, later) -> onComputed(key.groupId, task, targets, later));
    }

    /** Meanwhile members may have come and gone, each with a new group epoch, for which there will be another target. */
    private void onComputed(String groupId, Task task, Map<String, MemberAssignment> targets, Decision decision) {
        var group = groups.find(groupId);
        if (group == null || group.groupEpoch() < task.groupEpoch || group.targetEpoch() >= task.groupEpoch) return;
        var draft = new GroupDraft(group);
        install(draft, task, targets, decision);
        decision.appendAll(draft.records());
    }

    /** Gives every member whose target changes a new one, and the target its epoch. */
    private static void install(GroupDraft draft, Task task, Map<String, MemberAssignment> targets, Decision decision) {
        for (var spec : task.group.members()) {
            var target = targets.get(spec.memberId());
            if (target == spec.target()) continue;
            var memberId = memberIdOf(draft, spec);
            if (memberId != null && !target.equals(draft.target(memberId))) draft.setTarget(memberId, target);
        }
        draft.setTargetEpoch(task.groupEpoch, decision.nowMs());
        // The targets of many members may be more than a batch takes. Some of them without the others do no harm: the target's epoch
        // comes behind them, and what a member gets has to be free.
        decision.divisible();
    }

    /** Whose the target is now: a static member may have come back under another id. @return null if the member is gone */
    private static String memberIdOf(GroupDraft draft, MemberSpec spec) {
        if (draft.member(spec.memberId()) != null) return spec.memberId();
        var successor = spec.instanceId() == null ? null : draft.group().staticMember(spec.instanceId());
        return successor == null ? null : successor.id();
    }

    private static GroupSpec specOf(GroupDraft draft, ClusterImage cluster) {
        var topics = new ArrayList<TopicSpec>();
        for (var name : draft.topics()) {
            var topic = cluster.topic(name);
            if (topic != null) topics.add(new TopicSpec(topic.id(), name, topic.partitionCount()));
        }
        // Members who read the same share one set, by which assignors tell them apart from others.
        var subscriptions = new HashMap<List<Object>, Set<Uuid>>();
        var members = new ArrayList<MemberSpec>(draft.size());
        draft.forEachMember(member -> {
            var subscription = member.subscription();
            var topicIds = subscriptions.computeIfAbsent(List.of(subscription.topics(), subscription.regex()),
                    key -> topicIds(draft.topicsOf(subscription), cluster));
            var target = draft.target(member.id());
            members.add(new MemberSpec(member.id(), member.instanceId(), topicIds, target == null ? MemberAssignment.EMPTY : target));
        });
        return new GroupSpec(members, topics);
    }

    /** Those of the topics that exist. */
    static Set<Uuid> topicIds(Collection<String> names, ClusterImage cluster) {
        var topicIds = new LinkedHashSet<Uuid>();
        for (var name : names) {
            var topic = cluster.topic(name);
            if (topic != null) topicIds.add(topic.id());
        }
        return topicIds;
    }
}
