package io.barnabas.network;

/** Why a connection ended. */
public enum CloseReason {
    /** The other side closed. */
    PEER_CLOSED,
    /** The socket failed. */
    IO_ERROR,
    /** A frame's length was zero, negative or over the limit. */
    BAD_FRAME_LENGTH,
    /** The receiver could not decode what came. */
    BAD_REQUEST,
    /** The receiver failed: a fault of ours. */
    RECEIVER_FAILED,
    /** The bytes of an answer could not be read from the disk. */
    PAYLOAD_FAILED,
    /** There was no memory for what it sent or asked for. */
    OUT_OF_MEMORY,
    /** Nothing came for {@code connections.max.idle.ms}. */
    IDLE,
    /** A frame had begun and did not get on. */
    FRAME_TIMEOUT,
    /** A client connection heard no answer in time. */
    REQUEST_TIMEOUT,
    /** The receiver refused the peer. */
    REFUSED,
    /** This side is done with it. */
    CLOSED_HERE
}
