package io.barnabas.network;

import io.barnabas.base.ByteWriter;

/**
 * A place in the order of a connection's answers, taken by {@link Connection#expectReply}. It ends with exactly one
 * {@link #send} or {@link #skip}; the bytes leave when those of all earlier places have left. On the connection's loop
 * only. On a closed connection all calls are allowed and nothing leaves.
 */
public final class Reply {
    Reply() {}

    public Connection connection() {
        throw new UnsupportedOperationException();
    }

    /** Starts the answer: everything after the frame's length is written here. At most once. */
    public ByteWriter begin() {
        throw new UnsupportedOperationException();
    }

    /** The answer is whole. Its payloads belong to the connection now and are released once, whatever happens. */
    public void send() {
        throw new UnsupportedOperationException();
    }

    /** Nothing leaves for this place; payloads noted so far are released. */
    public void skip() {
        throw new UnsupportedOperationException();
    }
}
