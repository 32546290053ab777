package io.barnabas.network;

import io.barnabas.base.ByteWriter;

/**
 * A place in the order of a connection's answers, taken by {@link Connection#expectReply}. It ends with exactly one
 * {@link #send} or {@link #skip}; the bytes leave when those of all earlier places have left. On the connection's loop
 * only. On a closed connection all calls are allowed and nothing leaves.
 */
public final class Reply {
    private enum State { EXPECTED, BEGUN, SENT, SKIPPED }

    private static final int FIRST_BYTES = 1 << 10;

    Reply next;
    private final Connection connection;
    private State state = State.EXPECTED;
    private ByteWriter writer;

    Reply(Connection connection) {
        this.connection = connection;
    }

    public Connection connection() {
        return connection;
    }

    /** Starts the answer: everything after the frame's length is written here. At most once. */
    public ByteWriter begin() {
        require(State.EXPECTED);
        state = State.BEGUN;
        writer = new ByteWriter(connection.loop().arena(), FIRST_BYTES);
        writer.writeInt(0);
        return writer;
    }

    /** The answer is whole. Its payloads belong to the connection now and are released once, whatever happens. */
    public void send() {
        require(State.BEGUN);
        writer.patchInt(0, Math.addExact(writer.position() - Integer.BYTES, writer.payloadBytes()));
        state = State.SENT;
        connection.onReplyEnded(this);
    }

    /** Nothing leaves for this place; payloads noted so far are released. */
    public void skip() {
        if (state != State.EXPECTED) require(State.BEGUN);
        drop();
        state = State.SKIPPED;
        connection.onReplyEnded(this);
    }

    boolean hasEnded() {
        return state == State.SENT || state == State.SKIPPED;
    }

    /** Bytes that it will put on the wire; 0 until it is sent. */
    int byteCount() {
        return state == State.SENT ? writer.position() + writer.payloadBytes() : 0;
    }

    /** Its bytes and payloads, for the one who takes them over; null if there are none. */
    ByteWriter take() {
        var taken = writer;
        writer = null;
        return taken;
    }

    void drop() {
        var dropped = take();
        if (dropped == null) return;
        var splices = dropped.splices();
        for (int i = 0; i < splices.size(); i++) splices.get(i).payload().release();
        connection.loop().arena().release(dropped.buffer());
    }

    private void require(State expected) {
        if (state != expected) throw new IllegalStateException("reply out of step: state=" + state + " connection=" + connection.id());
    }
}
