package io.barnabas.coordinator.assignor;

import static io.barnabas.coordinator.assignor.Groups.assignment;
import static io.barnabas.coordinator.assignor.Groups.ids;
import static io.barnabas.coordinator.assignor.Groups.member;
import static io.barnabas.coordinator.assignor.Groups.moved;
import static io.barnabas.coordinator.assignor.Groups.topic;
import static io.barnabas.coordinator.assignor.Groups.unevenness;
import static io.barnabas.coordinator.assignor.Groups.withTargets;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UniformAssignorTest {
    private final UniformAssignor uniform = new UniformAssignor();

    @Test
    void everyPartitionIsOneSubscribersInWhateverOrderMembersCome() {
        Seeds.check(500, (seed, random) -> {
            var group = Groups.random(random, 12, 6, 20, random.nextBoolean());
            var assignments = uniform.assign(group);
            Groups.checkComplete(group, assignments);
            var members = new ArrayList<>(group.members());
            var topics = new ArrayList<>(group.topics());
            Collections.shuffle(members, new Random(seed));
            Collections.shuffle(topics, new Random(seed));
            assertThat(uniform.assign(new GroupSpec(members, topics))).isEqualTo(assignments);
        });
    }

    @Test
    void membersWithTheSameSubscriptionDifferByOneAtMostAndNoMoreMovesThanThatTakes() {
        Seeds.check(500, (seed, random) -> {
            var group = Groups.random(random, 12, 6, 20, true);
            var assignments = uniform.assign(group);
            var counts = assignments.values().stream().mapToInt(MemberAssignment::partitionCount).summaryStatistics();
            assertThat(counts.getMax() - counts.getMin()).isLessThanOrEqualTo(1);
            assertThat(moved(group, assignments)).isEqualTo(beyondQuotas(group, (int) counts.getSum()));
        });
    }

    /** What members must give away when as many as possible of those with more than the least quota keep one more. */
    private static int beyondQuotas(GroupSpec group, int partitionCount) {
        int quota = partitionCount / group.members().size();
        int extras = partitionCount % group.members().size();
        int beyond = 0;
        for (MemberSpec member : group.members()) {
            int held = 0;
            for (TopicSpec topic : group.topics()) {
                if (!member.topicIds().contains(topic.id())) continue;
                held += member.target().partitionsOf(topic.id()).intersection(PartitionSet.range(0, topic.partitionCount())).size();
            }
            if (held > quota) beyond += held - quota - (extras-- > 0 ? 1 : 0);
        }
        return beyond;
    }

    @Test
    void anAssignmentStaysAsItIsWhileTheGroupDoes() {
        Seeds.check(500, (seed, random) -> {
            var group = Groups.random(random, 12, 6, 20, random.nextBoolean());
            var assignments = uniform.assign(group);
            var again = uniform.assign(withTargets(group, assignments));
            for (MemberSpec member : group.members()) {
                assertThat(again.get(member.memberId())).isSameAs(assignments.get(member.memberId()));
            }
        });
    }

    @Test
    void noAssignmentIsMoreEven() {
        Seeds.check(300, (seed, random) -> {
            var group = Groups.random(random, 4, 4, 2, false);
            var best = new Best(group);
            var assignments = uniform.assign(group);
            assertThat(unevenness(assignments)).as("group=%s", group).isEqualTo(best.unevenness);
        });
    }

    @Test
    void membersThatShareNoTopicAreEvenedOutThroughThoseBetween() {
        var members = List.of(member("a", ids(1)), member("b", ids(1, 2)), member("c", ids(2)));
        var group = withTargets(new GroupSpec(members, List.of(topic(1, 3), topic(2, 3))),
                Map.of("a", assignment(1, 0, 1, 2), "b", assignment(2, 0, 1), "c", assignment(2, 2)));
        var assignments = uniform.assign(group);
        assertThat(assignments.values()).extracting(MemberAssignment::partitionCount).containsOnly(2);
        assertThat(moved(group, assignments)).isEqualTo(2);
    }

    @Test
    void aLongChainOfSubscriptionsIsEvenedOut() {
        int count = 400;
        var members = IntStream.range(0, count).mapToObj(i -> member("m%03d".formatted(i), ids(i, i + 1))).toList();
        var topics = IntStream.rangeClosed(0, count).mapToObj(i -> topic(i, i < count / 2 ? 20 : 1)).toList();
        var assignments = uniform.assign(new GroupSpec(members, topics));
        var counts = assignments.values().stream().mapToInt(MemberAssignment::partitionCount).summaryStatistics();
        assertThat(counts.getMax()).isLessThanOrEqualTo(20);
    }

    @Test
    void aMemberThatJoinsTakesItsPartAndNobodyElseMoves() {
        var three = List.of(member("a", ids(1)), member("b", ids(1)), member("c", ids(1)));
        var topics = List.of(topic(1, 12));
        var before = uniform.assign(new GroupSpec(three, topics));
        var four = new ArrayList<>(three);
        four.add(member("d", ids(1)));
        var group = withTargets(new GroupSpec(four, topics), before);
        var after = uniform.assign(group);
        assertThat(after.get("d").partitionCount()).isEqualTo(3);
        assertThat(moved(group, after)).isEqualTo(3);
    }

    @Test
    void whatALeaverHadIsDividedAndNothingElseMoves() {
        var topics = List.of(topic(1, 12));
        var before = uniform.assign(new GroupSpec(List.of(member("a", ids(1)), member("b", ids(1)), member("c", ids(1))), topics));
        var group = withTargets(new GroupSpec(List.of(member("a", ids(1)), member("c", ids(1))), topics), before);
        var after = uniform.assign(group);
        assertThat(after.values()).extracting(MemberAssignment::partitionCount).containsOnly(6);
        assertThat(moved(group, after)).isZero();
    }

    @Test
    void aPartitionThatTwoMembersClaimIsOnes() {
        var group = withTargets(new GroupSpec(List.of(member("a", ids(1)), member("b", ids(1))), List.of(topic(1, 2))),
                Map.of("a", assignment(1, 0, 1), "b", assignment(1, 0, 1)));
        Groups.checkComplete(group, uniform.assign(group));
    }

    @Test
    void partitionsThatDoNotExistAreForgotten() {
        var group = withTargets(new GroupSpec(List.of(member("a", ids(1))), List.of(topic(1, 2))), Map.of("a", assignment(1, 1, 2, 7)));
        assertThat(uniform.assign(group)).isEqualTo(Map.of("a", assignment(1, 0, 1)));
    }

    @Test
    void aGroupWithoutMembersOrTopicsGetsNothing() {
        assertThat(uniform.assign(new GroupSpec(List.of(), List.of(topic(1, 3))))).isEmpty();
        assertThat(uniform.assign(new GroupSpec(List.of(member("a", ids())), List.of()))).isEqualTo(Map.of("a", MemberAssignment.EMPTY));
    }

    /** The most even assignment of a small group, found by trying all. */
    private static final class Best {
        private final int[] loads;
        private long unevenness = Long.MAX_VALUE;

        Best(GroupSpec group) {
            loads = new int[group.members().size()];
            var subscribers = new ArrayList<int[]>();
            for (TopicSpec topic : group.topics()) {
                int[] ofTopic = IntStream.range(0, loads.length).filter(i -> group.members().get(i).topicIds().contains(topic.id())).toArray();
                for (int partition = 0; partition < topic.partitionCount() && ofTopic.length > 0; partition++) subscribers.add(ofTopic);
            }
            tryFrom(0, subscribers);
        }

        private void tryFrom(int partition, List<int[]> subscribers) {
            if (partition == subscribers.size()) {
                unevenness = Math.min(unevenness, IntStream.of(loads).mapToLong(load -> (long) load * load).sum());
                return;
            }
            for (int member : subscribers.get(partition)) {
                loads[member]++;
                tryFrom(partition + 1, subscribers);
                loads[member]--;
            }
        }
    }
}
