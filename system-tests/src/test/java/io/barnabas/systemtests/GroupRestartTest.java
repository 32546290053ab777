package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups, their offsets and transactions outlive the broker, however it ends. */
class GroupRestartTest {
    private static final String TOPIC = "restarted";
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 30;

    private static Broker restart(Broker broker, String way) {
        if (way.equals("kill")) broker.process().kill();
        else broker.process().terminate();
        return broker.restart();
    }

    private static void write(Broker broker, int from) {
        try (var producer = Clients.producer(broker)) {
            for (int i = from; i < from + RECORDS; i++) producer.send(Clients.record(TOPIC, i % PARTITIONS, null, null, "%04d".formatted(i)));
        }
    }

    private static List<String> values(int from, int to) {
        return IntStream.range(from, to).mapToObj("%04d"::formatted).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "kill"})
    void consumersGoOnWhereTheyWere(String way) throws Exception {
        var broker = SideBySide.startSubject();
        try {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            write(broker, 0);
            try (var party = new Party(broker, "group", "partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor")) {
                party.join("a", TOPIC);
                party.join("b", TOPIC);
                var owned = party.settle(PARTITIONS);
                party.pollUntil(() -> party.readCount() == RECORDS);
                party.commitAll();
                broker = restart(broker, way);
                write(broker, RECORDS);
                party.pollUntil(() -> party.readCount() == 2 * RECORDS);
                assertEquals(values(0, 2 * RECORDS), party.read());
                assertEquals(owned, party.settle(PARTITIONS));
            }
            // They have committed when they gave up their partitions: the next one goes on behind that.
            broker = restart(broker, way);
            write(broker, 2 * RECORDS);
            try (var party = new Party(broker, "group")) {
                party.join("c", TOPIC);
                party.settle(PARTITIONS);
                party.pollUntil(() -> party.readCount() >= RECORDS);
                assertEquals(values(2 * RECORDS, 3 * RECORDS), party.read());
            }
        } finally {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "kill"})
    void aTransactionOutlivesTheBroker(String way) throws Exception {
        var broker = SideBySide.startSubject();
        try {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            var partition = new TopicPartition(TOPIC, 0);
            try (var producer = Clients.producer(broker, "transactional.id", "t");
                    var party = new Party(broker, "group", "isolation.level", "read_committed")) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(Clients.record(TOPIC, 0, null, null, "0000")).get();
                producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(7)), party.invite("a").consumer.groupMetadata());
                broker = restart(broker, way);
                producer.send(Clients.record(TOPIC, 1, null, null, "0001")).get();
                producer.commitTransaction();
                var consumer = party.guest("a").consumer;
                assertEquals(7, consumer.committed(Set.of(partition)).get(partition).offset());
                consumer.assign(List.of(partition, new TopicPartition(TOPIC, 1)));
                consumer.seekToBeginning(List.of());
                party.pollUntil(() -> party.readCount() == 2);
                assertEquals(values(0, 2), party.read());
            }
        } finally {
            broker.close();
        }
    }

    @Test
    void whatWasDeletedStaysDeleted() throws Exception {
        var broker = SideBySide.startSubject();
        try {
            Clients.createTopic(broker, TOPIC, 1);
            var partition = new TopicPartition(TOPIC, 0);
            var told = new ArrayList<String>();
            try (var admin = Clients.admin(broker)) {
                for (var group : List.of("kept", "deleted", "cleared")) {
                    admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(3))).all().get();
                }
                admin.deleteConsumerGroups(List.of("deleted")).all().get();
                admin.deleteConsumerGroupOffsets("cleared", Set.of(partition)).all().get();
            }
            broker = restart(broker, "kill");
            try (var admin = Clients.admin(broker)) {
                for (var group : List.of("kept", "deleted", "cleared")) {
                    told.add(group + admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().keySet());
                }
            }
            assertEquals(List.of("kept[restarted-0]", "deleted[]", "cleared[]"), told);
        } finally {
            broker.close();
        }
    }
}
