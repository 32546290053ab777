package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers of Apache Kafka's Java client by the consumer protocol (KIP-848) share topics on Barnabas as on Apache Kafka. */
class ConsumerProtocolTest extends SideBySide {
    private static final String[] CONSUMER = {"group.protocol", Party.CONSUMER_PROTOCOL};
    private static final int RECORDS = 60;

    private Party party(Broker broker, String... settings) {
        var all = new ArrayList<>(List.of(CONSUMER));
        all.addAll(List.of(settings));
        return new Party(broker, topic, all.toArray(String[]::new));
    }

    private static void write(Broker broker, String topic, int partitions, int from, int count) {
        try (var producer = Clients.producer(broker)) {
            for (int i = from; i < from + count; i++) producer.send(Clients.record(topic, i % partitions, null, null, "%04d".formatted(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "range"})
    void partitionsAreSharedAnewWhenConsumersComeAndGo(String assignor) {
        same(broker -> {
            Clients.createTopic(broker, topic, 6);
            Clients.createTopic(broker, topic + "-b", 6);
            write(broker, topic, 6, 0, RECORDS);
            var told = new ArrayList<>();
            try (var party = party(broker, "group.remote.assignor", assignor)) {
                party.join("a", topic, topic + "-b");
                told.add(party.settle(12));
                party.pollUntil(() -> party.readCount() == RECORDS);
                party.join("b", topic, topic + "-b");
                party.settle(12);
                told.add(party.shares());
                told.add(party.describe().partitionAssignor() + " " + party.describe().type());
                party.join("c", topic, topic + "-b");
                party.settle(12);
                told.add(party.shares());
                if (assignor.equals("range")) told.add(new HashSet<>(party.owned().values()));
                write(broker, topic, 6, RECORDS, RECORDS);
                party.pollUntil(() -> party.readCount() == 2 * RECORDS);
                told.add(party.read());
                party.leave("a");
                party.settle(12);
                told.add(party.shares());
            }
            return told;
        });
    }

    @Test
    void theBrokerFindsTopicsByPattern() {
        same(broker -> {
            Clients.createTopic(broker, topic + ".one", 2);
            Clients.createTopic(broker, topic + "-other", 2);
            try (var party = party(broker)) {
                party.invite("a").consumer.subscribe(new SubscriptionPattern(topic + "\\..*"));
                return party.settle(2);
            }
        });
    }

    /** It looks again after ten seconds at the soonest. */
    @Test
    @Tag("long")
    void theBrokerFindsTopicsThatComeLater() {
        same(broker -> {
            Clients.createTopic(broker, topic + ".one", 2);
            try (var party = party(broker)) {
                party.invite("a").consumer.subscribe(new SubscriptionPattern(topic + "\\..*"));
                party.settle(2);
                Clients.create(party.admin(), new NewTopic(topic + ".two", 3, (short) 1));
                party.invite("b").consumer.subscribe(new SubscriptionPattern(topic + "\\.(one|two)"));
                party.settle(5);
                return party.shares();
            }
        });
    }

    @Test
    void staticMembersComeBackToWhatTheyHad() {
        same(broker -> {
            Clients.createTopic(broker, topic, 4);
            try (var party = party(broker)) {
                for (var name : List.of("a", "b")) join(party, name);
                party.settle(4);
                var before = party.owned();
                party.leave("b");
                int members = party.describe().members().size();
                join(party, "b");
                party.settle(4);
                return List.of(members, party.shares(), before.equals(party.owned()));
            }
        });
    }

    private void join(Party party, String name) {
        party.invite(name, "group.instance.id", name).consumer.subscribe(List.of(topic));
    }

    @Test
    void offsetsAreCommittedAndFoundAgain() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            write(broker, topic, 2, 0, RECORDS);
            var told = new ArrayList<String>();
            var first = new TopicPartition(topic, 0);
            var second = new TopicPartition(topic, 1);
            try (var party = party(broker)) {
                var consumer = party.join("a", topic).consumer;
                party.settle(2);
                party.pollUntil(() -> party.readCount() == RECORDS);
                consumer.commitSync(Map.of(first, new OffsetAndMetadata(7, "seven")));
                told.add(new TreeMap<>(Map.of("half", consumer.committed(Set.of(first, second)).toString())).toString());
                consumer.commitSync();
                told.add(consumer.committed(Set.of(first, second)).toString());
            }
            write(broker, topic, 2, RECORDS, 6);
            try (var party = party(broker, "enable.auto.commit", "true")) {
                party.invite("b").consumer.subscribe(List.of(topic));
                party.settle(2);
                party.pollUntil(() -> party.readCount() == 6);
                told.addAll(party.read());
            }
            try (var party = party(broker)) {
                told.add(party.invite("c").consumer.committed(Set.of(first, second)).toString());
            }
            return told;
        });
    }

    @Test
    void subscriptionsChangeWhileTheGroupLives() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            Clients.createTopic(broker, topic + "-b", 2);
            try (var party = party(broker)) {
                var a = party.join("a", topic);
                var told = new ArrayList<>();
                told.add(party.settle(2));
                a.consumer.subscribe(List.of(topic, topic + "-b"), a);
                told.add(party.settle(4));
                a.consumer.subscribe(List.of(topic + "-b"), a);
                told.add(party.settle(2));
                a.consumer.unsubscribe();
                a.consumer.subscribe(List.of(topic), a);
                told.add(party.settle(2));
                return told;
            }
        });
    }

    @Test
    void aTopicThatGrowsIsSharedWithoutBeingAskedFor() {
        same(broker -> {
            Clients.createTopic(broker, topic, 2);
            try (var party = party(broker, "metadata.max.age.ms", "200")) {
                party.join("a", topic);
                party.join("b", topic);
                party.settle(2);
                party.admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(6))).all().get();
                party.settle(6);
                return party.shares();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"RangeAssignor", "CooperativeStickyAssignor"})
    void aGroupChangesProtocolWithoutStopping(String assignor) {
        same(broker -> {
            Clients.createTopic(broker, topic, 6);
            write(broker, topic, 6, 0, RECORDS);
            var told = new ArrayList<>();
            try (var party = new Party(broker, topic)) {
                classic(party, "old-a", assignor);
                classic(party, "old-b", assignor);
                told.add(seen(party));
                // Up: the first that speaks the new protocol takes the group along.
                for (var name : List.of("new-c", "new-d")) {
                    var guest = party.invite(name, CONSUMER);
                    guest.consumer.subscribe(List.of(topic), guest);
                    told.add(seen(party));
                }
                for (var name : List.of("old-a", "old-b")) {
                    party.leave(name);
                    told.add(seen(party));
                }
                // Down: with the last that speaks it, the new protocol goes.
                classic(party, "old-e", assignor);
                told.add(seen(party));
                for (var name : List.of("new-c", "new-d")) {
                    party.leave(name);
                    told.add(seen(party));
                }
            }
            return told;
        });
    }

    private void classic(Party party, String name, String assignor) {
        var guest = party.invite(name, "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor);
        guest.consumer.subscribe(List.of(topic), guest);
    }

    /** Type, state, and how many partitions each of how many owns. */
    private static String seen(Party party) {
        party.settle(6);
        var description = party.describe();
        var kinds = new TreeSet<String>();
        for (var member : description.members()) kinds.add(member.clientId() + " upgraded=" + member.upgraded());
        return description.type() + " " + description.groupState() + " " + party.shares() + " " + kinds;
    }
}
