package io.barnabas.cluster.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.cluster.quorum.MetadataDirectory;
import io.barnabas.cluster.quorum.OneVoterQuorum;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AllocateProducerIdsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What survives the end of a process, of the power, and of files. */
class MetadataRecoveryTest {
    private static final Path FOLDER = TestNode.DIR.resolve("__cluster_metadata-0");

    /** What the cluster must say: kept beside it by applying every acknowledged command. */
    private static final class Model {
        final Map<String, Integer> topics = new HashMap<>();
        final Map<String, String> clusterConfigs = new HashMap<>();
        long nextProducerId;

        void check(ClusterImage image) {
            var found = new HashMap<String, Integer>();
            for (var topic : image.topics()) found.put(topic.name(), topic.partitionCount());
            assertEquals(topics, found);
            assertEquals(clusterConfigs, new HashMap<>(image.configs(ConfigResource.CLUSTER_DEFAULT)));
            assertEquals(nextProducerId, image.nextProducerId());
        }
    }

    @Test
    void randomCommandsAndRestartsAgreeWithAnObviousModel() {
        Seeds.check(15, (seed, random) -> {
            var node = new TestNode(seed);
            // Snapshots often, so that many starts read one.
            node.config = new ControllerConfig(1, (short) 1, true, 9_000, 1 + random.nextInt(3000), 0);
            node.retention = new OneVoterQuorum.Retention(1 << 20, 604_800_000, random.nextInt(20_000), -1);
            var model = new Model();
            node.startWithBroker();
            for (int i = 0; i < 60; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> {
                        if (random.nextBoolean()) node.kill();
                        else node.crash();
                        node.startWithBroker();
                    }
                    default -> command(node, model, random);
                }
                model.check(node.image());
            }
        });
    }

    /** One command, answered; the model follows what the answer says. */
    private static void command(TestNode node, Model model, RandomGenerator random) {
        var name = "t" + random.nextInt(6);
        switch (random.nextInt(4)) {
            case 0, 1 -> {
                int partitions = random.nextInt(1, 5);
                var result = node.createTopic(name, partitions, 1);
                assertEquals(model.topics.containsKey(name) ? ErrorCode.TOPIC_ALREADY_EXISTS.code() : 0, result.errorCode());
                model.topics.putIfAbsent(name, partitions);
            }
            case 2 -> {
                var request = new DeleteTopicsRequest();
                request.topicNames().add(name);
                var result = node.await(node.controller.deleteTopics(request)).responses().get(0);
                assertEquals(model.topics.remove(name) != null ? 0 : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), result.errorCode());
            }
            default -> {
                var value = Integer.toString(random.nextInt(100));
                node.await(node.controller.incrementalAlterConfigs(set(name, value)));
                model.clusterConfigs.put(name, value);
                var ids = node.await(node.controller.allocateProducerIds(
                        new AllocateProducerIdsRequest().setBrokerId(1).setBrokerEpoch(node.brokerEpoch)));
                assertEquals(model.nextProducerId, ids.producerIdStart());
                model.nextProducerId += ids.producerIdLen();
            }
        }
    }

    private static IncrementalAlterConfigsRequest set(String name, String value) {
        var request = new IncrementalAlterConfigsRequest();
        var resource = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType((byte) 4).setResourceName("");
        resource.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName(name).setConfigOperation((byte) 0).setValue(value));
        request.resources().add(resource);
        return request;
    }

    @Test
    void aPowerCutAtAnyMomentKeepsEveryAnsweredCommandAndHalvesNone() {
        Seeds.check(40, (seed, random) -> {
            var node = new TestNode(seed);
            node.config = new ControllerConfig(1, (short) 1, true, 9_000, 500, 0);
            node.startWithBroker();
            var acknowledged = new HashSet<String>();
            var asked = new HashSet<String>();
            for (int round = 0; round < 4; round++) {
                var dying = node.controller;
                for (int i = 0; i < 10; i++) {
                    var name = "r" + round + "-" + i;
                    asked.add(name);
                    var request = new CreateTopicsRequest();
                    request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(7).setReplicationFactor((short) 1));
                    dying.createTopics(request).thenAccept(response -> {
                        if (response.topics().get(0).errorCode() == 0) acknowledged.add(name);
                    });
                    for (int turns = random.nextInt(6); turns > 0; turns--) node.simulation.runOne();
                }
                node.crash();
                node.startWithBroker();
                for (var name : acknowledged) assertNotNull(node.image().topic(name), () -> "lost " + name);
                for (var topic : node.image().topics()) {
                    assertTrue(asked.contains(topic.name()));
                    assertEquals(7, topic.partitionCount(), () -> "half of " + topic);
                }
            }
        });
    }

    @Test
    void aFirstStartThatIsCutOffAnywhereIsCompletedByTheNext() {
        Seeds.check(60, (seed, random) -> {
            var node = new TestNode(seed);
            int fails = random.nextInt(40);
            int[] calls = {0};
            node.disk.failOn((call, path) -> calls[0]++ >= fails);
            try {
                node.begin();
                node.simulation.runUntilIdle();
            } catch (RuntimeException e) {
                // The disk refused: as if the machine stopped there.
            }
            node.disk.failOn(null);
            if (node.loop != null) node.loop.kill();
            node.disk.crash(random);
            node.startWithBroker();
            assertEquals(33, node.image().metadataVersion().level());
            assertEquals(0, node.createTopic("t", 1, 1).errorCode());
        });
    }

    @Test
    void aSnapshotAndTheLogBehindItSayWhatTheLogSaid() {
        var node = new TestNode(3);
        node.config = new ControllerConfig(1, (short) 1, true, 9_000, 1, 0);
        node.startWithBroker();
        for (int i = 0; i < 5; i++) node.createTopic("t" + i, 3, 1);
        var before = node.image();
        var snapshots = snapshots(node);
        assertTrue(snapshots.size() > 1, () -> "only " + snapshots);
        node.kill();
        node.start();
        assertTrue(before.sameContent(node.image()));
        assertTrue(node.quorum.endOffset() > before.lastOffset());
    }

    @Test
    void oldSnapshotsAndTheLogBeforeThemGoWhenTooMuchIsKept() {
        var node = new TestNode(4);
        node.config = new ControllerConfig(1, (short) 1, true, 9_000, 1, 0);
        node.retention = new OneVoterQuorum.Retention(1 << 20, 604_800_000, 0, -1);
        node.startWithBroker();
        for (int i = 0; i < 5; i++) node.createTopic("t" + i, 3, 1);
        assertEquals(1, snapshots(node).size());
        node.kill();
        node.startWithBroker();
        assertEquals(5, node.image().topicCount());
    }

    @Test
    void aDamagedSnapshotStopsTheStartAndIsNamed() {
        var node = new TestNode(5);
        node.config = new ControllerConfig(1, (short) 1, true, 9_000, 1, 0);
        node.startWithBroker();
        node.createTopic("t", 3, 1);
        var name = snapshots(node).get(snapshots(node).size() - 1);
        node.kill();
        var path = FOLDER.resolve(name);
        var whole = node.disk.bytes(path);
        for (int at : new int[] {3, 40, whole.length / 2, whole.length - 2}) {
            var damaged = whole.clone();
            damaged[at] ^= 1;
            node.disk.replace(path, damaged);
            assertTrue(startError(node).contains(name));
            node.kill();
        }
        node.disk.replace(path, java.util.Arrays.copyOf(whole, whole.length - 75));
        assertTrue(startError(node).contains("footer"));
        node.kill();
        node.disk.replace(path, whole);
        node.start();
        assertEquals(1, node.image().topicCount());
    }

    private static String startError(TestNode node) {
        node.begin();
        node.simulation.runUntilIdle();
        var error = assertThrows(CompletionException.class, () -> node.started.toCompletableFuture().join());
        assertTrue(error.getCause() instanceof MetadataLogException, () -> "not " + error.getCause());
        return error.getCause().getMessage();
    }

    private static List<String> snapshots(TestNode node) {
        var names = new ArrayList<String>();
        for (var name : node.disk.list(FOLDER)) if (name.endsWith(".checkpoint") && !name.startsWith("00000000000000000000-")) names.add(name);
        return names;
    }

    @Test
    void dataOfAnotherNodeOrClusterIsRefusedWithAdvice() {
        var node = new TestNode(6).start();
        var clock = node.simulation.clock();
        var other = assertThrows(MetadataLogException.class, () -> MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, List.of(TestNode.DIR),
                2, null, TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE));
        assertTrue(other.getMessage().contains("node.id"), other.getMessage());
        assertThrows(MetadataLogException.class, () -> MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, List.of(TestNode.DIR),
                1, "another", TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE));
        var second = Path.of("/second");
        var identity = MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, List.of(TestNode.DIR, second), 1, null,
                TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE);
        assertEquals(node.clusterId(), identity.clusterId());
        var lost = assertThrows(MetadataLogException.class, () -> MetadataDirectory.formatIfNew(node.disk, Path.of("/empty"),
                List.of(second), 1, null, TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE));
        assertTrue(lost.getMessage().contains("metadata.log.dir"), lost.getMessage());
    }

    @Test
    void aDirectoryThatCannotBeReadIsLeftOutUnlessTheMetadataIsInIt() {
        var node = new TestNode(8).start();
        var clock = node.simulation.clock();
        var second = Path.of("/second");
        var third = Path.of("/third");
        var all = List.of(TestNode.DIR, second, third);
        MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, all, 1, null, TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE);
        node.disk.failOn((call, path) -> path.startsWith(second));
        var failed = new ArrayList<Path>();
        MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, all, 1, null, TestNode.CONTROLLER, node.random, clock,
                (path, reason) -> failed.add(path));
        assertEquals(List.of(second), failed);
        assertThrows(StorageException.class, () -> MetadataDirectory.formatIfNew(node.disk, second, all, 1, null, TestNode.CONTROLLER,
                node.random, clock, TestNode.NO_FAILURE));
        assertThrows(MetadataLogException.class, () -> MetadataDirectory.formatIfNew(node.disk, Path.of("/new"), List.of(Path.of("/new"), second), 1,
                null, TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE), "perhaps this node has data");
    }

    @Test
    void directoriesGetIdsAndNoTwoTheSame() {
        var node = new TestNode(9).start();
        var clock = node.simulation.clock();
        var second = Path.of("/second");
        var third = Path.of("/third");
        LogDirectory.format(node.disk, second, new DirectoryIdentity(1, node.clusterId(), Uuid.ZERO));
        MetadataDirectory.formatIfNew(node.disk, TestNode.DIR, List.of(TestNode.DIR, second), 1, null, TestNode.CONTROLLER, node.random, clock,
                TestNode.NO_FAILURE);
        var identity = LogDirectory.readIdentity(node.disk, second);
        assertFalse(identity.directoryId().isZero());
        LogDirectory.format(node.disk, third, identity);
        var twice = assertThrows(MetadataLogException.class, () -> MetadataDirectory.formatIfNew(node.disk, TestNode.DIR,
                List.of(TestNode.DIR, second, third), 1, null, TestNode.CONTROLLER, node.random, clock, TestNode.NO_FAILURE));
        assertTrue(twice.getMessage().contains("directory.id"), twice.getMessage());
    }

    @Test
    void withoutSyncsNothingIsAnswered() {
        var node = new TestNode(7).startWithBroker();
        node.disk.failOn((call, path) -> call == SimulatedDisk.Call.SYNC);
        var failure = new String[1];
        node.controller.onFailure(reason -> failure[0] = reason);
        var result = node.createTopic("t", 1, 1);
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR.code(), result.errorCode());
        assertNotNull(failure[0]);
        assertNull(node.image().topic("t"));
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR.code(), node.createTopic("u", 1, 1).errorCode());
    }

    @Test
    void eachStartBeginsANewEpoch() {
        var node = new TestNode(8).start();
        assertEquals(1, node.quorum.leaderEpoch());
        node.kill();
        node.start();
        assertEquals(2, node.quorum.leaderEpoch());
        assertFalse(node.disk.exists(FOLDER.resolve("quorum-state.tmp")));
        assertEquals("{\"leaderId\":1,\"leaderEpoch\":2,\"votedId\":-1,\"votedDirectoryId\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"data_version\":1}",
                new String(node.disk.bytes(FOLDER.resolve("quorum-state")), java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void aDamagedQuorumStateStopsTheStart() {
        var node = new TestNode(9).start();
        node.kill();
        node.disk.replace(FOLDER.resolve("quorum-state"), "{\"leaderId\":1,".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertTrue(startError(node).contains("quorum-state"));
        node.kill();
        node.disk.replace(FOLDER.resolve("quorum-state"), ("{\"clusterId\":\"\",\"leaderId\":1,\"leaderEpoch\":1,\"votedId\":-1,\"appliedOffset\":0,"
                + "\"currentVoters\":[{\"voterId\":1},{\"voterId\":2}],\"data_version\":0}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertTrue(startError(node).contains("several voters"));
    }

}
