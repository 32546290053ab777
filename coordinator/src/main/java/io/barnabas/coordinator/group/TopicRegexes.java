package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import io.barnabas.coordinator.assignor.TopicPattern;
import io.barnabas.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Resolves the regular expressions that members of consumer groups subscribe by (KIP-848), all of a group at once and beside the loop:
 * when there is a new one, when topics have come, and from time to time.
 */
final class TopicRegexes {
    /** A group's expressions are not resolved again sooner, as in Apache Kafka. */
    private static final int REFRESH_INTERVAL_MIN_MS = 10_000;

    private record Key(String groupId) {}

    private final ConsumerGroups groups;
    private final Timers timers;
    /** Offset of the metadata in which topics came last. */
    private long topicsOffset;

    TopicRegexes(ConsumerGroups groups, Timers timers) {
        this.groups = groups;
        this.timers = timers;
    }

    void onTopicsCreated(long metadataOffset) {
        topicsOffset = Math.max(topicsOffset, metadataOffset);
    }

    /**
     * A member's subscription has changed: forgets an expression that nobody uses any more.
     *
     * @return whether the member reads other topics at once; a new expression is resolved first
     * @throws RefusedException if the new one is none
     */
    static boolean onChange(GroupDraft draft, ConsumerSubscription before, ConsumerSubscription after) {
        if (before.regex().equals(after.regex())) return false;
        if (after.hasRegex() && draft.group().subscribers().regexes().of(after.regex()) == 0) check(after.regex());
        if (before.hasRegex() && draft.subscribers().regexes().of(before.regex()) == 0) draft.dropRegex(before.regex());
        return !after.hasRegex() || draft.regex(after.regex()) != null;
    }

    private static void check(String regex) {
        if (!(TopicPattern.compile(regex) instanceof TopicPattern.Compiled.Invalid invalid)) return;
        throw new RefusedException(ErrorCode.INVALID_REGULAR_EXPRESSION, invalid.message());
    }

    /** Begins to resolve a group's expressions, if it is time. */
    void resolveIfDue(GroupDraft draft, ConsumerGroupConfig config, long nowMs) {
        var key = new Key(draft.group().id());
        var used = draft.subscribers().regexes().things();
        if (used.isEmpty() || timers.isScheduled(key) || !isDue(draft, config, nowMs)) return;
        var cluster = groups.context().cluster();
        var texts = new ArrayList<>(used);
        timers.compute(key, () -> {
            var topics = new ArrayList<String>(cluster.topicCount());
            for (var topic : cluster.topics()) topics.add(topic.name());
            return TopicPattern.resolve(texts, topics);
        }, (resolved, decision) -> onResolved(key.groupId, resolved, cluster.lastOffset(), decision));
    }

    private boolean isDue(GroupDraft draft, ConsumerGroupConfig config, long nowMs) {
        long resolvedMs = -1;
        long resolvedOffset = -1;
        boolean isComplete = true;
        for (var regex : draft.subscribers().regexes().things()) {
            var resolved = draft.regex(regex);
            isComplete &= resolved != null;
            if (resolved == null) continue;
            resolvedMs = Math.max(resolvedMs, resolved.timestampMs());
            resolvedOffset = Math.max(resolvedOffset, resolved.metadataOffset());
        }
        long ageMs = nowMs - resolvedMs;
        // A clock that was set back must not stop it.
        if (ageMs < 0 || resolvedMs < 0) return true;
        if (ageMs < REFRESH_INTERVAL_MIN_MS) return false;
        return !isComplete || resolvedOffset < topicsOffset || ageMs >= config.regexRefreshIntervalMs();
    }

    private void onResolved(String groupId, Map<String, SortedSet<String>> resolved, long metadataOffset, Decision decision) {
        var group = groups.find(groupId);
        if (group == null) return;
        var draft = new GroupDraft(group);
        boolean isChanged = false;
        for (var regex : new TreeSet<>(resolved.keySet())) {
            if (group.subscribers().regexes().of(regex) == 0) continue;
            var topics = List.copyOf(resolved.get(regex));
            var before = group.regexes().get(regex);
            isChanged |= !topics.equals(before == null ? List.of() : before.topics());
            draft.setRegex(regex, new ResolvedRegex(topics, metadataOffset, decision.nowMs()));
        }
        if (isChanged) draft.setGroupEpoch(group.groupEpoch() + 1, groups.metadataHash(draft.topics()));
        // Together they may be more than a batch takes; each counts for itself, the epoch behind them for all.
        decision.divisible();
        decision.appendAll(draft.records());
    }
}
