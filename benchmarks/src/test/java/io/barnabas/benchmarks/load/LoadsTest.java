package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.model.CompressionType;
import io.barnabas.server.Broker;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.testkit.process.Ports;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads on a broker in this process. */
class LoadsTest {
    private static final int PARTITIONS = 3;
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir Path directory;
    private final InetSocketAddress address = new InetSocketAddress("localhost", Ports.free());
    private Broker broker;
    private Topics topics;

    @BeforeEach
    void start() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(),
                "listeners", "PLAINTEXT://localhost:%d,CONTROLLER://127.0.0.1:%d".formatted(address.getPort(), address.getPort() + 1))));
        topics = Topics.connect(address);
        topics.create("t", PARTITIONS, Map.of());
    }

    @AfterEach
    void stop() {
        topics.close();
        broker.stop();
    }

    private LoadResult run(LoadSpec spec, long requestCount) {
        try (var load = LoadGenerator.open(address, spec)) {
            return load.run(requestCount, LONG);
        }
    }

    private long endOffsetsTogether() {
        return Arrays.stream(topics.endOffsets("t", PARTITIONS)).sum();
    }

    @Test
    void everyRecordOfEveryRequestIsInTheLogs() {
        var result = run(LoadSpec.produce("t", PARTITIONS).withConnections(2).withInFlight(4).withRecords(5, 20), 300);
        assertThat(result.requestCount()).isEqualTo(300);
        assertThat(result.recordCount()).isEqualTo(1_500);
        assertThat(result.latencyNs().getTotalCount()).isEqualTo(300);
        assertThat(topics.endOffsets("t", PARTITIONS)).containsExactly(500, 500, 500);
    }

    @ParameterizedTest
    @EnumSource
    void theBrokerTakesBatchesOfEveryCodec(CompressionType codec) {
        run(LoadSpec.produce("t", PARTITIONS).withCodec(codec).withRecords(20, 300).withKeyBytes(8).withAcks(-1), 9);
        assertThat(endOffsetsTogether()).isEqualTo(180);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFetchReadsEveryLogToItsEndAndBeginsAgain(boolean inSessions) {
        var written = run(LoadSpec.produce("t", PARTITIONS), 30);
        var spec = LoadSpec.fetch("t", PARTITIONS).withFetchSessions(inSessions);
        var result = run(spec, 60);
        assertThat(result.requestCount()).isEqualTo(60);
        assertThat(result.recordCount()).isEqualTo(60);
        assertThat(result.byteCount()).isEqualTo(2 * written.byteCount());
        assertThat(run(spec.withConnections(2).withInFlight(2), 100).recordCount()).isEqualTo(100);
    }

    @Test
    void answersLargerThanTheReadBufferAreReadWhole() {
        var written = run(LoadSpec.produce("t", 1).withRecords(100, 1_000), 8);
        var spec = LoadSpec.fetch("t", 1).withFetchBytesMax((int) written.byteCount()).withConnections(2).withInFlight(2);
        var result = run(spec, 20);
        assertThat(result.recordCount()).isEqualTo(20 * 800);
        assertThat(result.byteCount()).isEqualTo(20 * written.byteCount());
    }

    @Test
    void anOpenLoopSendsWhatIsDue() {
        try (var load = LoadGenerator.open(address, LoadSpec.produce("t", PARTITIONS).withConnections(2).withInFlight(50).withRequestsPerSecond(500))) {
            var result = load.run(Duration.ofMillis(200));
            assertThat(result.requestCount()).isEqualTo(100);
            assertThat(result.latenessNs().getTotalCount()).isEqualTo(100);
        }
        assertThat(endOffsetsTogether()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endToEndEveryRequestIsAcknowledgedAndConsumed(boolean inSessions) {
        var spec = LoadSpec.produce("t", PARTITIONS).withConnections(2).withInFlight(50).withRecords(2, 100).withFetchBytesMax(1 << 20)
                .withFetchSessions(inSessions).withRequestsPerSecond(500);
        try (var load = EndToEnd.open(address, spec)) {
            for (int run = 1; run <= 2; run++) {
                var result = load.run(Duration.ofMillis(200));
                assertThat(result.requestCount()).isEqualTo(100);
                assertThat(result.acknowledgedNs().getTotalCount()).isEqualTo(100);
                assertThat(result.consumedNs().getTotalCount()).isEqualTo(100);
                assertThat(endOffsetsTogether()).isEqualTo(200 * run);
            }
        }
    }

    @Test
    void endToEndTakesAnswersThatComeInPieces() {
        var spec = LoadSpec.produce("t", PARTITIONS).withInFlight(50).withRecords(1, 300_000).withFetchBytesMax(1 << 20).withRequestsPerSecond(200);
        try (var load = EndToEnd.open(address, spec)) {
            assertThat(load.run(Duration.ofMillis(200)).consumedNs().getTotalCount()).isEqualTo(40);
        }
    }

    @Test
    void endToEndNoticesAnotherWriter() {
        var spec = LoadSpec.produce("t", PARTITIONS).withInFlight(50).withRequestsPerSecond(500);
        try (var load = EndToEnd.open(address, spec)) {
            run(LoadSpec.produce("t", PARTITIONS), 3);
            assertThatThrownBy(() -> load.run(Duration.ofMillis(200))).isInstanceOf(LoadException.class);
        }
    }

    @Test
    void aTopicThatIsEmptyOrNotThereIsRefused() {
        assertThatThrownBy(() -> LoadGenerator.open(address, LoadSpec.fetch("t", PARTITIONS))).hasMessageContaining("nothing to fetch");
        assertThatThrownBy(() -> LoadGenerator.open(address, LoadSpec.produce("missing", 1))).hasMessageContaining("UNKNOWN_TOPIC_OR_PARTITION");
        assertThatThrownBy(() -> topics.create("t", 1, Map.of())).hasMessageContaining("TOPIC_ALREADY_EXISTS");
    }

    @Test
    void aDeletedTopicIsGoneAndCanBeMadeAgain() {
        run(LoadSpec.produce("t", PARTITIONS), 30);
        topics.delete("t");
        topics.delete("t");
        topics.createIfMissing("t", PARTITIONS, Map.of("retention.ms", "1000000"));
        assertThat(endOffsetsTogether()).isZero();
    }

    @Test
    void aProcessIsMetered() {
        var meter = ProcessMeter.of(ProcessHandle.current().pid());
        var before = meter.read();
        run(LoadSpec.produce("t", PARTITIONS).withInFlight(10), 2_000);
        var used = meter.read().since(before);
        assertThat(used.cpuNs()).isPositive();
        assertThat(used.contextSwitches()).isPositive();
        assertThat(used.residentKb()).isBetween(10_000L, used.peakResidentKb());
        assertThat(used.openFileCount()).isPositive();
        assertThatThrownBy(() -> ProcessMeter.of(Long.MAX_VALUE)).isInstanceOf(LoadException.class);
    }
}
