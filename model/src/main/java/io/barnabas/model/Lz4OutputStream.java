package io.barnabas.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHashFactory;

/** Writes one LZ4 frame as {@link Lz4Stream} draws it: blocks of 64 KiB, no sizes or checksums but the header's. */
final class Lz4OutputStream extends OutputStream {
    /** Stands for the fast compressor; every other level is one of the high compressor. */
    static final int DEFAULT_LEVEL = 9;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final byte BLOCK_MAX = 4 << 4;

    private final OutputStream target;
    private final LZ4Compressor compressor;
    /** What is less than a block; grows with it, since most batches are. */
    private byte[] block = {};
    private int blockBytes;
    private byte[] packed = {};
    private boolean isClosed;

    Lz4OutputStream(OutputStream target, int level) throws IOException {
        this(target, level, false);
    }

    /** @param isFormatV0 whether readers expect the header's checksum to cover the magic as well (KAFKA-3160) */
    Lz4OutputStream(OutputStream target, int level, boolean isFormatV0) throws IOException {
        var factory = LZ4Factory.fastestInstance();
        this.target = target;
        this.compressor = level == DEFAULT_LEVEL ? factory.fastCompressor() : factory.highCompressor(level);
        writeHeader(isFormatV0 ? 0 : Integer.BYTES);
    }

    private void writeHeader(int checkedFrom) throws IOException {
        var header = ByteBuffer.allocate(7).order(ByteOrder.LITTLE_ENDIAN).putInt(Lz4Stream.MAGIC)
                .put((byte) (Lz4Stream.VERSION_1 | Lz4Stream.INDEPENDENT_BIT)).put(BLOCK_MAX);
        int checksum = XXHashFactory.fastestInstance().hash32().hash(header, checkedFrom, header.position() - checkedFrom, 0) >>> 8;
        target.write(header.put((byte) checksum).array());
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        while (length > 0) {
            int count = Math.min(length, BLOCK_BYTES - blockBytes);
            if (count == BLOCK_BYTES) {
                writeBlock(bytes, from, count);
            } else {
                addToBlock(bytes, from, count);
                if (blockBytes == BLOCK_BYTES) endBlock();
            }
            from += count;
            length -= count;
        }
    }

    private void addToBlock(byte[] bytes, int from, int count) {
        int wanted = blockBytes + count;
        if (wanted > block.length) block = Arrays.copyOf(block, Math.min(BLOCK_BYTES, Math.max(wanted, block.length * 2)));
        System.arraycopy(bytes, from, block, blockBytes, count);
        blockBytes = wanted;
    }

    private void endBlock() throws IOException {
        writeBlock(block, 0, blockBytes);
        blockBytes = 0;
    }

    private void writeBlock(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) return;
        int packedMax = compressor.maxCompressedLength(length);
        if (packed.length < packedMax) packed = new byte[packedMax];
        int packedBytes = compressor.compress(bytes, from, length, packed, 0, packed.length);
        if (packedBytes < length) {
            writeIntLittleEndian(packedBytes);
            target.write(packed, 0, packedBytes);
        } else {
            writeIntLittleEndian(length | Lz4Stream.STORED_BIT);
            target.write(bytes, from, length);
        }
    }

    private void writeIntLittleEndian(int value) throws IOException {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) target.write(value >>> shift);
    }

    @Override
    public void close() throws IOException {
        if (isClosed) return;
        isClosed = true;
        endBlock();
        writeIntLittleEndian(0);
        target.close();
    }
}
