package io.barnabas.log;

import io.barnabas.base.Payload;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A slice that lies in memory.
 *
 * @param onReleased run when nobody needs the bytes any more
 */
record MemorySlice(ByteBuffer bytes, long endOffsetMax, Runnable onReleased) implements LogSlice {
    MemorySlice(ByteBuffer bytes, long endOffsetMax) {
        this(bytes, endOffsetMax, () -> {});
    }

    @Override
    public int size() {
        return bytes.remaining();
    }

    @Override
    public void copyTo(ByteBuffer target, int position) {
        Payload.of(bytes).copyTo(target, position);
    }

    @Override
    public int transferTo(WritableByteChannel channel, int position, int byteCount) throws java.io.IOException {
        return Payload.of(bytes).transferTo(channel, position, byteCount);
    }

    @Override
    public ByteBuffer toByteBuffer() {
        return bytes.duplicate();
    }

    @Override
    public boolean isRecent() {
        return true;
    }

    @Override
    public void prefetch() {}

    @Override
    public void release() {
        onReleased.run();
    }
}
