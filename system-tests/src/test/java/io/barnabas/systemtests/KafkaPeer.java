package io.barnabas.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Apache Kafka itself, broker and controller in one process: what its answers are, ours should be. */
final class KafkaPeer implements Broker {
    private final int port;
    private final Path data;
    private final ChildProcess process;

    private KafkaPeer(int port, Path data, ChildProcess process) {
        this.port = port;
        this.data = data;
        this.process = process;
    }

    /** Formats a new data directory and starts on it. @param settings beside those that one node on localhost needs */
    static KafkaPeer start(Map<String, String> settings) {
        Path home = Repository.newScratch("kafka");
        Path data = home.resolve("data");
        int port = Ports.free();
        Path configuration = home.resolve("server.properties");
        try {
            Files.writeString(configuration, configuration(port, Ports.free(), data, settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Eligible leader replicas bring a cluster-wide min.insync.replicas along; a first format of ours leaves them out.
        new Command(java("kafka.tools.StorageTool", "format", "--standalone", "--feature", "eligible.leader.replicas.version=0",
                "-t", "KjYvRqJ0QNKl3v3hHjJzBw", "-c", configuration.toString())).run().successful();
        var process = ChildProcess.start(java("kafka.Kafka", configuration.toString()), Map.of(), home, home.resolve("kafka.out"));
        process.awaitAnswer(port);
        return new KafkaPeer(port, data, process);
    }

    private static String configuration(int port, int controllerPort, Path data, Map<String, String> settings) {
        var text = new StringBuilder("""
                process.roles=broker,controller
                node.id=1
                controller.quorum.bootstrap.servers=localhost:%2$d
                listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d
                advertised.listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                """.formatted(port, controllerPort, data));
        settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
        return text.toString();
    }

    private static List<String> java(String... arguments) {
        return KafkaTools.java("kafka-broker", arguments);
    }

    @Override
    public String name() {
        return "Apache Kafka";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Path dataDirectory() {
        return data;
    }

    @Override
    public ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        if (process.isAlive()) process.kill();
    }
}
