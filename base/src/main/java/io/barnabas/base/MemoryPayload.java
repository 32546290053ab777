package io.barnabas.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

record MemoryPayload(ByteBuffer bytes) implements Payload {
    @Override
    public int size() {
        return bytes.remaining();
    }

    @Override
    public void copyTo(ByteBuffer target, int position) {
        int length = Math.min(target.remaining(), size() - position);
        target.put(bytes.slice(bytes.position() + position, length));
    }

    @Override
    public int transferTo(WritableByteChannel channel, int position, int byteCount) throws IOException {
        return channel.write(bytes.slice(bytes.position() + position, Math.min(byteCount, size() - position)));
    }

    @Override
    public ByteBuffer toByteBuffer() {
        return bytes.duplicate();
    }

    @Override
    public void release() {}
}
