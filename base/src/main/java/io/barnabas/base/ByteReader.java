package io.barnabas.base;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the primitive types of Kafka's protocol where they lie. Every read is checked against the bytes that are really
 * there, and nothing is allocated by a claimed count: each failure is a {@link DecodeException}.
 * Used by one thread; slices it gives share the buffer's memory and live no longer than the frame.
 */
public final class ByteReader {
    /** Of eight bytes together. */
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private final ByteBuffer buffer;
    private final int elementsMax;
    private int elements;

    /** @param buffer big-endian; its remaining bytes are read, its position moves */
    public ByteReader(ByteBuffer buffer) {
        this(buffer, Integer.MAX_VALUE);
    }

    /** @param elementsMax elements of arrays, those of arrays within them counted too: an element of one byte may take a hundred in memory */
    public ByteReader(ByteBuffer buffer, int elementsMax) {
        this.buffer = buffer;
        this.elementsMax = elementsMax;
    }

    /** Elements of all arrays so far. */
    public int elements() {
        return elements;
    }

    public int remaining() {
        return buffer.remaining();
    }

    /** Where the next read starts, in the buffer's own positions. */
    public int position() {
        return buffer.position();
    }

    /** Goes to another part of the same buffer, which ends at {@code to}: positions of the buffer's own, within its capacity. */
    public ByteReader between(int from, int to) {
        buffer.limit(to).position(from);
        return this;
    }

    public byte readByte() {
        need(1);
        return buffer.get();
    }

    public boolean readBoolean() {
        return readByte() != 0;
    }

    public short readShort() {
        need(2);
        return buffer.getShort();
    }

    public int readUnsignedShort() {
        return readShort() & 0xFFFF;
    }

    public int readInt() {
        need(4);
        return buffer.getInt();
    }

    public long readUnsignedInt() {
        return readInt() & 0xFFFFFFFFL;
    }

    public long readLong() {
        need(8);
        return buffer.getLong();
    }

    public double readDouble() {
        need(8);
        return buffer.getDouble();
    }

    public Uuid readUuid() {
        need(16);
        return new Uuid(buffer.getLong(), buffer.getLong());
    }

    public int readUnsignedVarint() {
        return Varint.readUnsignedInt(buffer);
    }

    public int readVarint() {
        return Varint.readInt(buffer);
    }

    public long readVarlong() {
        return Varint.readLong(buffer);
    }

    /** A compact length: the varint less one, so that -1 means null. */
    public int readCompactLength() {
        int raw = readUnsignedVarint();
        if (raw < 0) throw new DecodeException("compact length too large: position=" + buffer.position());
        return raw - 1;
    }

    /** The next {@code byteCount} bytes as a string; they must be UTF-8. */
    public String readString(int byteCount) {
        if (byteCount == 0) return "";
        if (byteCount < 0) throw negativeLength(byteCount);
        need(byteCount);
        int start = buffer.position();
        if (!isAscii(start, start + byteCount)) return decodeUtf8(readSlice(byteCount));
        buffer.position(start + byteCount);
        if (buffer.hasArray()) return new String(buffer.array(), buffer.arrayOffset() + start, byteCount, StandardCharsets.ISO_8859_1);
        var ascii = new byte[byteCount];
        buffer.get(start, ascii);
        return new String(ascii, StandardCharsets.ISO_8859_1);
    }

    /** The same; gives {@code likely} itself back where the bytes are its characters, which must be ASCII or are compared in vain. */
    public String readString(int byteCount, String likely) {
        if (byteCount != likely.length() || byteCount > buffer.remaining()) return readString(byteCount);
        int start = buffer.position();
        // From the end: names that are numbered differ there.
        for (int i = byteCount - 1; i >= 0; i--) if (buffer.get(start + i) != likely.charAt(i)) return readString(byteCount);
        buffer.position(start + byteCount);
        return likely;
    }

    private boolean isAscii(int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) if ((buffer.getLong(at) & NOT_ASCII) != 0) return false;
        for (; at < to; at++) if (buffer.get(at) < 0) return false;
        return true;
    }

    /** The next {@code byteCount} bytes, sharing memory with the frame. */
    public ByteBuffer readSlice(int byteCount) {
        if (byteCount < 0) throw negativeLength(byteCount);
        need(byteCount);
        var slice = buffer.slice(buffer.position(), byteCount);
        buffer.position(buffer.position() + byteCount);
        return slice;
    }

    /**
     * Checks the claimed count of an array before anything is made for it.
     *
     * @param count         as read; -1 (null) passes
     * @param elementBytesMin the fewest bytes that one element takes, at least 1
     */
    public int checkCount(int count, int elementBytesMin) {
        if (count < -1 || (long) count * elementBytesMin > remaining()) {
            throw new DecodeException("array count does not fit: count=%d remaining=%d".formatted(count, remaining()));
        }
        if (count > elementsMax - elements) {
            throw new DecodeException("more array elements than there is memory for: count=%d max=%d".formatted(count, elementsMax));
        }
        if (count > 0) elements += count;
        return count;
    }

    private static String decodeUtf8(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new DecodeException("string is not UTF-8", e);
        }
    }

    private DecodeException negativeLength(int length) {
        return new DecodeException("negative length: length=%d position=%d".formatted(length, buffer.position()));
    }

    private void need(int byteCount) {
        if (buffer.remaining() < byteCount) {
            throw new DecodeException("past the end: needed=%d remaining=%d".formatted(byteCount, buffer.remaining()));
        }
    }
}
