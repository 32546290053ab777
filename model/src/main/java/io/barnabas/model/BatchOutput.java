package io.barnabas.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Gathers the bytes of one batch on the heap; more than its bound throws MESSAGE_TOO_LARGE. */
final class BatchOutput extends ByteArrayOutputStream {
    private final int bytesMax;

    BatchOutput(int capacity, int bytesMax) {
        super(capacity);
        this.bytesMax = bytesMax;
    }

    @Override
    public void write(int value) {
        checkRoom(1);
        super.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        checkRoom(length);
        super.write(bytes, from, length);
    }

    /** The bytes written, not copied: nothing may be written afterwards. */
    ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(buf, 0, count).slice();
    }

    private void checkRoom(int byteCount) {
        if (byteCount > bytesMax - count) {
            throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "batch larger than allowed: bytesMax=" + bytesMax);
        }
    }
}
