package io.barnabas.network;

import java.net.InetSocketAddress;

/** A bound address, whose connections are handed to the loops in turn. Made by {@link SocketServer#listen}. */
public final class Listener {
    Listener() {}

    public String name() {
        throw new UnsupportedOperationException();
    }

    /** Where it is bound, with the real port. */
    public InetSocketAddress address() {
        throw new UnsupportedOperationException();
    }

    /** Replaces this listener's limits; connections that are there stay. Any thread. */
    public void limit(ConnectionLimits limits) {
        throw new UnsupportedOperationException();
    }
}
