package io.barnabas.benchmarks.micro;

import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatch;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** CRC32C over one batch in direct memory. */
public class Checksum extends Micro {
    @Param({"100", "16384", "1048576"}) public int bytes;
    private final RecordBatch batch = new RecordBatch();

    @Setup
    public void setUp() {
        ByteBuffer buffer = Samples.batch(1, bytes, CompressionType.NONE);
        batch.wrap(buffer, 0);
    }

    @Benchmark
    public boolean check() {
        return batch.isValidCrc();
    }
}
