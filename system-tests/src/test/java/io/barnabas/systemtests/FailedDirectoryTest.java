package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One of three log directories is bad when the broker starts: it goes on with the others, or not, as Apache Kafka does. */
class FailedDirectoryTest {
    private static final String TOPIC = "old";
    private static final int PARTITIONS = 6;
    private static final int NODE = 1;

    /** What has become of the directory. Run as root, so that rights alone keep nobody out. */
    enum Damage {
        A_FILE_IN_ITS_PLACE, MALFORMED_CHECKPOINT, CHECKPOINTS_LOST, NO_DIRECTORY_ID, UNREADABLE_META_PROPERTIES;

        void on(Path directory) throws IOException {
            switch (this) {
                case A_FILE_IN_ITS_PLACE -> {
                    Files.move(directory, directory.resolveSibling("away"));
                    Files.createFile(directory);
                }
                case MALFORMED_CHECKPOINT -> Files.writeString(directory.resolve("recovery-point-offset-checkpoint"), "x");
                case CHECKPOINTS_LOST -> {
                    try (var files = Files.list(directory)) {
                        for (var file : files.filter(file -> file.toString().endsWith("-checkpoint")).toList()) Files.delete(file);
                    }
                }
                case NO_DIRECTORY_ID -> Files.write(directory.resolve("meta.properties"), Files.readAllLines(directory.resolve("meta.properties"))
                        .stream().filter(line -> !line.startsWith("directory.id")).toList());
                case UNREADABLE_META_PROPERTIES -> {
                    Files.delete(directory.resolve("meta.properties"));
                    Files.createDirectory(directory.resolve("meta.properties"));
                }
            }
        }
    }

    private record Made(Path first, Path second, Path third, Function<Made, Broker> start) {
        Broker started() {
            return start.apply(this);
        }
    }

    private static Made barnabas() {
        return made("failed", made -> BarnabasProcess.with().data(made.first).moreData(made.second).moreData(made.third).start());
    }

    private static Made kafka() {
        return made("failed-kafka", made -> KafkaPeer.with().data(made.first)
                .setting("log.dirs", made.first + "," + made.second + "," + made.third).start());
    }

    private static Made made(String name, Function<Made, Broker> start) {
        var scratch = Repository.newScratch(name);
        return new Made(scratch.resolve("first"), scratch.resolve("second"), scratch.resolve("third"), start);
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void theOthersAreServedAsByApacheKafka(Damage damage) throws Exception {
        var ours = seen(barnabas(), damage);
        if (damage == Damage.NO_DIRECTORY_ID) {
            // Apache Kafka lets the partitions wait for the restart after this one.
            assertTrue(ours.get("old").stream().allMatch(line -> line.endsWith("leader=1")), ours.toString());
            return;
        }
        assertEquals(seen(kafka(), damage), ours);
    }

    /** What a client can see afterwards. */
    private static TreeMap<String, List<String>> seen(Made made, Damage damage) throws Exception {
        try (var broker = made.started(); var admin = Clients.admin(broker)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
            Awaitility.await().until(() -> placesKnown(made, TOPIC) == PARTITIONS);
            stop(broker);
        }
        damage.on(made.third);
        try (var broker = made.started(); var admin = Clients.admin(broker)) {
            boolean isOffline = damage != Damage.CHECKPOINTS_LOST && damage != Damage.NO_DIRECTORY_ID;
            Awaitility.await().until(() -> leaders(admin, TOPIC).stream().filter(line -> line.endsWith("none")).count() == (isOffline ? 2 : 0));
            var seen = new TreeMap<String, List<String>>();
            seen.put("old", placeless(leaders(admin, TOPIC)));
            admin.createTopics(List.of(new NewTopic("new", 4, (short) 1))).all().get();
            Awaitility.await().until(() -> leaders(admin, "new").stream().noneMatch(line -> line.endsWith("none")));
            seen.put("new", leaders(admin, "new"));
            var directories = new ArrayList<String>();
            Awaitility.await().until(() -> placesKnown(made, "new") == 4);
            admin.describeLogDirs(List.of(NODE)).allDescriptions().get().get(NODE).forEach((path, description) -> directories.add(
                    Path.of(path).getFileName() + " error=" + description.error() + " old=" + count(description.replicaInfos().keySet(), TOPIC)
                            + " isNewHere=" + (count(description.replicaInfos().keySet(), "new") > 0)
                            + " totalIsKnown=" + description.totalBytes().isPresent()));
            directories.sort(null);
            seen.put("directories", directories);
            return seen;
        }
    }

    @Test
    void aPartitionComesBackWithItsDirectoryAndEveryRecord() throws Exception {
        var made = barnabas();
        try (var broker = made.started()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            try (var producer = new RawProducer(broker)) {
                for (int i = 0; i < PARTITIONS; i++) assertEquals(ErrorCode.NONE, producer.produce(TOPIC, i, -1, Clients.bytes("v")).error());
            }
            broker.process().kill();
        }
        var lost = partitionsIn(made.third);
        Damage.A_FILE_IN_ITS_PLACE.on(made.third);
        try (var broker = made.started(); var producer = new RawProducer(broker)) {
            for (int i = 0; i < PARTITIONS; i++) {
                var expected = lost.contains(i) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE;
                assertEquals(expected, producer.produce(TOPIC, i, -1, Clients.bytes("v")).error(), "partition " + i);
            }
            broker.process().kill();
        }
        Files.delete(made.third);
        Files.move(made.third.resolveSibling("away"), made.third);
        try (var broker = made.started(); var producer = new RawProducer(broker)) {
            for (int i = 0; i < PARTITIONS; i++) {
                assertEquals(new RawProducer.Produced(ErrorCode.NONE, lost.contains(i) ? 1 : 2), producer.produce(TOPIC, i, -1, Clients.bytes("v")));
            }
        }
    }

    @Test
    void aDirectoryThatIsTakenOutOfTheListIsNotReplacedByAnEmptyOne() throws Exception {
        var made = barnabas();
        try (var broker = made.started()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            broker.process().kill();
        }
        var lost = partitionsIn(made.third);
        try (var broker = BarnabasProcess.with().data(made.first).moreData(made.second).start(); var producer = new RawProducer(broker)) {
            for (int i : lost) assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, producer.produce(TOPIC, i, -1, Clients.bytes("v")).error());
        }
        assertEquals(PARTITIONS - lost.size(), partitionsIn(made.first).size() + partitionsIn(made.second).size());
    }

    private static void stop(Broker broker) throws Exception {
        Command.of("kill", Long.toString(broker.process().pid())).run().successful();
        broker.process().awaitEnd();
    }

    private static long placesKnown(Made made, String topic) throws IOException {
        long count = 0;
        for (var directory : List.of(made.first, made.second, made.third)) {
            if (!Files.isDirectory(directory)) continue;
            try (var folders = Files.list(directory)) {
                count += folders.filter(folder -> folder.getFileName().toString().matches(topic + "-\\d+")).count();
            }
        }
        return count;
    }

    private static List<Integer> partitionsIn(Path directory) throws IOException {
        try (var folders = Files.list(directory)) {
            return folders.map(folder -> folder.getFileName().toString()).filter(name -> name.matches(TOPIC + "-\\d+"))
                    .map(name -> Integer.valueOf(name.substring(TOPIC.length() + 1))).toList();
        }
    }

    private static long count(java.util.Set<org.apache.kafka.common.TopicPartition> partitions, String topic) {
        return partitions.stream().filter(partition -> partition.topic().equals(topic)).count();
    }

    private static List<String> leaders(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                .map(partition -> "partition=" + partition.partition() + " isr=" + partition.isr().size() + " leader="
                        + (partition.leader() == null ? "none" : partition.leader().id())).toList();
    }

    /** Which partitions lie where is for each broker to choose. */
    private static List<String> placeless(List<String> leaders) {
        return leaders.stream().map(line -> line.substring(line.indexOf(' ') + 1)).sorted().toList();
    }
}
