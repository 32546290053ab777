package io.barnabas.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the primitive types of Kafka's protocol into a buffer that grows, in one pass: lengths that are known only
 * later are patched. A {@link Payload} is not copied, only its place is noted. Used by one thread.
 */
public final class ByteWriter {
    /** A payload that belongs between the written bytes, before the one at {@code position}. */
    public record Splice(int position, Payload payload) {}

    private final List<Splice> splices = new ArrayList<>(0);
    private final Arena arena;
    private ByteBuffer buffer;
    private int payloadBytes;

    /** @param buffer big-endian, where writing starts at its position; replaced by a larger one of its kind when full */
    public ByteWriter(ByteBuffer buffer) {
        this.buffer = buffer;
        arena = null;
    }

    /**
     * Writes into the arena's memory, on the arena's loop.
     *
     * @param capacity bytes to start with; buffers outgrown go back, the last one is the caller's to release
     */
    public ByteWriter(Arena arena, int capacity) {
        this.arena = arena;
        buffer = arena.acquire(capacity);
    }

    public static ByteWriter onHeap(int capacity) {
        return new ByteWriter(ByteBuffer.allocate(capacity));
    }

    /** Bytes written so far, from 0 to its position; payloads are not in it. */
    public ByteBuffer buffer() {
        return buffer;
    }

    public List<Splice> splices() {
        return splices;
    }

    /** Position in the buffer, without payloads. */
    public int position() {
        return buffer.position();
    }

    /** Bytes of all payloads noted so far. */
    public int payloadBytes() {
        return payloadBytes;
    }

    /** A copy of all that was written, payloads included. */
    public ByteBuffer toByteBuffer() {
        var whole = ByteBuffer.allocate(buffer.position() + payloadBytes);
        int from = 0;
        for (var splice : splices) {
            whole.put(buffer.slice(from, splice.position - from));
            splice.payload.copyTo(whole, 0);
            from = splice.position;
        }
        whole.put(buffer.slice(from, buffer.position() - from));
        return whole.flip();
    }

    public void writeByte(int value) {
        room(1).put((byte) value);
    }

    public void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    public void writeShort(int value) {
        room(2).putShort((short) value);
    }

    public void writeInt(int value) {
        room(4).putInt(value);
    }

    public void writeUnsignedInt(long value) {
        room(4).putInt((int) value);
    }

    public void writeLong(long value) {
        room(8).putLong(value);
    }

    public void writeDouble(double value) {
        room(8).putDouble(value);
    }

    public void writeUuid(Uuid value) {
        room(16).putLong(value.mostSignificantBits()).putLong(value.leastSignificantBits());
    }

    public void writeUnsignedVarint(int value) {
        Varint.writeUnsignedInt(room(Varint.INT_BYTES_MAX), value);
    }

    public void writeVarint(int value) {
        Varint.writeInt(room(Varint.INT_BYTES_MAX), value);
    }

    public void writeVarlong(long value) {
        Varint.writeLong(room(Varint.LONG_BYTES_MAX), value);
    }

    /** A string with its length before it, in the compact form or as an int16; null is allowed. */
    public void writeString(String value, boolean compact) {
        if (value == null) {
            if (compact) writeUnsignedVarint(0);
            else writeShort(-1);
            return;
        }
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Short.MAX_VALUE) throw new IllegalArgumentException("string too long for the protocol: bytes=" + bytes.length);
        if (compact) writeUnsignedVarint(bytes.length + 1);
        else writeShort(bytes.length);
        room(bytes.length).put(bytes);
    }

    /** Copies the remaining bytes of {@code value}, whose position stays. */
    public void writeBytes(ByteBuffer value) {
        room(value.remaining()).put(value.duplicate());
    }

    public void writeBytes(byte[] value) {
        room(value.length).put(value);
    }

    /** Notes a payload at this place; whoever sends the bytes releases it. */
    public void writePayload(Payload payload) {
        splices.add(new Splice(buffer.position(), payload));
        payloadBytes = Math.addExact(payloadBytes, payload.size());
    }

    /** Overwrites an int32 written before, such as a frame's length. */
    public void patchInt(int position, int value) {
        buffer.putInt(position, value);
    }

    /**
     * Starts a block whose length in bytes stands before it as an unsigned varint (a tagged field). No payload may be
     * noted inside.
     *
     * @return a mark for {@link #endSized}
     */
    public int beginSized() {
        room(1).put((byte) 0);
        return buffer.position();
    }

    public void endSized(int mark) {
        int length = buffer.position() - mark;
        int extra = Varint.sizeOfUnsignedInt(length) - 1;
        if (extra > 0) {
            room(extra);
            buffer.put(mark + extra, buffer, mark, length);
        }
        buffer.position(mark - 1);
        Varint.writeUnsignedInt(buffer, length);
        buffer.position(mark + extra + length);
    }

    private ByteBuffer room(int byteCount) {
        if (buffer.remaining() < byteCount) grow(byteCount);
        return buffer;
    }

    private void grow(int byteCount) {
        int needed = Math.addExact(buffer.position(), byteCount);
        int capacity = (int) Math.min(Integer.MAX_VALUE - 16L, Math.max(needed, buffer.capacity() * 2L));
        var outgrown = buffer;
        var larger = arena != null ? arena.acquire(capacity) : buffer.isDirect() ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
        buffer = larger.put(outgrown.flip());
        if (arena != null) arena.release(outgrown);
    }
}
