package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
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

/** Computes who is to have which partitions, once for all members of a group. */
final class TargetAssignment {
    /** Where the settings name none that is known. */
    private static final String DEFAULT = "uniform";
    private static final Map<String, Assignor> ASSIGNORS = byName(new UniformAssignor(), new RangeAssignor());

    private TargetAssignment() {}

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

    /** Gives every member whose target changes a new one, and the target the group's epoch. */
    static void compute(GroupDraft draft, ConsumerGroupConfig config, ClusterImage cluster, long nowMs) {
        var assignor = ASSIGNORS.get(assignorOf(draft.subscribers(), config));
        var targets = assignor.assign(specOf(draft, cluster));
        for (var entry : targets.entrySet()) {
            var before = draft.target(entry.getKey());
            if (!entry.getValue().equals(before)) draft.setTarget(entry.getKey(), entry.getValue());
        }
        draft.setTargetEpoch(draft.groupEpoch(), nowMs);
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
