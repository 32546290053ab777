package io.barnabas.network;

import java.net.InetSocketAddress;

/**
 * One of a server's {@code listeners}.
 *
 * @param name                  as in {@code listeners}, such as PLAINTEXT
 * @param address               where to bind; port 0 takes a free one
 * @param backlog               {@code socket.listen.backlog.size}
 * @param sendBufferBytes       {@code socket.send.buffer.bytes}; -1 leaves the system's
 * @param receiveBufferBytes    {@code socket.receive.buffer.bytes}; -1 leaves the system's
 * @param frameBytesMax         {@code socket.request.max.bytes}
 * @param idleMsMax             {@code connections.max.idle.ms}; negative never closes
 * @param limits                of this listener; those of the server apply too
 */
public record ListenerConfig(
        String name,
        InetSocketAddress address,
        int backlog,
        int sendBufferBytes,
        int receiveBufferBytes,
        int frameBytesMax,
        long idleMsMax,
        ConnectionLimits limits) {
    /** Kafka's defaults. */
    public static ListenerConfig of(String name, InetSocketAddress address) {
        return new ListenerConfig(name, address, 50, 100 << 10, 100 << 10, 100 << 20, 600_000, ConnectionLimits.NONE);
    }
}
