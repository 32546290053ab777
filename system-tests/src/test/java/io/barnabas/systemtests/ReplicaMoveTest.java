package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Partitions move between the log directories of a broker while they are written and read, whatever happens on the way. */
class ReplicaMoveTest {
    private static final String TOPIC = "moving";
    private static final int PARTITIONS = 3;
    private static final int NODE = 1;

    private final Path scratch = Repository.newScratch("moves");
    private final Path first = scratch.resolve("first");
    private final Path second = scratch.resolve("second");
    private final Path third = scratch.resolve("third");

    @Test
    void nothingIsLostOrRepeatedWhilePartitionsMoveToAndFro() throws Exception {
        try (var broker = BarnabasProcess.with().data(first).moreData(second).start()) {
            var history = new History();
            Clients.createTopic(broker, TOPIC, PARTITIONS, Map.of("segment.bytes", "1048576"));
            try (var load = new Load(broker, TOPIC, PARTITIONS, 2, history, new Random(1))) {
                for (int round = 0; round < 6; round++) {
                    history.awaitProgress(1_000, 1);
                    moveAll(broker, round % 2 == 0 ? second : first);
                    awaitPlaces(broker, round % 2 == 0 ? second : first);
                }
                history.awaitProgress(1_000, 1);
                load.finish();
            }
            DurabilityChecker.check(history, Load.readAll(broker, TOPIC, PARTITIONS));
            assertEquals(0, history.failedCount(), "writes failed that had only to wait");
        }
    }

    @Test
    void nothingIsLostOrRepeatedWhenTheBrokerIsKilledInTheMiddleOfMoves() throws Exception {
        var broker = BarnabasProcess.with().data(first).moreData(second).start();
        try {
            var history = new History();
            var random = new Random(2);
            Clients.createTopic(broker, TOPIC, PARTITIONS, Map.of("segment.bytes", "1048576"));
            for (int round = 0; round < 5; round++) {
                var target = round % 2 == 0 ? second : first;
                try (var load = new Load(broker, TOPIC, PARTITIONS, 2, history, random)) {
                    history.awaitProgress(1_000, 1);
                    moveAll(broker, target);
                    history.awaitProgress(random.nextInt(300), 1);
                    broker.process().kill();
                    broker = broker.restart();
                    history.awaitProgress(500, 1);
                    load.finish();
                }
                awaitPlaces(broker, target);
                DurabilityChecker.check(history, Load.readAll(broker, TOPIC, PARTITIONS));
                assertEquals(PARTITIONS, folders(first).size() + folders(second).size(), "one log each");
            }
        } finally {
            broker.close();
        }
    }

    @Test
    void apacheKafkasToolsMoveAPartitionAndTellSo() throws Exception {
        try (var broker = BarnabasProcess.with().data(first).moreData(second).start()) {
            assertMovedByTools(broker);
        }
    }

    @Test
    void apacheKafkaAnswersItsToolsTheSame() throws Exception {
        try (var broker = KafkaPeer.with().data(first).setting("log.dirs", first + "," + second).start()) {
            assertMovedByTools(broker);
        }
    }

    private void assertMovedByTools(Broker broker) throws Exception {
        Clients.createTopic(broker, TOPIC, 1, Map.of());
        try (var producer = new RawProducer(broker)) {
            for (int i = 0; i < 10; i++) producer.produce(TOPIC, 0, -1, Clients.bytes("value " + i));
        }
        var target = Files.exists(first.resolve(TOPIC + "-0")) ? second : first;
        var plan = scratch.resolve("plan.json");
        Files.writeString(plan, ("{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":0,\"replicas\":[1],\"log_dirs\":[\"%s\"]}]}")
                .formatted(TOPIC, target));
        var begun = KafkaTools.run(broker, "org.apache.kafka.tools.reassign.ReassignPartitionsCommand", "--reassignment-json-file", plan.toString(),
                "--execute", "--replica-alter-log-dirs-throttle", "10000000").successful().output();
        assertTrue(begun.contains("Successfully started moving log directory to"), begun);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> KafkaTools.run(broker, "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
                "--reassignment-json-file", plan.toString(), "--verify").successful().output().contains("Reassignment of replica " + TOPIC + "-0-1 completed successfully."));
        var described = KafkaTools.run(broker, "org.apache.kafka.tools.LogDirsCommand", "--describe", "--topic-list", TOPIC).successful().output();
        assertTrue(described.contains("\"partition\":\"" + TOPIC + "-0\""), described);
        assertFalse(described.contains("\"isFuture\":true"), described);
        assertTrue(Files.exists(target.resolve(TOPIC + "-0")));
        try (var consumer = Clients.consumer(broker)) {
            var partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var values = new ArrayList<String>();
            while (values.size() < 10) for (var record : consumer.poll(Duration.ofSeconds(10))) values.add(new String(record.value()));
            for (int i = 0; i < 10; i++) assertEquals("value " + i, values.get(i));
        }
    }

    @Test
    void whatIsWrongIsToldAsApacheKafkaTellsIt() throws Exception {
        List<String> ours;
        try (var broker = BarnabasProcess.with().data(first).moreData(second).moreData(third).start()) {
            ours = answers(broker, first, second, third);
        }
        var other = Repository.newScratch("moves-kafka");
        var a = other.resolve("first");
        var b = other.resolve("second");
        var c = other.resolve("third");
        try (var broker = KafkaPeer.with().data(a).setting("log.dirs", a + "," + b + "," + c).start()) {
            assertEquals(answers(broker, a, b, c), ours);
        }
    }

    /** What comes of moves that cannot be, of cordons, and of moves into what is cordoned. */
    private static List<String> answers(Broker broker, Path first, Path second, Path third) throws Exception {
        var answers = new ArrayList<String>();
        try (var admin = Clients.admin(broker)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 6, (short) 1))).all().get();
            Awaitility.await().until(() -> places(admin, TOPIC).size() == 6);
            answers.add(move(admin, TOPIC, 0, places(admin, TOPIC).get(0)));
            answers.add(move(admin, TOPIC, 0, first + "/nowhere"));
            answers.add(move(admin, TOPIC, 0, "relative"));
            answers.add(move(admin, TOPIC, 0, second + "/"));
            answers.add(move(admin, "unknown", 0, second.toString()));
            answers.add(move(admin, TOPIC, 6, second.toString()));
            answers.add(move(admin, "later", 0, third.toString()));
            admin.createTopics(List.of(new NewTopic("later", 1, (short) 1))).all().get();
            Awaitility.await().until(() -> places(admin, "later").size() == 1);
            answers.add("wished: " + places(admin, "later").get(0).equals(third.toString()));
            answers.add(cordon(admin, first + "/nowhere"));
            answers.add(cordon(admin, third + "," + third));
            answers.add(cordon(admin, "*," + third));
            answers.add(cordon(admin, third.toString()));
            Awaitility.await().until(() -> isCordoned(admin, third));
            answers.add(move(admin, TOPIC, 1, third.toString()));
            answers.add(move(admin, "unknown", 1, third.toString()));
            admin.createTopics(List.of(new NewTopic("placed", 8, (short) 1))).all().get();
            Awaitility.await().until(() -> places(admin, "placed").size() == 8);
            answers.add("in the cordoned one: " + places(admin, "placed").containsValue(third.toString()));
            answers.add(cordon(admin, "*"));
            Awaitility.await().until(() -> isCordoned(admin, first));
            // The controller hears of it by the next heartbeat.
            Awaitility.await().untilAsserted(() -> assertThrows(ExecutionException.class,
                    () -> admin.createTopics(List.of(new NewTopic("refused-" + System.nanoTime(), 1, (short) 1))).all().get()));
            answers.add(create(admin, "refused"));
            answers.add(cordon(admin, ""));
            Awaitility.await().until(() -> !isCordoned(admin, first));
            Awaitility.await().until(() -> create(admin, "taken-" + System.nanoTime()).equals("done"));
        }
        return answers.stream().map(answer -> answer.replace(first.toString(), "FIRST").replace(second.toString(), "SECOND")
                .replace(third.toString(), "THIRD")).toList();
    }

    private static String move(Admin admin, String topic, int partition, String directory) throws InterruptedException {
        try {
            admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(topic, partition, NODE), directory)).all().get();
            return "done";
        } catch (ExecutionException e) {
            return e.getCause().toString();
        }
    }

    private static String create(Admin admin, String topic) throws InterruptedException {
        try {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            return "done";
        } catch (ExecutionException e) {
            return e.getCause().toString();
        }
    }

    private static String cordon(Admin admin, String directories) throws InterruptedException {
        var change = new AlterConfigOp(new ConfigEntry("cordoned.log.dirs", directories), AlterConfigOp.OpType.SET);
        try {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, "" + NODE), List.of(change))).all().get();
            return "done";
        } catch (ExecutionException e) {
            return e.getCause().toString();
        }
    }

    private static boolean isCordoned(Admin admin, Path directory) throws Exception {
        return admin.describeLogDirs(List.of(NODE)).allDescriptions().get().get(NODE).get(directory.toString()).isCordoned();
    }

    private static Map<Integer, String> places(Admin admin, String topic) throws Exception {
        var places = new TreeMap<Integer, String>();
        admin.describeLogDirs(List.of(NODE)).allDescriptions().get().get(NODE).forEach((path, description) ->
                description.replicaInfos().forEach((partition, info) -> {
                    if (partition.topic().equals(topic) && !info.isFuture()) places.put(partition.partition(), path);
                }));
        return places;
    }

    private static void moveAll(Broker broker, Path target) throws Exception {
        try (var admin = Clients.admin(broker)) {
            var moves = new HashMap<TopicPartitionReplica, String>();
            for (int i = 0; i < PARTITIONS; i++) moves.put(new TopicPartitionReplica(TOPIC, i, NODE), target.toString());
            admin.alterReplicaLogDirs(moves).all().get();
        }
    }

    private static void awaitPlaces(Broker broker, Path target) throws Exception {
        try (var admin = Clients.admin(broker)) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> places(admin, TOPIC).values().stream().allMatch(target.toString()::equals));
        }
    }

    private static List<String> folders(Path directory) throws Exception {
        try (var found = Files.list(directory)) {
            return found.map(path -> path.getFileName().toString()).filter(name -> name.matches(TOPIC + "-\\d+")).toList();
        }
    }
}
