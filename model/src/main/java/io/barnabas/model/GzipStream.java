package io.barnabas.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Gzip (RFC 1952): members one after another, each with a header, deflated bytes, and their CRC-32 and size, little-endian.
 * Bytes after the last member that start no other are ignored, as gzip does.
 */
final class GzipStream extends DecompressionStream {
    private static final int MAGIC = 0x8B1F;
    private static final int DEFLATE = 8;
    private static final int HEADER_CRC_BIT = 2;
    private static final int EXTRA_BIT = 4;
    private static final int NAME_BIT = 8;
    private static final int COMMENT_BIT = 16;
    private static final int RESERVED_BITS = 0xE0;
    private static final int HEADER_BYTES = 10;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private ByteBuffer packed;
    private boolean isInMember;
    private boolean isAtEnd;

    @Override
    void begin(ByteBuffer packed) {
        this.packed = packed.slice().order(ByteOrder.LITTLE_ENDIAN);
        isInMember = isAtEnd = false;
    }

    @Override
    int unpack(byte[] target, int from, int length) throws IOException {
        while (!isAtEnd) {
            if (!isInMember) beginMember();
            int count = inflate(target, from, length);
            if (count > 0) {
                crc.update(target, from, count);
                return count;
            }
            if (inflater.finished()) endMember();
            else throw malformed("gzip stream is cut off or needs a dictionary");
        }
        return -1;
    }

    private int inflate(byte[] target, int from, int length) throws IOException {
        try {
            return inflater.inflate(target, from, length);
        } catch (DataFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void beginMember() {
        if (packed.remaining() < HEADER_BYTES) throw malformed("gzip header is cut off");
        int start = packed.position();
        if ((packed.getShort() & 0xFFFF) != MAGIC || packed.get() != DEFLATE) throw malformed("not a gzip stream");
        int flags = packed.get();
        if ((flags & RESERVED_BITS) != 0) throw malformed("gzip header has unknown flags");
        packed.position(start + HEADER_BYTES);
        if ((flags & EXTRA_BIT) != 0) skip(packed.getShort() & 0xFFFF);
        if ((flags & NAME_BIT) != 0) skipString();
        if ((flags & COMMENT_BIT) != 0) skipString();
        if ((flags & HEADER_CRC_BIT) != 0) checkHeaderCrc(start);
        inflater.reset();
        inflater.setInput(packed);
        crc.reset();
        isInMember = true;
    }

    private void endMember() {
        if (packed.remaining() < 8) throw malformed("gzip trailer is cut off");
        if (packed.getInt() != (int) crc.getValue()) throw malformed("gzip checksum mismatch");
        if (packed.getInt() != (int) inflater.getBytesWritten()) throw malformed("gzip size mismatch");
        isInMember = false;
        isAtEnd = packed.remaining() < HEADER_BYTES || (packed.getShort(packed.position()) & 0xFFFF) != MAGIC;
    }

    private void checkHeaderCrc(int start) {
        var headerCrc = new CRC32();
        headerCrc.update(packed.slice(start, packed.position() - start));
        if ((packed.getShort() & 0xFFFF) != (headerCrc.getValue() & 0xFFFF)) throw malformed("gzip header checksum mismatch");
    }

    private void skip(int byteCount) {
        if (byteCount > packed.remaining()) throw malformed("gzip header is cut off");
        packed.position(packed.position() + byteCount);
    }

    private void skipString() {
        while (packed.get() != 0) { /* a buffer's end throws */ }
    }

    @Override
    void rest() {
        packed = null;
        inflater.reset();
    }

    @Override
    void free() {
        inflater.end();
    }
}
