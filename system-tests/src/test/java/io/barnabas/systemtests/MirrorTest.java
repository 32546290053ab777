package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.PeerApplication;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MirrorMaker carries topics and the offsets of groups between Apache Kafka and Barnabas, both ways at once, and nothing twice. */
@Tag("long")
class MirrorTest {
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 1_000;
    private static final long START_MS = 1_700_000_000_000L;
    private static final long WAIT_SECONDS_MAX = 240;

    private final Path scratch = Repository.newScratch("mirror");

    @Test
    void topicsAndOffsetsOfGroupsArriveOnceWhenTheMirrorIsKilled() throws Exception {
        Broker kafka = Subject.startKafka("log.retention.ms", SideBySide.KEPT_FOREVER);
        Broker subject = Subject.start("log.retention.ms", SideBySide.KEPT_FOREVER);
        ChildProcess mirror = null;
        try {
            var there = new Way(kafka, subject, "orders", "kafka.orders");
            var back = new Way(subject, kafka, "payments", "subject.payments");
            for (Way way : List.of(there, back)) way.write();
            mirror = startMirror(kafka, subject);
            for (Way way : List.of(there, back)) await(mirror, () -> way.arrived() > 0);
            mirror.kill();
            for (Way way : List.of(there, back)) way.write();
            mirror = startMirror(kafka, subject);
            for (Way way : List.of(there, back)) {
                await(mirror, () -> way.arrived() >= 2 * PARTITIONS * RECORDS);
                assertEquals(records(way.from, way.topic), records(way.to, way.copy));
            }
            for (Way way : List.of(there, back)) {
                way.commit(2 * RECORDS);
                await(mirror, () -> way.offsetsThere().equals(way.offsetsHere()));
            }
            assertEquals(143, mirror.terminate());
        } finally {
            if (mirror != null && mirror.isAlive()) mirror.kill();
            subject.close();
            kafka.close();
        }
    }

    /** One topic and its group on the way from one broker to the other. */
    private record Way(Broker from, Broker to, String topic, String copy) {
        Way {
            try {
                Clients.createTopic(from, topic, PARTITIONS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        void write() {
            var random = new Random(1);
            try (var producer = Clients.producer(from, "compression.type", "lz4")) {
                for (int i = 0; i < PARTITIONS * RECORDS; i++) {
                    var value = i % 10 == 0 ? null : Clients.bytes("value " + random.nextLong());
                    var headers = List.<Header>of(new RecordHeader("header", Clients.bytes("" + i)));
                    var key = Clients.bytes("key " + i % 100);
                    producer.send(new ProducerRecord<>(topic, i % PARTITIONS, START_MS + i, key, value, headers));
                }
            }
        }

        int arrived() throws Exception {
            return records(to, copy).size();
        }

        void commit(long offset) throws Exception {
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            for (int i = 0; i < PARTITIONS; i++) offsets.put(new TopicPartition(topic, i), new OffsetAndMetadata(offset));
            try (var admin = Clients.admin(from)) {
                admin.alterConsumerGroupOffsets(group(), offsets).all().get();
            }
        }

        /** The end of each partition of the copy: markers of transactions have offsets there, too. */
        Map<Integer, Long> offsetsHere() throws Exception {
            var ends = new HashMap<Integer, Long>();
            for (ConsumerRecord<byte[], byte[]> record : recordsOf(to, copy)) ends.put(record.partition(), record.offset() + 1);
            return ends;
        }

        Map<Integer, Long> offsetsThere() throws Exception {
            var found = new HashMap<Integer, Long>();
            try (var admin = Clients.admin(to)) {
                admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata().get().forEach((partition, offset) -> {
                    if (partition.topic().equals(copy)) found.put(partition.partition(), offset.offset());
                });
            }
            return found;
        }

        String group() {
            return topic + "-readers";
        }
    }

    private ChildProcess startMirror(Broker kafka, Broker subject) throws IOException {
        Path configuration = Files.writeString(scratch.resolve("mirror.properties"), """
                clusters=kafka,subject
                kafka.bootstrap.servers=%s
                subject.bootstrap.servers=%s
                kafka->subject.enabled=true
                kafka->subject.topics=orders
                subject->kafka.enabled=true
                subject->kafka.topics=payments
                kafka.exactly.once.source.support=enabled
                subject.exactly.once.source.support=enabled
                dedicated.mode.enable.internal.rest=true
                listeners=http://localhost:0
                replication.factor=1
                checkpoints.topic.replication.factor=1
                heartbeats.topic.replication.factor=1
                offset-syncs.topic.replication.factor=1
                config.storage.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                emit.checkpoints.interval.seconds=1
                sync.group.offsets.enabled=true
                sync.group.offsets.interval.seconds=1
                refresh.groups.interval.seconds=1
                offset.lag.max=0
                offset.flush.interval.ms=500
                session.timeout.ms=6000
                heartbeat.interval.ms=1000
                scheduled.rebalance.max.delay.ms=0
                """.formatted(kafka.bootstrap(), subject.bootstrap()));
        return PeerApplication.start("kafka-connect", scratch.resolve("mirror.out"), "org.apache.kafka.connect.mirror.MirrorMaker",
                configuration.toString());
    }

    private static void await(ChildProcess mirror, Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.call()) assertTrue(System.nanoTime() < deadlineNs && mirror.isAlive(), mirror::output);
    }

    /** All that is committed, as text. */
    private static List<String> records(Broker broker, String topic) throws Exception {
        return recordsOf(broker, topic).stream().map(record -> record.partition() + " " + record.timestamp() + " "
                + Clients.text(record.key()) + " " + Clients.text(record.value()) + " " + record.headers()).toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> recordsOf(Broker broker, String topic) throws Exception {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var admin = Clients.admin(broker); var consumer = Clients.consumer(broker, "isolation.level", "read_committed")) {
            if (!admin.listTopics().names().get().contains(topic)) return records;
            for (int i = 0; i < PARTITIONS; i++) records.addAll(Clients.readWhole(consumer, new TopicPartition(topic, i)));
        }
        return records;
    }
}
