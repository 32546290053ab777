package io.barnabas.benchmarks.micro;

import io.barnabas.model.CompressionType;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A turn in which a batch of one record is appended to the next of so many logs: with thousands none is in the processor's caches. */
public class LogsInTurn extends Micro {
    @Param({"6", "10000"}) public int logs;
    private LogFixture fixture;
    private ByteBuffer batch;
    private int next;

    @Setup
    public void setUp() {
        fixture = new LogFixture(logs);
        batch = Samples.batch(1, 100, CompressionType.NONE);
    }

    @TearDown
    public void tearDown() {
        fixture.close();
    }

    @Benchmark
    public long append() {
        var log = fixture.logs[next];
        next = next + 1 == logs ? 0 : next + 1;
        fixture.append(log, batch);
        fixture.loop.turn();
        return log.endOffset();
    }
}
