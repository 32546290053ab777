package io.barnabas.network;

/** What the sockets of one loop have done. Written by that loop, readable from any thread. */
public final class NetworkCounters {
    NetworkCounters() {}

    public long bytesIn() {
        throw new UnsupportedOperationException();
    }

    public long bytesOut() {
        throw new UnsupportedOperationException();
    }

    public long framesIn() {
        throw new UnsupportedOperationException();
    }

    public long connectionsOpened() {
        throw new UnsupportedOperationException();
    }

    public long connectionsOpen() {
        throw new UnsupportedOperationException();
    }

    public long connectionsClosed(CloseReason reason) {
        throw new UnsupportedOperationException();
    }

    /** Bytes of half-read and retained frames at the moment. */
    public long heldBytes() {
        throw new UnsupportedOperationException();
    }
}
