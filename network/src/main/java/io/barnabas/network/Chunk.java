package io.barnabas.network;

import io.barnabas.base.Arena;
import java.nio.ByteBuffer;

/** Read memory that several frames may lie in: goes back to its arena when the last user lets go. On its loop only. */
final class Chunk {
    final ByteBuffer buffer;
    private final Arena arena;
    private int users = 1;

    Chunk(Arena arena, int byteCount) {
        this.arena = arena;
        buffer = arena.acquire(byteCount);
    }

    void retain() {
        users++;
    }

    void release() {
        if (--users == 0) arena.release(buffer);
    }

    /** Whether anybody but the caller needs the bytes. */
    boolean isShared() {
        return users > 1;
    }
}
