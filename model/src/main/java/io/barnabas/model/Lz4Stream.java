package io.barnabas.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * One LZ4 frame, little-endian, blocks independent of each other, no dictionary; all checksums that it has are verified.
 *
 * <pre>
 *  magic             int32   184D2204
 *  flags             int8    bits 7-6 version 01, 5 independent blocks, 4 block checksums, 3 content size,
 *                            2 content checksum, 0 dictionary
 *  blockMax          int8    bits 6-4: 4 is 64 KiB, 5 256 KiB, 6 1 MiB, 7 4 MiB
 *  contentSize       int64   where flagged
 *  headerChecksum    int8    second byte of the xxHash32 of what follows the magic
 *  blocks, each:     int32   bytes that follow, high bit set where they are stored as they are; 0 ends the frame
 *                    bytes
 *                    int32   their xxHash32, where flagged
 *  contentChecksum   int32   where flagged
 * </pre>
 */
final class Lz4Stream extends DecompressionStream {
    static final int MAGIC = 0x184D2204;
    static final int VERSION_1 = 0x40;
    static final int INDEPENDENT_BIT = 0x20;
    static final int STORED_BIT = 0x8000_0000;
    private static final int VERSION_MASK = 0xC0;
    private static final int BLOCK_CHECKSUM_BIT = 0x10;
    private static final int CONTENT_SIZE_BIT = 0x08;
    private static final int CONTENT_CHECKSUM_BIT = 0x04;
    private static final int RESERVED_BIT = 0x02;
    private static final int DICTIONARY_BIT = 0x01;
    /** No LZ4 block grows more than this, and the first bytes of one may give some more. */
    private static final int GROWTH_MAX = 255;
    private static final int GROWTH_EXTRA_BYTES = 64;

    private final boolean checksHeader;
    private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
    private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer packed;
    private StreamingXXHash32 contentHash;
    private boolean isOpen;
    private boolean isAtEnd;
    private boolean hasBlockChecksums;
    private long contentSize;
    private long contentBytes;
    private int blockBytesMax;
    private ByteBuffer scratch = NOTHING;
    /** What is left of the current block: in scratch, or where it arrived. */
    private ByteBuffer block;

    /** @param checksHeader false for messages of format v0, whose writers counted the magic into the header's checksum (KAFKA-3160) */
    Lz4Stream(boolean checksHeader) {
        this.checksHeader = checksHeader;
    }

    @Override
    void begin(ByteBuffer packed) {
        this.packed = packed.slice().order(ByteOrder.LITTLE_ENDIAN);
        isOpen = isAtEnd = false;
        contentSize = -1;
        contentBytes = 0;
        block = NOTHING;
    }

    @Override
    int unpack(byte[] target, int from, int length) {
        if (!isOpen) readHeader();
        while (!block.hasRemaining()) {
            if (isAtEnd) return -1;
            readBlock(target, from, length);
        }
        int count = Math.min(length, block.remaining());
        if (block.hasArray() && block.array() == target) block = NOTHING;
        else block.get(target, from, count);
        return count;
    }

    private void readHeader() {
        if (packed.remaining() < 7) throw malformed("lz4 header is cut off");
        if (packed.getInt() != MAGIC) throw malformed("not an lz4 frame");
        int start = packed.position();
        int flags = packed.get();
        int blockMax = packed.get();
        checkFlags(flags, blockMax);
        if ((flags & CONTENT_SIZE_BIT) != 0) contentSize = packed.getLong();
        int checksum = hash.hash(packed, start, packed.position() - start, 0) >>> 8;
        if (packed.get() != (byte) checksum && checksHeader) throw malformed("lz4 header checksum mismatch");
        hasBlockChecksums = (flags & BLOCK_CHECKSUM_BIT) != 0;
        if ((flags & CONTENT_CHECKSUM_BIT) != 0) contentHash = XXHashFactory.fastestInstance().newStreamingHash32(0);
        blockBytesMax = 1 << (8 + 2 * (blockMax >> 4));
        isOpen = true;
    }

    private static void checkFlags(int flags, int blockMax) {
        if ((flags & VERSION_MASK) != VERSION_1) throw malformed("lz4 frame of unknown version");
        if ((flags & INDEPENDENT_BIT) == 0) throw malformed("lz4 blocks that depend on each other are not supported");
        if ((flags & DICTIONARY_BIT) != 0) throw malformed("lz4 dictionaries are not supported");
        if ((flags & RESERVED_BIT) != 0 || (blockMax & 0x8F) != 0) throw malformed("lz4 frame has unknown flags");
        if (blockMax >> 4 < 4) throw malformed("lz4 block size is unknown");
    }

    /** @param room in a target from a place on, to which the block goes at once if it fits */
    private void readBlock(byte[] target, int from, int room) {
        int header = packed.getInt();
        if (header == 0) {
            endFrame();
            return;
        }
        int length = header & ~STORED_BIT;
        if (length > blockBytesMax || length > packed.remaining()) {
            throw malformed("lz4 block too long: length=" + length + " remaining=" + packed.remaining());
        }
        int start = packed.position();
        packed.position(start + length);
        if (hasBlockChecksums && packed.getInt() != hash.hash(packed, start, length, 0)) {
            throw malformed("lz4 block checksum mismatch");
        }
        if (header < 0) block = packed.slice(start, length);
        else decompress(start, length, target, from, room);
        contentBytes += block.remaining();
        if (contentHash != null) updateContentHash();
    }

    private void decompress(int start, int length, byte[] target, int from, int room) {
        int capacity = (int) Math.min(blockBytesMax, (long) length * GROWTH_MAX + GROWTH_EXTRA_BYTES);
        if (capacity <= room) {
            int count = decompressor.decompress(packed, start, length, ByteBuffer.wrap(target), from, capacity);
            block = ByteBuffer.wrap(target, from, count);
            return;
        }
        if (scratch.capacity() < capacity) scratch = ByteBuffer.allocate(capacity);
        int count = decompressor.decompress(packed, start, length, scratch, 0, capacity);
        block = scratch.clear().limit(count);
    }

    private void updateContentHash() {
        var bytes = new byte[block.remaining()];
        block.duplicate().get(bytes);
        contentHash.update(bytes, 0, bytes.length);
    }

    private void endFrame() {
        isAtEnd = true;
        if (contentSize >= 0 && contentSize != contentBytes) throw malformed("lz4 content size mismatch");
        if (contentHash != null && packed.getInt() != contentHash.getValue()) throw malformed("lz4 content checksum mismatch");
    }

    @Override
    void rest() {
        free();
        packed = block = null;
        if (scratch.capacity() > KEPT_BYTES_MAX) scratch = NOTHING;
    }

    @Override
    void free() {
        if (contentHash != null) contentHash.close();
        contentHash = null;
    }
}
