package io.barnabas.network;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * One whole message, without its length prefix, where it was read. Valid during {@link FrameReceiver#onFrame}, and
 * longer by {@link #retain}: then its bytes count against its connection and its loop until the last holder lets go,
 * on whatever thread. Slices of it die with it.
 */
public final class Frame {
    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(Frame.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Connection connection;
    private final Chunk chunk;
    private final ByteBuffer bytes;
    private final int byteCount;
    private volatile int holders = 1;

    Frame(Connection connection, Chunk chunk, int position, int byteCount) {
        this.connection = connection;
        this.chunk = chunk;
        this.byteCount = byteCount;
        bytes = chunk.buffer.slice(position, byteCount);
        chunk.retain();
        connection.hold(byteCount);
    }

    /** The bytes, big-endian, position at the start; the same buffer at each call. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Adds a holder, who calls {@link #release} once. Any holder may, on any thread. */
    public Frame retain() {
        HOLDERS.getAndAdd(this, 1);
        return this;
    }

    /** A holder lets go. Any thread. */
    public void release() {
        int left = (int) HOLDERS.getAndAdd(this, -1) - 1;
        if (left < 0) throw new IllegalStateException("frame released too often: connection=" + connection.id());
        if (left > 0) return;
        var loop = connection.loop();
        if (loop.isCurrent()) giveBack();
        else loop.execute(this::giveBack);
    }

    private void giveBack() {
        chunk.release();
        connection.unhold(byteCount);
    }
}
