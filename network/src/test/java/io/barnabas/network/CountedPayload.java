package io.barnabas.network;

import io.barnabas.base.Payload;
import io.barnabas.base.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A payload whose byte at position p is p + salt, and which counts how it is used. */
final class CountedPayload implements Payload {
    final AtomicInteger released = new AtomicInteger();
    final AtomicInteger copies = new AtomicInteger();
    final AtomicInteger transfers = new AtomicInteger();
    boolean isBroken;
    private final int size;
    private final int salt;

    CountedPayload(int size, int salt) {
        this.size = size;
        this.salt = salt;
    }

    byte byteAt(int position) {
        return (byte) (position * 31 + salt);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void copyTo(ByteBuffer target, int position) {
        copies.incrementAndGet();
        requireUsable();
        for (int i = position; i < size && target.hasRemaining(); i++) target.put(byteAt(i));
    }

    @Override
    public int transferTo(WritableByteChannel channel, int position, int byteCount) throws IOException {
        transfers.incrementAndGet();
        requireUsable();
        var bytes = ByteBuffer.allocate(Math.min(byteCount, 50_000));
        for (int i = 0; i < bytes.capacity(); i++) bytes.put(byteAt(position + i));
        bytes.flip();
        int written = 0;
        while (written < bytes.limit()) {
            int count = channel.write(bytes);
            if (count == 0) break;
            written += count;
        }
        return written;
    }

    private void requireUsable() {
        if (released.get() > 0) throw new IllegalStateException("used after its release");
        if (isBroken) throw new StorageException("the disk is gone");
    }

    @Override
    public void release() {
        released.incrementAndGet();
    }
}
