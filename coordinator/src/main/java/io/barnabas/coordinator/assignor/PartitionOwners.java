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
    private final int[][] owners;

    /** Nobody's, all of them. */
    PartitionOwners(GroupSpec group) {
        this.group = group;
        owners = new int[group.topics().size()][];
        for (int topic = 0; topic < owners.length; topic++) {
            owners[topic] = new int[group.topics().get(topic).partitionCount()];
            Arrays.fill(owners[topic], NOBODY);
        }
    }

    /**
     * As the members' targets say, as far as that still holds: of topics that they subscribe to, partitions that exist. Of two
     * members with the same partition the first has it.
     */
    static PartitionOwners ofTargets(GroupSpec group) {
        var owners = new PartitionOwners(group);
        var topics = new HashMap<Uuid, Integer>();
        for (TopicSpec topic : group.topics()) topics.put(topic.id(), topics.size());
        for (int i = 0; i < group.members().size(); i++) {
            int member = i;
            MemberSpec spec = group.members().get(member);
            spec.target().partitions().forEach((topicId, partitions) -> {
                var topic = topics.get(topicId);
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
        var byMember = new ArrayList<Map<Uuid, PartitionSet>>();
        for (int member = 0; member < group.members().size(); member++) byMember.add(new LinkedHashMap<>());
        // Made once, and left empty by each topic: a group may have thousands of both.
        int[] counts = new int[byMember.size()];
        var partitions = new int[byMember.size()][];
        for (int topic = 0; topic < owners.length; topic++) addTopic(topic, byMember, counts, partitions);
        var assignments = new LinkedHashMap<String, MemberAssignment>();
        for (int member = 0; member < byMember.size(); member++) {
            MemberSpec spec = group.members().get(member);
            boolean isSame = byMember.get(member).equals(spec.target().partitions());
            assignments.put(spec.memberId(), isSame ? spec.target() : MemberAssignment.ofOwned(byMember.get(member)));
        }
        return assignments;
    }

    private void addTopic(int topic, List<Map<Uuid, PartitionSet>> byMember, int[] counts, int[][] partitions) {
        for (int owner : owners[topic]) {
            if (owner != NOBODY) counts[owner]++;
        }
        for (int partition = owners[topic].length - 1; partition >= 0; partition--) {
            int owner = owners[topic][partition];
            if (owner == NOBODY) continue;
            if (partitions[owner] == null) partitions[owner] = new int[counts[owner]];
            partitions[owner][--counts[owner]] = partition;
            if (counts[owner] > 0) continue;
            byMember.get(owner).put(group.topics().get(topic).id(), PartitionSet.ofSorted(partitions[owner]));
            partitions[owner] = null;
        }
    }
}
