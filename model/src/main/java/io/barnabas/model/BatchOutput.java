package io.barnabas.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Gathers the bytes of one batch on the heap. What does not fit is dropped, so that a codec above can always be closed,
 * which frees its native memory; whoever asks for the bytes then is told.
 */
final class BatchOutput extends ByteArrayOutputStream {
    private final int bytesMax;
    private boolean isOverfull;

    BatchOutput(int capacity, int bytesMax) {
        super(Math.min(capacity, bytesMax));
        this.bytesMax = bytesMax;
    }

    @Override
    public void write(int value) {
        if (hasRoom(1)) super.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        if (hasRoom(length)) super.write(bytes, from, length);
    }

    /** Whether bytes were dropped. */
    boolean isOverfull() {
        return isOverfull;
    }

    /**
     * The bytes written, not copied: nothing may be written afterwards.
     *
     * @throws RecordException MESSAGE_TOO_LARGE if they were too many
     */
    ByteBuffer toByteBuffer() {
        if (isOverfull) throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "batch larger than allowed: bytesMax=" + bytesMax);
        return ByteBuffer.wrap(buf, 0, count).slice();
    }

    /** What was written so far, to be patched; good until more is written. */
    ByteBuffer written() {
        return ByteBuffer.wrap(buf, 0, count);
    }

    /** Takes back what was written after a position. */
    void truncateTo(int position) {
        count = position;
        isOverfull = false;
    }

    private boolean hasRoom(int byteCount) {
        isOverfull |= byteCount > bytesMax - count;
        return !isOverfull;
    }
}
