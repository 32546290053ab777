package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.ConsumerRig.GROUP;
import static io.barnabas.coordinator.group.ConsumerRig.joining;
import static io.barnabas.coordinator.group.ConsumerRig.joiningByRegex;
import static io.barnabas.coordinator.group.ConsumerRig.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.protocol.Message;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentValue;
import io.barnabas.protocol.record.ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions;
import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What a log says of a group, also one that was compacted or written by others. */
class ConsumerReplayTest {
    @Test
    void compactedLogSaysTheSame() {
        Seeds.check(50, (seed, random) -> {
            var rig = new ConsumerRig(seed);
            var log = liveALittle(rig, random);
            for (int i = 0; i < 20; i++) {
                var compacted = compacted(log, random.nextInt(log.size() + 1), random);
                var group = replay(rig, compacted);
                if (rig.group() == null) assertThat(group).isNull();
                else assertThat(ConsumerRig.contentOf(group)).isEqualTo(ConsumerRig.contentOf(rig.group()));
            }
        });
    }

    private static List<CoordinatorRecord> liveALittle(ConsumerRig rig, RandomGenerator random) {
        rig.topic("a", 3);
        rig.topic("b", 2);
        var log = new ArrayList<CoordinatorRecord>();
        rig.onProposed = log::addAll;
        var epochs = new HashMap<String, Integer>();
        for (int i = 0; i < 60; i++) {
            rig.pass(random.nextInt(2_000));
            var memberId = "m" + random.nextInt(4);
            int epoch = epochs.getOrDefault(memberId, 0);
            var answer = epoch == 0 ? rig.send(random.nextInt(4) == 0 ? joiningByRegex(memberId, "[ab]") : joining(memberId, "a", "b"))
                    : rig.send(request(memberId, random.nextInt(8) == 0 ? -1 : epoch)
                            .setTopicPartitions(random.nextBoolean() ? null : List.of()));
            epochs.put(memberId, answer.errorCode() == 0 && answer.memberEpoch() > 0 ? answer.memberEpoch() : 0);
            rig.settle();
        }
        return log;
    }

    /** Of the records before an offset the last of each key stay, and some of the tombstones. */
    private static List<CoordinatorRecord> compacted(List<CoordinatorRecord> log, int end, RandomGenerator random) {
        var seen = new HashSet<Message>();
        var kept = new ArrayList<CoordinatorRecord>();
        for (int i = end - 1; i >= 0; i--) {
            boolean isLast = seen.add(log.get(i).key());
            if (isLast && (log.get(i).value() != null || random.nextBoolean())) kept.add(0, log.get(i));
        }
        kept.addAll(log.subList(end, log.size()));
        return kept;
    }

    private static ConsumerGroup replay(ConsumerRig rig, List<CoordinatorRecord> log) {
        var groups = new Groups(null, rig);
        for (var record : log) groups.apply(record, new RecordSource(0, -1, (short) -1));
        return groups.consumers().find(GROUP);
    }

    @Test
    void partitionsThatCannotBeAreLeftOut() {
        var value = new ConsumerGroupCurrentMemberAssignmentValue().setMemberEpoch(3).setAssignedPartitions(List.of(
                new TopicPartitions().setTopicId(new Uuid(1, 2)).setPartitions(List.of(-1, 5, Integer.MAX_VALUE)).setAssignmentEpochs(null)));
        var assigned = CurrentAssignment.of(value).assigned();
        assertThat(assigned.partitions().partitionCount()).isEqualTo(1);
        assertThat(assigned.epochOf(new Uuid(1, 2), 5)).isEqualTo(3);
    }
}
