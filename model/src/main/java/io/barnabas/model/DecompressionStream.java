package io.barnabas.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Unpacks bytes that have wholly arrived, as far as it is read. No codec's claim about sizes makes it allocate more
 * than the bytes that are there can justify, and it ends at the caller's cap. Every failure is a {@link RecordException}.
 * Owned by one thread; to be closed, which frees native memory.
 */
abstract class DecompressionStream extends InputStream {
    private int bytesLeft;
    private boolean isClosed;

    DecompressionStream(int bytesMax) {
        this.bytesLeft = bytesMax;
    }

    /** @param packed its remaining bytes are read; its position moves */
    static DecompressionStream open(CompressionType type, ByteBuffer packed, int bytesMax) {
        return switch (type) {
            case NONE -> new PlainStream(packed, bytesMax);
            case GZIP -> new GzipStream(packed, bytesMax);
            case SNAPPY -> new SnappyStream(packed, bytesMax);
            case LZ4 -> new Lz4Stream(packed, bytesMax);
            case ZSTD -> new ZstdStream(packed, bytesMax);
        };
    }

    /**
     * Unpacks at least one byte.
     *
     * @return bytes written from {@code from} on, at most {@code length}, which is at least 1; or -1 at the end
     * @throws IOException      if the codec cannot go on; any unchecked exception means the same
     */
    abstract int unpack(byte[] target, int from, int length) throws IOException;

    abstract void free();

    @Override
    public final int read(byte[] target, int from, int length) {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) return 0;
        int count = unpackOrThrow(target, from, (int) Math.min(length, bytesLeft + 1L));
        if (count < 0) return -1;
        if (count > bytesLeft) {
            throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "records too large after decompression");
        }
        bytesLeft -= count;
        return count;
    }

    @Override
    public final int read() {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public final void close() {
        if (!isClosed) free();
        isClosed = true;
    }

    private int unpackOrThrow(byte[] target, int from, int length) {
        if (isClosed) throw new IllegalStateException("stream is closed");
        try {
            return unpack(target, from, length);
        } catch (RecordException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new RecordException(ErrorCode.INVALID_RECORD, "records cannot be decompressed: " + e, e);
        }
    }

    static RecordException malformed(String message) {
        return new RecordException(ErrorCode.INVALID_RECORD, message);
    }

    private static final class PlainStream extends DecompressionStream {
        private final ByteBuffer bytes;

        PlainStream(ByteBuffer bytes, int bytesMax) {
            super(bytesMax);
            this.bytes = bytes;
        }

        @Override
        int unpack(byte[] target, int from, int length) {
            if (!bytes.hasRemaining()) return -1;
            int count = Math.min(length, bytes.remaining());
            bytes.get(target, from, count);
            return count;
        }

        @Override
        void free() {}
    }
}
