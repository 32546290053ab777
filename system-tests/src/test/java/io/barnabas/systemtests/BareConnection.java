package io.barnabas.systemtests;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import io.barnabas.testkit.process.Broker;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A connection that says whatever a test wants it to: whole requests, or any bytes. */
final class BareConnection implements AutoCloseable {
    private static final int ANSWER_MS_MAX = 60_000;

    private final Socket socket = new Socket();
    private int correlationId;

    BareConnection(Broker broker) {
        try {
            socket.connect(new InetSocketAddress("localhost", broker.port()), ANSWER_MS_MAX);
            socket.setSoTimeout(ANSWER_MS_MAX);
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request as it goes over the wire, its length first. */
    static byte[] frame(ApiMessage request, int version, int correlationId) {
        var key = request.apiKey();
        var writer = ByteWriter.onHeap(256);
        writer.writeInt(0);
        new RequestHeader().setRequestApiKey(key.id()).setRequestApiVersion((short) version).setCorrelationId(correlationId)
                .setClientId("raw").write(writer, key.requestHeaderVersion((short) version));
        request.write(writer, (short) version);
        return withLength(BatchBytes.bytes(writer));
    }

    /** A request of which only the body is given, as bytes. */
    static byte[] frame(ApiKey key, int version, byte[] body) {
        var writer = ByteWriter.onHeap(64);
        writer.writeInt(0);
        new RequestHeader().setRequestApiKey(key.id()).setRequestApiVersion((short) version).setCorrelationId(1)
                .setClientId("raw").write(writer, key.requestHeaderVersion((short) version));
        writer.writeBytes(body);
        return withLength(BatchBytes.bytes(writer));
    }

    /** Puts the true length into the first four bytes. */
    static byte[] withLength(byte[] frame) {
        ByteBuffer.wrap(frame).putInt(0, frame.length - Integer.BYTES);
        return frame;
    }

    BareConnection send(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /**
     * Begins to send, and goes on in the background for as long as the broker takes it: it may close, or not read on.
     *
     * @param times how often to send these bytes
     */
    BareConnection sendOnward(byte[] bytes, int times) {
        var sender = new Thread(() -> {
            try {
                for (int i = 0; i < times; i++) socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                // It has closed, or the test has: whoever wants to know looks for it.
            }
        });
        sender.setDaemon(true);
        sender.start();
        return this;
    }

    /** Says nothing more, but goes on listening. */
    BareConnection endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The next answer, from its correlation id on. */
    ByteBuffer receive() {
        try {
            var input = socket.getInputStream();
            byte[] length = input.readNBytes(Integer.BYTES);
            if (length.length < Integer.BYTES) throw new EOFException("closed instead of an answer: bytes=" + length.length);
            return ByteBuffer.wrap(input.readNBytes(ByteBuffer.wrap(length).getInt()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the other side closes; there must be no answer before. */
    void awaitClosed() {
        int next;
        try {
            next = socket.getInputStream().read();
        } catch (SocketException e) {
            return; // reset, since it closed with bytes unread
        } catch (IOException e) {
            throw new UncheckedIOException("not closed", e);
        }
        if (next >= 0) throw new AssertionError("an answer, where the connection should close");
    }

    /** Whether the other side has closed, or does so while at most {@code ms} pass. Answers before that are passed over. */
    boolean closesWithin(int ms) {
        try {
            socket.setSoTimeout(ms);
            socket.getInputStream().skipNBytes(Long.MAX_VALUE);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Sends bytes after which the other side may close, and waits for its answer or for that. @return whether it goes on */
    boolean sendAndHear(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            byte[] length = socket.getInputStream().readNBytes(Integer.BYTES);
            if (length.length < Integer.BYTES) return false;
            int count = ByteBuffer.wrap(length).getInt();
            return socket.getInputStream().readNBytes(count).length == count;
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("neither an answer nor the end", e);
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for an answer, or for the end. */
    boolean heardOrClosed() {
        return sendAndHear(new byte[0]);
    }

    /** Sends bytes, says that nothing more follows, and waits for the end, with or without an answer before it. @return false: it has ended */
    boolean sendAndLeave(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("not closed after the last byte", e);
        } catch (IOException e) {
            // Closed before it had read everything.
        }
        return false;
    }

    BareConnection send(ApiMessage request, int version) {
        return send(frame(request, version, ++correlationId));
    }

    /** Asks and waits for the answer. */
    <R extends ApiMessage> R ask(ApiMessage request, int version, Class<R> answer) {
        return send(request, version).answer(request.apiKey(), version, answer);
    }

    /** Reads the next answer as one to a request of this API and version. */
    <R extends ApiMessage> R answer(ApiKey key, int version, Class<R> type) {
        var reader = new ByteReader(receive());
        new ResponseHeader().read(reader, key.responseHeaderVersion((short) version));
        var response = key.newResponse();
        response.read(reader, (short) version);
        if (reader.remaining() != 0) throw new AssertionError("bytes left after the answer: bytes=" + reader.remaining());
        return type.cast(response);
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) length += part.length;
        byte[] whole = Arrays.copyOf(parts[0], length);
        int at = parts[0].length;
        for (int i = 1; i < parts.length; at += parts[i++].length) System.arraycopy(parts[i], 0, whole, at, parts[i].length);
        return whole;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing more is wanted of it.
        }
    }
}
