package io.barnabas.model;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/** Opens the streams that pack. Apart from {@link CompressionType}, whose use must not load the codecs' classes. */
final class CompressionStream {
    private CompressionStream() {}

    static OutputStream open(CompressionType type, OutputStream target, int level) throws IOException {
        return switch (type) {
            case NONE -> target;
            case GZIP -> new LeveledGzip(target, level);
            case SNAPPY -> new SnappyOutputStream(target);
            case LZ4 -> new Lz4OutputStream(target, level);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target, RecyclingBufferPool.INSTANCE, level);
        };
    }

    private static final class LeveledGzip extends GZIPOutputStream {
        LeveledGzip(OutputStream target, int level) throws IOException {
            super(target, 8 << 10);
            def.setLevel(level);
        }
    }
}
