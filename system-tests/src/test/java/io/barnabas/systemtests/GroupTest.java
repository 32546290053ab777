package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers of Apache Kafka's Java client share topics, and find again where they were, on Barnabas as on Apache Kafka. */
class GroupTest extends SideBySide {
    private static final String ASSIGNORS = "org.apache.kafka.clients.consumer.";
    private static final long T0 = 1_000_000_000_000L;
    private static final int RECORDS = 60;

    /** One record to each partition in turn. */
    private static void write(Broker broker, String topic, int partitions, int from, int count) throws Exception {
        try (var producer = Clients.producer(broker)) {
            for (int i = from; i < from + count; i++) producer.send(Clients.record(topic, i % partitions, T0 + i, null, topic + " " + i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor"})
    void partitionsAreSharedAnewWhenConsumersComeAndGo(String assignor) {
        same(broker -> {
            Clients.createTopic(broker, topic, 5);
            Clients.createTopic(broker, topic + "-b", 3);
            write(broker, topic, 5, 0, RECORDS);
            var told = new ArrayList<>();
            try (var party = new Party(broker, topic, "partition.assignment.strategy", ASSIGNORS + assignor)) {
                party.join("a", topic, topic + "-b");
                told.add(party.settle(8));
                party.pollUntil(() -> party.readCount() == RECORDS);
                party.join("b", topic, topic + "-b");
                told.add(party.settle(8));
                party.join("c", topic);
                told.add(party.settle(8));
                write(broker, topic, 5, RECORDS, RECORDS);
                party.pollUntil(() -> party.readCount() == 2 * RECORDS);
                told.add(party.read());
                party.leave("b");
                told.add(party.settle(8));
            }
            return told;
        });
    }

    @Test
    void membersMayChangeFromEagerToCooperativeRebalancing() {
        same(broker -> {
            Clients.createTopic(broker, topic, 4);
            String both = ASSIGNORS + "CooperativeStickyAssignor," + ASSIGNORS + "RangeAssignor";
            try (var party = new Party(broker, topic)) {
                var told = new ArrayList<>();
                party.invite("a", "partition.assignment.strategy", ASSIGNORS + "RangeAssignor").consumer.subscribe(List.of(topic));
                told.add(party.settle(4));
                party.invite("b", "partition.assignment.strategy", both).consumer.subscribe(List.of(topic));
                told.add(party.settle(4));
                told.add(party.describe().partitionAssignor());
                party.leave("a");
                told.add(party.settle(4));
                told.add(party.describe().partitionAssignor());
                return told;
            }
        });
    }

    @Test
    void aPatternFindsTopicsThatComeLater() {
        same(broker -> {
            Clients.createTopic(broker, topic + ".one", 2);
            Clients.createTopic(broker, topic + "-other", 2);
            try (var party = new Party(broker, topic, "metadata.max.age.ms", "200")) {
                party.join("a", Pattern.compile(topic + "\\..*"));
                party.join("b", Pattern.compile(topic + "\\..*"));
                var before = party.settle(2);
                Clients.create(party.admin(), new NewTopic(topic + ".two", 2, (short) 1));
                return List.of(before, party.settle(4));
            }
        });
    }

    @Test
    void aStaticMemberComesBackWithoutARebalance() {
        same(broker -> {
            Clients.createTopic(broker, topic, 4);
            try (var party = new Party(broker, topic, "session.timeout.ms", "30000")) {
                for (var name : List.of("a", "b")) joinStatically(party, name);
                var before = party.settle(4);
                int assignedBefore = party.guest("a").assignedCount;
                int generation = party.guest("a").consumer.groupMetadata().generationId();
                party.leave("b");
                joinStatically(party, "b");
                party.pollUntil(() -> !party.guest("b").consumer.assignment().isEmpty());
                return List.of(before, party.settle(4), party.guest("a").assignedCount - assignedBefore,
                        party.guest("b").consumer.groupMetadata().generationId() - generation, party.guest("b").consumer.groupMetadata().groupInstanceId());
            }
        });
    }

    private void joinStatically(Party party, String name) {
        var guest = party.invite(name, "group.instance.id", name);
        guest.consumer.subscribe(List.of(topic), guest);
    }

    @Test
    void twoWithOneInstanceIdDoNotWorkSideBySide() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            try (var first = new Party(broker, topic); var second = new Party(broker, topic)) {
                joinStatically(first, "a");
                first.settle(1);
                joinStatically(second, "a");
                second.settle(1);
                String fate = outcome(() -> {
                    first.pollUntil(() -> false);
                    return "lives";
                });
                return List.of(fate, second.owned());
            }
        });
    }

    @Test
    void offsetsAreCommittedInEveryWay() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            write(broker, topic, 2, 0, RECORDS);
            var first = new TopicPartition(topic, 0);
            var second = new TopicPartition(topic, 1);
            var told = new ArrayList<>();
            try (var party = new Party(broker, topic)) {
                var consumer = party.join("a", topic).consumer;
                party.settle(2);
                told.add(consumer.committed(Set.of(first, second)).toString());
                party.pollUntil(() -> party.readCount() == RECORDS);
                consumer.commitSync(Map.of(first, new OffsetAndMetadata(3, Optional.of(0), "half way")));
                told.add(consumer.committed(Set.of(first, second)).toString());
                consumer.commitSync();
                told.add(consumer.committed(Set.of(first, second)).toString());
                var answered = new AtomicReference<String>();
                consumer.commitAsync(Map.of(second, new OffsetAndMetadata(7)), (offsets, error) -> answered.set(offsets + " " + error));
                party.pollUntil(() -> answered.get() != null);
                told.add(answered.get());
                told.add(consumer.committed(Set.of(first, second)).toString());
                told.add(outcome(() -> {
                    consumer.commitSync(Map.of(first, new OffsetAndMetadata(1, "x".repeat(4097))));
                    return "taken";
                }));
            }
            // Whoever belongs to no group commits for it when it is empty.
            try (var simple = Clients.consumer(broker, "group.id", topic)) {
                simple.assign(List.of(first, second));
                told.add(simple.position(first) + " " + simple.position(second));
                simple.commitSync(Map.of(second, new OffsetAndMetadata(11)));
                told.add(simple.committed(Set.of(first, second)).toString());
            }
            return told;
        });
    }

    @Test
    void whoWasForgottenCannotCommit() {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            write(broker, topic, 1, 0, 3);
            try (var party = new Party(broker, topic, "max.poll.interval.ms", "300", "session.timeout.ms", "300")) {
                var consumer = party.join("a", topic).consumer;
                party.pollUntil(() -> party.readCount() == 3);
                until(() -> {
                    assertEquals(0, party.describe().members().size());
                    return null;
                });
                String fate = outcome(() -> {
                    consumer.commitSync();
                    return "taken";
                });
                party.pollUntil(() -> party.readCount() == 6);
                return fate;
            }
        });
    }

    @Test
    void automaticCommitsFollowTheConsumer() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            write(broker, topic, 2, 0, RECORDS);
            var partitions = Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            try (var party = new Party(broker, topic, "enable.auto.commit", "true", "auto.commit.interval.ms", "100")) {
                var consumer = party.invite("a").consumer;
                consumer.subscribe(List.of(topic));
                party.pollUntil(() -> party.readCount() == RECORDS);
                party.pollUntil(() -> consumer.committed(partitions).values().stream().allMatch(offset -> offset != null && offset.offset() == RECORDS / 2));
                write(broker, topic, 2, RECORDS, 10);
                party.pollUntil(() -> party.readCount() == RECORDS + 10);
            }
            // Closing commits what the interval has not.
            try (var party = new Party(broker, topic)) {
                return new TreeMap<>(Map.of("after", party.invite("b").consumer.committed(partitions).toString()));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"earliest", "latest", "none", "by_duration:P18250D"})
    void whoHasNoOffsetsBeginsWhereItIsTold(String reset) {
        same(broker -> {
            Clients.createTopic(broker, topic, 1);
            write(broker, topic, 1, 0, 5);
            try (var party = new Party(broker, topic, "auto.offset.reset", reset)) {
                var guest = party.join("a", topic);
                return outcome(() -> {
                    party.settle(1);
                    return guest.consumer.position(new TopicPartition(topic, 0), Duration.ofSeconds(30)) - guest.read.size();
                });
            }
        });
    }

    @Test
    void aMemberSeeksByTimePausesAndResumes() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            write(broker, topic, 2, 0, RECORDS);
            var first = new TopicPartition(topic, 0);
            var second = new TopicPartition(topic, 1);
            try (var party = new Party(broker, topic, "auto.offset.reset", "latest")) {
                var guest = party.join("a", topic);
                party.settle(2);
                party.pollUntil(() -> guest.consumer.position(first) == RECORDS / 2 && guest.consumer.position(second) == RECORDS / 2);
                guest.consumer.pause(List.of(second));
                guest.consumer.offsetsForTimes(Map.of(first, T0 + 50, second, T0 + 55)).forEach((partition, found) -> guest.consumer.seek(partition, found.offset()));
                party.pollUntil(() -> party.readCount() == 5);
                var paused = List.copyOf(guest.read);
                guest.consumer.resume(List.of(second));
                party.pollUntil(() -> party.readCount() == 8);
                return List.of(paused, guest.read, guest.consumer.paused());
            }
        });
    }

    @Test
    void aGroupOfKcatGoesOnWhereItWas() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            write(broker, topic, 2, 0, 10);
            var told = new ArrayList<>();
            told.add(kcat(broker));
            told.add(kcat(broker));
            write(broker, topic, 2, 10, 4);
            told.add(kcat(broker));
            try (var party = new Party(broker, topic)) {
                told.add(party.describe().state().toString());
                write(broker, topic, 2, 14, 2);
                party.join("a", topic);
                party.pollUntil(() -> party.readCount() == 2);
                told.add(party.read());
            }
            return told;
        });
    }

    private List<String> kcat(Broker broker) {
        return Kcat.run(broker, "", "-G", topic, "-q", "-e", "-X", "auto.offset.reset=earliest", "-X", "fetch.wait.max.ms=20", "-f", "%p %o %s\n", topic)
                .successful().lines().stream().sorted().toList();
    }
}
