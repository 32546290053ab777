package io.barnabas.network;

import io.barnabas.base.Arena;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What is to leave through one connection, in order. Holds buffers of the loop's arena only while something waits.
 * Small payloads are read into memory just before they leave, so that they share one write with their neighbours.
 */
final class Output {
    /** Up to this size, copying a payload through memory costs less than a transfer from its file. */
    static final int COPIED_PAYLOAD_BYTES_MAX = 48 << 10;

    /** Bytes of payloads copied into memory for one write. */
    private static final int COPIED_BYTES_MAX = 256 << 10;

    /** Bytes that one connection may write before others have their turn. */
    private static final int TURN_BYTES_MAX = 1 << 20;

    private static final int TAIL_BYTES = 1 << 10;

    /** Either bytes [from, to) of a buffer that belongs to this segment, or a payload from {@code from} to its size {@code to}. */
    private static final class Segment {
        private ByteBuffer buffer;
        private Payload payload;
        private int from;
        private int to;
        private Segment next;

        private Segment(ByteBuffer buffer, Payload payload, int to) {
            this.buffer = buffer;
            this.payload = payload;
            this.to = to;
        }

        private boolean isTransferred() {
            return payload != null && to > COPIED_PAYLOAD_BYTES_MAX;
        }
    }

    private final Arena arena;
    private final ByteBuffer[] gathered;
    private Segment head;
    private Segment tail;
    private boolean isBlocked;

    /** @param gathered room to collect buffers for one write, shared by all connections of the loop */
    Output(Arena arena, ByteBuffer[] gathered) {
        this.arena = arena;
        this.gathered = gathered;
    }

    boolean isEmpty() {
        return head == null;
    }

    /** Whether the last write ended because the socket took no more. */
    boolean isBlocked() {
        return isBlocked;
    }

    /** Takes over all that was written, its buffer and its payloads. */
    void append(ByteWriter writer) {
        var buffer = writer.buffer();
        var splices = writer.splices();
        int end = buffer.position();
        buffer.clear();
        if (splices.isEmpty() && !fitsTail(end)) {
            add(new Segment(buffer, null, end));
            return;
        }
        int from = 0;
        for (int i = 0; i < splices.size(); i++) {
            var splice = splices.get(i);
            copy(buffer, from, splice.position());
            add(new Segment(null, splice.payload(), splice.payload().size()));
            from = splice.position();
        }
        copy(buffer, from, end);
        arena.release(buffer);
    }

    private boolean fitsTail(int byteCount) {
        return tail != null && tail.buffer != null && tail.buffer.capacity() - tail.to >= byteCount;
    }

    private void copy(ByteBuffer source, int from, int to) {
        int length = to - from;
        if (length == 0) return;
        if (!fitsTail(length)) add(new Segment(arena.acquire(Math.max(length, TAIL_BYTES)), null, 0));
        tail.buffer.clear();
        tail.buffer.put(tail.to, source, from, length);
        tail.to += length;
    }

    private void add(Segment segment) {
        if (head == null) head = segment;
        else tail.next = segment;
        tail = segment;
    }

    /**
     * Writes what the socket takes, up to a bound.
     *
     * @return bytes written
     * @throws io.barnabas.base.StorageException if a payload cannot be read
     */
    long writeTo(Transport transport) throws IOException {
        long written = 0;
        isBlocked = false;
        while (head != null && !isBlocked && written < TURN_BYTES_MAX) {
            written += head.isTransferred() ? transferHead(transport) : gatherAndWrite(transport);
        }
        return written;
    }

    private int transferHead(Transport transport) throws IOException {
        int asked = Math.min(head.to - head.from, TURN_BYTES_MAX);
        int taken = transport.transfer(head.payload, head.from, asked);
        isBlocked = taken < asked;
        consume(taken);
        return taken;
    }

    private long gatherAndWrite(Transport transport) throws IOException {
        int count = 0;
        int copied = 0;
        long bytes = 0;
        for (var segment = head; segment != null && count < gathered.length && !segment.isTransferred(); segment = segment.next) {
            if (segment.payload != null) {
                if (copied > 0 && copied + segment.to > COPIED_BYTES_MAX) break;
                copied += segment.to;
                readIntoMemory(segment);
            }
            gathered[count++] = segment.buffer.limit(segment.to).position(segment.from);
            bytes += segment.to - segment.from;
        }
        long taken;
        try {
            taken = transport.write(gathered, count);
        } finally {
            while (count > 0) gathered[--count] = null;
        }
        isBlocked = taken < bytes;
        consume(taken);
        return taken;
    }

    private void readIntoMemory(Segment segment) {
        var buffer = arena.acquire(segment.to);
        try {
            segment.payload.copyTo(buffer.limit(segment.to), 0);
        } catch (Throwable e) {
            arena.release(buffer);
            throw e;
        }
        var payload = segment.payload;
        segment.payload = null;
        segment.buffer = buffer;
        payload.release();
    }

    private void consume(long byteCount) {
        long left = byteCount;
        while (head != null && left >= head.to - head.from) {
            left -= head.to - head.from;
            dropHead();
        }
        if (head != null) head.from += (int) left;
    }

    private void dropHead() {
        var done = head;
        head = done.next;
        if (head == null) tail = null;
        if (done.payload != null) done.payload.release();
        else arena.release(done.buffer);
    }

    /** Gives everything back that has not left. */
    void drop() {
        while (head != null) dropHead();
    }
}
