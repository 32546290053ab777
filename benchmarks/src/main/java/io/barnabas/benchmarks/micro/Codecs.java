package io.barnabas.benchmarks.micro;

import io.barnabas.model.CompressionType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** 16 KiB of text, packed and unpacked. */
public class Codecs extends Micro {
    private static final int BYTES = 16 << 10;

    /** Takes what is written into memory that is there. */
    private static final class Sink extends OutputStream {
        private final byte[] bytes = new byte[2 * BYTES];
        private int count;

        @Override
        public void write(int value) {
            bytes[count++] = (byte) value;
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            System.arraycopy(source, offset, bytes, count, length);
            count += length;
        }
    }

    @Param({"GZIP", "SNAPPY", "LZ4", "ZSTD"}) public CompressionType codec;
    private final Sink sink = new Sink();
    private final byte[] chunk = new byte[8 << 10];
    private byte[] plain;
    private ByteBuffer packed;

    @Setup
    public void setUp() throws IOException {
        plain = Samples.text(new Random(4), BYTES);
        int count = pack();
        packed = Samples.direct(ByteBuffer.wrap(sink.bytes, 0, count));
    }

    @Benchmark
    public int pack() throws IOException {
        sink.count = 0;
        try (var packer = codec.compress(sink, codec.defaultLevel())) {
            packer.write(plain, 0, plain.length);
        }
        return sink.count;
    }

    @Benchmark
    public int unpack() throws IOException {
        int total = 0;
        try (var records = codec.decompress(packed.duplicate(), BYTES)) {
            for (int count = records.read(chunk); count >= 0; count = records.read(chunk)) total += count;
        }
        if (total != BYTES) throw new IllegalStateException("bytes=" + total);
        return total;
    }
}
