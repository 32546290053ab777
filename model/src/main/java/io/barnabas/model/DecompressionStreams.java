package io.barnabas.model;

import java.nio.ByteBuffer;

/**
 * One stream for each codec that was met, used again and again: what a codec needs beside its input costs as much to make as
 * a small batch to unpack. Owned by one thread, for as long as that runs; one stream is open at a time.
 */
final class DecompressionStreams {
    private final DecompressionStream[] streams = new DecompressionStream[CompressionType.values().length];

    /** @return closed by the caller before the next is opened */
    DecompressionStream open(CompressionType type, ByteBuffer packed, int bytesMax) {
        var stream = streams[type.id()];
        if (stream == null) stream = streams[type.id()] = DecompressionStream.of(type);
        stream.open(packed, bytesMax, true);
        return stream;
    }

    /** Gives back the memory outside the heap; none is open. */
    void free() {
        for (int i = 0; i < streams.length; i++) {
            if (streams[i] != null) streams[i].free();
            streams[i] = null;
        }
    }
}
