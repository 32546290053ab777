package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.testkit.SimulatedLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * One group, its members and its coordinator, in one thread. After each answer:
 * <ul>
 * <li>a partition has one owner in a generation, and what a member has been assigned is of its own generation;
 * <li>nobody commits under a generation older than one under which a commit was acknowledged, and no static member whose twin knows
 * what it has;
 * <li>what was acknowledged is never forgotten: an offset that is read is at least the last one that was acknowledged.
 * </ul>
 * At rest, every client that lives has its part, and a coordinator that has read its log anew knows what it knew before.
 */
final class SimulatedGroup {
    static final int PARTITIONS = 6;
    private static final String TOPIC = "t";
    private static final int CLIENTS = 5;

    /** What an owner is known by: a static member stays the same through all its processes. */
    private record Owner(String name, String assignment) {}

    final GroupsRig rig;
    final RandomGenerator random;
    final SimulatedLoop net;
    boolean isCalm;
    private final List<SimulatedMember> members = new ArrayList<>();
    private final Map<Integer, Map<Integer, Owner>> ownersByGeneration = new HashMap<>();
    /** Member id, by instance id, of the last process that was told what it has. */
    private final Map<String, String> syncedIds = new HashMap<>();
    private int acknowledgedGeneration = -1;
    private long lastOffset;
    private final Map<Integer, Long> acknowledgedOffsets = new TreeMap<>();
    private final StringBuilder story = new StringBuilder();
    private int clientCount;

    SimulatedGroup(long seed) {
        rig = new GroupsRig(seed);
        random = rig.shard.simulation.random();
        net = rig.shard.simulation.newLoop("net");
        for (int i = 0; i < CLIENTS; i++) start(i % 2 == 0 ? "instance-" + i : null);
    }

    private void start(String instanceId) {
        var member = new SimulatedMember(this, rig.new Client("c" + clientCount++, instanceId, random.nextInt(2) == 0 ? 3 : 8 + random.nextInt(2)));
        members.add(member);
        net.schedule(random.nextInt(2_000), member::step);
    }

    void note(String what) {
        story.append(rig.shard.simulation.clock().nowMs()).append(' ').append(what).append('\n');
    }

    String story() {
        return story.toString();
    }

    // --- trouble

    void trouble(long ms) {
        long end = rig.shard.simulation.clock().nowMs() + ms;
        while (rig.shard.simulation.clock().nowMs() < end) {
            rig.pass(1_000 + random.nextInt(15_000));
            disturb();
        }
    }

    private void disturb() {
        int choice = random.nextInt(8);
        note("trouble " + choice);
        switch (choice) {
            case 0 -> rig.shard.powerCut();
            case 1 -> {
                rig.shard.resign();
                rig.pass(random.nextInt(3_000));
                rig.shard.elect();
            }
            case 2 -> {
                rig.shard.fillUp();
                rig.pass(random.nextInt(4_000));
                rig.shard.makeRoom();
            }
            case 3 -> {
                rig.shard.worker.pause();
                rig.pass(random.nextInt(8_000));
                rig.shard.worker.resume();
            }
            case 4, 5 -> members.get(random.nextInt(members.size())).pauseFor(random.nextInt(30_000));
            case 6 -> replace(members.get(random.nextInt(members.size())));
            default -> members.get(random.nextInt(members.size())).leave();
        }
    }

    /** A process dies, and another begins; it may be that the first one only seemed to be dead. */
    private void replace(SimulatedMember member) {
        if (random.nextInt(4) > 0) member.kill();
        start(member.client.instanceId);
        members.removeIf(SimulatedMember::isDead);
    }

    // --- what must hold

    void onAssigned(SimulatedMember member, String assignment) {
        int generation = member.client.generation;
        note(member + " has " + assignment);
        if (assignment.isEmpty()) return;
        var parts = assignment.split(":", -1);
        assertThat(Integer.parseInt(parts[0])).as("generation of what %s was assigned\n%s", member, story).isEqualTo(generation);
        var owners = ownersByGeneration.computeIfAbsent(generation, key -> new HashMap<>());
        var owner = new Owner(member.client.instanceId == null ? member.client.memberId : member.client.instanceId, assignment);
        for (var partition : parts[1].split(",")) {
            if (partition.isEmpty()) continue;
            var other = owners.putIfAbsent(Integer.parseInt(partition), owner);
            if (other != null) assertThat(other).as("owner of %s in generation %d\n%s", partition, generation, story).isEqualTo(owner);
        }
    }

    /** On the shard, as a commit arrives: offsets grow in the order in which they are decided. */
    OffsetCommitRequest commit(String instanceId, int partition) {
        var ofTopic = new OffsetCommitRequestTopic().setName(TOPIC).setTopicId(Uuid.ZERO);
        ofTopic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(++lastOffset).setCommittedMetadata(""));
        return new OffsetCommitRequest().setGroupId(GroupsRig.GROUP).setGroupInstanceId(instanceId).setTopics(List.of(ofTopic));
    }

    /** On the shard. */
    void onSyncAnswered(String instanceId, String memberId) {
        if (instanceId != null) syncedIds.put(instanceId, memberId);
    }

    /** On the shard. */
    void onCommitDecided(String instanceId, String memberId, int generation, ErrorCode error) {
        if (error != ErrorCode.NONE) return;
        if (instanceId != null) assertThat(memberId).as("who commits as %s\n%s", instanceId, story).isEqualTo(syncedIds.get(instanceId));
        assertThat(generation).as("generation of a commit that was taken\n%s", story).isGreaterThanOrEqualTo(acknowledgedGeneration);
    }

    void onCommitAcknowledged(int generation, int partition, long offset) {
        // One that was joined and never synced is in no record: with its coordinator it is gone, as with Apache Kafka.
        if (ownersByGeneration.containsKey(generation)) acknowledgedGeneration = Math.max(acknowledgedGeneration, generation);
        acknowledgedOffsets.merge(partition, offset, Math::max);
    }

    long acknowledgedOffset(int partition) {
        return acknowledgedOffsets.getOrDefault(partition, -1L);
    }

    // --- rest

    void calm(long ms) {
        isCalm = true;
        note("calm");
        rig.pass(ms);
    }

    void checkAtRest() {
        members.removeIf(SimulatedMember::isDead);
        assertThat(rig.stateName()).as(story()).isEqualTo("Stable");
        var owned = new ArrayList<Integer>();
        for (var member : members) {
            assertThat(member.isRunning()).as("%s runs\n%s", member, story).isTrue();
            owned.addAll(member.owned());
        }
        assertThat(owned).as(story()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(rig.committed(TOPIC, partition)).as(story()).isGreaterThanOrEqualTo(acknowledgedOffset(partition));
        }
        var before = knowledge();
        rig.shard.elect();
        rig.shard.simulation.runUntilIdle();
        assertThat(knowledge()).as(story()).isEqualTo(before);
        for (var member : members) assertThat(member.client.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    private List<Object> knowledge() {
        var known = new ArrayList<>();
        var described = rig.answered(rig.shard.run((state, decision) -> state.administration().describe(GroupsRig.GROUP, 5)));
        known.add(described.groupState() + described.protocolType() + described.protocolData());
        for (var each : described.members()) {
            known.add(each.memberId() + each.groupInstanceId() + each.clientId() + each.clientHost()
                    + GroupsRig.text(each.memberMetadata()) + GroupsRig.text(each.memberAssignment()));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) known.add(rig.committed(TOPIC, partition));
        return known;
    }
}
