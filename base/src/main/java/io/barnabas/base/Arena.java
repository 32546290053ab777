package io.barnabas.base;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Direct memory of one event loop, kept by size class so that it is neither zeroed nor handed back for each use. What is
 * kept free is bounded; what is lent is the borrower's to count. Used on its loop only.
 */
public final class Arena {
    /** The smallest buffer lent, in bytes. */
    public static final int BUFFER_BYTES_MIN = 512;

    private static final int CLASS_BITS_MIN = 9;
    private static final int CLASS_BITS_MAX = 22;

    private final ByteBuffer[][] free = new ByteBuffer[CLASS_BITS_MAX - CLASS_BITS_MIN + 1][];
    private final int[] freeCounts = new int[free.length];
    private final long freeBytesMax;
    private long freeBytes;

    /** @param freeBytesMax bytes that may lie unused before buffers that come back go to the system */
    public Arena(long freeBytesMax) {
        this.freeBytesMax = freeBytesMax;
    }

    /**
     * Lends an empty, big-endian, direct buffer of at least the size asked for. Sizes up to 4 MiB are rounded up to a
     * power of two and kept for reuse.
     *
     * @throws OutOfDirectMemoryException if the process may take no more
     */
    public ByteBuffer acquire(int byteCount) {
        int index = classOf(byteCount);
        if (index < 0) return allocate(byteCount);
        int count = freeCounts[index];
        if (count == 0) return allocate(1 << (index + CLASS_BITS_MIN));
        var buffer = free[index][count - 1];
        free[index][count - 1] = null;
        freeCounts[index] = count - 1;
        freeBytes -= buffer.capacity();
        return buffer.clear();
    }

    /**
     * Takes a buffer back that nobody uses any more, nor any slice of it. It need not have come from here: a direct
     * buffer of a size class is kept while there is room; any other direct memory goes back to the system, at once
     * where the JDK lets it.
     */
    public void release(ByteBuffer buffer) {
        int capacity = buffer.capacity();
        int index = classOf(capacity);
        if (!buffer.isDirect()) return;
        if (index < 0 || capacity != 1 << (index + CLASS_BITS_MIN) || freeBytes + capacity > freeBytesMax) {
            DirectMemory.free(buffer);
            return;
        }
        int count = freeCounts[index];
        var kept = free[index];
        if (kept == null) kept = free[index] = new ByteBuffer[8];
        else if (count == kept.length) kept = free[index] = Arrays.copyOf(kept, count * 2);
        kept[count] = buffer;
        freeCounts[index] = count + 1;
        freeBytes += capacity;
    }

    private static ByteBuffer allocate(int byteCount) {
        try {
            return ByteBuffer.allocateDirect(byteCount);
        } catch (OutOfMemoryError e) {
            throw new OutOfDirectMemoryException(byteCount, e);
        }
    }

    /** Bytes that lie unused. */
    public long freeBytes() {
        return freeBytes;
    }

    private static int classOf(int byteCount) {
        if (byteCount > 1 << CLASS_BITS_MAX) return -1;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(byteCount, BUFFER_BYTES_MIN) - 1);
        return bits - CLASS_BITS_MIN;
    }
}
