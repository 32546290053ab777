package io.barnabas.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.barnabas.model.ErrorCode;
import io.barnabas.systemtests.RawProducer.Produced;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of two disks becomes slow, then takes no write at all: the other one's partitions, on the same loop, are served on. */
class SlowDiskTest {
    private static final String TOPIC = "topic";
    private static final int PARTITIONS = 4;

    private final Path scratch = Repository.newScratch("slow");
    private final Path first = scratch.resolve("first");
    private final Path second = scratch.resolve("second");
    private final Path slow = scratch.resolve("slow-now");
    private final Path stuck = scratch.resolve("stuck-now");
    private final Path met = scratch.resolve("stuck-met");

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aDiskThatIsStuckHoldsUpOnlyItsOwnPartitions() throws Exception {
        try (var broker = brokerSlowIn(second).moreData(second).setting("num.event.loops", "1").start()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            int bad = partitionIn(second);
            int good = partitionIn(first);
            try (var producer = new RawProducer(broker)) {
                Files.createFile(slow);
                assertEquals(new Produced(ErrorCode.NONE, 0), produce(producer, bad));
                Files.createFile(stuck);
                var waiting = CompletableFuture.supplyAsync(() -> produceAlone(broker, bad));
                await().until(() -> Files.exists(met));
                assertEquals(new Produced(ErrorCode.NONE, 0), produce(producer, good));
                var behind = CompletableFuture.supplyAsync(() -> produceAlone(broker, bad));
                assertEquals(new Produced(ErrorCode.NONE, 1), produce(producer, good));
                assertFalse(waiting.isDone() || behind.isDone(), "answered before it was written");
                Files.delete(stuck);
                assertEquals(new Produced(ErrorCode.NONE, 1), waiting.get());
                assertEquals(new Produced(ErrorCode.NONE, 2), behind.get());
            }
        }
    }

    private BarnabasProcess.Setup brokerSlowIn(Path directory) {
        return BarnabasProcess.with().data(first)
                .environment("LD_PRELOAD", NativeHelper.slowWrite().toString()).environment("SLOW_WRITE_PATH", directory + "/" + TOPIC)
                .environment("SLOW_WRITE_SLOW", slow.toString()).environment("SLOW_WRITE_STUCK", stuck.toString())
                .environment("SLOW_WRITE_MET", met.toString());
    }

    private static int partitionIn(Path directory) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (Files.exists(directory.resolve(TOPIC + "-" + partition))) return partition;
        }
        throw new AssertionError("no partition is in directory=" + directory);
    }

    private static Produced produceAlone(Broker broker, int partition) {
        try (var producer = new RawProducer(broker)) {
            return produce(producer, partition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Produced produce(RawProducer producer, int partition) throws IOException {
        return producer.produce(TOPIC, partition, 1, Clients.bytes("value"));
    }
}
