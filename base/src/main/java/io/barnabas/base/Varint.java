package io.barnabas.base;

import java.nio.ByteBuffer;

/**
 * Variable-length integers: seven bits a byte, least significant group first, the high bit set on all bytes but the
 * last. The signed forms are zigzag-encoded first, as in record batches; the unsigned ones are those of flexible
 * message versions.
 */
public final class Varint {
    public static final int INT_BYTES_MAX = 5;
    public static final int LONG_BYTES_MAX = 10;

    private Varint() {}

    /** @throws DecodeException if the buffer ends first, or the value takes more than 32 bits */
    public static int readUnsignedInt(ByteBuffer buffer) {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = nextByte(buffer);
            if (shift == 28 && (next & 0xF0) != 0) break;
            value |= (next & 0x7F) << shift;
            if (next >= 0) return value;
        }
        throw new DecodeException("varint of more than 32 bits: position=" + buffer.position());
    }

    /** @throws DecodeException if the buffer ends first, or the value takes more than 64 bits */
    public static long readUnsignedLong(ByteBuffer buffer) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = nextByte(buffer);
            if (shift == 63 && (next & 0xFE) != 0) break;
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) return value;
        }
        throw new DecodeException("varint of more than 64 bits: position=" + buffer.position());
    }

    public static int readInt(ByteBuffer buffer) {
        int raw = readUnsignedInt(buffer);
        return (raw >>> 1) ^ -(raw & 1);
    }

    public static long readLong(ByteBuffer buffer) {
        long raw = readUnsignedLong(buffer);
        return (raw >>> 1) ^ -(raw & 1);
    }

    public static void writeUnsignedInt(ByteBuffer buffer, int value) {
        while ((value & ~0x7F) != 0) {
            buffer.put((byte) (value | 0x80));
            value >>>= 7;
        }
        buffer.put((byte) value);
    }

    public static void writeUnsignedLong(ByteBuffer buffer, long value) {
        while ((value & ~0x7FL) != 0) {
            buffer.put((byte) (value | 0x80));
            value >>>= 7;
        }
        buffer.put((byte) value);
    }

    public static void writeInt(ByteBuffer buffer, int value) {
        writeUnsignedInt(buffer, (value << 1) ^ (value >> 31));
    }

    public static void writeLong(ByteBuffer buffer, long value) {
        writeUnsignedLong(buffer, (value << 1) ^ (value >> 63));
    }

    public static int sizeOfUnsignedInt(int value) {
        return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }

    public static int sizeOfInt(int value) {
        return sizeOfUnsignedInt((value << 1) ^ (value >> 31));
    }

    public static int sizeOfLong(long value) {
        long raw = (value << 1) ^ (value >> 63);
        return raw == 0 ? 1 : (70 - Long.numberOfLeadingZeros(raw)) / 7;
    }

    private static byte nextByte(ByteBuffer buffer) {
        if (!buffer.hasRemaining()) throw new DecodeException("varint past the end: position=" + buffer.position());
        return buffer.get();
    }
}
