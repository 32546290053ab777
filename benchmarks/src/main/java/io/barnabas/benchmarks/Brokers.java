package io.barnabas.benchmarks;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Starts brokers, each on an empty directory of the same file system. Apache Kafka gets its stock heap and collector, Barnabas
 * what its launcher gives.
 */
final class Brokers {
    /** So long after files were deleted ext4 steps over their inodes, one by one, when it makes new ones: thousands then take several times as long. */
    private static final double FORGOTTEN_SECONDS = 35;

    private final Path data;
    private final Path jdk;
    private final Map<String, String> overrides;
    private final String javaOptions;
    private int count;
    private long deletedNs = System.nanoTime();

    /**
     * @param data        for all of them; each gets a folder in it
     * @param overrides   settings of Barnabas alone
     * @param javaOptions of Barnabas alone; empty for none
     */
    Brokers(Path data, Path jdk, Map<String, String> overrides, String javaOptions) {
        this.data = data;
        this.jdk = jdk;
        this.overrides = overrides;
        this.javaOptions = javaOptions;
    }

    Path jdk() {
        return jdk;
    }

    Path data() {
        return data;
    }

    /** Makes the start-up cache of Barnabas for a JDK, which its first start would make in the background. */
    static void prepare(Path jdk) {
        Command.of(Repository.ROOT.resolve("barnabas").toString(), "build").environment("JAVA_HOME", jdk.toString()).run().successful();
    }

    /** How one side is started, again and again if wanted, on a directory of its own. */
    interface Start {
        /** Starts without waiting. */
        Broker launch();
    }

    Start on(Side side, Durability durability, Path jdk) {
        return on(side, durability, jdk, Map.of());
    }

    /** @param settings with Kafka's names, for this one alone */
    Start on(Side side, Durability durability, Path jdk, Map<String, String> settings) {
        return on(newFolder(side), side, durability, jdk, settings);
    }

    /** @param data of a broker that is stopped, of which this one gets a copy */
    Start onCopyOf(Path data, Side side, Durability durability) {
        Path folder = newFolder(side);
        copy(data, folder.resolve("data"));
        return on(folder, side, durability, jdk, Map.of());
    }

    private Start on(Path folder, Side side, Durability durability, Path jdk, Map<String, String> settings) {
        Start start = switch (side) {
            case KAFKA -> kafka(jdk, folder, settings)::launch;
            case BARNABAS -> barnabas(durability, jdk, folder, settings)::launch;
            case GIVEN, MACHINE -> throw new IllegalArgumentException("not ours to start: side=" + side);
        };
        return () -> {
            Broker broker = start.launch();
            endWithThisProcess(broker.process().pid());
            return broker;
        };
    }

    /** So that a run which is killed leaves no broker behind: a shell looks once a second whether either is gone. */
    private static void endWithThisProcess(long pid) {
        String watch = "while kill -0 %1$d && kill -0 %2$d; do sleep 1; done 2>/dev/null; kill -0 %1$d 2>/dev/null || kill -9 %2$d 2>/dev/null"
                .formatted(ProcessHandle.current().pid(), pid);
        try {
            new ProcessBuilder("sh", "-c", watch).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KafkaPeer.Setup kafka(Path jdk, Path folder, Map<String, String> settings) {
        var setup = KafkaPeer.with().stockFlags().jdk(jdk).data(folder.resolve("data"));
        settings.forEach(setup::setting);
        return setup;
    }

    private BarnabasProcess.Setup barnabas(Durability durability, Path jdk, Path folder, Map<String, String> settings) {
        var setup = BarnabasProcess.with().jdk(jdk).data(folder.resolve("data"))
                .setting("log.flush.before.ack", Boolean.toString(durability == Durability.DURABLE));
        settings.forEach(setup::setting);
        overrides.forEach(setup::setting);
        return javaOptions.isEmpty() ? setup : setup.environment("KAFKA_OPTS", javaOptions);
    }

    /** One that runs and answers. */
    Broker start(Side side, Durability durability) {
        Broker broker = on(side, durability, jdk).launch();
        broker.process().awaitAnswer(broker.port());
        return broker;
    }

    private Path newFolder(Side side) {
        try {
            return Files.createDirectories(data.resolve(side.name().toLowerCase(java.util.Locale.ROOT) + "-" + count++));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills a broker and deletes what it left. */
    void end(Broker broker) {
        broker.close();
        delete(broker.dataDirectory().getParent());
        deletedNs = System.nanoTime();
    }

    /** Waits until what was deleted does not slow down who makes many files. */
    void awaitForgotten(double secondsMax) {
        double left = Math.min(FORGOTTEN_SECONDS, secondsMax) - (System.nanoTime() - deletedNs) / 1e9;
        if (left > 0) Run.sleep(left);
    }

    /** Copies a folder with all that is in it, so that it is on the disk. */
    static void copy(Path from, Path to) {
        try (var paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path copied = Files.copy(path, to.resolve(from.relativize(path).toString()));
                if (Files.isRegularFile(copied)) Disks.sync(List.of(copied));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) return;
        try (var paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A helper of this class path in a process of its own, which serves a port. */
    static ChildProcess startHelper(Class<?> mainClass, Path output, int port, String... arguments) {
        var command = new java.util.ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx64m",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), mainClass.getName(), Integer.toString(port)));
        command.addAll(List.of(arguments));
        var process = ChildProcess.start(command, Map.of(), Repository.ROOT, output);
        process.awaitAnswer(port);
        return process;
    }
}
