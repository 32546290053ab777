package io.barnabas.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run is: all that its figures depend on. A run goes on only with the same facts.
 *
 * @param harness of {@link #HARNESS}
 * @param commit  of this repository, with a mark when files were changed since
 */
record RunFacts(int harness, Mode mode, Set<Integer> metrics, Machine machine, String jdk, String kafkaVersion, String commit,
        Map<String, String> overrides, String javaOptions, String bootstrap) {
    /** Raised when a change of this module makes its figures another thing than before. */
    static final int HARNESS = 2;

    RunFacts {
        metrics = new TreeSet<>(metrics);
        overrides = new TreeMap<>(overrides);
    }

    /** Name of what is kept of Apache Kafka's figures: the same machine, versions and durations. */
    String kafkaKey() {
        try {
            byte[] facts = ResultStore.JSON.writeValueAsBytes(List.of(harness, mode, machine, jdk, kafkaVersion));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(facts), 0, 8);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String text() {
        return "Machine: %s. JDK of the brokers: %s. Barnabas: commit %s%s%s.".formatted(machine.text(), jdk, commit,
                overrides.isEmpty() ? "" : ", " + overrides, javaOptions.isEmpty() ? "" : ", " + javaOptions);
    }

    /** The full version of a JDK. */
    static String versionOf(Path jdk) {
        try {
            for (String line : Files.readAllLines(jdk.resolve("release"))) {
                if (line.startsWith("JAVA_VERSION=")) return line.substring(14, line.length() - 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("not a JDK: directory=" + jdk, e);
        }
        throw new IllegalArgumentException("not a JDK: directory=" + jdk);
    }

    static String commitNow() {
        var head = Command.of("git", "rev-parse", "--short=10", "HEAD").run();
        if (head.exitCode() != 0) return "unknown";
        boolean isChanged = !Command.of("git", "status", "--porcelain", "--untracked-files=no").run().output().isBlank();
        return head.output().strip() + (isChanged ? " and changes" : "");
    }

    static String kafkaVersionNow() {
        for (String jar : Repository.classPathOf("kafka-broker").split(":")) {
            String name = Path.of(jar).getFileName().toString();
            if (name.startsWith("kafka_2.13-")) return name.substring("kafka_2.13-".length(), name.length() - ".jar".length());
        }
        throw new IllegalStateException("no Apache Kafka on its class path");
    }

    /** These facts as a file has them. */
    String json() {
        try {
            return new String(ResultStore.JSON.writeValueAsBytes(this), StandardCharsets.UTF_8) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
