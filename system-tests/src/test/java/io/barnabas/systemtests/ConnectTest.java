package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.PeerApplication;
import io.barnabas.testkit.process.Ports;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker of Kafka Connect carries lines from a file through a topic into a file, and knows what it did when it is killed. */
@Tag("long")
class ConnectTest {
    private static final int LINES = 4_000;
    private static final long WAIT_SECONDS_MAX = 180;
    private static final List<String> INTERNAL_TOPICS = List.of("connect-configs", "connect-offsets", "connect-status");

    private final Path scratch = Repository.newScratch("connect");
    private final Path input = scratch.resolve("input.txt");
    private final Path output = scratch.resolve("output.txt");
    private final int port = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void linesAreInTheTopicOnceAndInTheFileWhenTheWorkerIsKilled() throws Exception {
        Broker broker = Subject.start();
        ChildProcess worker = startWorker(broker);
        try {
            Clients.createTopic(broker, "lines", 1);
            write(0, LINES);
            createConnectors(worker);
            await(worker, LINES / 4);
            worker.kill();
            write(LINES, 2 * LINES);
            worker = startWorker(broker);
            await(worker, 2 * LINES);
            assertEquals(143, worker.terminate());
            assertEquals(lines(0, 2 * LINES), new ArrayList<>(new LinkedHashSet<>(Files.readAllLines(output))));
            try (var consumer = Clients.consumer(broker, "isolation.level", "read_committed")) {
                assertEquals(lines(0, 2 * LINES), Clients.readWhole(consumer, new TopicPartition("lines", 0)).stream()
                        .map(record -> Clients.text(record.value())).toList());
            }
            assertInternalTopicsAreCompacted(broker);
        } finally {
            if (worker.isAlive()) worker.kill();
            broker.close();
        }
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    private void write(int from, int to) throws IOException {
        Files.write(input, lines(from, to), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private ChildProcess startWorker(Broker broker) throws IOException {
        Path configuration = Files.writeString(scratch.resolve("worker.properties"), """
                bootstrap.servers=%s
                group.id=connect-workers
                key.converter=org.apache.kafka.connect.storage.StringConverter
                value.converter=org.apache.kafka.connect.storage.StringConverter
                config.storage.topic=%s
                offset.storage.topic=%s
                status.storage.topic=%s
                config.storage.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                offset.flush.interval.ms=500
                exactly.once.source.support=enabled
                session.timeout.ms=6000
                heartbeat.interval.ms=1000
                scheduled.rebalance.max.delay.ms=0
                consumer.auto.offset.reset=earliest
                plugin.discovery=service_load
                listeners=http://localhost:%d
                """.formatted(broker.bootstrap(), INTERNAL_TOPICS.get(0), INTERNAL_TOPICS.get(1), INTERNAL_TOPICS.get(2), port));
        return PeerApplication.start("kafka-connect", scratch.resolve("worker.out"), "org.apache.kafka.connect.cli.ConnectDistributed",
                configuration.toString());
    }

    private void createConnectors(ChildProcess worker) throws Exception {
        put(worker, "source", """
                {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": "1", "file": "%s",
                 "topic": "lines", "batch.size": "100", "transaction.boundary": "poll"}
                """.formatted(input));
        put(worker, "sink", """
                {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "1", "file": "%s",
                 "topics": "lines"}
                """.formatted(output));
    }

    /** Asks again until the worker is there and no rebalance is in the way. */
    private void put(ChildProcess worker, String connector, String configuration) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/connectors/" + connector + "/config"))
                .header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(configuration)).build();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        String answer = "";
        while (!answer.startsWith("20")) {
            String last = answer;
            assertTrue(System.nanoTime() < deadlineNs && worker.isAlive(), () -> last + "\n" + worker.output());
            answer = send(request);
        }
    }

    private String send(HttpRequest request) throws InterruptedException {
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void await(ChildProcess worker, int lines) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!Files.exists(output) || new LinkedHashSet<>(Files.readAllLines(output)).size() < lines) {
            assertTrue(System.nanoTime() < deadlineNs && worker.isAlive(), worker::output);
            Thread.onSpinWait();
        }
    }

    private static void assertInternalTopicsAreCompacted(Broker broker) throws Exception {
        try (var admin = Clients.admin(broker)) {
            for (String topic : INTERNAL_TOPICS) {
                var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                assertEquals("compact", admin.describeConfigs(List.of(resource)).all().get().get(resource).get("cleanup.policy").value());
            }
        }
    }
}
