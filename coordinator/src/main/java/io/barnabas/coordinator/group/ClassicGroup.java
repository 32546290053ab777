package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.HeapShare;
import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.SyncGroupResponse;
import io.barnabas.protocol.record.GroupMetadataKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A group of the classic protocol: members agree among themselves, one of them leads. A record says who is in it, in which
 * generation, with what; between two records it is only here that a rebalance goes on, and it goes when the shard is unloaded.
 *
 * <p>There may be 100,000 of them that hold offsets and no members: what members need is made when the first one comes.
 */
final class ClassicGroup implements Group {
    private final String id;
    private ClassicGroupState state = ClassicGroupState.EMPTY;
    private ClassicGroupState previousState = ClassicGroupState.EMPTY;
    private long stateTimestampMs;
    private int generation;
    /** Null until the first member has said it. */
    private String protocolType;
    /** What the members of this generation follow; null if there are none. */
    private String protocolName;
    private String leaderId;
    private Map<String, ClassicMember> members = Map.of();
    /** Member ids by group instance id. */
    private Map<String, String> staticMembers = Map.of();
    /** Ids given out and not yet used to join (KIP-394), and when they are given up. */
    private Map<String, Long> pendingJoins = Map.of();
    /** Members of this generation that have not synced. */
    private Set<String> pendingSyncs = Set.of();
    /** How many members can follow a protocol. */
    private Map<String, Integer> supporters = Map.of();
    private int awaitingJoin;
    /** Topics of all members; null if they cannot be told. */
    private Set<String> subscribedTopics;
    /** Where members' protocols are counted; null as long as nobody has joined. */
    private HeapShare memory;
    /** Somebody has joined while the first rebalance waits for more. */
    boolean hasNewMember;
    /** When sessions are looked at next, in ms since 1970. */
    long sessionCheckMs = ClassicMember.NO_DEADLINE;

    ClassicGroup(String id) {
        this.id = id;
    }

    // --- what others ask

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CLASSIC;
    }

    @Override
    public String stateName() {
        return state.shown();
    }

    @Override
    public String protocolType() {
        return protocolType == null ? "" : protocolType;
    }

    @Override
    public boolean isEmpty() {
        return state == ClassicGroupState.EMPTY && pendingJoins.isEmpty();
    }

    @Override
    public boolean subscribesTo(String topic) {
        // Members whose metadata cannot be read may read anything.
        return subscribedTopics == null ? isConsumer() && !members.isEmpty() : subscribedTopics.contains(topic);
    }

    @Override
    public ErrorCode commitError(Committer by) {
        if (state == ClassicGroupState.DEAD) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        if (by.generationOrEpoch() < 0 && state == ClassicGroupState.EMPTY) return ErrorCode.NONE;
        if (by.generationOrEpoch() >= 0 || !by.memberId().isEmpty() || by.groupInstanceId() != null) {
            var error = memberError(by.memberId(), by.groupInstanceId());
            if (error != ErrorCode.NONE) return error;
            if (by.generationOrEpoch() != generation) return ErrorCode.ILLEGAL_GENERATION;
        } else if (!by.isTransactional() && state != ClassicGroupState.EMPTY) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        // A member that does not know yet what it has cannot know how far it has come.
        boolean isEarly = !by.isTransactional() && state == ClassicGroupState.COMPLETING_REBALANCE;
        return isEarly ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    @Override
    public void onCommit(String memberId, long nowMs) {
        var member = members.get(memberId);
        // The check that is set comes early rather than late.
        if (member != null && !member.isNew) member.deadlineMs = Math.max(member.deadlineMs, nowMs + member.sessionTimeoutMs);
    }

    @Override
    public ErrorCode fetchError(String memberId, int memberEpoch) {
        return state == ClassicGroupState.DEAD ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE;
    }

    @Override
    public ErrorCode offsetDeletionError() {
        return switch (state) {
            case DEAD -> ErrorCode.GROUP_ID_NOT_FOUND;
            case EMPTY -> ErrorCode.NONE;
            case PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE -> isConsumer() ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
        };
    }

    @Override
    public ErrorCode deletionError() {
        return switch (state) {
            case DEAD -> ErrorCode.GROUP_ID_NOT_FOUND;
            case EMPTY -> ErrorCode.NONE;
            case PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE -> ErrorCode.NON_EMPTY_GROUP;
        };
    }

    @Override
    public long unusedSinceMs(long commitTimestampMs) {
        if (protocolType == null) return commitTimestampMs;
        if (state == ClassicGroupState.EMPTY) return stateTimestampMs < 0 ? commitTimestampMs : stateTimestampMs;
        return isConsumer() && subscribedTopics != null && state == ClassicGroupState.STABLE ? commitTimestampMs : IN_USE;
    }

    @Override
    public List<CoordinatorRecord> tombstones() {
        return List.of(CoordinatorRecord.tombstone(GroupRecordType.GROUP_METADATA, new GroupMetadataKey().setGroup(id)));
    }

    /** NONE, or why this is not a member that may speak (KIP-345). */
    ErrorCode memberError(String memberId, String groupInstanceId) {
        if (groupInstanceId != null) {
            var current = staticMembers.get(groupInstanceId);
            if (current == null) return ErrorCode.UNKNOWN_MEMBER_ID;
            if (!current.equals(memberId)) return ErrorCode.FENCED_INSTANCE_ID;
        }
        return members.containsKey(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    }

    // --- state

    ClassicGroupState state() {
        return state;
    }

    ClassicGroupState previousState() {
        return previousState;
    }

    boolean isIn(ClassicGroupState some) {
        return state == some;
    }

    void become(ClassicGroupState next, long nowMs) {
        if (!state.canBecome(next)) throw new IllegalStateException("group=%s state=%s next=%s".formatted(id, state, next));
        previousState = state;
        state = next;
        stateTimestampMs = nowMs;
    }

    long stateTimestampMs() {
        return stateTimestampMs;
    }

    int generation() {
        return generation;
    }

    String protocolName() {
        return protocolName;
    }

    String leaderId() {
        return leaderId;
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leaderId);
    }

    private boolean isConsumer() {
        return ConsumerProtocol.TYPE.equals(protocolType);
    }

    /** The next generation begins: its members are those who have joined. */
    void beginGeneration(long nowMs) {
        generation++;
        protocolName = chosenProtocol();
        subscribedTopics = topicsOfMembers();
        pendingSyncs = new HashSet<>(members.keySet());
        become(ClassicGroupState.COMPLETING_REBALANCE, nowMs);
    }

    /** What a record says that was read from the log. */
    void restore(String protocolType, int generation, String protocolName, String leaderId, long timestampMs, List<ClassicMember> loaded) {
        countMemory(-1);
        members = Map.of();
        staticMembers = Map.of();
        supporters = Map.of();
        pendingSyncs = Set.of();
        for (var member : loaded) add(member, protocolType);
        this.protocolType = protocolType.isEmpty() ? null : protocolType;
        this.generation = generation;
        this.protocolName = protocolName;
        this.leaderId = leaderId;
        this.stateTimestampMs = timestampMs;
        state = loaded.isEmpty() ? ClassicGroupState.EMPTY : ClassicGroupState.STABLE;
        subscribedTopics = topicsOfMembers();
    }

    /** The last member is gone, as a record says. */
    void onEmptied(int newGeneration, long timestampMs) {
        generation = newGeneration;
        protocolName = null;
        subscribedTopics = topicsOfMembers();
        pendingSyncs = Set.of();
        become(ClassicGroupState.EMPTY, timestampMs);
    }

    // --- members

    Collection<ClassicMember> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    /** @return null if there is none */
    ClassicMember member(String memberId) {
        return members.get(memberId);
    }

    boolean hasMember(String memberId) {
        return members.containsKey(memberId);
    }

    /** @return null if there is none */
    String staticMemberId(String groupInstanceId) {
        return groupInstanceId == null ? null : staticMembers.get(groupInstanceId);
    }

    /** The first one says what all are about, and leads. */
    void add(ClassicMember member, String itsProtocolType) {
        if (members.isEmpty()) {
            protocolType = itsProtocolType;
            members = new LinkedHashMap<>();
            supporters = new HashMap<>();
        }
        members.put(member.id, member);
        if (member.isStatic()) {
            if (staticMembers.isEmpty()) staticMembers = new HashMap<>();
            staticMembers.put(member.groupInstanceId, member.id);
        }
        count(member, 1);
        if (leaderId == null) leaderId = member.id;
        if (!pendingJoins.isEmpty()) pendingJoins.remove(member.id);
    }

    void remove(ClassicMember member) {
        members.remove(member.id);
        if (member.isStatic()) staticMembers.remove(member.groupInstanceId, member.id);
        count(member, -1);
        onSynced(member.id);
        if (isLeader(member.id)) leaderId = members.isEmpty() ? null : members.keySet().iterator().next();
    }

    /** Another process takes the place of a static member. @return the member with its new id */
    ClassicMember replace(ClassicMember old, String newId) {
        var twin = old.withId(newId);
        boolean led = isLeader(old.id);
        boolean owedSync = pendingSyncs.contains(old.id);
        remove(old);
        add(twin, protocolType);
        if (owedSync) pendingSyncs.add(newId);
        if (led) leaderId = newId;
        return twin;
    }

    void update(ClassicMember member, List<ClassicMember.Protocol> protocols, int rebalanceTimeoutMs, int sessionTimeoutMs) {
        count(member, -1);
        member.protocols = protocols;
        member.rebalanceTimeoutMs = rebalanceTimeoutMs;
        member.sessionTimeoutMs = sessionTimeoutMs;
        count(member, 1);
    }

    /** The most that a member allows for joining anew, in ms. */
    int rebalanceTimeoutMs() {
        int longest = 0;
        for (var member : members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
        return longest;
    }

    /** A leader that has not joined anew is replaced by one who has. @return false if nobody has */
    boolean electLeaderIfGone() {
        if (leaderId == null) return false;
        if (members.get(leaderId).join != null) return true;
        for (var member : members.values()) {
            if (member.join == null) continue;
            leaderId = member.id;
            return true;
        }
        return false;
    }

    // --- protocols

    /** From now on what members tell counts here. */
    void countIn(HeapShare share) {
        if (memory != null) return;
        memory = share;
        countMemory(1);
    }

    /** The group is nobody's any more. */
    void countNoMore() {
        countMemory(-1);
        memory = null;
    }

    private void countMemory(int change) {
        if (memory != null) for (var member : members.values()) memory.add(change * ClassicMember.Protocol.bytesOf(member.protocols));
    }

    private void count(ClassicMember member, int change) {
        if (memory != null) memory.add(change * ClassicMember.Protocol.bytesOf(member.protocols));
        for (var protocol : member.protocols) supporters.merge(protocol.name(), change, Integer::sum);
    }

    /** Whether somebody with these can be a member: one of them must suit all the others. */
    boolean supports(String itsProtocolType, List<ClassicMember.Protocol> protocols) {
        if (state == ClassicGroupState.EMPTY) return !itsProtocolType.isEmpty() && !protocols.isEmpty();
        if (!itsProtocolType.equals(protocolType)) return false;
        for (var protocol : protocols) if (suitsAll(protocol.name())) return true;
        return false;
    }

    private boolean suitsAll(String protocol) {
        return supporters.getOrDefault(protocol, 0) == members.size();
    }

    /** Each member votes for what it likes best of that which suits all. Of two with as many votes it is the one that Kafka takes. */
    String chosenProtocol() {
        var votes = new HashMap<String, Integer>();
        for (var member : members.values()) {
            for (var protocol : member.protocols) {
                if (!suitsAll(protocol.name())) continue;
                votes.merge(protocol.name(), 1, Integer::sum);
                break;
            }
        }
        String chosen = null;
        for (var vote : votes.entrySet()) if (chosen == null || vote.getValue() > votes.get(chosen)) chosen = vote.getKey();
        return chosen;
    }

    private Set<String> topicsOfMembers() {
        if (!isConsumer()) return null;
        var topics = new HashSet<String>();
        if (protocolName == null) return members.isEmpty() ? topics : null;
        for (var member : members.values()) {
            var subscription = ConsumerProtocol.readSubscription(member.metadata(protocolName));
            if (subscription.isEmpty()) return null;
            topics.addAll(subscription.get().topics());
        }
        return topics;
    }

    // --- who waits

    void parkJoin(ClassicMember member, Reply<JoinGroupResponse> reply) {
        if (member.join == null) awaitingJoin++;
        member.join = reply;
    }

    /** Tells a member whose join is parked; nothing if it has none. */
    void answerJoin(ClassicMember member, JoinGroupResponse response, Decision decision) {
        if (member.join == null) return;
        awaitingJoin--;
        decision.answer(member.join, response);
        member.join = null;
    }

    void answerSync(ClassicMember member, SyncGroupResponse response, Decision decision) {
        if (member.sync == null) return;
        decision.answer(member.sync, response);
        member.sync = null;
    }

    int awaitingJoin() {
        return awaitingJoin;
    }

    boolean haveAllJoined() {
        return awaitingJoin == members.size() && pendingJoins.isEmpty();
    }

    Map<String, Long> pendingJoins() {
        return pendingJoins;
    }

    void expectJoin(String memberId, long deadlineMs) {
        if (pendingJoins.isEmpty()) pendingJoins = new LinkedHashMap<>();
        pendingJoins.put(memberId, deadlineMs);
    }

    boolean isPendingJoin(String memberId) {
        return pendingJoins.containsKey(memberId);
    }

    boolean forgetPendingJoin(String memberId) {
        return !pendingJoins.isEmpty() && pendingJoins.remove(memberId) != null;
    }

    /** It is not waited for any more. */
    void onSynced(String memberId) {
        if (!pendingSyncs.isEmpty()) pendingSyncs.remove(memberId);
    }

    boolean haveAllSynced() {
        return pendingSyncs.isEmpty();
    }

    List<ClassicMember> notSynced() {
        var missing = new ArrayList<ClassicMember>();
        for (var memberId : pendingSyncs) missing.add(members.get(memberId));
        return missing;
    }

    /** The shard is unloaded: whoever waits is told. */
    void failParked(ErrorCode error) {
        for (var member : members.values()) {
            var join = member.join;
            var sync = member.sync;
            member.join = null;
            member.sync = null;
            if (join != null) join.fail(error);
            if (sync != null) sync.fail(error);
        }
        awaitingJoin = 0;
    }
}
