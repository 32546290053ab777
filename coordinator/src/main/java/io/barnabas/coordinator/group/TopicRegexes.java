package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Resolves the regular expressions that members of consumer groups subscribe by (KIP-848), all of a group at once: when there is a new
 * one, when topics have come, and from time to time. Matching takes linear time (RE2) and goes in slices, between which the loop does
 * other things.
 */
final class TopicRegexes {
    /** A group's expressions are not resolved again sooner, as in Apache Kafka. */
    private static final int REFRESH_INTERVAL_MIN_MS = 10_000;
    /** Some milliseconds of work. */
    private static final int MATCHES_PER_SLICE = 20_000;

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
        if (after.hasRegex() && draft.group().subscribers().regexes().of(after.regex()) == 0) compile(after.regex());
        if (before.hasRegex() && draft.subscribers().regexes().of(before.regex()) == 0) draft.dropRegex(before.regex());
        return !after.hasRegex() || draft.regex(after.regex()) != null;
    }

    private static Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new RefusedException(ErrorCode.INVALID_REGULAR_EXPRESSION,
                    "SubscribedTopicRegex `" + regex + "` is not a valid regular expression: " + e.getDescription() + ".");
        }
    }

    /** Resolves a group's expressions soon, if it is time. */
    void resolveIfDue(GroupDraft draft, ConsumerGroupConfig config, long nowMs) {
        var used = draft.subscribers().regexes().things();
        var key = new Key(draft.group().id());
        if (used.isEmpty() || timers.isScheduled(key)) return;
        long resolvedMs = Long.MIN_VALUE;
        long resolvedOffset = -1;
        boolean isComplete = true;
        for (var regex : used) {
            var resolved = draft.regex(regex);
            if (resolved == null) {
                isComplete = false;
                continue;
            }
            resolvedMs = Math.max(resolvedMs, resolved.timestampMs());
            resolvedOffset = Math.max(resolvedOffset, resolved.metadataOffset());
        }
        if (resolvedMs != Long.MIN_VALUE && nowMs >= resolvedMs && nowMs - resolvedMs < REFRESH_INTERVAL_MIN_MS) return;
        boolean isOld = nowMs < resolvedMs || nowMs - resolvedMs >= config.regexRefreshIntervalMs();
        if (isComplete && resolvedOffset >= topicsOffset && !isOld) return;
        var run = new Run(key);
        timers.schedule(key, 0, run::slice);
    }

    /** One look at all topics for all expressions of a group. */
    private final class Run {
        private final Key key;
        private final Map<String, List<String>> found = new LinkedHashMap<>();
        private ClusterImage cluster;
        private List<String> topics;
        private Iterator<String> left;

        Run(Key key) {
            this.key = key;
        }

        void slice(Decision decision) {
            var group = groups.find(key.groupId);
            if (group == null) return;
            if (left == null) begin(group);
            int matches = 0;
            while (left.hasNext() && matches < MATCHES_PER_SLICE) {
                resolve(left.next());
                matches += topics.size();
            }
            if (left.hasNext()) timers.schedule(key, 0, this::slice);
            else finish(group, decision);
        }

        private void begin(ConsumerGroup group) {
            cluster = groups.context().cluster();
            topics = new ArrayList<>(cluster.topicCount());
            for (var topic : cluster.topics()) topics.add(topic.name());
            topics.sort(null);
            left = new ArrayList<>(new TreeSet<>(group.subscribers().regexes().things())).iterator();
        }

        private void resolve(String regex) {
            var names = new ArrayList<String>();
            try {
                var pattern = Pattern.compile(regex);
                for (var topic : topics) if (pattern.matches(topic)) names.add(topic);
            } catch (PatternSyntaxException e) {
                // Whoever wrote it into the log had another notion of it: it stands for nothing.
                names.clear();
            }
            found.put(regex, List.copyOf(names));
        }

        private void finish(ConsumerGroup group, Decision decision) {
            var draft = new GroupDraft(group);
            boolean isChanged = false;
            for (var entry : found.entrySet()) {
                if (group.subscribers().regexes().of(entry.getKey()) == 0) continue;
                var before = group.regexes().get(entry.getKey());
                isChanged |= before == null ? !entry.getValue().isEmpty() : !before.topics().equals(entry.getValue());
                draft.setRegex(entry.getKey(), new ResolvedRegex(entry.getValue(), cluster.lastOffset(), decision.nowMs()));
            }
            if (isChanged) draft.setGroupEpoch(group.groupEpoch() + 1, groups.metadataHash(draft.topics()));
            decision.appendAll(draft.records());
        }
    }
}
