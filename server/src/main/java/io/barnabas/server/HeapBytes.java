package io.barnabas.server;

import java.nio.ByteBuffer;

/** Bytes of a request that are kept longer than its frame. */
final class HeapBytes {
    private HeapBytes() {}

    static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
