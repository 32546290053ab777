package io.barnabas.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Apache Kafka itself, broker and controller in one process: what its answers are, ours should be. */
public final class KafkaPeer implements Broker {
    /** What Apache Kafka's own scripts give a broker. */
    private static final List<String> STOCK_FLAGS = List.of("-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true");

    private final Setup setup;
    private final ChildProcess process;

    private KafkaPeer(Setup setup, ChildProcess process) {
        this.setup = setup;
        this.process = process;
    }

    public static Setup with() {
        return new Setup();
    }

    /** How one is started. Without more: a new data directory, free ports, the JDK of the test run, a quick start. */
    public static final class Setup {
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final int controllerPort = Ports.free();
        private final int port = Ports.free();
        private List<String> flags = KafkaTools.QUICK_FLAGS;
        private Path jdk = Repository.jdk();
        private Path data;
        private String module = "kafka-broker";
        private String moreListeners = "";
        private boolean isQuorumStatic;
        private boolean hasEligibleLeaderReplicas;

        private Setup() {}

        /** One beside those that a node alone on localhost needs. */
        public Setup setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        public Setup jdk(Path jdk) {
            this.jdk = jdk;
            return this;
        }

        /** Heap, collector and compilers as Apache Kafka's scripts choose them, not those that start soonest. */
        public Setup stockFlags() {
            flags = STOCK_FLAGS;
            return this;
        }

        /** More flags for Java. */
        public Setup flags(List<String> more) {
            flags = new ArrayList<>(flags);
            flags.addAll(more);
            return this;
        }

        public Setup data(Path directory) {
            data = directory;
            return this;
        }

        /** A further one on localhost. */
        public Setup listener(String name, int port) {
            moreListeners += "," + name + "://localhost:" + port;
            return this;
        }

        /** The voter stands in the settings, not in the metadata log ({@code kraft.version} 0). */
        public Setup staticQuorum() {
            isQuorumStatic = true;
            return this;
        }

        /** The last release that knows the old record formats. */
        public Setup release39() {
            module = "kafka-broker-3.9";
            return allFeatures();
        }

        /** Every feature as a new cluster has it. */
        public Setup allFeatures() {
            hasEligibleLeaderReplicas = true;
            return this;
        }

        /** Starts it and waits until it answers. */
        public KafkaPeer start() {
            KafkaPeer broker = launch();
            broker.process.awaitAnswer(port);
            return broker;
        }

        /** Formats the data directory if it is new, and starts without waiting. */
        public KafkaPeer launch() {
            if (data == null) data = Repository.newScratch("kafka").resolve("data");
            Path configuration = data.resolveSibling(data.getFileName() + ".properties");
            try {
                Files.writeString(configuration, configuration());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!Files.exists(data.resolve("meta.properties"))) format(configuration);
            var command = KafkaTools.java(module, jdk, flags, "kafka.Kafka", configuration.toString());
            Path output = data.resolveSibling(data.getFileName() + ".out");
            return new KafkaPeer(this, ChildProcess.start(command, Map.of(), Repository.ROOT, output));
        }

        private void format(Path configuration) {
            var command = KafkaTools.java(module, jdk, KafkaTools.QUICK_FLAGS, "kafka.tools.StorageTool", "format",
                    "-t", "KjYvRqJ0QNKl3v3hHjJzBw", "-c", configuration.toString());
            if (!isQuorumStatic) command.add("--standalone");
            // Eligible leader replicas bring a cluster-wide min.insync.replicas along; a first format of ours leaves them out.
            if (!hasEligibleLeaderReplicas) command.addAll(List.of("--feature", "eligible.leader.replicas.version=0"));
            new Command(command).run().successful();
        }

        private String configuration() {
            var text = new StringBuilder("""
                    process.roles=broker,controller
                    node.id=1
                    %4$s
                    listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d%5$s
                    advertised.listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d%5$s
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    offsets.topic.replication.factor=1
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    """.formatted(port, controllerPort, data, quorum(), moreListeners));
            settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
            return text.toString();
        }

        private String quorum() {
            return (isQuorumStatic ? "controller.quorum.voters=1@localhost:" : "controller.quorum.bootstrap.servers=localhost:") + controllerPort;
        }
    }

    @Override
    public KafkaPeer restart() {
        return setup.start();
    }

    @Override
    public String name() {
        return "Apache Kafka";
    }

    @Override
    public int port() {
        return setup.port;
    }

    @Override
    public Path dataDirectory() {
        return setup.data;
    }

    @Override
    public ChildProcess process() {
        return process;
    }
}
