package io.barnabas.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;

/**
 * The requests that one connection may have unanswered, side by side in memory: frame <i>n</i> lies in slot <i>n</i> mod
 * the slots' number, so that whatever waits to be written is one run of bytes, or two where the ring closes. A frame is
 * built once and only patched. Its slot is free again when it is answered.
 */
final class FrameRing implements LoadConnection.Requests {
    /** Bytes of one connection's frames at most. */
    static final long BYTES_MAX = 512L << 20;

    private final int slotCount;
    private final int frameBytes;
    private final ByteBuffer frames;
    /** Two views of the frames, for writing. */
    private final ByteBuffer[] runs;
    private long queuedFrames;
    private long writtenBytes;
    private long answeredFrames;

    FrameRing(ByteBuffer frame, int slotCount) {
        this.slotCount = slotCount;
        frameBytes = frame.remaining();
        long bytes = (long) frameBytes * slotCount;
        if (bytes > BYTES_MAX) {
            throw new LoadException("too many bytes in flight: frame=%d in flight=%d max=%d".formatted(frameBytes, slotCount, BYTES_MAX));
        }
        frames = ByteBuffer.allocateDirect((int) bytes);
        for (int i = 0; i < slotCount; i++) frames.put(i * frameBytes, frame, frame.position(), frameBytes);
        runs = new ByteBuffer[] {frames.duplicate(), frames.duplicate()};
    }

    boolean isFull() {
        return queuedFrames - answeredFrames == slotCount;
    }

    boolean isAllAnswered() {
        return queuedFrames == answeredFrames;
    }

    @Override
    public boolean isAllWritten() {
        return writtenBytes == queuedFrames * frameBytes;
    }

    /** The slot of the frame that {@link #queue} will send next, to be patched before. Only if the ring is not full. */
    int nextSlot() {
        return (int) (queuedFrames % slotCount);
    }

    /** Where the slot begins in {@link #frames}. */
    int frameAt(int slot) {
        return slot * frameBytes;
    }

    /** All frames, to be patched by position. */
    ByteBuffer frames() {
        return frames;
    }

    /** The frame in the next slot is ready to be written. Its correlation id is its number. */
    void queue() {
        frames.putInt(frameAt(nextSlot()) + FrameTemplate.CORRELATION_ID_AT, (int) queuedFrames);
        queuedFrames++;
    }

    @Override
    public int answered(int correlationId) {
        if (isAllAnswered() || correlationId != (int) answeredFrames) return -1;
        return (int) (answeredFrames++ % slotCount);
    }

    @Override
    public void writeTo(GatheringByteChannel channel) throws IOException {
        long pending = queuedFrames * frameBytes - writtenBytes;
        int from = (int) (writtenBytes % frames.capacity());
        int first = (int) Math.min(pending, frames.capacity() - from);
        runs[0].limit(from + first).position(from);
        if (first == pending) {
            writtenBytes += channel.write(runs[0]);
            return;
        }
        runs[1].limit((int) (pending - first)).position(0);
        writtenBytes += channel.write(runs);
    }
}
