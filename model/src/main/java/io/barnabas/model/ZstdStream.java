package io.barnabas.model;

import com.github.luben.zstd.ZstdDecompressCtx;
import java.nio.ByteBuffer;

/**
 * Zstandard frames, one after another. The native library allocates a window that a frame's header asks for, at most
 * 2^27 bytes; pages of it that no output has reached cost no memory.
 */
final class ZstdStream extends DecompressionStream {
    /** What level 22, the greatest, uses. */
    private static final int WINDOW_LOG_MAX = 27;

    private ZstdDecompressCtx context;
    private ByteBuffer packed;
    private boolean isFrameDone;

    @Override
    void begin(ByteBuffer packed) {
        this.packed = packed.slice();
        if (context == null) context = new ZstdDecompressCtx();
        else context.reset();
        context.setLongMax(WINDOW_LOG_MAX);
        isFrameDone = true;
    }

    @Override
    int unpack(byte[] target, int from, int length) {
        var output = ByteBuffer.wrap(target, from, length);
        while (output.position() == from) {
            if (isFrameDone && !packed.hasRemaining()) return -1;
            int before = packed.remaining();
            isFrameDone = context.decompressByteBufferStream(output, packed);
            boolean isStuck = before == packed.remaining() && output.position() == from;
            if (isStuck && !isFrameDone) throw malformed("zstd stream is cut off");
        }
        return output.position() - from;
    }

    @Override
    void rest() {
        packed = null;
        if (bytesUnpacked() > KEPT_BYTES_MAX) free();
    }

    @Override
    void free() {
        if (context == null) return;
        context.close();
        context = null;
    }
}
