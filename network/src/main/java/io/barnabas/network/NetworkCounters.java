package io.barnabas.network;

import java.util.concurrent.atomic.AtomicLongArray;

/** What the sockets of one loop have done. Written by that loop, readable from any thread. */
public final class NetworkCounters {
    static final int BYTES_IN = 0;
    static final int BYTES_OUT = 1;
    static final int FRAMES_IN = 2;
    static final int OPENED = 3;
    static final int OPEN = 4;
    static final int HELD = 5;
    private static final int CLOSED = 6;

    private final AtomicLongArray values = new AtomicLongArray(CLOSED + CloseReason.values().length);

    NetworkCounters() {}

    void add(int counter, long change) {
        values.setOpaque(counter, values.getPlain(counter) + change);
    }

    void closed(CloseReason reason) {
        add(CLOSED + reason.ordinal(), 1);
    }

    public long bytesIn() {
        return values.getOpaque(BYTES_IN);
    }

    public long bytesOut() {
        return values.getOpaque(BYTES_OUT);
    }

    public long framesIn() {
        return values.getOpaque(FRAMES_IN);
    }

    public long connectionsOpened() {
        return values.getOpaque(OPENED);
    }

    /** Connections that are there at the moment. */
    public long connectionsOpen() {
        return values.getOpaque(OPEN);
    }

    public long connectionsClosed(CloseReason reason) {
        return values.getOpaque(CLOSED + reason.ordinal());
    }

    /** Bytes of half-read, kept and retained frames at the moment. */
    public long heldBytes() {
        return values.getOpaque(HELD);
    }
}
