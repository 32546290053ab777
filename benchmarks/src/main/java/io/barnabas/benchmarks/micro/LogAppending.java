package io.barnabas.benchmarks.micro;

import io.barnabas.model.CompressionType;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A turn in which so many batches of one record are appended to one log and written to its file, into fresh pages. */
public class LogAppending extends Micro {
    /** What may lie in the file before it begins again. */
    private static final long LOG_BYTES_MAX = 256 << 20;

    @Param({"100", "16384"}) public int bytes;
    @Param({"1", "5"}) public int batches;
    private LogFixture fixture;
    private ByteBuffer[] batch;

    @Setup
    public void setUp() {
        fixture = new LogFixture();
        // As many as are staged together: the log writes into them.
        batch = new ByteBuffer[batches];
        for (int i = 0; i < batches; i++) batch[i] = Samples.batch(1, bytes, CompressionType.NONE);
    }

    @TearDown
    public void tearDown() {
        fixture.close();
    }

    @Benchmark
    public long append() {
        for (int i = 0; i < batches; i++) fixture.append(batch[i]);
        fixture.loop.turn();
        if (fixture.log.sizeInBytes() > LOG_BYTES_MAX) fixture.log.truncateFullyAndStartAt(0);
        return fixture.log.endOffset();
    }
}
