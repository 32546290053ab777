package io.barnabas.benchmarks.micro;

import io.barnabas.log.ReadResult;
import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatchBuilder;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A place in a log of 128 MiB of one-record batches, 170 bytes each, found and planned to be read; no byte of it is read. */
public class LogLookup extends Micro {
    private static final int BATCH_COUNT = 800_000;
    private static final int BATCHES_PER_TURN = 500;
    private static final int STEP = 7_919;

    private LogFixture fixture;
    private long next;

    @Setup
    public void setUp() {
        fixture = new LogFixture();
        var value = ByteBuffer.wrap(new byte[100]);
        for (int i = 0; i < BATCH_COUNT; i++) {
            fixture.append(new RecordBatchBuilder().compression(CompressionType.NONE).append(Samples.NOW_MS + i, null, value).build());
            if (i % BATCHES_PER_TURN == 0) fixture.loop.turn();
        }
        fixture.loop.turn();
    }

    @TearDown
    public void tearDown() {
        fixture.close();
    }

    /** One of the latest batches, whose places are remembered: where a consumer that keeps up reads. */
    @Benchmark
    public int nearTheEnd() {
        next = (next + 1) % 100;
        return plan(BATCH_COUNT - 100 + next);
    }

    /** Anywhere: by the offset index, and then by batch headers in the file. */
    @Benchmark
    public int anywhere() {
        next = (next + STEP) % BATCH_COUNT;
        return plan(next);
    }

    private int plan(long offset) {
        var data = (ReadResult.Data) fixture.log.read(offset, 1 << 20, fixture.log.endOffset(), true);
        int size = data.slice().size();
        data.slice().release();
        return size;
    }

    /** By both indexes, batch headers and one batch. */
    @Benchmark
    public long byTime() {
        next = (next + STEP) % BATCH_COUNT;
        return fixture.log.offsetForTimestamp(Samples.NOW_MS + next).offset();
    }
}
