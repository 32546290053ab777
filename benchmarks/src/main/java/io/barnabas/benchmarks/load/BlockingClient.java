package io.barnabas.benchmarks.load;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/** Asks one thing at a time, in the newest version that both sides know, and waits for the answer. Used by one thread. */
final class BlockingClient implements AutoCloseable {
    static final String CLIENT_ID = "load";
    private static final int CONNECT_MS_MAX = 10_000;
    private static final int ANSWER_MS_MAX = 120_000;
    private static final int ANSWER_BYTES_MAX = 256 << 20;

    private final InetSocketAddress broker;
    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final Map<ApiKey, Short> versions = new EnumMap<>(ApiKey.class);
    private int correlationId;

    /** @throws LoadException if nobody answers there */
    BlockingClient(InetSocketAddress broker) {
        this.broker = broker;
        try {
            // Resolved now: the address may have been made before the name was known.
            socket.connect(new InetSocketAddress(broker.getHostString(), broker.getPort()), CONNECT_MS_MAX);
            socket.setSoTimeout(ANSWER_MS_MAX);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
            readVersions();
        } catch (IOException | RuntimeException e) {
            closeQuietly();
            throw e instanceof LoadException known ? known : new LoadException("no broker answers: address=" + broker, e);
        }
    }

    private void readVersions() {
        var answer = ask(new ApiVersionsRequest(), (short) 0, ApiVersionsResponse.class);
        for (var offered : answer.apiKeys()) {
            var api = ApiKey.of(offered.apiKey());
            if (api == null || offered.maxVersion() < api.lowestVersion()) continue;
            versions.put(api, (short) Math.min(offered.maxVersion(), api.highestOfferedVersion()));
        }
    }

    /** The newest version that both sides know. @throws LoadException if the broker does not have this API */
    short version(ApiKey api) {
        var version = versions.get(api);
        if (version == null) throw new LoadException("the broker does not offer " + api + ": address=" + broker);
        return version;
    }

    <R extends ApiMessage> R ask(ApiMessage request, Class<R> answer) {
        return ask(request, version(request.apiKey()), answer);
    }

    private <R extends ApiMessage> R ask(ApiMessage request, short version, Class<R> answer) {
        var api = request.apiKey();
        try {
            socket.getOutputStream().write(frame(request, version, ++correlationId).toByteBuffer().array());
            int length = in.readInt();
            if (length < Integer.BYTES || length > ANSWER_BYTES_MAX) throw new IOException("answer of a bad length: length=" + length);
            var bytes = new byte[length];
            in.readFully(bytes);
            var reader = new ByteReader(ByteBuffer.wrap(bytes));
            var header = new ResponseHeader();
            header.read(reader, api.responseHeaderVersion(version));
            if (header.correlationId() != correlationId) throw new IOException("answer to another request: correlation id=" + header.correlationId());
            var response = api.newResponse();
            response.read(reader, version);
            return answer.cast(response);
        } catch (IOException | DecodeException e) {
            throw new LoadException("no answer to %s version %d: address=%s".formatted(api, version, broker), e);
        }
    }

    /** A request as it goes over the wire, its length first. */
    static ByteWriter frame(ApiMessage request, short version, int correlationId) {
        var api = request.apiKey();
        var writer = ByteWriter.onHeap(256);
        writer.writeInt(0);
        new RequestHeader().setRequestApiKey(api.id()).setRequestApiVersion(version).setCorrelationId(correlationId)
                .setClientId(CLIENT_ID).write(writer, api.requestHeaderVersion(version));
        request.write(writer, version);
        writer.patchInt(0, writer.position() + writer.payloadBytes() - Integer.BYTES);
        return writer;
    }

    private void closeQuietly() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing more is wanted of it.
        }
    }

    @Override
    public void close() {
        closeQuietly();
    }
}
