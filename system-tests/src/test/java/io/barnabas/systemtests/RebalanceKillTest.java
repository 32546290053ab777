package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 and power cuts in the middle of rebalances: no commit that was acknowledged is lost, and the members come together again. */
class RebalanceKillTest {
    private static final String TOPIC = "rebalanced";
    private static final String GROUP = "group";
    private static final int PARTITIONS = 6;
    private static final int GUESTS_MAX = 4;
    private static final int POLLS_MAX = 25;
    private static final int RECORDS = 60;
    private static final int DISK_MIB = 512;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void commitsOutliveTheBroker(String protocol) throws Exception {
        kill(protocol, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    @Tag("long")
    void commitsOutliveTheBrokerManyTimes(String protocol) throws Exception {
        kill(protocol, 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void commitsOutlivePowerCuts(String protocol) throws Exception {
        cutPower(protocol, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    @Tag("long")
    void commitsOutliveManyPowerCuts(String protocol) throws Exception {
        cutPower(protocol, 40);
    }

    private static void kill(String protocol, int rounds) throws Exception {
        run(SideBySide.startSubject(), protocol, rounds, broker -> {
            broker.process().kill();
            return broker.restart();
        });
    }

    private static void cutPower(String protocol, int rounds) throws Exception {
        try (var disk = LoopDisk.ofMib(DISK_MIB)) {
            run(BarnabasProcess.with().data(disk.path()).start(), protocol, rounds, disk::cutPowerOf);
        }
    }

    /** @param fault ends the broker, and gives the one that came back */
    private static void run(Broker started, String protocol, int rounds, UnaryOperator<Broker> fault) throws Exception {
        long seed = Long.getLong("barnabas.seed", System.nanoTime() & 0xFFFFFFFFL);
        System.out.println("seed=" + seed);
        var random = new Random(seed);
        var broker = started;
        var acknowledged = new HashMap<TopicPartition, Long>();
        try {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            try (var party = new Party(broker, GROUP, "group.protocol", protocol, "reconnect.backoff.max.ms", "100")) {
                var names = new ArrayList<String>();
                for (int round = 0; round < rounds; round++) {
                    write(broker);
                    change(party, names, "m" + round, random);
                    for (int polls = random.nextInt(POLLS_MAX); polls > 0; polls--) {
                        party.poll();
                        commit(party, acknowledged);
                    }
                    broker = fault.apply(broker);
                    check(party, acknowledged);
                    party.settle(PARTITIONS);
                    commit(party, acknowledged);
                    check(party, acknowledged);
                }
            }
        } finally {
            broker.close();
        }
    }

    private static void write(Broker broker) {
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < RECORDS; i++) producer.send(Clients.record(TOPIC, i % PARTITIONS, null, null, "value"));
        }
    }

    /** One comes, or the eldest goes. */
    private static void change(Party party, List<String> names, String name, Random random) {
        if (names.size() > 1 && (names.size() == GUESTS_MAX || random.nextBoolean())) {
            party.leave(names.remove(0));
        } else {
            names.add(name);
            party.invite(name).consumer.subscribe(List.of(TOPIC));
        }
    }

    private static void commit(Party party, Map<TopicPartition, Long> acknowledged) {
        for (var guest : party.guests()) commit(guest.consumer, acknowledged);
    }

    private static void commit(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> acknowledged) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : consumer.assignment()) offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
        try {
            consumer.commitSync(offsets);
        } catch (KafkaException e) {
            return; // It is no longer its own.
        }
        offsets.forEach((partition, offset) -> acknowledged.merge(partition, offset.offset(), Math::max));
    }

    /** Nobody commits less than somebody has before, as each begins where the last commit was. */
    private static void check(Party party, Map<TopicPartition, Long> acknowledged) throws Exception {
        var found = party.admin().listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get();
        acknowledged.forEach((partition, offset) -> assertTrue(found.get(partition) != null && found.get(partition).offset() >= offset,
                () -> "an offset went back: partition=" + partition + " acknowledged=" + offset + " found=" + found.get(partition)));
    }
}
