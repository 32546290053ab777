package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.assignor.Assignor;
import io.barnabas.coordinator.assignor.GroupSpec;
import io.barnabas.coordinator.assignor.MemberAssignment;
import io.barnabas.coordinator.assignor.MemberSpec;
import io.barnabas.coordinator.assignor.PartitionSet;
import io.barnabas.coordinator.assignor.RangeAssignor;
import io.barnabas.coordinator.assignor.TopicSpec;
import io.barnabas.coordinator.assignor.UniformAssignor;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The server-side assignors beside Apache Kafka's own, on random groups that live for some generations. Its answers follow the order
 * of the maps that it is given, so it is given them in our order (a broker of it has hash maps there), and that of a hash set of topic
 * ids, so these have hashes in our order.
 */
class AssignorDifferentialTest {
    private static final int GROUPS = 150;
    private static final int GENERATIONS = 5;
    private static final int TOPICS_MAX = 7;

    @Test
    void rangeAssignsAsApacheKafkaDoes() {
        Seeds.check(1, (seed, random) -> {
            compareAll(new RangeAssignor(), random, true);
            compareAll(new RangeAssignor(), random, false);
        });
    }

    @Test
    void uniformAssignsAsApacheKafkaDoesWhereAllSubscribeToTheSame() {
        Seeds.check(1, (seed, random) -> compareAll(new UniformAssignor(), random, true));
    }

    @Test
    void uniformIsAsEvenAsApacheKafkaAndMovesNoMoreWhereSubscriptionsDiffer() {
        Seeds.check(1, (seed, random) -> {
            var groups = groups(new UniformAssignor(), random, false);
            var answers = ask("uniform", groups);
            int evener = 0;
            long moved = 0;
            long movedByKafka = 0;
            for (int i = 0; i < groups.size(); i++) {
                String ours = GroupJudge.text(groups.get(i), new UniformAssignor().assign(groups.get(i)));
                long difference = unevenness(answers.get(i)) - unevenness(ours);
                assertTrue(difference >= 0, "less even: group=" + groups.get(i) + "\nKafka's=" + answers.get(i) + "\nours=" + ours);
                if (difference > 0) {
                    evener++;
                } else {
                    moved += moved(groups.get(i), ours);
                    movedByKafka += moved(groups.get(i), answers.get(i));
                }
            }
            System.out.printf("groups=%d evener=%d moved in the others=%d by Kafka=%d%n", groups.size(), evener, moved, movedByKafka);
            // In all of them: neither finds the fewest moves for each.
            assertTrue(moved <= movedByKafka, "moved=" + moved + " by Kafka=" + movedByKafka);
        });
    }

    private static void compareAll(Assignor assignor, RandomGenerator random, boolean isHomogeneous) {
        var groups = groups(assignor, random, isHomogeneous);
        var answers = ask(assignor.name(), groups);
        for (int i = 0; i < groups.size(); i++) {
            assertEquals(answers.get(i), GroupJudge.text(groups.get(i), assignor.assign(groups.get(i))), "group=" + groups.get(i));
        }
    }

    private static List<String> ask(String assignor, List<GroupSpec> groups) {
        var judge = new GroupJudge();
        groups.forEach(group -> judge.assign(assignor, group));
        return judge.answers();
    }

    /** Groups, each after some generations in which members come and go, topics grow, subscriptions change. */
    private static List<GroupSpec> groups(Assignor assignor, RandomGenerator random, boolean isHomogeneous) {
        var groups = new ArrayList<GroupSpec>();
        for (int i = 0; i < GROUPS; i++) {
            var group = new RandomGroup(random, isHomogeneous);
            for (int generation = 0; generation < GENERATIONS; generation++) {
                GroupSpec spec = group.spec();
                groups.add(spec);
                group.next(random.nextInt(4) == 0 ? group.shuffled() : assignor.assign(spec));
            }
        }
        return groups;
    }

    /** The sum of squares of what members have. */
    private static long unevenness(String assignments) {
        long sum = 0;
        for (Set<String> partitions : byMember(assignments).values()) sum += (long) partitions.size() * partitions.size();
        return sum;
    }

    /** Partitions that their member had and has no more. */
    private static long moved(GroupSpec group, String assignments) {
        var before = byMember(GroupJudge.text(group, targets(group)));
        var after = byMember(assignments);
        long moved = 0;
        for (var member : before.keySet()) moved += before.get(member).stream().filter(p -> !after.get(member).contains(p)).count();
        return moved;
    }

    private static Map<String, MemberAssignment> targets(GroupSpec group) {
        var targets = new HashMap<String, MemberAssignment>();
        group.members().forEach(member -> targets.put(member.memberId(), member.target()));
        return targets;
    }

    private static Map<String, Set<String>> byMember(String assignments) {
        var byMember = new HashMap<String, Set<String>>();
        for (String entry : assignments.split(" ")) {
            String[] sides = entry.split("=", 2);
            var partitions = new TreeSet<String>();
            for (String topic : sides[1].isEmpty() ? new String[0] : sides[1].split(",")) {
                for (String partition : topic.split("=")[1].split("\\+")) partitions.add(topic.split("=")[0] + "-" + partition);
            }
            byMember.put(sides[0], partitions);
        }
        return byMember;
    }

    /** A group whose members, topics and subscriptions change. */
    private static final class RandomGroup {
        private final RandomGenerator random;
        private final boolean isHomogeneous;
        private final List<TopicSpec> topics = new ArrayList<>();
        private final Map<String, MemberSpec> members = new LinkedHashMap<>();
        private Set<Uuid> common;
        private int nextMember;

        RandomGroup(RandomGenerator random, boolean isHomogeneous) {
            this.random = random;
            this.isHomogeneous = isHomogeneous;
            for (int i = random.nextInt(1, TOPICS_MAX + 1); i > 0; i--) {
                topics.add(new TopicSpec(new Uuid(0, 0x100 + i), "t" + i, random.nextInt(1, 25)));
            }
            common = subscription();
            for (int i = random.nextInt(1, 12); i > 0; i--) join();
        }

        GroupSpec spec() {
            return new GroupSpec(List.copyOf(members.values()), topics);
        }

        private void join() {
            String id = "m" + random.nextInt(100) + "-" + nextMember++;
            String instanceId = random.nextInt(3) == 0 ? "i" + random.nextInt(100) + id : null;
            members.put(id, new MemberSpec(id, instanceId, common(), MemberAssignment.EMPTY));
        }

        private Set<Uuid> common() {
            return isHomogeneous ? common : subscription();
        }

        private Set<Uuid> subscription() {
            var ids = new TreeSet<Uuid>();
            int count = random.nextInt(1, topics.size() + 1);
            while (ids.size() < count) ids.add(topics.get(random.nextInt(topics.size())).id());
            return ids;
        }

        void next(Map<String, MemberAssignment> assignments) {
            if (isHomogeneous && random.nextInt(4) == 0) common = subscription();
            members.replaceAll((id, member) -> new MemberSpec(id, member.instanceId(),
                    isHomogeneous ? common : random.nextInt(6) == 0 ? subscription() : member.topicIds(), assignments.get(id)));
            for (int i = random.nextInt(3); i > 0 && members.size() > 1; i--) {
                members.remove(new ArrayList<>(members.keySet()).get(random.nextInt(members.size())));
            }
            for (int i = random.nextInt(3); i > 0; i--) join();
            topics.replaceAll(topic -> random.nextInt(6) > 0 ? topic
                    : new TopicSpec(topic.id(), topic.name(), topic.partitionCount() + random.nextInt(8)));
        }

        /** Each partition anywhere among its subscribers, or nowhere. */
        Map<String, MemberAssignment> shuffled() {
            var partitions = new HashMap<String, Map<Uuid, List<Integer>>>();
            members.keySet().forEach(id -> partitions.put(id, new LinkedHashMap<>()));
            for (TopicSpec topic : topics) {
                var subscribers = members.values().stream().filter(member -> member.topicIds().contains(topic.id())).toList();
                for (int partition = 0; partition < topic.partitionCount() && !subscribers.isEmpty(); partition++) {
                    if (random.nextInt(5) == 0) continue;
                    String owner = subscribers.get((int) (Math.pow(random.nextDouble(), 2) * subscribers.size())).memberId();
                    partitions.get(owner).computeIfAbsent(topic.id(), id -> new ArrayList<>()).add(partition);
                }
            }
            var assignments = new HashMap<String, MemberAssignment>();
            partitions.forEach((id, byTopic) -> {
                var sets = new LinkedHashMap<Uuid, PartitionSet>();
                byTopic.forEach((topic, list) -> sets.put(topic, PartitionSet.of(list)));
                assignments.put(id, MemberAssignment.of(sets));
            });
            return assignments;
        }
    }
}
