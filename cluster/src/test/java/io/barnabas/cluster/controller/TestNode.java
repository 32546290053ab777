package io.barnabas.cluster.controller;

import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.quorum.MetadataDirectory;
import io.barnabas.cluster.quorum.OneVoterQuorum;
import io.barnabas.log.LogDirectory;
import io.barnabas.protocol.message.BrokerHeartbeatRequest;
import io.barnabas.protocol.message.BrokerHeartbeatResponse;
import io.barnabas.protocol.message.BrokerRegistrationRequest;
import io.barnabas.protocol.message.BrokerRegistrationResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/** A controller on the real engine and log, on a simulated loop and disk, which survive its process. */
final class TestNode {
    static final Path DIR = Path.of("/data");
    static final int ID = 1;
    static final BiConsumer<Path, StorageException> NO_FAILURE = (path, reason) -> {
        throw new AssertionError("failed: " + path, reason);
    };
    static final Endpoint CONTROLLER = new Endpoint("CONTROLLER", "localhost", 9093, (short) 0);

    final Simulation simulation;
    final SimulatedDisk disk;
    final RandomGenerator random;
    final List<ClusterDelta> changes = new ArrayList<>();
    ControllerConfig config = ControllerConfig.DEFAULT;
    OneVoterQuorum.Retention retention = OneVoterQuorum.Retention.DEFAULT;
    SimulatedLoop loop;
    LogDirectory directory;
    OneVoterQuorum quorum;
    Controller controller;
    CompletionStage<Void> started;
    long brokerEpoch;

    TestNode(long seed) {
        simulation = new Simulation(seed);
        disk = new SimulatedDisk(simulation.clock());
        random = Seeds.random(seed);
    }

    /** Starts the process; returns at once. */
    TestNode begin() {
        loop = simulation.newLoop("metadata");
        var identity = MetadataDirectory.formatIfNew(disk, DIR, List.of(DIR), ID, null, CONTROLLER, random, simulation.clock(), NO_FAILURE);
        directory = LogDirectory.open(DIR, ID, identity.clusterId(),
                new LogDirectory.Environment(disk, simulation.clock(), simulation.newWorker("io"), random, 100));
        quorum = new OneVoterQuorum(ID, CONTROLLER, directory, disk, loop, retention);
        controller = new Controller(ID, identity.clusterId(), loop, random, config, new FreeConfigs(), quorum);
        changes.clear();
        controller.addListener(changes::add);
        started = controller.start();
        return this;
    }

    /** Starts the process and waits until it leads. */
    TestNode start() {
        begin();
        simulation.runUntilIdle();
        return await(started) == null ? this : this;
    }

    TestNode startWithBroker() {
        start();
        registerBroker(ID);
        heartbeat(ID, brokerEpoch);
        return this;
    }

    /** The process dies where it stands. */
    void kill() {
        loop.kill();
        disk.killProcess();
    }

    /** Power is cut. */
    void crash() {
        loop.kill();
        disk.crash(random);
    }

    ClusterImage image() {
        return controller.image();
    }

    <R> R await(CompletionStage<R> stage) {
        simulation.runUntilIdle();
        var future = stage.toCompletableFuture();
        if (!future.isDone()) throw new AssertionError("no answer");
        return future.join();
    }

    BrokerRegistrationResponse registerBroker(int id) {
        return registerBroker(id, Uuid.random(random));
    }

    BrokerRegistrationResponse registerBroker(int id, Uuid incarnationId) {
        var response = await(controller.registerBroker(registration(id, incarnationId)));
        if (id == ID && response.errorCode() == 0) brokerEpoch = response.brokerEpoch();
        return response;
    }

    BrokerRegistrationRequest registration(int id, Uuid incarnationId) {
        var request = new BrokerRegistrationRequest().setBrokerId(id).setClusterId(clusterId()).setIncarnationId(incarnationId)
                .setLogDirs(List.of(id == ID ? directory.id() : new Uuid(77, id)));
        request.listeners().add(new BrokerRegistrationRequest.Listener().setName("PLAINTEXT").setHost("h" + id).setPort(9092));
        for (var f : SupportedFeatures.LEVELS.entrySet()) {
            request.features().add(new BrokerRegistrationRequest.Feature().setName(f.getKey())
                    .setMinSupportedVersion(f.getValue().lowest()).setMaxSupportedVersion(f.getValue().highest()));
        }
        return request;
    }

    String clusterId() {
        return LogDirectory.readIdentity(disk, DIR).clusterId();
    }

    BrokerHeartbeatResponse heartbeat(int id, long epoch) {
        return await(controller.heartbeat(new BrokerHeartbeatRequest().setBrokerId(id).setBrokerEpoch(epoch)
                .setCurrentMetadataOffset(image().lastOffset())));
    }

    CreateTopicsResponse.CreatableTopicResult createTopic(String name, int partitions, int replicationFactor) {
        var request = new CreateTopicsRequest();
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(partitions)
                .setReplicationFactor((short) replicationFactor));
        return await(controller.createTopics(request)).topics().get(0);
    }

    /** Takes any config whose name does not start with "bad"; those that start with "list" are lists. */
    static final class FreeConfigs implements ConfigValidator {
        @Override
        public String refusal(ConfigResource resource, Map<String, String> before, Map<String, String> after) {
            for (var name : after.keySet()) if (name.startsWith("bad")) return "Unknown config name: " + name;
            return null;
        }

        @Override
        public boolean isList(ConfigResource.Type type, String name) {
            return name.startsWith("list");
        }

        @Override
        public String defaultValue(ConfigResource.Type type, String name) {
            return "default";
        }

        @Override
        public List<EffectiveConfig> effectiveTopicConfigs(Map<String, String> topicConfigs, Map<String, String> clusterConfigs) {
            var effective = new ArrayList<EffectiveConfig>();
            for (var entry : topicConfigs.entrySet()) effective.add(new EffectiveConfig(entry.getKey(), entry.getValue(), false, (byte) 1, false));
            return effective;
        }
    }
}
