package io.barnabas.network;

import io.barnabas.base.NioEventLoop;

/**
 * The sockets of one event loop: its read buffer, its byte budget, its counters. One for each loop, shared by servers and
 * clients. Made anywhere, used on its loop.
 */
public final class NetworkLoop {
    /**
     * @param heldBytesMax bytes of half-read and retained frames beyond which the largest holder is read no more
     *                     ({@code queued.max.request.bytes} shared among the loops)
     */
    public NetworkLoop(NioEventLoop loop, long heldBytesMax) {
        throw new UnsupportedOperationException();
    }

    public NioEventLoop loop() {
        throw new UnsupportedOperationException();
    }

    /** Readable from any thread. */
    public NetworkCounters counters() {
        throw new UnsupportedOperationException();
    }
}
