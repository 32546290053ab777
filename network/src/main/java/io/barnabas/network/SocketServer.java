package io.barnabas.network;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Listeners over a set of loops. Any thread may call. */
public final class SocketServer {
    /** @param limits of all listeners together */
    public SocketServer(List<NetworkLoop> loops, ConnectionLimits limits) {
        throw new UnsupportedOperationException();
    }

    /**
     * Binds. Connections wait in the kernel until {@link #start}.
     *
     * @throws BindException if the address cannot be had; the message names it
     */
    public Listener listen(ListenerConfig config, FrameReceiver receiver) {
        throw new UnsupportedOperationException();
    }

    /** Lets connections in, on every listener bound so far. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Replaces the limits of all listeners together; connections that are there stay. */
    public void limit(ConnectionLimits limits) {
        throw new UnsupportedOperationException();
    }

    /** Connections refused because of a limit, or because the process had no file descriptor left. */
    public long connectionsRefused() {
        throw new UnsupportedOperationException();
    }

    /** Accepts and reads no more, lets the replies expected so far leave, and closes what is left at the deadline. */
    public CompletionStage<Void> stop(long deadlineMs) {
        throw new UnsupportedOperationException();
    }
}
