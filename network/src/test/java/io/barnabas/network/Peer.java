package io.barnabas.network;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The other end of a connection, in plain blocking Java. */
final class Peer implements Closeable {
    /** A test that waits longer than this for a byte has failed. */
    private static final int SILENCE_MS_MAX = 20_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    Peer(InetSocketAddress address) {
        this(address, 0);
    }

    /** @param receiveBufferBytes of the socket; 0 leaves the system's */
    Peer(InetSocketAddress address, int receiveBufferBytes) {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_MS_MAX);
            if (receiveBufferBytes > 0) socket.setReceiveBufferSize(receiveBufferBytes);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()));
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] framed(byte[]... bodies) {
        int size = 0;
        for (var body : bodies) size += 4 + body.length;
        var all = ByteBuffer.allocate(size);
        for (var body : bodies) all.putInt(body.length).put(body);
        return all.array();
    }

    void say(String... frames) {
        for (var frame : frames) send(framed(frame.getBytes(StandardCharsets.UTF_8)));
    }

    void send(byte[] bytes) {
        send(bytes, 0, bytes.length);
    }

    void send(byte[] bytes, int from, int count) {
        try {
            socket.getOutputStream().write(bytes, from, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] receive() {
        try {
            var frame = new byte[in.readInt()];
            in.readFully(frame);
            return frame;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String hear() {
        return new String(receive(), StandardCharsets.UTF_8);
    }

    /** Waits for the end of what the other side says. @return bytes that came before it */
    long readToEnd() {
        long count = 0;
        try {
            var buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) count += read;
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            // Reset: ended as well.
        }
        return count;
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
