package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.server.config.BrokerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopWhileOpeningTest {
    private static final int PARTITIONS = 300;

    @TempDir Path directory;

    @Test
    void aNodeThatIsStoppedWhileItOpensPartitionsLeavesAllOfThemClosed() throws IOException {
        var broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
                "num.recovery.threads.per.data.dir", "1")));
        try (var client = new WireClient(broker.endpoints().get(0).port())) {
            client.ask(7, new CreateTopicsRequest().setTimeoutMs(10_000).setTopics(List.of(
                    new CreatableTopic().setName("t").setNumPartitions(PARTITIONS).setReplicationFactor((short) 1))));
        }
        broker.stop();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("t-"))).hasSize(PARTITIONS);
        }
        assertThat(directory.resolve(".kafka_cleanshutdown")).exists();
    }
}
