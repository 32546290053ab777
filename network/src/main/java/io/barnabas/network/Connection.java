package io.barnabas.network;

import io.barnabas.base.NioEventLoop;
import java.net.InetSocketAddress;

/** One socket, owned by one loop: all calls are made there. Frames come in order, answers leave in order. */
public final class Connection {
    /** What the receiver keeps with this connection; the network does not look at it. */
    public Object attachment;

    Connection() {}

    public NioEventLoop loop() {
        throw new UnsupportedOperationException();
    }

    /** Unique in the process. */
    public long id() {
        throw new UnsupportedOperationException();
    }

    /** Where it was accepted; null for a connection that this side opened. */
    public Listener listener() {
        throw new UnsupportedOperationException();
    }

    public InetSocketAddress remoteAddress() {
        throw new UnsupportedOperationException();
    }

    /** The address that the peer reached. */
    public InetSocketAddress localAddress() {
        throw new UnsupportedOperationException();
    }

    public boolean isOpen() {
        throw new UnsupportedOperationException();
    }

    /** Takes the next place in the order of answers. */
    public Reply expectReply() {
        throw new UnsupportedOperationException();
    }

    /** After an {@link FrameReceiver#onFrame} that returned false: offers that frame again, in this turn or the next, not within the call. */
    public void resume() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of the largest frame taken from now on; at the start the listener's. A larger one closes the connection. */
    public void limitFrameBytes(int frameBytesMax) {
        throw new UnsupportedOperationException();
    }

    /** A frame that has begun must be whole within this time; 0 (at the start) waits for ever. */
    public void limitFrameTime(long frameTimeMsMax) {
        throw new UnsupportedOperationException();
    }

    /** Closes at once. Answers that have not left are dropped, their payloads released. Nothing happens if it is closed. */
    public void close(CloseReason reason) {
        throw new UnsupportedOperationException();
    }

    /** Reads no more, and closes when every reply expected so far has left. */
    public void closeAfterReplies(CloseReason reason) {
        throw new UnsupportedOperationException();
    }
}
