package io.barnabas.network;

import java.nio.ByteBuffer;

/**
 * One whole message, without its length prefix, where it was read. Valid during {@link FrameReceiver#onFrame}, and
 * longer by {@link #retain}: then its bytes count against its connection and its loop until the last holder lets go,
 * on whatever thread. Slices of it die with it.
 */
public final class Frame {
    Frame() {}

    /** The bytes, big-endian, position at the start; the same buffer at each call. */
    public ByteBuffer bytes() {
        throw new UnsupportedOperationException();
    }

    /** Adds a holder, who calls {@link #release} once. Any holder may, on any thread. */
    public Frame retain() {
        throw new UnsupportedOperationException();
    }

    /** A holder lets go. Any thread. */
    public void release() {
        throw new UnsupportedOperationException();
    }
}
