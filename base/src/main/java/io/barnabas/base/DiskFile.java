package io.barnabas.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file with positional reads and writes. Safe for one writer beside any number of readers. */
public interface DiskFile extends AutoCloseable {
    Path path();

    long size();

    /** Reads until {@code target} is full or the file ends. @return bytes read, 0 at the end */
    int read(ByteBuffer target, long position);

    /** Writes all remaining bytes. They are in the page cache on return, and lost with the power until {@link #sync}. */
    void write(ByteBuffer source, long position);

    /** Writes all remaining bytes of several buffers, one behind the other, in as few calls as the system allows. */
    void write(ByteBuffer[] sources, int count, long position);

    /** Lets the kernel copy bytes to a channel. @return bytes written, perhaps none @throws IOException if the channel fails */
    long transferTo(long position, long byteCount, WritableByteChannel channel) throws IOException;

    /** Waits until bytes are in the page cache, without copying them where the kernel can do it. @return bytes, fewer where the file ends */
    long prefetch(long position, long byteCount);

    void truncate(long size);

    /** Makes content and size durable (fdatasync). */
    void sync();

    /** Never fails because of what was not synced: sync before when it matters. */
    @Override
    void close();
}
