package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.testkit.process.Ports;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bare server has to take the same loads as a broker. */
class FloorServerTest {
    private static final LoadSpec FETCH = LoadSpec.fetch(FloorServer.TOPIC, 1).withConnections(4).withInFlight(5);

    @TempDir
    Path folder;

    private void run(LoadSpec spec, int batchBytes, long bytesExpected) {
        int port = Ports.free();
        var server = Brokers.startHelper(FloorServer.class, folder.resolve("out"), port, folder.resolve("file").toString(), Integer.toString(batchBytes));
        try (var load = LoadGenerator.open(new InetSocketAddress("localhost", port), spec)) {
            var result = load.run(500, Duration.ofMinutes(1));
            assertThat(result.requestCount()).isEqualTo(500);
            if (bytesExpected > 0) assertThat(result.byteCount()).isEqualTo(500 * bytesExpected);
        } finally {
            server.kill();
        }
    }

    @Test
    void itTakesWhateverIsProduced() {
        run(LoadSpec.produce(FloorServer.TOPIC, 1).withConnections(4).withInFlight(5), 170, 0);
    }

    @Test
    void itGivesASmallBatchOutOfMemory() {
        run(FETCH.withFetchBytesMax(1), 170, 170);
    }

    @Test
    void itTransfersALargeBatch() {
        run(FETCH.withInFlight(1).withFetchBytesMax(1 << 20), 1 << 20, 1 << 20);
    }
}
