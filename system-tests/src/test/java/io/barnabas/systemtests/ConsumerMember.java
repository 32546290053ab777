package io.barnabas.systemtests;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A member of a group by the consumer protocol (KIP-848) that beats when it is told to. What it is told stays in the open fields. */
final class ConsumerMember {
    static final int NEWEST = 1;
    private static final int REBALANCE_MS = 60_000;

    final Transcript told;
    final String name;
    final String group;
    String id;
    String instanceId;
    int epoch;
    int rebalanceMs = REBALANCE_MS;
    List<String> topics;
    String regex;
    String assignor;
    /** What it was given, and says that it owns. */
    final TreeMap<Uuid, List<Integer>> owned = new TreeMap<>();

    ConsumerMember(Transcript told, String name, String group, String... topics) {
        this.told = told;
        this.name = name;
        this.group = group;
        this.topics = List.of(topics);
        id = name + "-id";
    }

    ConsumerMember instance(String newId) {
        instanceId = newId;
        return this;
    }

    ConsumerMember assignor(String newAssignor) {
        assignor = newAssignor;
        return this;
    }

    ConsumerMember regex(String newRegex) {
        regex = newRegex;
        topics = null;
        return this;
    }

    /** Only what every heartbeat has. */
    ConsumerGroupHeartbeatRequest beating() {
        return new ConsumerGroupHeartbeatRequest().setGroupId(group).setMemberId(id).setMemberEpoch(epoch).setInstanceId(instanceId).setTopicPartitions(null)
                .setSubscribedTopicNames(null);
    }

    /** All that is known, as after an error. */
    ConsumerGroupHeartbeatRequest full() {
        var request = beating().setRebalanceTimeoutMs(rebalanceMs).setSubscribedTopicNames(topics).setServerAssignor(assignor).setTopicPartitions(ownedPartitions());
        return regex == null ? request : request.setSubscribedTopicRegex(regex);
    }

    private List<TopicPartitions> ownedPartitions() {
        var list = new ArrayList<TopicPartitions>();
        owned.forEach((topicId, partitions) -> list.add(new TopicPartitions().setTopicId(topicId).setPartitions(partitions)));
        return list;
    }

    ConsumerGroupHeartbeatResponse send(ConsumerGroupHeartbeatRequest request) throws IOException {
        var answer = (ConsumerGroupHeartbeatResponse) told.ask(name, request, NEWEST);
        take(answer);
        return answer;
    }

    private void take(ConsumerGroupHeartbeatResponse answer) {
        if (answer.errorCode() != 0) return;
        epoch = answer.memberEpoch();
        if (answer.assignment() == null) return;
        owned.clear();
        for (var topic : answer.assignment().topicPartitions()) owned.put(topic.topicId(), topic.partitions().stream().sorted().toList());
    }

    ConsumerGroupHeartbeatResponse join() throws IOException {
        epoch = 0;
        owned.clear();
        return send(full());
    }

    ConsumerGroupHeartbeatResponse beat() throws IOException {
        return send(beating());
    }

    /** Tells what it owns by now. */
    ConsumerGroupHeartbeatResponse acknowledge() throws IOException {
        return send(beating().setTopicPartitions(ownedPartitions()));
    }

    /** -1 for good, -2 to come back under its instance id. */
    void leave(int leaveEpoch) throws IOException {
        told.ask(name, beating().setMemberEpoch(leaveEpoch), NEWEST);
    }
}
