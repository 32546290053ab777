package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More connections than a broker wants or can have: who is there goes on, and newcomers come in when others leave. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectionFloodTest {
    private static final int FLOOD = 300;
    private static final int DESCRIPTORS = 160;

    private static boolean answers(BareConnection connection) {
        return connection.ask(new ApiVersionsRequest(), 0, ApiVersionsResponse.class).errorCode() == ErrorCode.NONE.code();
    }

    private static ArrayList<BareConnection> flood(Broker broker, int count) {
        var connections = new ArrayList<BareConnection>();
        for (int i = 0; i < count; i++) connections.add(new BareConnection(broker));
        return connections;
    }

    private static void close(Iterable<BareConnection> connections) {
        for (var connection : connections) connection.close();
    }

    /** Newcomers are served as soon as the broker has seen that others have gone. */
    private static void awaitNewcomer(Broker broker) {
        for (int attempt = 0; ; attempt++) {
            try (var newcomer = new BareConnection(broker)) {
                if (answers(newcomer)) return;
            } catch (java.io.UncheckedIOException e) {
                if (attempt > 200) throw e;
            }
        }
    }

    @Test
    void oneAddressMayHaveOnlySoMany() {
        try (var broker = BadInput.start(Map.of("max.connections.per.ip", "20")); var witness = new Witness(broker, "witness")) {
            var connections = flood(broker, FLOOD);
            for (var connection : connections.subList(20, FLOOD)) connection.awaitClosed();
            witness.works();
            for (var connection : connections.subList(0, 10)) assertTrue(answers(connection));
            close(connections);
            awaitNewcomer(broker);
            witness.works();
        }
    }

    @Test
    void anAddressOfItsOwnMayHaveMore() {
        var settings = Map.of("max.connections.per.ip", "0", "max.connections.per.ip.overrides", "localhost:30");
        try (var broker = BadInput.start(settings); var witness = new Witness(broker, "witness")) {
            var connections = flood(broker, FLOOD);
            for (var connection : connections.subList(0, 20)) assertTrue(answers(connection));
            for (var connection : connections.subList(30, FLOOD)) connection.awaitClosed();
            witness.works();
            close(connections);
        }
    }

    @Test
    void aFullHouseLetsNewcomersWait() {
        try (var broker = BadInput.start(Map.of("max.connections", "20")); var witness = new Witness(broker, "witness")) {
            var connections = new ArrayList<BareConnection>();
            for (int i = 0; i < 40; i++) connections.add(new BareConnection(broker));
            for (var connection : connections) connection.send(new ApiVersionsRequest(), 0);
            witness.works();
            int half = 15;
            for (var connection : connections.subList(0, half)) assertEquals(1, connection.receive().getInt());
            close(connections.subList(0, half));
            assertEquals(1, connections.get(half + 15).receive().getInt());
            witness.works();
            close(connections);
            awaitNewcomer(broker);
        }
    }

    @Test
    void theAcceptLoopSurvivesTheLastFileDescriptor() {
        var setup = BarnabasProcess.with().heap(BadInput.HEAP).under("prlimit", "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS);
        try (var broker = setup.start(); var witness = new Witness(broker, "witness")) {
            witness.works();
            // No more than the kernel lets wait for an accept, or connecting itself would wait.
            var connections = flood(broker, DESCRIPTORS - broker.process().openFileCount() + 30);
            for (int i = 0; i < 5; i++) witness.works();
            assertTrue(answers(connections.get(0)));
            close(connections);
            awaitNewcomer(broker);
            witness.works();
            String output = broker.process().output();
            assertTrue(output.length() < 20_000, () -> "it prints too much: " + output.length());
        }
    }
}
