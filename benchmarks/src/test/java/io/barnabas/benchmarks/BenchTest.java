package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command as a user gives it, on brokers of their own. */
class BenchTest {
    private static final Path RUNS = Repository.ROOT.resolve("target/bench/runs");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int bench(String... arguments) {
        return Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private static Set<Path> runs() throws IOException {
        if (!Files.isDirectory(RUNS)) return new HashSet<>();
        try (var runs = Files.list(RUNS)) {
            return new HashSet<>(runs.toList());
        }
    }

    /** Runs it and gives its folder. */
    private Path run(String... arguments) throws IOException {
        var before = runs();
        assertThat(bench(arguments)).as("out=%s err=%s", out, err).isZero();
        var made = runs();
        made.removeAll(before);
        assertThat(made).hasSize(1);
        return made.iterator().next();
    }

    @Test
    void aBrokerThatRunsAlreadyIsMeasured() throws IOException {
        try (var broker = BarnabasProcess.with().start()) {
            Path folder = run("--quick", "--metrics", "1,6", "--seconds", "0.1", "--repetitions", "2", "--bootstrap", broker.bootstrap(),
                    "--pid", Long.toString(broker.process().pid()));
            try {
                assertThat(out.toString()).contains(Metrics.SMALL_PRODUCE, Metrics.FETCH_4X1, "requests/s", "<= 4").doesNotContain("not measured", Metrics.BATCHES_16K);
                assertThat(Files.readString(folder.resolve("table.txt"))).isEqualTo(out.toString());
                JsonNode results = ResultStore.JSON.readTree(folder.resolve("results.json").toFile());
                assertThat(results.at("/run/metrics").toString()).isEqualTo("[1,6]");
                assertThat(results.at("/cells").findValuesAsText("REQUESTS_PER_SECOND")).hasSizeGreaterThanOrEqualTo(10)
                        .allSatisfy(rate -> assertThat(Double.parseDouble(rate)).isPositive());
            } finally {
                Brokers.delete(folder);
            }
        }
    }

    @Test
    void aLoadMayTakeLongerThanTheBrokerKeepsIdleConnections() {
        try (var broker = BarnabasProcess.with().setting("connections.max.idle.ms", "300").start()) {
            LoadSession.withTopic(Subject.of(Side.BARNABAS, broker), LoadSpec.produce("t", 1), Map.of(), () -> {
                try (var idle = new Socket("localhost", broker.port())) {
                    assertThat(idle.getInputStream().read()).as("closed by the broker").isEqualTo(-1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    void whatCannotBeDoneIsSaid() throws IOException {
        var before = runs();
        assertThat(bench("--metrics", "9", "--bootstrap", "localhost:1")).isEqualTo(1);
        assertThat(err.toString()).contains("cannot measure metric 9 here");
        assertThat(bench("--bootstrap", "nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("not HOST:PORT");
        assertThat(bench("--nonsense")).isEqualTo(2);
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    @Tag("long")
    void kafkaAndBarnabasStandBesideEachOther() throws IOException {
        Path folder = run("--quick", "--kafka-again", "--metrics", "1,16,19", "--seconds", "0.2");
        try {
            assertThat(out.toString()).contains("Barnabas beside Apache Kafka 4.4.0", Metrics.MANY_PRODUCERS, Metrics.ALL_JARS).doesNotContain("not measured");
            var sides = ResultStore.open(folder).readings().all().stream().map(cell -> cell.key().side() + " " + cell.pass()).distinct().toList();
            assertThat(sides).containsAll(List.of("KAFKA 0", "BARNABAS 0", "KAFKA 1"));
        } finally {
            Brokers.delete(folder);
        }
    }
}
