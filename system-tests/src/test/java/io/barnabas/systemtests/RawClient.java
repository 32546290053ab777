package io.barnabas.systemtests;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.DescribeQuorumResponse;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.testkit.process.Broker;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** Sends single requests, in any version, and gives the answers as they come. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final String clientId;
    private final Socket socket;
    private final DataInputStream in;
    private int correlationId;

    RawClient(int port) throws IOException {
        this(port, "raw");
    }

    RawClient(int port, String clientId) throws IOException {
        this.clientId = clientId;
        socket = new Socket("localhost", port);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new DataInputStream(socket.getInputStream());
    }

    /** One request over a connection of its own. */
    static ApiMessage ask(Broker broker, ApiMessage request, int version) throws IOException {
        return ask(broker.port(), request, version);
    }

    static ApiMessage ask(int port, ApiMessage request, int version) throws IOException {
        try (var client = new RawClient(port)) {
            return client.ask(request, version);
        }
    }

    /** The port of the broker's controller, as the quorum tells it. */
    static int controllerPort(Broker broker) throws IOException {
        var request = new DescribeQuorumRequest();
        var topic = new DescribeQuorumRequest.TopicData().setTopicName("__cluster_metadata");
        topic.partitions().add(new DescribeQuorumRequest.PartitionData());
        request.topics().add(topic);
        return ((DescribeQuorumResponse) ask(broker, request, 2)).nodes().get(0).listeners().get(0).port();
    }

    /**
     * @param version one that the API does not have is sent in the newest there is, and answered in the oldest
     * @throws IOException if the connection ends instead
     */
    ApiMessage ask(ApiMessage request, int version) throws IOException {
        send(request, version);
        return receive(request.apiKey(), version);
    }

    /** Asks without waiting for the answer, which {@link #receive} gives. */
    void send(ApiMessage request, int version) throws IOException {
        var api = request.apiKey();
        short known = api.hasVersion((short) version) ? (short) version : api.highestVersion();
        var writer = ByteWriter.onHeap(1024);
        writer.writeInt(0);
        new RequestHeader().setRequestApiKey(api.id()).setRequestApiVersion((short) version).setCorrelationId(++correlationId)
                .setClientId(clientId).write(writer, api.requestHeaderVersion(known));
        request.write(writer, known);
        writer.patchInt(0, writer.position() + writer.payloadBytes() - Integer.BYTES);
        socket.getOutputStream().write(writer.toByteBuffer().array());
    }

    /** The answer to the one request that waits for one. */
    ApiMessage receive(ApiKey api, int version) throws IOException {
        var answer = new byte[in.readInt()];
        in.readFully(answer);
        var reader = new ByteReader(ByteBuffer.wrap(answer));
        int answered = reader.readInt();
        if (answered != correlationId) throw new IOException("answer to another request: expected=" + correlationId + " found=" + answered);
        short answerVersion = api.hasVersion((short) version) ? (short) version : 0;
        if (api.responseHeaderVersion(answerVersion) >= 1) reader.readUnsignedVarint();
        var response = api.newResponse();
        response.readWhole(reader, answerVersion);
        return response;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
