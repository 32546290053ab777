package io.barnabas.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Unpacks bytes that have wholly arrived, as far as it is read. No codec's claim about sizes makes it allocate more
 * than the bytes that are there can justify, and it ends at the caller's cap. Every failure is a {@link RecordException}.
 * Owned by one thread; to be closed, which frees native memory, or lets it be used again by {@link DecompressionStreams}.
 */
abstract class DecompressionStream extends InputStream {
    /** What a stream may keep, of heap or of native memory, until it is used again. */
    static final int KEPT_BYTES_MAX = 1 << 20;

    private int bytesMax;
    private int bytesLeft;
    private boolean isKept;
    private boolean isClosed = true;

    /** @param packed its remaining bytes are read; its position may move */
    static DecompressionStream open(CompressionType type, ByteBuffer packed, int bytesMax) {
        var stream = of(type);
        stream.open(packed, bytesMax, false);
        return stream;
    }

    /** One that is not open yet. */
    static DecompressionStream of(CompressionType type) {
        return switch (type) {
            case NONE -> new PlainStream();
            case GZIP -> new GzipStream();
            case SNAPPY -> new SnappyStream();
            case LZ4 -> new Lz4Stream(true);
            case ZSTD -> new ZstdStream();
        };
    }

    /** @param isKept whether it will be opened again after it was closed */
    final void open(ByteBuffer packed, int bytesMax, boolean isKept) {
        if (!isClosed) throw new IllegalStateException("stream is open");
        this.bytesMax = bytesLeft = bytesMax;
        this.isKept = isKept;
        begin(packed);
        isClosed = false;
    }

    /** Starts to read these bytes, whatever came of those before. */
    abstract void begin(ByteBuffer packed);

    /** Lets go of the bytes, and of more memory than {@link #KEPT_BYTES_MAX}. */
    abstract void rest();

    /** Bytes unpacked since it was opened. */
    final int bytesUnpacked() {
        return bytesMax - bytesLeft;
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
        if (isClosed) return;
        isClosed = true;
        if (isKept) rest();
        else free();
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
        private ByteBuffer bytes;

        @Override
        void begin(ByteBuffer packed) {
            bytes = packed;
        }

        @Override
        void rest() {
            bytes = null;
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
