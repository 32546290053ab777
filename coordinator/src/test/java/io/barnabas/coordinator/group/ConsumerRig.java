package io.barnabas.coordinator.group;

import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.HeapShare;
import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Proposals;
import io.barnabas.coordinator.ShardRig;
import io.barnabas.coordinator.Timers;
import io.barnabas.coordinator.group.ConsumerGroupConfig.MigrationPolicy;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One shard of groups, whose members are the test. */
final class ConsumerRig implements GroupContext {
    static final String GROUP = "g";
    static final int SESSION_TIMEOUT_MS = 45_000;
    static final int REBALANCE_TIMEOUT_MS = 20_000;
    static final int ASSIGNMENT_INTERVAL_MS = 1_000;

    final ShardRig<Groups> shard;
    final HeapShare memberMemory = new HeapShare(Long.MAX_VALUE);
    final Topics topics = new Topics();
    ConsumerGroupConfig consumerConfig = new ConsumerGroupConfig(SESSION_TIMEOUT_MS, 5_000, 1_000, ASSIGNMENT_INTERVAL_MS, 600_000,
            List.of("uniform", "range"), MigrationPolicy.BIDIRECTIONAL);
    /** What the last command proposed. */
    List<CoordinatorRecord> proposed = List.of();
    /** Hears of all that is proposed, by commands and by time. */
    Consumer<List<CoordinatorRecord>> onProposed = records -> {};
    private final SplittableRandom random;

    ConsumerRig(long seed) {
        random = new SplittableRandom(seed);
        shard = new ShardRig<>(seed, timers -> new Groups(new HeardTimers(timers), this));
        settle();
    }

    /** Lets the test hear what timers decide. */
    private final class HeardTimers implements Timers {
        private final Timers timers;

        HeardTimers(Timers timers) {
            this.timers = timers;
        }

        @Override
        public void schedule(Object key, long delayMs, Consumer<Decision> task) {
            timers.schedule(key, delayMs, decision -> {
                task.accept(decision);
                onProposed.accept(Proposals.of(decision));
            });
        }

        @Override
        public <T> void compute(Object key, Supplier<T> work, BiConsumer<T, Decision> then) {
            timers.compute(key, work, (result, decision) -> {
                then.accept(result, decision);
                onProposed.accept(Proposals.of(decision));
            });
        }

        @Override
        public void cancel(Object key) {
            timers.cancel(key);
        }

        @Override
        public boolean isScheduled(Object key) {
            return timers.isScheduled(key);
        }
    }

    @Override
    public GroupConfig config() {
        return new GroupConfig(6_000, 1_800_000, 0, 1_000, 4096, 7 * 24 * 3_600_000L, 600_000, List.of("classic", "consumer"), consumerConfig);
    }

    @Override
    public ConsumerGroupConfig consumerConfig(String groupId) {
        return consumerConfig;
    }

    @Override
    public HeapShare memberMemory() {
        return memberMemory;
    }

    @Override
    public ClusterImage cluster() {
        return topics.image();
    }

    @Override
    public UUID newUuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    void settle() {
        shard.simulation.runUntilIdle();
    }

    void pass(long ms) {
        shard.simulation.runFor(ms);
    }

    <R> R run(Command<Groups, R> command) {
        var heard = shard.run((Command<Groups, R>) (groups, decision) -> {
            R answer = command.decide(groups, decision);
            proposed = Proposals.of(decision);
            onProposed.accept(proposed);
            return answer;
        });
        settle();
        if (!heard.isAnswered()) throw new AssertionError(heard.toString());
        return heard.response;
    }

    void topic(String name, int partitionCount) {
        changed(topics.grow(name, partitionCount));
    }

    void changed(ClusterDelta delta) {
        run((groups, decision) -> {
            groups.onClusterChanged(delta, decision);
            return true;
        });
    }

    ConsumerGroup group() {
        return shard.state.consumers().find(GROUP);
    }

    /** The types of what was proposed, by the end of their names. */
    List<String> proposedKinds() {
        return proposed.stream().map(record -> record.type() + (record.value() == null ? "-" : "")).toList();
    }

    // --- requests

    static ConsumerGroupHeartbeatRequest request(String memberId, int memberEpoch) {
        return new ConsumerGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setMemberEpoch(memberEpoch).setInstanceId(null).setRackId(null)
                .setRebalanceTimeoutMs(-1).setSubscribedTopicNames(null).setSubscribedTopicRegex(null).setServerAssignor(null).setTopicPartitions(null);
    }

    static ConsumerGroupHeartbeatRequest joining(String memberId, String... topics) {
        return request(memberId, 0).setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS).setSubscribedTopicNames(List.of(topics)).setTopicPartitions(List.of());
    }

    static ConsumerGroupHeartbeatRequest joiningByRegex(String memberId, String regex) {
        return joining(memberId).setSubscribedTopicNames(null).setSubscribedTopicRegex(regex);
    }

    ConsumerGroupHeartbeatRequest owning(ConsumerGroupHeartbeatRequest request, String topic, Integer... partitions) {
        var owned = new ArrayList<TopicPartitions>();
        if (partitions.length > 0) owned.add(new TopicPartitions().setTopicId(topics.id(topic)).setPartitions(List.of(partitions)));
        return request.setTopicPartitions(owned);
    }

    ConsumerGroupHeartbeatResponse send(ConsumerGroupHeartbeatRequest request) {
        return run((groups, decision) -> groups.consumers().heartbeat(request, new ClientInfo("client", "/127.0.0.1", (short) 1), decision));
    }

    /** One whose answer nobody waits for. */
    void sendOnly(ConsumerGroupHeartbeatRequest request) {
        shard.run((Command<Groups, ConsumerGroupHeartbeatResponse>) (groups, decision) ->
                groups.consumers().heartbeat(request, new ClientInfo("client", "/127.0.0.1", (short) 1), decision));
        settle();
    }

    /** One that is to succeed. */
    ConsumerGroupHeartbeatResponse beat(ConsumerGroupHeartbeatRequest request) {
        var response = send(request);
        if (response.errorCode() != 0) throw new AssertionError(response.toString());
        return response;
    }

    ConsumerGroupHeartbeatResponse join(String memberId, String... topics) {
        return beat(joining(memberId, topics));
    }

    ConsumerGroupHeartbeatResponse beat(String memberId, int memberEpoch) {
        return beat(request(memberId, memberEpoch));
    }

    ErrorCode refusal(ConsumerGroupHeartbeatRequest request) {
        var response = send(request);
        if (!proposed.isEmpty()) throw new AssertionError("refused, and yet proposed: " + proposed);
        return ErrorCode.of(response.errorCode());
    }

    /** Partitions in an answer, by topic name; null if it tells none. */
    Map<String, List<Integer>> assigned(ConsumerGroupHeartbeatResponse response) {
        if (response.assignment() == null) return null;
        var byName = new TreeMap<String, List<Integer>>();
        for (var topic : response.assignment().topicPartitions()) byName.put(topics.image().topic(topic.topicId()).name(), topic.partitions());
        return byName;
    }

    /** What the group says, whole, to compare with what a replay says. */
    static Map<String, Object> contentOf(ConsumerGroup group) {
        var content = new LinkedHashMap<String, Object>();
        content.put("epochs", List.of(group.groupEpoch(), group.metadataHash(), group.targetEpoch(), group.targetTimestampMs()));
        var members = new TreeMap<String, Object>();
        for (var member : group.members()) members.put(member.id(), member);
        content.put("members", members);
        var targets = new TreeMap<String, Object>();
        for (var memberId : group.targetMembers()) targets.put(memberId, group.target(memberId));
        content.put("targets", targets);
        content.put("regexes", new TreeMap<>(group.regexes()));
        return content;
    }
}
