package io.barnabas.base;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes that leave by reference, such as a slice of a log: in memory or in a file, nobody outside needs to know.
 * Belongs to whoever holds it last, who calls {@link #release} exactly once. Positions count from the payload's start.
 */
public interface Payload {
    /** Bytes in all. */
    int size();

    /**
     * Copies bytes from {@code position} on until {@code target} is full or the payload ends.
     *
     * @throws StorageException if the file they lie in cannot be read, or is shorter than promised
     */
    void copyTo(ByteBuffer target, int position);

    /**
     * Writes up to {@code byteCount} bytes from {@code position} on to a channel, without passing the heap where the
     * kernel can do it.
     *
     * @return bytes written, perhaps fewer than asked or none, when the channel takes no more
     * @throws java.io.IOException if the channel is closed or broken
     */
    int transferTo(WritableByteChannel channel, int position, int byteCount) throws java.io.IOException;

    /** All bytes in memory: the very ones of a payload that lies there, else a copy on the heap. */
    default ByteBuffer toByteBuffer() {
        var copy = ByteBuffer.allocate(size());
        copyTo(copy, 0);
        return copy.flip();
    }

    /** The holder is done with the bytes. */
    void release();

    /** A payload that lies in memory; the buffer's remaining bytes, not copied. */
    static Payload of(ByteBuffer bytes) {
        return new MemoryPayload(bytes);
    }
}
