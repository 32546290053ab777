package io.barnabas.model;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/**
 * Packs whole batches by Zstandard, one frame each, with native memory that is used again: to make and to clear it for every batch
 * costs more than the packing. Owned by one thread, until it is freed.
 */
final class ZstdPacker {
    private final ZstdCompressCtx context = new ZstdCompressCtx();

    ZstdPacker(int level) {
        context.setLevel(level);
    }

    /** @return room for a header, and the remaining bytes of a buffer on the heap behind it, packed */
    ByteBuffer pack(ByteBuffer plain) {
        int sizeMax = Math.toIntExact(Zstd.compressBound(plain.remaining()) + RecordBatch.HEADER_BYTES);
        var packed = ByteBuffer.allocate(sizeMax);
        int size = context.compressByteArray(packed.array(), RecordBatch.HEADER_BYTES, sizeMax - RecordBatch.HEADER_BYTES,
                plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
        return packed.limit(RecordBatch.HEADER_BYTES + size);
    }

    void free() {
        context.close();
    }
}
