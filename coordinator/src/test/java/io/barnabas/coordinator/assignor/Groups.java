package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Groups to assign to, and what to ask of the result. */
final class Groups {
    private Groups() {}

    static TopicSpec topic(int number, int partitionCount) {
        return new TopicSpec(id(number), "t" + number, partitionCount);
    }

    static Uuid id(int number) {
        return new Uuid(0, 100 + number);
    }

    static Set<Uuid> ids(int... numbers) {
        var ids = new TreeSet<Uuid>();
        for (int number : numbers) ids.add(id(number));
        return ids;
    }

    static MemberSpec member(String memberId, Set<Uuid> topicIds) {
        return new MemberSpec(memberId, null, topicIds, MemberAssignment.EMPTY);
    }

    static MemberAssignment assignment(int topic, int... partitions) {
        return MemberAssignment.of(Map.of(id(topic), PartitionSet.of(partitions)));
    }

    /** The same group with other targets; members that these leave out have none. */
    static GroupSpec withTargets(GroupSpec group, Map<String, MemberAssignment> targets) {
        var members = new ArrayList<MemberSpec>();
        for (MemberSpec member : group.members()) {
            members.add(new MemberSpec(member.memberId(), member.instanceId(), member.topicIds(),
                    targets.getOrDefault(member.memberId(), MemberAssignment.EMPTY)));
        }
        return new GroupSpec(members, group.topics());
    }

    /** @param isSame whether all subscribe to the same topics */
    static GroupSpec random(RandomGenerator random, int membersMax, int topicsMax, int partitionsMax, boolean isSame) {
        var topics = new ArrayList<TopicSpec>();
        for (int i = random.nextInt(1, topicsMax + 1); i > 0; i--) topics.add(topic(i, random.nextInt(1, partitionsMax + 1)));
        Set<Uuid> common = someTopics(random, topics);
        var members = new ArrayList<MemberSpec>();
        for (int i = random.nextInt(1, membersMax + 1); i > 0; i--) {
            members.add(new MemberSpec("m" + i, random.nextInt(3) == 0 ? "i" + random.nextInt(100) + i : null,
                    isSame ? common : someTopics(random, topics), MemberAssignment.EMPTY));
        }
        var group = new GroupSpec(members, topics);
        return random.nextInt(3) == 0 ? group : withTargets(group, randomTargets(random, group));
    }

    private static Set<Uuid> someTopics(RandomGenerator random, List<TopicSpec> topics) {
        var ids = new TreeSet<Uuid>();
        for (int i = random.nextInt(1, topics.size() + 1); i > 0; i--) ids.add(topics.get(random.nextInt(topics.size())).id());
        return ids;
    }

    /** Each partition a member's or nobody's, some members having far more than others. */
    static Map<String, MemberAssignment> randomTargets(RandomGenerator random, GroupSpec group) {
        var partitions = new LinkedHashMap<String, Map<Uuid, List<Integer>>>();
        for (MemberSpec member : group.members()) partitions.put(member.memberId(), new LinkedHashMap<>());
        for (TopicSpec topic : group.topics()) {
            for (int partition = 0; partition < topic.partitionCount(); partition++) {
                if (random.nextInt(5) == 0) continue;
                MemberSpec owner = group.members().get((int) (Math.pow(random.nextDouble(), 2) * group.members().size()));
                partitions.get(owner.memberId()).computeIfAbsent(topic.id(), id -> new ArrayList<>()).add(partition);
            }
        }
        var targets = new HashMap<String, MemberAssignment>();
        partitions.forEach((memberId, byTopic) -> {
            var sets = new LinkedHashMap<Uuid, PartitionSet>();
            byTopic.forEach((topicId, list) -> sets.put(topicId, PartitionSet.of(list)));
            targets.put(memberId, MemberAssignment.of(sets));
        });
        return targets;
    }

    /** Fails unless every partition with a subscriber is one subscriber's, and no other is anyone's. */
    static void checkComplete(GroupSpec group, Map<String, MemberAssignment> assignments) {
        var wanted = new TreeSet<String>();
        for (TopicSpec topic : group.topics()) {
            if (group.members().stream().noneMatch(member -> member.topicIds().contains(topic.id()))) continue;
            for (int partition = 0; partition < topic.partitionCount(); partition++) wanted.add(topic.id() + "-" + partition);
        }
        var found = new ArrayList<String>();
        for (MemberSpec member : group.members()) {
            assignments.get(member.memberId()).partitions().forEach((topicId, partitions) -> {
                if (!member.topicIds().contains(topicId)) throw new AssertionError("not subscribed: member=" + member + " topic=" + topicId);
                partitions.toList().forEach(partition -> found.add(topicId + "-" + partition));
            });
        }
        Collections.sort(found);
        if (!found.equals(List.copyOf(wanted)) || assignments.size() != group.members().size()) {
            throw new AssertionError("wanted=" + wanted + " found=" + found);
        }
    }

    /** Partitions that their members had, could have kept, and have no more. */
    static int moved(GroupSpec group, Map<String, MemberAssignment> assignments) {
        int moved = 0;
        for (MemberSpec member : group.members()) {
            for (TopicSpec topic : group.topics()) {
                if (!member.topicIds().contains(topic.id())) continue;
                PartitionSet existing = PartitionSet.range(0, topic.partitionCount());
                moved += member.target().partitionsOf(topic.id()).intersection(existing)
                        .minus(assignments.get(member.memberId()).partitionsOf(topic.id())).size();
            }
        }
        return moved;
    }

    static long unevenness(Map<String, MemberAssignment> assignments) {
        return assignments.values().stream().mapToLong(MemberAssignment::partitionCount).map(count -> count * count).sum();
    }
}
