package io.barnabas.network;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What has come through one connection and is not taken yet:
 * <pre>
 *   length int32 big-endian, 1 to the limit | length bytes | length ...
 * </pre>
 * Bytes are read into the loop's memory and frames are offered where they lie there. What is left - a half-read frame, or
 * all from a frame on that the receiver does not want now - moves to memory of the connection's own, as large as what is
 * there. Half a frame of some size grows in place, by doubling: never by the length that it claims, unless the connection
 * has just shown such a frame and memory is plentiful.
 */
final class Input {
    /** Half-read frames from this size on are read in place; smaller ones move back to the loop's memory. */
    private static final int IN_PLACE_BYTES_MIN = 32 << 10;

    private final Connection connection;
    private final NetworkLoop net;
    int frameBytesMax;
    private Chunk own;
    private int from;
    private int to;
    /** Bytes of the last frame taken, with its length. */
    private int lastFrameBytes;

    Input(Connection connection, NetworkLoop net, int frameBytesMax) {
        this.connection = connection;
        this.net = net;
        this.frameBytesMax = frameBytesMax;
    }

    boolean isEmpty() {
        return own == null;
    }

    /** Reads once and offers every whole frame. @return bytes read, -1 at the end */
    int readFrom(Transport transport) throws IOException {
        return own != null && to - from >= IN_PLACE_BYTES_MIN ? readInPlace(transport) : readWithLoopMemory(transport);
    }

    private int readWithLoopMemory(Transport transport) throws IOException {
        int kept = to - from;
        int start = net.readSpace(kept);
        var chunk = net.readChunk();
        int count = transport.read(chunk.buffer.clear().position(start + kept));
        chunk.buffer.clear();
        if (count <= 0) return count;
        if (own != null) {
            chunk.buffer.put(start, own.buffer, from, kept);
            dropOwn();
        }
        int end = start + kept + count;
        net.readDone(end);
        int left = offerFrames(chunk, start, end);
        if (connection.isOpen() && left < end) keep(chunk.buffer, left, end);
        connection.onHalfRead(left > start, own != null && connection.takesFrames());
        return count;
    }

    private void keep(ByteBuffer source, int start, int end) {
        int count = end - start;
        boolean isInPlace = count >= IN_PLACE_BYTES_MIN && connection.takesFrames();
        own(source, start, end, isInPlace ? Math.min(Integer.BYTES + source.getInt(start), roomFor(count)) : count);
    }

    private int readInPlace(Transport transport) throws IOException {
        int whole = Integer.BYTES + own.buffer.getInt(from);
        if (to == own.buffer.capacity()) growOwn(whole);
        int count = transport.read(own.buffer.clear().position(to).limit(Math.min(own.buffer.capacity(), from + whole)));
        own.buffer.clear();
        if (count <= 0) return count;
        to += count;
        if (to - from == whole) offerOwn();
        return count;
    }

    private void growOwn(int wholeBytes) {
        var outgrown = own;
        own(outgrown.buffer, from, to, Math.min(wholeBytes, roomFor(to - from)));
        connection.unhold(outgrown.buffer.capacity());
        outgrown.release();
    }

    private int roomFor(int cameBytes) {
        int doubled = (int) Math.min(Integer.MAX_VALUE, 2L * cameBytes);
        return lastFrameBytes > doubled && net.isPlentiful(lastFrameBytes) ? lastFrameBytes : doubled;
    }

    /** Offers what was kept, after the receiver asked for it or when a frame is whole. */
    void offerOwn() {
        if (own == null) return;
        var chunk = own;
        int start = from;
        chunk.retain();
        from = offerFrames(chunk, from, to);
        if (connection.isOpen()) {
            if (from == to) dropOwn();
            else if (from > 0 && connection.takesFrames()) growOwn(0);
            connection.onHalfRead(from > start || own != chunk, own != null && connection.takesFrames());
        }
        chunk.release();
    }

    /** @return where the first byte lies that was not taken */
    private int offerFrames(Chunk chunk, int start, int end) {
        int position = start;
        while (end - position >= Integer.BYTES) {
            int length = chunk.buffer.getInt(position);
            if (length <= 0 || length > frameBytesMax) {
                connection.closeForBadLength(length, frameBytesMax);
                break;
            }
            if (end - position - Integer.BYTES < length || !connection.takesFrames()) break;
            boolean taken = connection.offer(new Frame(connection, chunk, position + Integer.BYTES, length));
            if (!taken || !connection.isOpen()) break;
            lastFrameBytes = Integer.BYTES + length;
            position += lastFrameBytes;
        }
        return position;
    }

    private void own(ByteBuffer source, int start, int end, int capacity) {
        int count = end - start;
        var chunk = new Chunk(net.loop().arena(), Math.max(count, capacity));
        chunk.buffer.put(0, source, start, count);
        own = chunk;
        from = 0;
        to = count;
        connection.hold(own.buffer.capacity());
    }

    void dropOwn() {
        if (own == null) return;
        connection.unhold(own.buffer.capacity());
        own.release();
        own = null;
        from = to = 0;
    }
}
