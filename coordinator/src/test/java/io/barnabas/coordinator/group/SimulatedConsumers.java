package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.ShardRig.Heard;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import io.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Members of a consumer group, a network between them and the coordinator that loses, delays and repeats, and a coordinator whose disk
 * fills up, that moves, and whose power is cut. What must hold at all times:
 * <ul>
 * <li>no partition is held by two members, as the coordinator sees it;
 * <li>no two members that have heard of the coordinator lately believe that they own the same partition;
 * <li>a member is never told that it knows of an epoch that the coordinator does not;
 * <li>what is read from the log is what was there before.
 * </ul>
 */
final class SimulatedConsumers {
    private static final int STEP_MS = 250;
    private static final int DELAY_MS_MAX = 2_000;
    private static final int MEMBERS_MAX = 6;

    /** A request or its answer under way; answers come in the order of the requests, as on one connection. */
    private static final class Flight {
        final SimulatedConsumer sender;
        final long number;
        final ConsumerGroupHeartbeatRequest request;
        final long arrivesMs;
        final boolean isAnswerLost;
        Heard<ConsumerGroupHeartbeatResponse> heard;
        long heardMs;

        Flight(SimulatedConsumer sender, long number, ConsumerGroupHeartbeatRequest request, long arrivesMs, boolean isAnswerLost) {
            this.sender = sender;
            this.number = number;
            this.request = request;
            this.arrivesMs = arrivesMs;
            this.isAnswerLost = isAnswerLost;
        }
    }

    private final ConsumerRig rig;
    private final RandomGenerator random;
    private final List<SimulatedConsumer> consumers = new ArrayList<>();
    private final List<Flight> flights = new ArrayList<>();
    private final Map<SimulatedConsumer, Long> lastArrivalMs = new HashMap<>();
    private final StringBuilder story = new StringBuilder();
    private boolean isTrouble;
    private boolean isDiskFull;
    private boolean isLeading = true;
    private int memberCount;

    SimulatedConsumers(long seed) {
        rig = new ConsumerRig(seed);
        random = Seeds.random(seed);
        rig.topic("a", 1 + random.nextInt(6));
        rig.topic("b", 1 + random.nextInt(6));
    }

    private long nowMs() {
        return rig.shard.simulation.clock().nowMs();
    }

    void trouble(long ms) {
        isTrouble = true;
        run(ms);
    }

    void calm(long ms) {
        isTrouble = false;
        rig.shard.makeRoom();
        if (!isLeading) rig.shard.elect();
        isLeading = true;
        if (consumers.isEmpty()) start();
        run(ms);
    }

    private void run(long ms) {
        for (long end = nowMs() + ms; nowMs() < end; ) {
            if (isTrouble) mischief();
            for (var consumer : consumers) {
                var request = consumer.tick(nowMs());
                if (request != null) send(consumer, request);
            }
            deliver();
            rig.shard.simulation.runFor(STEP_MS);
            hear();
            check();
        }
    }

    // --- the network

    private void send(SimulatedConsumer consumer, ConsumerGroupHeartbeatRequest request) {
        int fate = isTrouble ? random.nextInt(20) : 19;
        if (fate == 0) return;
        long arrivesMs = Math.max(lastArrivalMs.getOrDefault(consumer, 0L), nowMs() + (isTrouble ? random.nextInt(DELAY_MS_MAX) : 0));
        lastArrivalMs.put(consumer, arrivesMs);
        flights.add(new Flight(consumer, consumer.awaited(), request, arrivesMs, fate == 1));
    }

    private void deliver() {
        for (var flight : flights) {
            if (flight.heard != null || flight.arrivesMs > nowMs()) continue;
            flight.heard = rig.shard.run((groups, decision) -> groups.consumers().heartbeat(flight.request, new ClientInfo("c", "/h", (short) 1), decision));
            flight.heardMs = nowMs();
        }
    }

    private void hear() {
        for (var flight : List.copyOf(flights)) {
            if (flight.heard == null) continue;
            // A broker that has died answers nobody.
            boolean isGivenUp = !flight.heard.isDone() && nowMs() - flight.heardMs > 10_000;
            if (!flight.heard.isDone() && !isGivenUp) continue;
            flights.remove(flight);
            if (isGivenUp || flight.isAnswerLost || flight.sender.isPaused(nowMs())) continue;
            story.append(nowMs()).append(' ').append(flight.request.memberId()).append(' ').append(flight.heard).append('\n');
            if (flight.heard.isAnswered()) flight.sender.onAnswer(flight.number, flight.heard.response, nowMs());
            else flight.sender.onFailure(flight.number);
        }
    }

    // --- trouble

    private void start() {
        int number = memberCount++;
        var consumer = new SimulatedConsumer("m" + number, random.nextInt(4) == 0 ? "i" + number : null, random);
        subscribe(consumer);
        consumers.add(consumer);
    }

    private void subscribe(SimulatedConsumer consumer) {
        switch (random.nextInt(4)) {
            case 0 -> consumer.subscribe(List.of("a"), "");
            case 1 -> consumer.subscribe(List.of(), "[ab]");
            default -> consumer.subscribe(List.of("a", "b"), "");
        }
    }

    private void mischief() {
        if (consumers.size() < MEMBERS_MAX && random.nextInt(60) == 0 || consumers.isEmpty()) start();
        var consumer = consumers.get(random.nextInt(consumers.size()));
        switch (random.nextInt(500)) {
            case 0 -> consumers.remove(consumer);
            case 1 -> {
                consumers.remove(consumer);
                if (consumer.memberEpoch > 0) send(consumer, ConsumerRig.request(consumer.memberId, -1).setInstanceId(consumer.instanceId));
            }
            case 2 -> consumer.pause(nowMs() + random.nextInt(2 * ConsumerRig.SESSION_TIMEOUT_MS));
            case 3 -> subscribe(consumer);
            case 4 -> restart(consumer);
            case 5 -> rig.shard.powerCut();
            case 6 -> lead();
            case 7 -> toggleDisk();
            case 8 -> growTopic();
            default -> { }
        }
    }

    /** Another process takes the place of a static member, in good order. */
    private void restart(SimulatedConsumer consumer) {
        if (consumer.instanceId == null || consumer.memberEpoch <= 0) return;
        send(consumer, ConsumerRig.request(consumer.memberId, -2).setInstanceId(consumer.instanceId));
        var next = new SimulatedConsumer("m" + memberCount++, consumer.instanceId, random);
        subscribe(next);
        consumers.set(consumers.indexOf(consumer), next);
    }

    private void lead() {
        if (isLeading) rig.shard.resign();
        else rig.shard.elect();
        isLeading = !isLeading;
    }

    private void toggleDisk() {
        if (isDiskFull) rig.shard.makeRoom();
        else rig.shard.fillUp();
        isDiskFull = !isDiskFull;
    }

    private void growTopic() {
        var name = random.nextBoolean() ? "a" : "b";
        var delta = rig.topics.grow(name, rig.topics.image().topic(name).partitionCount() + 1);
        rig.shard.loop.execute(() -> rig.shard.shard.run((groups, decision) -> {
            groups.onClusterChanged(delta, decision);
            return true;
        }));
    }

    // --- what must hold

    private void check() {
        var owners = new HashMap<String, String>();
        for (var consumer : consumers) {
            consumer.believed(nowMs()).forEach((topicId, partitions) -> {
                for (int partition : partitions) {
                    var other = owners.put(topicId + "-" + partition, consumer.memberId);
                    if (other != null) throw new AssertionError("two owners: partition=%s-%d members=%s,%s\n%s".formatted(topicId, partition, other, consumer.memberId, story));
                }
            });
        }
        if (rig.shard.shard.isActive() && rig.group() != null) checkHolders(rig.group());
    }

    private static void checkHolders(ConsumerGroup group) {
        var holders = new HashMap<String, String>();
        for (var member : group.members()) {
            member.current().held().partitions().forEach((topicId, set) -> {
                for (int i = 0; i < set.size(); i++) {
                    var other = holders.put(topicId + "-" + set.get(i), member.id());
                    assertThat(other).as("holders of " + topicId + "-" + set.get(i) + ": " + member.id()).isNull();
                    assertThat(group.holder(topicId, set.get(i))).isEqualTo(member.id());
                }
            });
        }
    }

    void checkAtRest() {
        var group = rig.group();
        assertThat(group).isNotNull();
        assertThat(group.stateName()).as(this::toString).isEqualTo("Stable");
        assertThat(group.size()).as(this::toString).isEqualTo(consumers.size());
        for (var consumer : consumers) {
            var member = group.member(consumer.memberId);
            assertThat(member).as(consumer.toString()).isNotNull();
            assertThat(consumer.memberEpoch).as(this::toString).isEqualTo(member.memberEpoch());
            assertThat(countOf(consumer.owned())).as(this::toString).isEqualTo(member.current().assigned().partitions().partitionCount());
        }
        checkAllAssigned(group);
        var before = ConsumerRig.contentOf(group);
        rig.shard.powerCut();
        rig.shard.settle();
        assertThat(ConsumerRig.contentOf(rig.group())).isEqualTo(before);
    }

    private void checkAllAssigned(ConsumerGroup group) {
        for (var topic : rig.topics.image().topics()) {
            if (!group.subscribesTo(topic.name())) continue;
            for (int partition = 0; partition < topic.partitionCount(); partition++) {
                assertThat(group.holder(topic.id(), partition)).as(topic.name() + "-" + partition).isNotNull();
            }
        }
    }

    private static int countOf(Map<Uuid, ? extends Collection<Integer>> partitions) {
        return partitions.values().stream().mapToInt(Collection::size).sum();
    }

    String story() {
        return story.toString();
    }

    @Override
    public String toString() {
        return consumers + "\n" + (rig.group() == null ? "no group" : ConsumerRig.contentOf(rig.group()));
    }
}
