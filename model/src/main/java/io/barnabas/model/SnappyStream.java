package io.barnabas.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Snappy as Java clients frame it, big-endian; bytes without this header are one raw snappy block.
 *
 * <pre>
 *   0 magic              8 bytes  82 'S' 'N' 'A' 'P' 'P' 'Y' 00
 *   8 version            int32
 *  12 compatibleVersion  int32
 *  16 then blocks, each: length int32, a raw snappy block; or the header again, where streams were joined
 * </pre>
 */
final class SnappyStream extends DecompressionStream {
    private static final long MAGIC = 0x82534E4150505900L;
    private static final int MAGIC_START = (int) (MAGIC >>> 32);
    private static final int HEADER_BYTES = 16;
    private static final int READABLE_VERSION = 1;
    /** A copy element of 3 bytes gives at most 64: no snappy block grows more than this. */
    private static final int GROWTH_MAX = 22;

    private static final byte[] NOTHING = {};

    private ByteBuffer packed;
    private boolean isFramed;
    private byte[] packedBlock = NOTHING;
    private byte[] block = NOTHING;
    private int blockPosition;
    private int blockEnd;

    @Override
    void begin(ByteBuffer packed) {
        this.packed = packed.slice();
        isFramed = packed.remaining() >= HEADER_BYTES && this.packed.getLong(0) == MAGIC;
        blockPosition = blockEnd = 0;
    }

    @Override
    int unpack(byte[] target, int from, int length) throws IOException {
        while (blockPosition == blockEnd) {
            if (!packed.hasRemaining()) return -1;
            if (isFramed) readFramedBlock();
            else readBlock(packed.remaining());
        }
        int count = Math.min(length, blockEnd - blockPosition);
        System.arraycopy(block, blockPosition, target, from, count);
        blockPosition += count;
        return count;
    }

    private void readFramedBlock() throws IOException {
        int length = packed.getInt();
        if (length == MAGIC_START && packed.remaining() >= HEADER_BYTES - 4) {
            packed.position(packed.position() - 4);
            readHeader();
        } else {
            readBlock(length);
        }
    }

    private void readHeader() {
        if (packed.getLong() != MAGIC) throw malformed("snappy header is damaged");
        packed.getInt();
        int compatibleVersion = packed.getInt();
        if (compatibleVersion > READABLE_VERSION) {
            throw malformed("snappy framing too new: compatibleVersion=" + compatibleVersion);
        }
    }

    private void readBlock(int packedLength) throws IOException {
        if (packedLength < 0 || packedLength > packed.remaining()) {
            throw malformed("snappy block past the end: length=" + packedLength + " remaining=" + packed.remaining());
        }
        if (packedBlock.length < packedLength) packedBlock = new byte[packedLength];
        packed.get(packedBlock, 0, packedLength);
        int length = claimedLength(packedLength);
        if (length < 0 || length > (long) packedLength * GROWTH_MAX) {
            throw malformed("snappy block claims more than it can hold: claimed=" + length + " length=" + packedLength);
        }
        if (block.length < length) block = new byte[length];
        blockPosition = 0;
        blockEnd = Snappy.rawUncompress(packedBlock, 0, packedLength, block, 0);
    }

    /** The block's own varint, read here since an array that is too short must never reach native code. */
    private int claimedLength(int packedLength) {
        long length = 0;
        for (int i = 0; i < 5 && i < packedLength; i++) {
            length |= (long) (packedBlock[i] & 0x7F) << (7 * i);
            if (packedBlock[i] >= 0) return length > Integer.MAX_VALUE ? -1 : (int) length;
        }
        return -1;
    }

    @Override
    void rest() {
        packed = null;
        if (packedBlock.length + block.length > KEPT_BYTES_MAX) free();
    }

    @Override
    void free() {
        packedBlock = block = NOTHING;
    }
}
