package io.barnabas.network;

/**
 * What a listener's connections say, told on each connection's loop. One receiver serves all loops, so its own state is
 * per connection ({@link Connection#attachment}) or per loop. An exception closes that connection alone: quietly, if it
 * is a {@link io.barnabas.base.DecodeException}.
 */
public interface FrameReceiver {
    /** A connection is there; nothing has been read from it. */
    default void onOpen(Connection connection) {}

    /**
     * One whole frame. Frames of a connection come one by one, in order.
     *
     * @param frame valid during the call, or as long as it is retained
     * @return false for "not now": nothing was taken, and the same frame is offered again after {@link Connection#resume},
     *         which comes later than this call
     */
    boolean onFrame(Connection connection, Frame frame);

    /** The connection is gone; no other call follows. Not told if {@link #onOpen} threw. */
    default void onClose(Connection connection, CloseReason reason) {}
}
