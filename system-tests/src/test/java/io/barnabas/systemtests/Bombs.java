package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** One record that is small on the wire and larger than any memory when it is unpacked. */
final class Bombs {
    /** Packed bytes: what a topic takes by its default settings. */
    private static final int PACKED_BYTES_MAX = 1_000_000;
    private static final long UNPACKED_BYTES_MAX = 256L << 20;

    private Bombs() {}

    static byte[] of(int codec) throws IOException {
        var packed = new ByteBufferOutputStream(1 << 20);
        long written = 0;
        try (OutputStream out = Compression.of(CompressionType.forId(codec)).build().wrapForOutput(packed, (byte) 2)) {
            out.write(head());
            byte[] zeros = new byte[64 << 10];
            while (written < UNPACKED_BYTES_MAX && packed.position() < PACKED_BYTES_MAX - (16 << 10)) {
                out.write(zeros);
                written += zeros.length;
            }
        }
        var bytes = new ByteArrayOutputStream();
        bytes.write(packed.buffer().array(), 0, packed.position());
        return bytes.toByteArray();
    }

    /** The beginning of a record of nearly 2 GiB. */
    private static byte[] head() {
        var writer = ByteWriter.onHeap(32);
        writer.writeVarint(Integer.MAX_VALUE - 100);
        for (int i = 0; i < 3; i++) writer.writeByte(0);
        writer.writeVarint(-1);
        writer.writeVarint(Integer.MAX_VALUE - 200);
        return BatchBytes.bytes(writer);
    }
}
