package io.barnabas.server;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** A client of one connection that blocks: sends as many requests as it likes, and reads their answers in order. */
final class WireClient implements AutoCloseable {
    private record Sent(ApiKey apiKey, short version, int correlationId) {}

    private static final int READ_TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ArrayDeque<Sent> unanswered = new ArrayDeque<>();
    private int correlationId;

    WireClient(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends several requests in one write; {@link #receive} gives their answers one by one. */
    void send(int version, ApiMessage... requests) {
        var writer = ByteWriter.onHeap(1024);
        for (var request : requests) frame(writer, request, (short) Math.min(version, request.apiKey().highestOfferedVersion()), true);
        write(writer);
    }

    /** Sends a request that gets no answer. */
    void sendUnanswered(int version, ApiMessage request) {
        var writer = ByteWriter.onHeap(1024);
        frame(writer, request, (short) version, false);
        write(writer);
    }

    @SuppressWarnings("unchecked") // the caller knows what it asked
    <R extends ApiMessage> R receive() {
        try {
            var frame = new byte[in.readInt()];
            in.readFully(frame);
            var sent = unanswered.poll();
            var reader = new ByteReader(ByteBuffer.wrap(frame));
            var header = new ResponseHeader();
            header.read(reader, sent.apiKey.responseHeaderVersion(sent.version));
            if (header.correlationId() != sent.correlationId) throw new AssertionError("answers out of order: " + sent);
            var response = sent.apiKey.newResponse();
            response.read(reader, sent.version);
            if (reader.remaining() != 0) throw new AssertionError("bytes left: " + reader.remaining());
            return (R) response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <R extends ApiMessage> R ask(int version, ApiMessage request) {
        send(version, request);
        return receive();
    }

    private void frame(ByteWriter writer, ApiMessage request, short version, boolean isAnswered) {
        int start = writer.position();
        writer.writeInt(0);
        var header = new RequestHeader().setRequestApiKey(request.apiKey().id()).setRequestApiVersion(version)
                .setCorrelationId(++correlationId).setClientId("test");
        header.write(writer, request.apiKey().requestHeaderVersion(version));
        // Payloads lie between the written bytes, so each request is made whole on its own.
        var body = ByteWriter.onHeap(1024);
        request.write(body, version);
        writer.writeBytes(body.toByteBuffer());
        writer.patchInt(start, writer.position() - start - 4);
        if (isAnswered) unanswered.add(new Sent(request.apiKey(), version, correlationId));
    }

    private void write(ByteWriter writer) {
        try {
            socket.getOutputStream().write(writer.buffer().array(), 0, writer.position());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the broker has closed the connection; waits for it. */
    boolean isClosedByPeer() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
