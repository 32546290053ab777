package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The groups of the consumer protocol (KIP-848) in one partition of {@code __consumer_offsets}: what is asked of them, and what time
 * brings.
 */
public final class ConsumerGroups {
    private record DowngradedKey(String groupId) {}

    private final Map<String, Group> groups;
    private final Timers timers;
    private final GroupContext context;
    private final TopicHashes hashes = new TopicHashes();
    private final TopicRegexes regexes;
    private final ConsumerSessions sessions;
    private final ConsumerDepartures departures;
    private final MemberUpdates updates;
    private final ConsumerHeartbeats heartbeats;
    private final ClassicMembers classicMembers;
    private final BiConsumer<String, Decision> whenDowngraded;

    /** @param whenDowngraded runs when a group has become a classic one */
    ConsumerGroups(Map<String, Group> groups, Timers timers, GroupContext context, BiConsumer<String, Decision> whenDowngraded) {
        this.groups = groups;
        this.timers = timers;
        this.whenDowngraded = whenDowngraded;
        this.context = context;
        this.regexes = new TopicRegexes(this, timers);
        this.sessions = new ConsumerSessions(timers, this::onExpired);
        this.departures = new ConsumerDepartures(this);
        this.updates = new MemberUpdates(this, regexes, new TargetAssignment(this, timers), sessions);
        this.heartbeats = new ConsumerHeartbeats(this, updates, departures, sessions);
        this.classicMembers = new ClassicMembers(this, updates, departures, sessions);
    }

    // --- what is asked

    /** A member joins, shows that it lives, or leaves. */
    public ConsumerGroupHeartbeatResponse heartbeat(ConsumerGroupHeartbeatRequest request, ClientInfo client, Decision decision) {
        try {
            return heartbeats.decide(new ConsumerHeartbeat(request, client), decision);
        } catch (RefusedException e) {
            return new ConsumerGroupHeartbeatResponse().setErrorCode(e.error().code()).setErrorMessage(e.getMessage())
                    .setMemberId(null).setAssignment(null);
        }
    }

    /** What there is to tell of one group. */
    public DescribedGroup describe(String groupId) {
        try {
            return ConsumerGroupDescription.of(existing(groupId), context);
        } catch (RefusedException e) {
            return new DescribedGroup().setGroupId(groupId).setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
        }
    }

    /** Those in consumer groups. */
    ClassicMembers classicMembers() {
        return classicMembers;
    }

    // --- what the log says

    void apply(CoordinatorRecord record, RecordSource source) {
        var groupId = ConsumerRecords.groupId(record);
        var group = find(groupId);
        if (record.value() == null) {
            if (group == null) return;
            if (record.type() == GroupRecordType.CONSUMER_GROUP_METADATA) groups.remove(groupId);
            else ConsumerRecords.apply(group, record);
            if (record.key() instanceof ConsumerGroupMemberMetadataKey gone) sessions.forget(groupId, gone.memberId());
            return;
        }
        if (group == null) {
            group = new ConsumerGroup(groupId);
            groups.put(groupId, group);
        }
        ConsumerRecords.apply(group, record);
    }

    // --- what time brings

    void onLoaded(Decision decision) {
        regexes.onTopicsCreated(context.cluster().lastOffset());
        for (var group : groups.values()) {
            if (group instanceof ConsumerGroup consumers) startSessions(consumers, decision.nowMs());
        }
    }

    private void startSessions(ConsumerGroup group, long nowMs) {
        int timeoutMs = context.consumerConfig(group.id()).sessionTimeoutMs();
        for (var member : group.members()) {
            var classic = member.subscription().classic();
            sessions.touch(group.id(), member.id(), nowMs, classic == null ? timeoutMs : classic.sessionTimeoutMs());
            if (member.current().state() == MemberState.UNREVOKED_PARTITIONS) {
                sessions.expect(group.id(), member.id(), nowMs, Math.max(0, member.subscription().rebalanceTimeoutMs()));
            }
        }
    }

    private void onExpired(ConsumerSessions.Key key, Decision decision) {
        var group = find(key.groupId());
        var member = group == null ? null : group.member(key.memberId());
        if (member != null) departures.remove(group, List.of(member), decision);
    }

    void onUnloaded(ErrorCode error) {}

    void onClusterChanged(ClusterDelta delta, Decision decision) {
        var names = new HashSet<String>();
        for (var change : delta.topics()) {
            if (change.isDeleted()) hashes.forget(change.before());
            if (change.isCreated()) regexes.onTopicsCreated(delta.after().lastOffset());
            names.add(change.isDeleted() ? change.before().name() : change.after().name());
        }
        for (var group : groups.values()) {
            if (group instanceof ConsumerGroup consumers && consumers.subscribesToAny(names)) consumers.isRefreshDue = true;
        }
    }

    // --- for those that decide

    GroupContext context() {
        return context;
    }

    ConsumerGroupConfig config(GroupDraft draft) {
        return context.consumerConfig(draft.group().id());
    }

    long metadataHash(Set<String> topics) {
        return hashes.ofGroup(topics, context.cluster());
    }

    /** @return null if there is no such consumer group */
    ConsumerGroup find(String groupId) {
        return groups.get(groupId) instanceof ConsumerGroup group ? group : null;
    }

    /** @throws RefusedException if there is no such consumer group */
    ConsumerGroup existing(String groupId) {
        var group = groups.get(groupId);
        if (group == null) throw new RefusedException(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + groupId + " not found.");
        if (group instanceof ConsumerGroup consumers) return consumers;
        throw new RefusedException(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + groupId + " is not a consumer group.");
    }

    /** The group that a heartbeat is for; one that joins may be the first, also where nobody is left of a classic group. */
    GroupDraft toBeat(String groupId, boolean isJoin) {
        var group = groups.get(groupId);
        if (isJoin && group == null) return new GroupDraft(new ConsumerGroup(groupId));
        if (isJoin && group instanceof ClassicGroup classic && classic.isEmpty()) {
            return new GroupDraft(new ConsumerGroup(groupId), classic.tombstones());
        }
        if (group == null) throw new RefusedException(ErrorCode.GROUP_ID_NOT_FOUND, "Consumer group " + groupId + " not found.");
        return new GroupDraft(existing(groupId));
    }

    /** What makes a consumer group of a classic one that has members; null if there is no such group. */
    GroupUpgrade upgradeOf(String groupId) {
        return groups.get(groupId) instanceof ClassicGroup classic && !classic.isEmpty() ? new GroupUpgrade(classic, this) : null;
    }

    /** The last member that spoke the consumer protocol may be about to speak the classic one. */
    void downgradeSoon(String groupId) {
        timers.schedule(new DowngradedKey(groupId), 0, decision -> {
            var group = find(groupId);
            if (group != null) departures.downgradeIfDue(group, List.of(), decision);
        });
    }

    /** A group is about to be a classic one again: as soon as it is, its members are asked to rejoin. */
    void onDowngraded(String groupId) {
        timers.schedule(new DowngradedKey(groupId), 0, decision -> whenDowngraded.accept(groupId, decision));
    }

    String newMemberId() {
        var random = context.newUuid();
        return new Uuid(random.getMostSignificantBits(), random.getLeastSignificantBits()).toString();
    }

    static RefusedException unknownMember(String memberId, String groupId) {
        return new RefusedException(ErrorCode.UNKNOWN_MEMBER_ID, "Member " + memberId + " is not a member of group " + groupId + ".");
    }
}
