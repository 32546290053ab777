package io.barnabas.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Checksum;

/**
 * The bytes of a batch's records, one after another: those of an uncompressed batch from where they lie, those of a
 * compressed one as its stream gives them. Both are looked at through a window in an array, since a walk over an array
 * compiles to a few instructions per field and one over a buffer does not. Every failure is a {@link RecordException},
 * INVALID_RECORD where the bytes end too early. Reusable; owned by one thread.
 */
final class RecordBytes {
    private static final int STREAM_WINDOW_BYTES = 16 << 10;
    /** Several small records, and little to copy in vain for those who skip a large one. */
    private static final int BUFFER_WINDOW_BYTES = 1 << 10;
    private static final int VARLONG_BYTES_MAX = 10;

    /** Where the bytes come from: one of the two. */
    private DecompressionStream stream;
    private ByteBuffer buffer;
    private int bufferFrom;
    private int bufferBytes;

    private byte[] window = {};
    /** For bytes that are not in an array already. */
    private byte[] ownWindow = window;
    /** The next byte, in the window. */
    private int position;
    private int end;
    /** Position of the window's first byte among all bytes. */
    private long windowStart;
    private boolean isStreamAtEnd;

    /** Reads the records of an uncompressed batch. */
    void resetTo(ByteBuffer buffer, int from, int to) {
        this.stream = null;
        this.buffer = buffer;
        this.bufferFrom = from;
        this.bufferBytes = to - from;
        if (buffer.hasArray()) {
            window = buffer.array();
            position = buffer.arrayOffset() + from;
            end = position + bufferBytes;
            windowStart = -position;
        } else {
            resetWindow(Math.min(bufferBytes, BUFFER_WINDOW_BYTES));
        }
    }

    /** Reads records as they come out of a stream, which stays the caller's to close. */
    void resetTo(DecompressionStream stream) {
        this.stream = stream;
        this.buffer = null;
        this.isStreamAtEnd = false;
        resetWindow(STREAM_WINDOW_BYTES);
    }

    private void resetWindow(int bytes) {
        if (ownWindow.length < bytes) ownWindow = new byte[bytes];
        window = ownWindow;
        position = 0;
        end = 0;
        windowStart = 0;
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
        return window[position++];
    }

    int readVarint() {
        // Most are of one byte or two, and a record has half a dozen of them.
        if (end - position >= 2) {
            int first = window[position];
            if (first >= 0) {
                position++;
                return (first >>> 1) ^ -(first & 1);
            }
            int second = window[position + 1];
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
            int first = window[position];
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

    /** Big-endian, as the numbers of the old formats are. */
    int readInt() {
        return (readByte() & 0xFF) << 24 | (readByte() & 0xFF) << 16 | (readByte() & 0xFF) << 8 | readByte() & 0xFF;
    }

    long readLong() {
        return (long) readInt() << 32 | readInt() & 0xFFFF_FFFFL;
    }

    /** Counts the next bytes into a checksum, and writes them if there is somewhere to. @param byteCount not negative */
    void drain(int byteCount, Checksum checksum, OutputStream target) throws IOException {
        while (byteCount > 0) {
            if (position == end) refill();
            if (position == end) throw pastEnd();
            int count = Math.min(byteCount, end - position);
            checksum.update(window, position, count);
            if (target != null) target.write(window, position, count);
            position += count;
            byteCount -= count;
        }
    }

    /** @param byteCount not negative */
    void skip(int byteCount) {
        if (byteCount <= end - position) position += byteCount;
        else if (buffer != null) skipInBuffer(byteCount);
        else skipInStream(byteCount);
    }

    private void skipInBuffer(int byteCount) {
        if (byteCount > bufferBytes - bytesRead()) throw pastEnd();
        windowStart += position + byteCount;
        position = 0;
        end = 0;
    }

    private void skipInStream(int byteCount) {
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
        if (buffer != null) {
            int from = bufferFrom + (int) bytesRead();
            skip(byteCount);
            return buffer.slice(from, byteCount);
        }
        var copy = new byte[Math.min(byteCount, STREAM_WINDOW_BYTES)];
        int copied = 0;
        while (copied < byteCount) {
            if (position == end) refill();
            if (position == end) throw pastEnd();
            if (copied == copy.length) copy = Arrays.copyOf(copy, (int) Math.min(byteCount, copy.length * 2L));
            int count = Math.min(copy.length - copied, end - position);
            System.arraycopy(window, position, copy, copied, count);
            position += count;
            copied += count;
        }
        return ByteBuffer.wrap(copy);
    }

    private void refill() {
        if (buffer != null ? buffer.hasArray() : isStreamAtEnd) return;
        windowStart += end;
        position = 0;
        if (buffer != null) {
            end = (int) Math.min(bufferBytes - windowStart, window.length);
            buffer.get(bufferFrom + (int) windowStart, window, 0, end);
        } else {
            end = Math.max(0, stream.read(window, 0, window.length));
            isStreamAtEnd = end == 0;
        }
    }

    private static RecordException pastEnd() {
        return DecompressionStream.malformed("record past the end of its batch");
    }
}
