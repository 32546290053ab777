package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ./barnabas log} as a user runs it, on directories of either broker, at rest and in use. */
class LogCommandTest {
    static List<Path> jdks() {
        return Repository.jdks();
    }

    private static Command.Answer log(String... arguments) {
        return log(Repository.jdk(), Path.of("/"), arguments);
    }

    private static Command.Answer log(Path jdk, Path directory, String... arguments) {
        var words = Stream.concat(Stream.of(Repository.ROOT.resolve("barnabas").toString(), "log"), Arrays.stream(arguments)).toArray(String[]::new);
        return Command.of(words).environment("JAVA_HOME", jdk.toString()).in(directory).run();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void bothToolsStartOnEveryJdkFromAnyDirectory(Path jdk) throws Exception {
        Path data = written();
        assertTrue(log(jdk, data.getParent(), "verify", data.getFileName().toString()).successful().output().contains("no damage found"));
        var dump = Command.of(Repository.ROOT.resolve("bin/kafka-dump-log.sh").toString(), "--files", "t-0/00000000000000000000.log")
                .environment("JAVA_HOME", jdk.toString()).in(data).run().successful();
        assertTrue(dump.output().startsWith("Dumping t-0/00000000000000000000.log\nLog starting offset: 0\nbaseOffset: 0 "), dump::toString);
        assertEquals("", dump.errors());
    }

    /** Ten records in a partition, closed cleanly. */
    private static Path written() throws Exception {
        try (var broker = BarnabasProcess.with().start()) {
            write(broker);
            broker.process().terminate();
            return broker.dataDirectory();
        }
    }

    private static void write(BarnabasProcess broker) throws Exception {
        Clients.createTopic(broker, "t", 1);
        send(broker);
    }

    private static void send(BarnabasProcess broker) throws Exception {
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 10; i++) producer.send(Clients.record("t", 0, 1_000_000_000_000L + i, "key " + i, "value " + i)).get();
        }
    }

    @Test
    void whatEitherBrokerLeavesHasNoDamage() throws Exception {
        for (Path data : List.of(LogSamples.byKafka(), LogSamples.byKilledKafka(), LogSamples.byBarnabas())) {
            var answer = log("verify", "--records", data.toString()).successful();
            assertTrue(answer.output().contains("no damage found"), answer::toString);
            assertFalse(answer.output().contains("damage  "), answer::toString);
        }
    }

    @Test
    void damageIsFoundAndNamedAndEndsWithOne() throws Exception {
        Path data = written();
        Path file = data.resolve("t-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 4; // of the last value
        Files.write(file, bytes);
        var answer = log("verify", data.toString()).exiting(1);
        assertTrue(answer.output().contains("damage  " + file + " position=")
                && answer.output().contains("checksum of a batch is wrong"), answer::toString);
        var json = log("verify", "--json", data.resolve("t-0").toString()).exiting(1);
        assertTrue(json.output().startsWith("{\"directories\":[{") && json.output().contains("\"damaged\":true"), json::toString);
        assertEquals(1, json.lines().size());
    }

    /** A record in the middle is damaged: the partition is refused until its loss is accepted, and then has all the others. */
    @Test
    void aDamagedPartitionIsServedAgainOnceItsLossIsAccepted() throws Exception {
        Path data = written();
        Path file = data.resolve("t-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        // As a kill leaves it: a start reads no records after a clean stop.
        Files.delete(data.resolve(".kafka_cleanshutdown"));
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        try (var broker = BarnabasProcess.with().data(data).start()) {
            assertThrows(ExecutionException.class, () -> Clients.awaitEndOffset(broker, "t", 0, 0));
            assertTrue(log("repair", data.toString()).exiting(1).errors().contains("is in use"));
            broker.process().kill();
        }
        var told = log("repair", data.resolve("t-0").toString()).exiting(1).output();
        assertEquals(2, told.lines().filter(line -> line.startsWith("lost    t-0: offsets from ")).count(), told);
        assertTrue(told.contains("Nothing was changed"), told);
        assertEquals(told.replaceAll("(?m)^1 partition damaged.*$", "1 partition repaired"), log("repair", "--accept-loss", data.toString()).successful().output());
        assertEquals("no damage found\n", log("repair", data.toString()).successful().output());
        try (var broker = BarnabasProcess.with().data(data).start(); var consumer = Clients.consumer(broker)) {
            var left = Clients.readWhole(consumer, new TopicPartition("t", 0)).stream().map(record -> Clients.text(record.value())).toList();
            assertEquals(8, left.size(), left::toString);
            send(broker);
        }
    }

    @Test
    void partitionsAreListedAtRestAndInUseAndNothingIsTouched() throws Exception {
        try (var broker = BarnabasProcess.with().start()) {
            write(broker);
            Path data = broker.dataDirectory();
            assertTrue(log("list", data.toString()).successful().lines().get(0).endsWith("in use by a running broker: ends may be moving"));
            var live = log("verify", data.toString()).successful();
            assertTrue(live.errors().contains("A broker runs on"), live::toString);
            broker.process().terminate();
            var before = state(data);
            var table = log("list", data.toString()).successful();
            assertTrue(table.lines().get(0).endsWith("closed cleanly"), table::toString);
            assertTrue(table.lines().stream().anyMatch(line -> line.matches("t +0  \\S{22} +0 +10 +1 +\\d+ +10")), table::toString);
            var json = log("list", "--json", data.toString()).successful().output();
            assertTrue(json.contains("\"inUse\":false,\"closedCleanly\":true,\"partitions\":[")
                    && json.contains("\"topic\":\"t\",\"partition\":0,"), json);
            log("verify", data.toString()).successful();
            log("dump", data.resolve("t-0").toString()).successful();
            assertEquals(before, state(data));
        }
    }

    private static Map<String, String> state(Path data) throws IOException {
        var state = new HashMap<String, String>();
        try (var files = Files.walk(data)) {
            for (Path file : files.toList()) state.put(file.toString(), Files.getLastModifiedTime(file) + " " + Files.size(file));
        }
        return state;
    }

    @Test
    void apacheKafkasLockIsSeenToo() throws Exception {
        try (var kafka = KafkaPeer.with().start()) {
            assertTrue(log("list", kafka.dataDirectory().toString()).successful().lines().get(0).contains("in use by a running broker"));
        }
    }

    @Test
    void recordsAreShownInTablesAndAsJson() throws Exception {
        Path folder = written().resolve("t-0");
        var batches = log("dump", folder.toString()).successful();
        assertTrue(batches.lines().get(1).startsWith("POSITION  BASE OFFSET"), batches::toString);
        assertEquals(12, batches.lines().size());
        var records = log("dump", "--records", folder.toString()).successful();
        assertTrue(records.lines().get(2).matches(" +0  2001-09-09T01:46:40Z +key 0  value 0 +- *"), records::toString);
        var json = log("dump", "--records", "--json", folder.resolve("00000000000000000000.log").toString()).successful();
        assertTrue(json.lines().get(9).endsWith("\"offset\":9,\"timestamp\":1000000000009,\"key\":\"key 9\",\"value\":\"value 9\",\"headers\":null}"), json::toString);
        var metadata = log("dump", "--records", "--json", folder.resolveSibling("__cluster_metadata-0").toString()).successful();
        assertTrue(metadata.output().contains("\"value\":{\"type\":\"TOPIC_RECORD\",\"version\":0,\"data\":{\"name\":\"t\""), metadata::toString);
    }

    @Test
    void wrongUseEndsWithTwoAndAPathThatIsNotThereWithOne() {
        assertTrue(log().exiting(2).errors().contains("dump, verify, list"));
        log("verify").exiting(2);
        log("list", "--bogus", "here").exiting(2);
        assertTrue(log("--help").successful().output().contains("verify"));
        assertTrue(log("verify", "/no/such/directory").exiting(1).errors().contains("No such file or directory: /no/such/directory"));
        assertTrue(log("verify", Repository.ROOT.resolve("docs").toString()).exiting(1).errors().contains("Neither a log directory"));
        assertTrue(log("list", Repository.ROOT.toString()).exiting(1).errors().contains("Not a log directory"));
        assertTrue(log("dump", Repository.ROOT.resolve("pom.xml").toString()).exiting(1).errors().contains("Neither a segment"));
    }

    /** Who looks at the beginning of a long dump need not wait for its end. */
    @Test
    void aClosedPipeEndsADump() throws Exception {
        var log = written().resolve("t-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(log);
        Path large = Repository.newScratch("large").resolve("00000000000000000000.log");
        try (var out = Files.newOutputStream(large)) {
            for (int i = 0; i < 50_000_000 / bytes.length; i++) out.write(bytes);
        }
        var answer = Command.of("bash", "-c", "'" + Repository.ROOT.resolve("bin/kafka-dump-log.sh") + "' --files " + large
                + " | head -n 1").run().successful();
        assertEquals("Dumping " + large + "\n", answer.output());
        assertEquals("", answer.errors());
    }
}
