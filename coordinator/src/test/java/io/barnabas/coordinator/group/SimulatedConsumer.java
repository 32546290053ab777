package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A member as clients are: one heartbeat at a time, partitions given up after a while, everything dropped when it is fenced. */
final class SimulatedConsumer {
    static final int HEARTBEAT_INTERVAL_MS = 3_000;
    private static final int REQUEST_TIMEOUT_MS = 6_000;
    private static final int REVOCATION_MS_MAX = 6_000;
    /** While the coordinator has not been silent for this long, the member may believe what it was told last. */
    private static final int TRUST_MS = ConsumerRig.REBALANCE_TIMEOUT_MS;

    private static final long NEVER_MS = Long.MAX_VALUE;

    final String memberId;
    final String instanceId;
    private final RandomGenerator random;
    private List<String> topics;
    private String regex;
    private boolean isSubscriptionNew = true;
    int memberEpoch;
    private final TreeMap<Uuid, TreeSet<Integer>> owned = new TreeMap<>();
    /** What it was told and does not have yet, since it gives something up before; null if nothing. */
    private TreeMap<Uuid, TreeSet<Integer>> wanted;
    private long revokedAtMs;
    private boolean hasOwnedChanged;
    private boolean isFullDue;
    private long nextBeatMs;
    private long sentMs;
    private long trustedSinceMs = -TRUST_MS;
    /** When the coordinator may have begun to wait for it to give something up; it does not wait for ever. */
    private long revokingSinceMs = NEVER_MS;
    /** Of the request by which it said that it has; 0 if it has not yet. */
    private long revocationSaid;
    /** Of the request that it waits for; 0 if none. */
    private long awaited;
    private long requestCount;
    private long pausedUntilMs;

    SimulatedConsumer(String memberId, String instanceId, RandomGenerator random) {
        this.memberId = memberId;
        this.instanceId = instanceId;
        this.random = random;
    }

    void subscribe(List<String> newTopics, String newRegex) {
        topics = newTopics;
        regex = newRegex;
        isSubscriptionNew = true;
    }

    void pause(long untilMs) {
        pausedUntilMs = untilMs;
    }

    boolean isPaused(long nowMs) {
        return nowMs < pausedUntilMs;
    }

    /** A request that it wants to send now, numbered by {@link #awaited}; null if none. */
    ConsumerGroupHeartbeatRequest tick(long nowMs) {
        if (isPaused(nowMs)) return null;
        if (wanted != null && nowMs >= revokedAtMs) takeWanted();
        if (awaited != 0) {
            if (nowMs - sentMs < REQUEST_TIMEOUT_MS) return null;
            awaited = 0;
            isFullDue = true;
        }
        boolean isDue = nowMs >= nextBeatMs || memberEpoch == 0 || hasOwnedChanged && wanted == null;
        if (!isDue) return null;
        sentMs = nowMs;
        nextBeatMs = nowMs + HEARTBEAT_INTERVAL_MS;
        awaited = ++requestCount;
        return request();
    }

    long awaited() {
        return awaited;
    }

    private ConsumerGroupHeartbeatRequest request() {
        var request = ConsumerRig.request(memberId, memberEpoch).setInstanceId(instanceId);
        boolean isFull = memberEpoch == 0 || isFullDue;
        if (isFull) request.setRebalanceTimeoutMs(ConsumerRig.REBALANCE_TIMEOUT_MS);
        if (isFull || isSubscriptionNew) request.setSubscribedTopicNames(topics).setSubscribedTopicRegex(regex);
        // What it is about to give up it still owns.
        if (isFull || hasOwnedChanged) request.setTopicPartitions(memberEpoch == 0 ? List.of() : ownedTopics());
        if (request.topicPartitions() != null && wanted == null && revokingSinceMs != NEVER_MS) revocationSaid = awaited;
        // If the answer is lost, all is told again.
        isSubscriptionNew = false;
        hasOwnedChanged = false;
        return request;
    }

    private List<TopicPartitions> ownedTopics() {
        var list = new ArrayList<TopicPartitions>();
        owned.forEach((topicId, partitions) -> list.add(new TopicPartitions().setTopicId(topicId).setPartitions(List.copyOf(partitions))));
        return list;
    }

    void onAnswer(long request, ConsumerGroupHeartbeatResponse response, long nowMs) {
        if (request != awaited) return;
        awaited = 0;
        var error = ErrorCode.of(response.errorCode());
        if (error != ErrorCode.NONE) {
            onRefused(error, response.errorMessage(), nowMs);
            return;
        }
        isFullDue = false;
        memberEpoch = response.memberEpoch();
        long heardBeforeMs = trustedSinceMs;
        trustedSinceMs = sentMs;
        if (request == revocationSaid) {
            revokingSinceMs = NEVER_MS;
            revocationSaid = 0;
        }
        if (response.assignment() == null) return;
        wanted = new TreeMap<>();
        for (var topic : response.assignment().topicPartitions()) wanted.put(topic.topicId(), new TreeSet<>(topic.partitions()));
        if (!mustRevoke()) {
            revokedAtMs = nowMs;
            return;
        }
        revokedAtMs = nowMs + random.nextInt(REVOCATION_MS_MAX);
        // It may have been told before, in an answer that was lost.
        revokingSinceMs = Math.min(revokingSinceMs, heardBeforeMs);
        revocationSaid = 0;
    }

    void onFailure(long request) {
        if (request != awaited) return;
        awaited = 0;
        isFullDue = true;
    }

    private void onRefused(ErrorCode error, String message, long nowMs) {
        if (message.contains("greater member epoch")) throw new AssertionError("the coordinator has forgotten what it has said: " + message);
        switch (error) {
            case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND -> {
                owned.clear();
                wanted = null;
                memberEpoch = 0;
                revokingSinceMs = NEVER_MS;
                revocationSaid = 0;
                isFullDue = true;
            }
            case UNRELEASED_INSTANCE_ID -> nextBeatMs = nowMs + HEARTBEAT_INTERVAL_MS;
            default -> throw new AssertionError(error + ": " + message);
        }
    }

    private boolean mustRevoke() {
        for (var topic : owned.entrySet()) {
            var kept = wanted.get(topic.getKey());
            if (kept == null || !kept.containsAll(topic.getValue())) return true;
        }
        return false;
    }

    private void takeWanted() {
        owned.clear();
        wanted.forEach((topicId, partitions) -> {
            if (!partitions.isEmpty()) owned.put(topicId, partitions);
        });
        wanted = null;
        hasOwnedChanged = true;
    }

    /** What it has right to believe it owns; empty where it must doubt. */
    TreeMap<Uuid, TreeSet<Integer>> believed(long nowMs) {
        long sinceMs = Math.min(trustedSinceMs, revokingSinceMs);
        return nowMs - sinceMs < TRUST_MS ? owned : new TreeMap<>();
    }

    TreeMap<Uuid, TreeSet<Integer>> owned() {
        return owned;
    }

    @Override
    public String toString() {
        return memberId + " epoch=" + memberEpoch + " owned=" + owned + " wanted=" + wanted;
    }
}
