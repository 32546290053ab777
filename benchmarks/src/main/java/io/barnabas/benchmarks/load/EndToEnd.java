package io.barnabas.benchmarks.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * Produces at a fixed rate and consumes by long polls, in one thread; nobody else may write to the topic. All latencies
 * count from when a request was due.
 */
public final class EndToEnd implements AutoCloseable {
    /**
     * @param acknowledgedNs until the produce was answered
     * @param consumedNs     until the record was in the consumer's hands
     * @param latenessNs     until the produce was written
     * @param fetchCount     answers that the consumer had
     */
    public record Result(long requestCount, double seconds, Histogram acknowledgedNs, Histogram consumedNs, Histogram latenessNs,
            long fetchCount, long ownCpuNs) {}

    private EndToEnd() {}

    /** @param spec a produce with a rate; connectionCount is that of the producers, one more consumes all partitions */
    public static EndToEnd open(InetSocketAddress broker, LoadSpec spec) {
        throw new UnsupportedOperationException();
    }

    /** Runs and waits for its end, when all that was produced is consumed. May be called again. */
    public Result run(Duration duration) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
