package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whose each partition is, while an assignor decides; topics and members are indexes into a group's. */
final class PartitionOwners {
    static final int NOBODY = -1;

    private final GroupSpec group;
    /** Indexes by id. */
    private final Map<Uuid, Integer> topics = new HashMap<>();
    private final int[][] owners;

    /** Nobody's, all of them. */
    PartitionOwners(GroupSpec group) {
        this.group = group;
        owners = new int[group.topics().size()][];
        for (int topic = 0; topic < owners.length; topic++) {
            owners[topic] = new int[group.topics().get(topic).partitionCount()];
            Arrays.fill(owners[topic], NOBODY);
            topics.put(group.topics().get(topic).id(), topic);
        }
    }

    /**
     * As the members' targets say, as far as that still holds: of topics that they subscribe to, partitions that exist. Of two
     * members with the same partition the first has it.
     */
    static PartitionOwners ofTargets(GroupSpec group) {
        var owners = new PartitionOwners(group);
        for (int i = 0; i < group.members().size(); i++) {
            int member = i;
            MemberSpec spec = group.members().get(member);
            spec.target().partitions().forEach((topicId, partitions) -> {
                var topic = owners.topics.get(topicId);
                if (topic != null && spec.topicIds().contains(topicId)) owners.claim(topic, partitions, member);
            });
        }
        return owners;
    }

    private void claim(int topic, PartitionSet partitions, int member) {
        for (int i = 0; i < partitions.size() && partitions.get(i) < owners[topic].length; i++) {
            if (owners[topic][partitions.get(i)] == NOBODY) owners[topic][partitions.get(i)] = member;
        }
    }

    /** By partition of a topic, to read and to change. */
    int[] of(int topic) {
        return owners[topic];
    }

    Map<String, MemberAssignment> toAssignments() {
        int[] counts = new int[group.members().size()];
        for (int[] ofTopic : owners) count(ofTopic, counts);
        // By member; null for one that keeps what it had, as most do.
        var changed = new ArrayList<Map<Uuid, PartitionSet>>();
        for (int member = 0; member < counts.length; member++) changed.add(keepsTarget(member, counts[member]) ? null : new LinkedHashMap<>());
        // Made once, and left empty by each topic: a group may have thousands of both.
        Arrays.fill(counts, 0);
        var partitions = new int[counts.length][];
        for (int topic = 0; topic < owners.length; topic++) addTopic(topic, changed, counts, partitions);
        var assignments = new LinkedHashMap<String, MemberAssignment>();
        for (int member = 0; member < counts.length; member++) {
            MemberSpec spec = group.members().get(member);
            assignments.put(spec.memberId(), changed.get(member) == null ? spec.target() : MemberAssignment.ofOwned(changed.get(member)));
        }
        return assignments;
    }

    private static void count(int[] owners, int[] counts) {
        for (int owner : owners) {
            if (owner != NOBODY) counts[owner]++;
        }
    }

    /** @param count of its partitions now */
    private boolean keepsTarget(int member, int count) {
        MemberAssignment target = group.members().get(member).target();
        if (target.partitionCount() != count) return false;
        for (var ofTopic : target.partitions().entrySet()) {
            var topic = topics.get(ofTopic.getKey());
            if (topic == null || !hasAll(owners[topic], ofTopic.getValue(), member)) return false;
        }
        return true;
    }

    private static boolean hasAll(int[] owners, PartitionSet partitions, int member) {
        for (int i = 0; i < partitions.size(); i++) {
            int partition = partitions.get(i);
            if (partition >= owners.length || owners[partition] != member) return false;
        }
        return true;
    }

    private void addTopic(int topic, List<Map<Uuid, PartitionSet>> changed, int[] counts, int[][] partitions) {
        count(owners[topic], counts);
        for (int partition = owners[topic].length - 1; partition >= 0; partition--) {
            int owner = owners[topic][partition];
            if (owner == NOBODY) continue;
            counts[owner]--;
            if (changed.get(owner) == null) continue;
            if (partitions[owner] == null) partitions[owner] = new int[counts[owner] + 1];
            partitions[owner][counts[owner]] = partition;
            if (counts[owner] > 0) continue;
            changed.get(owner).put(group.topics().get(topic).id(), PartitionSet.ofSorted(partitions[owner]));
            partitions[owner] = null;
        }
    }
}
