package io.barnabas.network;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.base.EventLoop;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The asking end of one connection. Requests leave in the order of the calls, the first ones when the connection is
 * made, and answers come in that order. One connection, no second try: whoever wants one makes another. All calls and
 * all answers are on its loop.
 */
public final class ClientConnection {
    /**
     * @param clientId           in every request's header; may be null
     * @param connectTimeoutMs   until the connection must be made
     * @param requestTimeoutMs   until an answer must have come; the connection ends with the first that has not
     * @param responseBytesMax   a larger answer ends the connection
     * @param inFlightMax        unanswered requests; one more fails at once
     */
    public record Config(String clientId, long connectTimeoutMs, long requestTimeoutMs, int responseBytesMax, int inFlightMax) {
        public static Config of(String clientId) {
            return new Config(clientId, 10_000, 30_000, 100 << 20, 1_000);
        }
    }

    private record InFlight(ApiKey apiKey, short version, int correlationId, long sentNs, boolean isCopied, ResponseHandler handler) {}

    private record Waiting(ApiKey apiKey, short version, int correlationId, ApiMessage request) {}

    private final NetworkLoop net;
    private final InetSocketAddress address;
    private final Config config;
    private final SocketChannel channel;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private Connection connection;
    private EventLoop.Timer timer;
    private int nextCorrelationId;
    private boolean closed;

    private ClientConnection(NetworkLoop net, InetSocketAddress address, Config config) throws IOException {
        this.net = net;
        this.address = address;
        this.config = config;
        channel = SocketChannel.open();
    }

    /**
     * Starts to connect; requests may be sent at once.
     *
     * @throws ConnectionFailedException if the address is not resolved or no socket can be had; later failures reach the requests
     */
    public static ClientConnection connect(NetworkLoop net, InetSocketAddress address, Config config) {
        ClientConnection client;
        try {
            client = new ClientConnection(net, address, config);
        } catch (IOException e) {
            throw new ConnectionFailedException("no socket: address=" + address, e);
        }
        try {
            client.start();
        } catch (IOException | RuntimeException e) {
            NetworkLoop.close(client.channel);
            throw new ConnectionFailedException("cannot connect: address=" + address + " cause=" + e, e);
        }
        return client;
    }

    public InetSocketAddress address() {
        return address;
    }

    /** False once it has ended: nothing more can be asked here. */
    public boolean isOpen() {
        return !closed;
    }

    /** Asks; the answer is decoded where it was read. */
    public void send(ApiKey apiKey, short version, ApiMessage request, ResponseHandler handler) {
        send(apiKey, version, request, handler, false);
    }

    /** Asks; the answer has memory of its own on the heap. Fails with {@link ConnectionFailedException}. */
    public CompletionStage<ApiMessage> send(ApiKey apiKey, short version, ApiMessage request) {
        var answer = new CompletableFuture<ApiMessage>();
        send(apiKey, version, request, new ResponseHandler() {
            @Override
            public void onResponse(ApiMessage response, Frame frame) {
                answer.complete(response);
            }

            @Override
            public void onFailure(ConnectionFailedException failure) {
                answer.completeExceptionally(failure);
            }
        }, true);
        return answer;
    }

    /** Says something that is never answered: a Produce with acks=0. Lost without a word if the connection fails. */
    public void sendUnanswered(ApiKey apiKey, short version, ApiMessage request) {
        if (!closed) sendOrWait(new Waiting(apiKey, version, nextCorrelationId++, request));
    }

    /** Ends the connection; unanswered requests fail. */
    public void close() {
        if (connection != null) connection.close(CloseReason.CLOSED_HERE);
        else end("closed here", null);
    }

    private void send(ApiKey apiKey, short version, ApiMessage request, ResponseHandler handler, boolean isCopied) {
        if (closed || inFlight.size() >= config.inFlightMax()) {
            handler.onFailure(failure(closed ? "connection is closed" : "too many requests in flight", null));
            return;
        }
        int correlationId = nextCorrelationId++;
        inFlight.add(new InFlight(apiKey, version, correlationId, net.loop().clock().nanoTime(), isCopied, handler));
        sendOrWait(new Waiting(apiKey, version, correlationId, request));
        if (timer == null) timer = net.loop().schedule(config.requestTimeoutMs(), this::checkTimeout);
    }

    private void sendOrWait(Waiting request) {
        if (connection == null) waiting.add(request);
        else write(request);
    }

    private void write(Waiting request) {
        var apiKey = request.apiKey;
        var place = connection.expectReply();
        var writer = place.begin();
        try {
            new RequestHeader()
                    .setRequestApiKey(apiKey.id())
                    .setRequestApiVersion(request.version)
                    .setCorrelationId(request.correlationId)
                    .setClientId(config.clientId())
                    .write(writer, apiKey.requestHeaderVersion(request.version));
            request.request.write(writer, request.version);
        } catch (RuntimeException e) {
            place.skip();
            failUnwritten(request.correlationId, e);
            return;
        }
        place.send();
    }

    private void failUnwritten(int correlationId, RuntimeException cause) {
        for (var request : inFlight) {
            if (request.correlationId != correlationId) continue;
            inFlight.remove(request);
            request.handler.onFailure(failure("request cannot be written", cause));
            return;
        }
        throw cause;
    }

    // ---- connecting

    private void start() throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        timer = net.loop().schedule(config.connectTimeoutMs(), () -> end("no connection in time", null));
        if (channel.connect(address)) net.loop().execute(this::onConnected);
        else net.loop().register(channel, SelectionKey.OP_CONNECT, key -> finishConnect());
    }

    private void finishConnect() {
        if (closed) return;
        try {
            if (channel.finishConnect()) onConnected();
        } catch (IOException e) {
            end("cannot connect", e);
        }
    }

    private void onConnected() {
        if (closed) return;
        timer.cancel();
        timer = inFlight.isEmpty() ? null : net.loop().schedule(config.requestTimeoutMs(), this::checkTimeout);
        try {
            connection = new Connection(net, channel, null, new Answers(), config.responseBytesMax());
            connection.open(-1);
        } catch (IOException e) {
            if (connection != null) connection.close(CloseReason.IO_ERROR);
            end("connection lost", e);
            return;
        }
        while (!closed && !waiting.isEmpty()) write(waiting.poll());
    }

    // ---- answers

    private final class Answers implements FrameReceiver {
        @Override
        public boolean onFrame(Connection connection, Frame frame) {
            var request = inFlight.peek();
            var bytes = frame.bytes();
            if (request == null || bytes.remaining() < Integer.BYTES) throw new DecodeException("answer without a question");
            var reader = new ByteReader(request.isCopied ? copy(bytes) : bytes);
            var header = new ResponseHeader();
            header.read(reader, request.apiKey.responseHeaderVersion(request.version));
            if (header.correlationId() != request.correlationId) {
                throw new DecodeException("answers out of order: expected=%d received=%d".formatted(request.correlationId, header.correlationId()));
            }
            var response = request.apiKey.newResponse();
            response.read(reader, request.version);
            inFlight.poll();
            request.handler.onResponse(response, frame);
            return true;
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            end("connection closed: reason=" + reason, null);
        }

        private ByteBuffer copy(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
    }

    private void checkTimeout() {
        timer = null;
        var oldest = inFlight.peek();
        if (closed || oldest == null) return;
        long leftMs = config.requestTimeoutMs() - (net.loop().clock().nanoTime() - oldest.sentNs) / 1_000_000;
        if (leftMs > 0) timer = net.loop().schedule(leftMs, this::checkTimeout);
        else connection.close(CloseReason.REQUEST_TIMEOUT);
    }

    private void end(String what, Throwable cause) {
        if (closed) return;
        closed = true;
        if (timer != null) timer.cancel();
        NetworkLoop.close(channel);
        waiting.clear();
        var failure = failure(what, cause);
        for (var request = inFlight.poll(); request != null; request = inFlight.poll()) request.handler.onFailure(failure);
    }

    private ConnectionFailedException failure(String what, Throwable cause) {
        return new ConnectionFailedException(what + ": address=" + address + (cause == null ? "" : " cause=" + cause), cause);
    }
}
