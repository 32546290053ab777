package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.assignor.MemberAssignment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A consumer group as the records of one decision will leave it: what a later step of the decision reads is what an earlier one has
 * changed. The group itself changes when the records are applied. Costs what was changed, not what the group holds.
 */
final class GroupDraft {
    private final ConsumerGroup group;
    private final List<CoordinatorRecord> records = new ArrayList<>();
    /** Members that come or change; null for one that goes. */
    private final Map<String, ConsumerMember> members = new LinkedHashMap<>();
    private final Map<String, MemberAssignment> targets = new HashMap<>();
    private final Map<String, ResolvedRegex> regexes = new HashMap<>();
    /** Null while nobody's subscription has changed. */
    private Subscribers subscribers;
    private int size;
    private int groupEpoch;
    private int targetEpoch;
    private long targetTimestampMs;

    GroupDraft(ConsumerGroup group) {
        this(group, List.of());
    }

    /** @param made records that have made the group, which nobody knows yet */
    GroupDraft(ConsumerGroup group, List<CoordinatorRecord> made) {
        this.group = group;
        records.addAll(made);
        this.size = group.size();
        this.groupEpoch = group.groupEpoch();
        this.targetEpoch = group.targetEpoch();
        this.targetTimestampMs = group.targetTimestampMs();
    }

    /** As it is. */
    ConsumerGroup group() {
        return group;
    }

    List<CoordinatorRecord> records() {
        return records;
    }

    // --- as it will be

    int groupEpoch() {
        return groupEpoch;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    long targetTimestampMs() {
        return targetTimestampMs;
    }

    int size() {
        return size;
    }

    /** @return null if there is none */
    ConsumerMember member(String memberId) {
        return members.containsKey(memberId) ? members.get(memberId) : group.member(memberId);
    }

    void forEachMember(Consumer<ConsumerMember> visitor) {
        for (var member : group.members()) {
            if (!members.containsKey(member.id())) visitor.accept(member);
        }
        for (var member : members.values()) if (member != null) visitor.accept(member);
    }

    /** @return null if there is none for this member */
    MemberAssignment target(String memberId) {
        return targets.containsKey(memberId) ? targets.get(memberId) : group.target(memberId);
    }

    /** @return null if it is not resolved yet */
    ResolvedRegex regex(String regex) {
        return regexes.containsKey(regex) ? regexes.get(regex) : group.regexes().get(regex);
    }

    Subscribers subscribers() {
        return subscribers == null ? group.subscribers() : subscribers;
    }

    /** All that members read, by name and by regular expression, sorted. */
    Set<String> topics() {
        var topics = new TreeSet<>(subscribers().topics().things());
        for (var regex : subscribers().regexes().things()) {
            var resolved = regex(regex);
            if (resolved != null) topics.addAll(resolved.topics());
        }
        return topics;
    }

    /** What one member reads, as far as its regular expression is resolved. */
    Set<String> topicsOf(ConsumerSubscription subscription) {
        var topics = new TreeSet<>(subscription.topics());
        var resolved = subscription.hasRegex() ? regex(subscription.regex()) : null;
        if (resolved != null) topics.addAll(resolved.topics());
        return topics;
    }

    /** Whether nobody holds this partition. */
    boolean isFree(Uuid topicId, int partition) {
        var holder = group.holder(topicId, partition);
        if (holder == null) return true;
        if (!members.containsKey(holder) || members.get(holder) != null) return false;
        // Its holder goes; one who takes its place keeps it.
        for (var member : members.values()) {
            if (member != null && member.current().held().partitionsOf(topicId).contains(partition)) return false;
        }
        return true;
    }

    // --- changes

    void setSubscription(ConsumerMember member, ConsumerSubscription subscription) {
        records.add(ConsumerRecords.subscription(group.id(), member.id(), subscription));
        var before = member(member.id());
        if (before == null) size++;
        recount(before, subscription);
        members.put(member.id(), member.with(subscription));
    }

    void setCurrent(String memberId, CurrentAssignment current) {
        records.add(ConsumerRecords.current(group.id(), memberId, current));
        members.put(memberId, member(memberId).with(current));
    }

    void setTarget(String memberId, MemberAssignment target) {
        records.add(ConsumerRecords.target(group.id(), memberId, target));
        targets.put(memberId, target);
    }

    void removeMember(ConsumerMember member) {
        records.addAll(ConsumerRecords.memberTombstones(group.id(), member.id()));
        recount(member, null);
        members.put(member.id(), null);
        targets.put(member.id(), null);
        size--;
    }

    void setGroupEpoch(int epoch, long metadataHash) {
        records.add(ConsumerRecords.groupEpoch(group.id(), epoch, metadataHash));
        groupEpoch = epoch;
    }

    void setTargetEpoch(int epoch, long timestampMs) {
        records.add(ConsumerRecords.targetEpoch(group.id(), epoch, timestampMs));
        targetEpoch = epoch;
        targetTimestampMs = timestampMs;
    }

    void setRegex(String regex, ResolvedRegex resolved) {
        records.add(ConsumerRecords.regex(group.id(), regex, resolved));
        regexes.put(regex, resolved);
    }

    /** Nobody reads it any more. */
    void dropRegex(String regex) {
        if (regex(regex) == null) return;
        records.add(ConsumerRecords.regexTombstone(group.id(), regex));
        regexes.put(regex, null);
    }

    private void recount(ConsumerMember before, ConsumerSubscription after) {
        if (subscribers == null) subscribers = new Subscribers(group.subscribers());
        if (before != null) subscribers.count(before.subscription(), -1);
        if (after != null) subscribers.count(after, 1);
    }
}
