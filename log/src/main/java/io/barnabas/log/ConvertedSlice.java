package io.barnabas.log;

import io.barnabas.base.Payload;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicLong;

/** Messages made of batches for a client that reads older formats only: in memory, counted until they are released. */
final class ConvertedSlice implements LogSlice {
    private final ByteBuffer bytes;
    private final AtomicLong held;

    ConvertedSlice(ByteBuffer bytes, AtomicLong held) {
        this.bytes = bytes;
        this.held = held;
        held.addAndGet(bytes.remaining());
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
        held.addAndGet(-bytes.remaining());
    }
}
