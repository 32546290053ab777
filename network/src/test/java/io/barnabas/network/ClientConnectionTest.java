package io.barnabas.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.ByteReader;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import io.barnabas.testkit.SimulatedClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ClientConnectionTest {
    private static final short VERSION = 4;
    private static final ClientConnection.Config CONFIG = ClientConnection.Config.of("tester");

    /** Answers ApiVersions with the asking client's software version as its error code, or never. */
    private static final class Broker implements FrameReceiver {
        boolean isSilent;

        @Override
        public boolean onFrame(Connection connection, Frame frame) {
            var reader = new ByteReader(frame.bytes());
            var header = new RequestHeader();
            header.read(reader, ApiKey.API_VERSIONS.requestHeaderVersion(VERSION));
            var request = new ApiVersionsRequest();
            request.read(reader, VERSION);
            assertEquals("tester", header.clientId());
            var reply = connection.expectReply();
            if (isSilent) return true;
            var writer = reply.begin();
            new ResponseHeader().setCorrelationId(header.correlationId()).write(writer, ApiKey.API_VERSIONS.responseHeaderVersion(VERSION));
            new ApiVersionsResponse().setErrorCode(Short.parseShort(request.clientSoftwareVersion())).write(writer, VERSION);
            reply.send();
            return true;
        }
    }

    private static CompletableFuture<ApiMessage> ask(ClientConnection client, int number) {
        var request = new ApiVersionsRequest().setClientSoftwareName("test").setClientSoftwareVersion(Integer.toString(number));
        return client.send(ApiKey.API_VERSIONS, VERSION, request).toCompletableFuture();
    }

    private static void assertFails(CompletableFuture<ApiMessage> answer, String what) {
        assertThatThrownBy(() -> answer.get(20, java.util.concurrent.TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageContaining(what);
    }

    @Test
    void requestsSentAtOnceAreAnsweredInOrder() {
        try (var rig = new Rig(2)) {
            var address = rig.listen(new Broker()).address();
            var answers = rig.on(1, () -> {
                var client = ClientConnection.connect(rig.net(1), address, CONFIG);
                var all = new ArrayList<CompletableFuture<ApiMessage>>();
                for (int i = 0; i < 100; i++) all.add(ask(client, i));
                return all;
            });
            for (int i = 0; i < 100; i++) assertEquals(i, ((ApiVersionsResponse) Rig.get(answers.get(i))).errorCode());
        }
    }

    @Test
    void nobodyListeningFailsTheRequests() throws Exception {
        InetSocketAddress address;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (var rig = new Rig(1)) {
            var answer = rig.on(0, () -> ask(ClientConnection.connect(rig.net(0), address, CONFIG), 1));
            assertFails(answer, "cannot connect");
        }
    }

    @Test
    void anAnswerThatDoesNotComeInTimeEndsTheConnection() {
        var clock = new SimulatedClock();
        var broker = new Broker();
        broker.isSilent = true;
        try (var rig = new Rig(1, clock, Long.MAX_VALUE, ConnectionLimits.NONE)) {
            var address = rig.listen(broker).address();
            var client = rig.on(0, () -> ClientConnection.connect(rig.net(0), address, CONFIG));
            var answer = rig.on(0, () -> ask(client, 1));
            FramingTest.awaitBytesIn(rig, 10);
            FramingTest.advance(rig, clock, 29_999);
            assertThat(answer).isNotDone();
            FramingTest.advance(rig, clock, 2);
            assertFails(answer, "REQUEST_TIMEOUT");
            assertFails(rig.on(0, () -> ask(client, 2)), "closed");
        }
    }

    @Test
    void closingFailsWhatIsInFlight() {
        var broker = new Broker();
        broker.isSilent = true;
        try (var rig = new Rig(1)) {
            var address = rig.listen(broker).address();
            var client = rig.on(0, () -> ClientConnection.connect(rig.net(0), address, CONFIG));
            var answer = rig.on(0, () -> ask(client, 1));
            FramingTest.awaitBytesIn(rig, 10);
            rig.on(0, () -> {
                client.close();
                return null;
            });
            assertFails(answer, "closed");
        }
    }

    @Test
    void aBrokerThatGoesAwayFailsWhatIsInFlight() throws Exception {
        try (var rig = new Rig(1); var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = (InetSocketAddress) socket.getLocalSocketAddress();
            var answer = rig.on(0, () -> ask(ClientConnection.connect(rig.net(0), address, CONFIG), 1));
            var accepted = socket.accept();
            accepted.getInputStream().read();
            accepted.close();
            assertFails(answer, "connection closed");
        }
    }

    @Test
    void aRequestThatCannotBeWrittenFailsAlone() {
        try (var rig = new Rig(1)) {
            var address = rig.listen(new Broker()).address();
            var client = rig.on(0, () -> ClientConnection.connect(rig.net(0), address, CONFIG));
            var before = rig.on(0, () -> ask(client, 1));
            var bad = rig.on(0, () -> client.send(ApiKey.API_VERSIONS, (short) 99, new ApiVersionsRequest()).toCompletableFuture());
            var after = rig.on(0, () -> ask(client, 2));
            assertEquals(1, ((ApiVersionsResponse) Rig.get(before)).errorCode());
            assertFails(bad, "cannot be written");
            assertEquals(2, ((ApiVersionsResponse) Rig.get(after)).errorCode());
        }
    }
}
