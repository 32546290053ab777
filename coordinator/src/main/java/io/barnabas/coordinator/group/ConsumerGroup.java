package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.model.ErrorCode;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A group of the consumer protocol (KIP-848): members say what they read, the coordinator assigns. Three epochs tell how far it is:
 * <pre>
 *   group epoch       counts changes of who reads what
 *   target epoch      of the group epoch that the target assignment was made for
 *   member epoch      of the target that a member has come to
 * </pre>
 * Changed by applying records alone.
 */
final class ConsumerGroup implements Group {
    /** Of a group before its first change: there is an empty target for it, so that a member has something to come to. */
    static final int INITIAL_EPOCH = 1;

    private final String id;
    /** In order, so that an assignor, which wants them so, need not sort them each time. */
    private final Map<String, ConsumerMember> members = new TreeMap<>();
    /** Member ids by instance id. */
    private final Map<String, String> staticMembers = new HashMap<>();
    private int groupEpoch = INITIAL_EPOCH;
    private long metadataHash;
    private int targetEpoch = INITIAL_EPOCH;
    private long targetTimestampMs;
    private final Map<String, MemberAssignment> targets = new HashMap<>();
    private final Map<String, ResolvedRegex> regexes = new HashMap<>();

    // Drawn from the above.
    /** Member ids by topic id and partition: who holds it, so that nobody else may have it. */
    private final Map<Uuid, String[]> holders = new HashMap<>();
    private final Subscribers subscribers = new Subscribers();

    /** Topics may have changed since the hash was taken; in no record. */
    boolean isRefreshDue = true;

    ConsumerGroup(String id) {
        this.id = id;
    }

    // --- what others ask

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CONSUMER;
    }

    @Override
    public String stateName() {
        return state().shown();
    }

    @Override
    public String protocolType() {
        return "consumer";
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public boolean subscribesTo(String topic) {
        if (subscribers.topics().of(topic) > 0) return true;
        for (var regex : subscribers.regexes().things()) {
            var resolved = regexes.get(regex);
            if (resolved != null && Collections.binarySearch(resolved.topics(), topic) >= 0) return true;
        }
        return false;
    }

    boolean subscribesToAny(Set<String> names) {
        var read = subscribers.topics().things();
        boolean isRead = names.size() < read.size() ? names.stream().anyMatch(read::contains) : read.stream().anyMatch(names::contains);
        return isRead || !subscribers.regexes().things().isEmpty() && names.stream().anyMatch(this::subscribesTo);
    }

    ConsumerGroupState state() {
        if (members.isEmpty()) return ConsumerGroupState.EMPTY;
        if (groupEpoch > targetEpoch) return ConsumerGroupState.ASSIGNING;
        for (var member : members.values()) {
            if (!member.current().isReconciledTo(targetEpoch)) return ConsumerGroupState.RECONCILING;
        }
        return ConsumerGroupState.STABLE;
    }

    @Override
    public ErrorCode commitError(Committer by) {
        // An administrator may set the offsets of a group that nobody is in.
        if (by.generationOrEpoch() < 0 && members.isEmpty()) return ErrorCode.NONE;
        var member = members.get(by.memberId());
        if (member == null) return ErrorCode.UNKNOWN_MEMBER_ID;
        if (member.isClassic()) return by.generationOrEpoch() == member.memberEpoch() ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
        boolean isTooNew = by.generationOrEpoch() > member.memberEpoch();
        return isTooNew || by.generationOrEpoch() < 0 ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.NONE;
    }

    @Override
    public ErrorCode commitError(Committer by, Uuid topicId, int partition) {
        var member = members.get(by.memberId());
        if (member == null || by.generationOrEpoch() == member.memberEpoch()) return ErrorCode.NONE;
        // The answer with its newer epoch may be on its way: it still speaks for what it was assigned before (KIP-1251).
        int assignedAt = member.current().assigned().epochOf(topicId, partition);
        boolean isIts = assignedAt != OwnedPartitions.NOT_OWNED && by.generationOrEpoch() >= assignedAt;
        return isIts ? ErrorCode.NONE : ErrorCode.STALE_MEMBER_EPOCH;
    }

    @Override
    public boolean hasMemberEpoch(String memberId) {
        var member = members.get(memberId);
        return member != null && !member.isClassic();
    }

    @Override
    public void onCommit(String memberId, long nowMs) {}

    @Override
    public ErrorCode fetchError(String memberId, int memberEpoch) {
        if (memberId == null && memberEpoch < 0) return ErrorCode.NONE;
        var member = memberId == null ? null : members.get(memberId);
        if (member == null) return ErrorCode.UNKNOWN_MEMBER_ID;
        if (memberEpoch == member.memberEpoch()) return ErrorCode.NONE;
        return member.isClassic() ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH;
    }

    @Override
    public ErrorCode offsetDeletionError() {
        return ErrorCode.NONE;
    }

    @Override
    public ErrorCode deletionError() {
        return members.isEmpty() ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
    }

    @Override
    public long unusedSinceMs(long commitTimestampMs) {
        return commitTimestampMs;
    }

    @Override
    public List<CoordinatorRecord> tombstones() {
        return ConsumerRecords.groupTombstones(this);
    }

    // --- what decisions read

    int groupEpoch() {
        return groupEpoch;
    }

    /** Of the topics that were subscribed to at the group epoch. */
    long metadataHash() {
        return metadataHash;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    /** When the target was computed, in ms since 1970; 0 if it was not. */
    long targetTimestampMs() {
        return targetTimestampMs;
    }

    /** @return null if there is none for this member */
    MemberAssignment target(String memberId) {
        return targets.get(memberId);
    }

    Set<String> targetMembers() {
        return targets.keySet();
    }

    Collection<ConsumerMember> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    /** @return null if there is none */
    ConsumerMember member(String memberId) {
        return members.get(memberId);
    }

    /** @return null if there is none */
    ConsumerMember staticMember(String instanceId) {
        var memberId = staticMembers.get(instanceId);
        return memberId == null ? null : members.get(memberId);
    }

    Subscribers subscribers() {
        return subscribers;
    }

    /** By regular expression. */
    Map<String, ResolvedRegex> regexes() {
        return regexes;
    }

    /** The id of the member that holds a partition, or has not given it up yet; null if nobody does. */
    String holder(Uuid topicId, int partition) {
        var ofTopic = holders.get(topicId);
        return ofTopic == null || partition >= ofTopic.length ? null : ofTopic[partition];
    }

    // --- what records change

    void setEpoch(int epoch, long hash) {
        groupEpoch = epoch;
        metadataHash = hash;
    }

    void setTargetEpoch(int epoch, long timestampMs) {
        targetEpoch = epoch;
        targetTimestampMs = timestampMs;
    }

    /** @param target null takes it away */
    void setTarget(String memberId, MemberAssignment target) {
        if (target == null) targets.remove(memberId);
        else targets.put(memberId, target);
    }

    /** @param resolved null takes it away */
    void setRegex(String regex, ResolvedRegex resolved) {
        if (resolved == null) regexes.remove(regex);
        else regexes.put(regex, resolved);
    }

    void setSubscription(String memberId, ConsumerSubscription subscription) {
        var before = members.get(memberId);
        var shared = subscription.withTopics(subscribers.shared(subscription.topics()));
        var after = new ConsumerMember(memberId, shared, before == null ? CurrentAssignment.UNKNOWN : before.current());
        members.put(memberId, after);
        if (before != null) forget(before);
        subscribers.count(shared, 1);
        if (after.instanceId() != null) staticMembers.put(after.instanceId(), memberId);
    }

    void setCurrent(String memberId, CurrentAssignment current) {
        var before = members.get(memberId);
        if (before == null) {
            // Compaction may leave the record of what a member holds before the one of what it has told.
            setSubscription(memberId, ConsumerSubscription.NONE);
            before = members.get(memberId);
        }
        members.put(memberId, before.with(current));
        release(memberId, before.current().held());
        hold(memberId, current.held());
    }

    /** The member holds nothing any more, and has no epoch. */
    void clearCurrent(String memberId) {
        if (members.containsKey(memberId)) setCurrent(memberId, CurrentAssignment.UNKNOWN);
    }

    void removeMember(String memberId) {
        var removed = members.remove(memberId);
        if (removed == null) return;
        forget(removed);
        release(memberId, removed.current().held());
    }

    private void forget(ConsumerMember member) {
        subscribers.count(member.subscription(), -1);
        if (member.instanceId() != null) staticMembers.remove(member.instanceId(), member.id());
    }

    private void hold(String memberId, MemberAssignment held) {
        held.partitions().forEach((topicId, set) -> {
            var ofTopic = holders.computeIfAbsent(topicId, key -> new String[0]);
            int last = set.get(set.size() - 1);
            if (last >= ofTopic.length) {
                ofTopic = Arrays.copyOf(ofTopic, last + 1);
                holders.put(topicId, ofTopic);
            }
            for (int i = 0; i < set.size(); i++) ofTopic[set.get(i)] = memberId;
        });
    }

    private void release(String memberId, MemberAssignment held) {
        held.partitions().forEach((topicId, set) -> release(memberId, topicId, set));
    }

    private void release(String memberId, Uuid topicId, PartitionSet set) {
        var ofTopic = holders.get(topicId);
        if (ofTopic == null) return;
        for (int i = 0; i < set.size(); i++) {
            // In a compacted log another member may have come first.
            if (memberId.equals(ofTopic[set.get(i)])) ofTopic[set.get(i)] = null;
        }
        for (var holder : ofTopic) if (holder != null) return;
        holders.remove(topicId);
    }
}
