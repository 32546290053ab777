package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.systemtests.RawProducer.Produced;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A disk says once that it cannot sync, then that all is well. What it was asked to sync may be lost, so no acknowledgement
 * may rest on it.
 */
class FailingSyncTest {
    private static final String TOPIC = "topic";
    private static final int PARTITIONS = 4;
    private static final int ALL = -1;

    private final Path scratch = Repository.newScratch("sync");
    private final Path first = scratch.resolve("first");
    private final Path second = scratch.resolve("second");
    private final Path trigger = scratch.resolve("trigger");

    @Test
    void nothingIsAcknowledgedOnADirectoryThatFailedToSyncOnce() throws Exception {
        try (var broker = brokerFailingIn(second).moreData(second).start()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            int bad = partitionIn(second);
            int good = partitionIn(first);
            try (var producer = new RawProducer(broker)) {
                assertEquals(new Produced(ErrorCode.NONE, 0), produce(producer, bad, ALL));
                failOnce();
                assertEquals(new Produced(ErrorCode.KAFKA_STORAGE_ERROR, -1), produce(producer, bad, ALL));
                assertFalse(Files.exists(trigger), "the sync was not tried");
                // Nothing about the broker's files is told to clients.
                assertEquals(new Produced(ErrorCode.KAFKA_STORAGE_ERROR, -1), produce(producer, bad, ALL));
                assertEquals(new Produced(ErrorCode.KAFKA_STORAGE_ERROR, -1), produce(producer, bad, 1));
                assertEquals(new Produced(ErrorCode.NONE, 0), produce(producer, good, ALL));
                assertEquals(new Produced(ErrorCode.NONE, 1), produce(producer, good, 1));
            }
            // The controller has heard of it: nobody leads what lies there.
            try (var admin = Clients.admin(broker)) {
                Awaitility.await().until(() -> leader(admin, bad) == null);
                assertNotNull(leader(admin, good));
            }
            broker.process().kill();
            try (var again = broker.restart(); var producer = new RawProducer(again)) {
                assertEquals(ErrorCode.NONE, produce(producer, bad, ALL).error());
                assertEquals(new Produced(ErrorCode.NONE, 2), produce(producer, good, ALL));
            }
        }
    }

    @Test
    void acksOneIsAnsweredWithoutTheDiskAsInKafka() throws Exception {
        try (var broker = brokerFailingIn(second).moreData(second).start()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            int bad = partitionIn(second);
            failOnce();
            try (var producer = new RawProducer(broker)) {
                assertEquals(new Produced(ErrorCode.NONE, 0), produce(producer, bad, 1));
                assertTrue(Files.exists(trigger), "something was synced");
                assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(producer, bad, ALL).error());
            }
        }
    }

    @Test
    void aBrokerWithoutADirectoryThatWorksEndsAndLosesNothing() throws Exception {
        var rounds = new FaultRounds(brokerFailingIn(first).start());
        try {
            rounds.run(1, broker -> {
                failOnce();
                assertEquals(1, broker.process().awaitEnd());
                return broker.restart();
            });
        } finally {
            rounds.broker().close();
        }
    }

    private static Node leader(Admin admin, int partition) throws Exception {
        return admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC).partitions().get(partition).leader();
    }

    private BarnabasProcess.Setup brokerFailingIn(Path directory) {
        return BarnabasProcess.with().data(first)
                .environment("LD_PRELOAD", NativeHelper.faultySync().toString()).environment("FAULTY_SYNC", "fail-once")
                .environment("FAULTY_SYNC_PATH", directory + "/").environment("FAULTY_SYNC_WHEN", trigger.toString());
    }

    private void failOnce() {
        try {
            Files.createFile(trigger);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int partitionIn(Path directory) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (Files.exists(directory.resolve(TOPIC + "-" + partition))) return partition;
        }
        throw new AssertionError("no partition is in directory=" + directory);
    }

    private static Produced produce(RawProducer producer, int partition, int acks) throws IOException {
        return producer.produce(TOPIC, partition, acks, Clients.bytes("value"));
    }
}
