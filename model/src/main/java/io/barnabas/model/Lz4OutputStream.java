package io.barnabas.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    private final byte[] block = new byte[BLOCK_BYTES];
    private final byte[] packed;
    private int blockBytes;
    private boolean isClosed;

    Lz4OutputStream(OutputStream target, int level) throws IOException {
        this(target, level, false);
    }

    /** @param isFormatV0 whether readers expect the header's checksum to cover the magic as well (KAFKA-3160) */
    Lz4OutputStream(OutputStream target, int level, boolean isFormatV0) throws IOException {
        var factory = LZ4Factory.fastestInstance();
        this.target = target;
        this.compressor = level == DEFAULT_LEVEL ? factory.fastCompressor() : factory.highCompressor(level);
        this.packed = new byte[compressor.maxCompressedLength(BLOCK_BYTES)];
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
        if (blockBytes == BLOCK_BYTES) writeBlock();
        block[blockBytes++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        while (length > 0) {
            if (blockBytes == BLOCK_BYTES) writeBlock();
            int count = Math.min(length, BLOCK_BYTES - blockBytes);
            System.arraycopy(bytes, from, block, blockBytes, count);
            blockBytes += count;
            from += count;
            length -= count;
        }
    }

    private void writeBlock() throws IOException {
        if (blockBytes == 0) return;
        int packedBytes = compressor.compress(block, 0, blockBytes, packed, 0, packed.length);
        if (packedBytes < blockBytes) {
            writeIntLittleEndian(packedBytes);
            target.write(packed, 0, packedBytes);
        } else {
            writeIntLittleEndian(blockBytes | Lz4Stream.STORED_BIT);
            target.write(block, 0, blockBytes);
        }
        blockBytes = 0;
    }

    private void writeIntLittleEndian(int value) throws IOException {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) target.write(value >>> shift);
    }

    @Override
    public void close() throws IOException {
        if (isClosed) return;
        isClosed = true;
        writeBlock();
        writeIntLittleEndian(0);
        target.close();
    }
}
