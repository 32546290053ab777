package io.barnabas.log;

import io.barnabas.base.Payload;

/**
 * Bytes of one log that can be sent or copied: a plan, nothing is read before it is asked for. Nobody outside this
 * package assumes where they lie. Whoever holds it releases it exactly once; until then its file stays open and its bytes
 * stay as they are, even when the log deletes or truncates the segment, though a truncated region may be short
 * ({@link io.barnabas.base.StorageException}).
 * Reading and releasing may happen on any one thread.
 */
public sealed interface LogSlice extends Payload permits FileRegion, MemorySlice {
    /** No bytes. */
    LogSlice EMPTY = new MemorySlice(java.nio.ByteBuffer.allocate(0), 0);

    /**
     * Whether the bytes were appended or prefetched so recently that the page cache holds them; others are to be read on the log
     * directory's I/O pool ({@link LogDirectory#io}), since they may wait for the disk.
     */
    boolean isRecent();

    /** No batch of it reaches this offset; Long.MAX_VALUE where that is not known. */
    long endOffsetMax();

    /**
     * Brings the bytes into the page cache, and some that follow them, so that sending them and going on behind them does
     * not wait for the disk. Blocks; for the I/O pool.
     *
     * @throws io.barnabas.base.StorageException if they cannot be read
     */
    void prefetch();
}
