package io.barnabas.network;

import io.barnabas.base.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;

/** How a connection's bytes pass its socket: as they are, or enciphered. Never blocks. On the connection's loop only. */
interface Transport {
    /** @return bytes read, 0 if none are there, -1 if the peer has ended */
    int read(ByteBuffer target) throws IOException;

    /** Writes from the first {@code count} buffers in order. @return bytes taken, perhaps fewer than given */
    long write(ByteBuffer[] sources, int count) throws IOException;

    /** Writes payload bytes from {@code position} on. @return bytes taken, perhaps fewer than asked or none */
    int transfer(Payload payload, int position, int byteCount) throws IOException;

    /** Closes the socket; never throws. */
    void close();
}
