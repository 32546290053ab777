package io.barnabas.model;

import java.nio.ByteBuffer;

/**
 * The bytes of a batch's records, one after another: those of an uncompressed batch where they lie, those of a
 * compressed one through a window that its stream refills. Every failure is a {@link RecordException}, INVALID_RECORD
 * where the bytes end too early. Reusable; owned by one thread.
 */
final class RecordBytes {
    private static final int WINDOW_BYTES = 16 << 10;
    private static final int VARLONG_BYTES_MAX = 10;

    private DecompressionStream stream;
    private ByteBuffer window;
    /** The next byte, absolute in the window. */
    private int position;
    private int end;
    /** Position of the window's first byte among all bytes. */
    private long windowStart;
    private boolean isStreamAtEnd;
    private ByteBuffer streamWindow;

    /** Reads the records of an uncompressed batch. */
    void resetTo(ByteBuffer buffer, int from, int to) {
        stream = null;
        window = buffer;
        position = from;
        end = to;
        windowStart = -from;
        isStreamAtEnd = true;
    }

    /** Reads records as they come out of a stream, which stays the caller's to close. */
    void resetTo(DecompressionStream stream) {
        if (streamWindow == null) streamWindow = ByteBuffer.allocate(WINDOW_BYTES);
        this.stream = stream;
        window = streamWindow;
        position = 0;
        end = 0;
        windowStart = 0;
        isStreamAtEnd = false;
    }

    /** Bytes read so far. */
    long bytesRead() {
        return windowStart + position;
    }

    boolean isAtEnd() {
        if (position == end) refill();
        return position == end;
    }

    byte readByte() {
        if (position == end) refill();
        if (position == end) throw pastEnd();
        return window.get(position++);
    }

    int readVarint() {
        // Most are of one byte or two, and a record has half a dozen of them.
        if (end - position >= 2) {
            int first = window.get(position);
            if (first >= 0) {
                position++;
                return (first >>> 1) ^ -(first & 1);
            }
            int second = window.get(position + 1);
            if (second >= 0) {
                position += 2;
                int raw = first & 0x7F | second << 7;
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        return readAnyVarint();
    }

    private int readAnyVarint() {
        int raw = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = readByte();
            if (shift == 28 && (next & 0xF0) != 0) break;
            raw |= (next & 0x7F) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        throw DecompressionStream.malformed("varint of more than 32 bits in a record");
    }

    long readVarlong() {
        if (position < end) {
            int first = window.get(position);
            if (first >= 0) {
                position++;
                return (first >>> 1) ^ -(first & 1);
            }
        }
        return readAnyVarlong();
    }

    private long readAnyVarlong() {
        long raw = 0;
        for (int shift = 0; shift < 7 * VARLONG_BYTES_MAX; shift += 7) {
            byte next = readByte();
            if (shift == 63 && (next & 0xFE) != 0) break;
            raw |= (long) (next & 0x7F) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        throw DecompressionStream.malformed("varint of more than 64 bits in a record");
    }

    /** @param byteCount not negative */
    void skip(int byteCount) {
        while (byteCount > end - position) {
            byteCount -= end - position;
            position = end;
            refill();
            if (position == end) throw pastEnd();
        }
        position += byteCount;
    }

    /**
     * The next bytes: a slice of the batch where it is uncompressed, else a copy that grows as bytes come.
     *
     * @param byteCount not negative
     */
    ByteBuffer take(int byteCount) {
        if (stream == null) {
            if (byteCount > end - position) throw pastEnd();
            position += byteCount;
            return window.slice(position - byteCount, byteCount);
        }
        var copy = ByteBuffer.allocate(Math.min(byteCount, WINDOW_BYTES));
        while (true) {
            if (position == end) refill();
            if (position == end && byteCount > 0) throw pastEnd();
            int count = Math.min(copy.remaining(), end - position);
            copy.put(window.slice(position, count));
            position += count;
            if (copy.position() == byteCount) return copy.flip();
            if (!copy.hasRemaining()) copy = larger(copy, byteCount);
        }
    }

    private static ByteBuffer larger(ByteBuffer full, int byteCount) {
        return ByteBuffer.allocate((int) Math.min(byteCount, full.capacity() * 2L)).put(full.flip());
    }

    private void refill() {
        if (isStreamAtEnd) return;
        windowStart += end;
        position = 0;
        end = Math.max(0, stream.read(window.array(), 0, WINDOW_BYTES));
        isStreamAtEnd = end == 0;
    }

    private static RecordException pastEnd() {
        return DecompressionStream.malformed("record past the end of its batch");
    }
}
