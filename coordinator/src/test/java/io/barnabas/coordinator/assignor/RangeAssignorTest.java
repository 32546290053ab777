package io.barnabas.coordinator.assignor;

import static io.barnabas.coordinator.assignor.Groups.assignment;
import static io.barnabas.coordinator.assignor.Groups.id;
import static io.barnabas.coordinator.assignor.Groups.ids;
import static io.barnabas.coordinator.assignor.Groups.member;
import static io.barnabas.coordinator.assignor.Groups.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeAssignorTest {
    private final RangeAssignor range = new RangeAssignor();

    @Test
    void theFirstMembersGetOneMoreWhereTheCountDoesNotDivide() {
        var assignments = range.assign(new GroupSpec(List.of(member("b", ids(1)), member("a", ids(1)), member("c", ids(1))), List.of(topic(1, 8))));
        assertThat(assignments).isEqualTo(Map.of("a", assignment(1, 0, 1, 2), "b", assignment(1, 3, 4, 5), "c", assignment(1, 6, 7)));
    }

    @Test
    void membersBeyondThePartitionsGetNone() {
        var assignments = range.assign(new GroupSpec(List.of(member("a", ids(1)), member("b", ids(1)), member("c", ids(1))), List.of(topic(1, 2))));
        assertThat(assignments).isEqualTo(Map.of("a", assignment(1, 0), "b", assignment(1, 1), "c", MemberAssignment.EMPTY));
    }

    @Test
    void topicsOfOneSizeAndTheSameSubscribersAreSplitAlike() {
        var members = List.of(member("a", ids(1, 2, 3)), member("b", ids(1, 2)), member("c", ids(1, 2)), member("d", ids(3)));
        var assignments = range.assign(new GroupSpec(members, List.of(topic(1, 11), topic(2, 11), topic(3, 11))));
        for (MemberAssignment assignment : assignments.values()) {
            assertThat(assignment.partitionsOf(id(1))).isEqualTo(assignment.partitionsOf(id(2)));
        }
    }

    @Test
    void aStaticMemberComesBackToItsRangeUnderAnotherMemberId() {
        var before = range.assign(group("x"));
        var after = range.assign(group("a"));
        assertThat(after.get("a")).isEqualTo(before.get("x")).isEqualTo(assignment(1, 0, 1));
        assertThat(after.get("m")).isEqualTo(before.get("m"));
    }

    private static GroupSpec group(String memberIdOfStatic) {
        return new GroupSpec(List.of(member("m", ids(1)), new MemberSpec(memberIdOfStatic, "static", ids(1), MemberAssignment.EMPTY)),
                List.of(topic(1, 4)));
    }

    @Test
    void aTopicThatIsNotThereCountsForNothing() {
        var assignments = range.assign(new GroupSpec(List.of(member("a", ids(1, 2))), List.of(topic(1, 1))));
        assertThat(assignments).isEqualTo(Map.of("a", assignment(1, 0)));
    }

    @Test
    void aGroupWithoutMembersGetsNothing() {
        assertThat(range.assign(new GroupSpec(List.of(), List.of(topic(1, 3))))).isEmpty();
    }

    @Test
    void everyPartitionIsOneSubscribersInWhateverOrderMembersCome() {
        Seeds.check(500, (seed, random) -> {
            var group = Groups.random(random, 12, 6, 20, random.nextBoolean());
            var assignments = range.assign(group);
            Groups.checkComplete(group, assignments);
            var members = new ArrayList<>(group.members());
            var topics = new ArrayList<>(group.topics());
            Collections.shuffle(members, new Random(seed));
            Collections.shuffle(topics, new Random(seed));
            assertThat(range.assign(new GroupSpec(members, topics))).isEqualTo(assignments);
            for (TopicSpec topic : group.topics()) {
                var sizes = group.members().stream().filter(member -> member.topicIds().contains(topic.id()))
                        .mapToInt(member -> assignments.get(member.memberId()).partitionsOf(topic.id()).size()).summaryStatistics();
                if (sizes.getCount() > 0) assertThat(sizes.getMax() - sizes.getMin()).isLessThanOrEqualTo(1);
            }
        });
    }

    @Test
    void whoseAssignmentStaysGetsTheSameObjectBack() {
        var group = group("x");
        var assignments = range.assign(group);
        assertThat(range.assign(Groups.withTargets(group, assignments)).get("m")).isSameAs(assignments.get("m"));
    }
}
