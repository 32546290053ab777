package io.barnabas.benchmarks.load;

import java.net.InetSocketAddress;
import java.time.Duration;

/** Makes one load on one broker, from a thread of its own. */
public final class LoadGenerator implements AutoCloseable {
    private LoadGenerator() {}

    /**
     * Connects all. The topic must be there, with as many partitions as the spec says at least.
     *
     * @throws LoadException if the broker does not take the connections or does not know the topic
     */
    public static LoadGenerator open(InetSocketAddress broker, LoadSpec spec) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs the load and waits for its end. May be called again: connections, compiled code and places in the logs stay.
     *
     * @throws LoadException at the first error of the broker; the generator then takes no more runs
     */
    public LoadResult run(Duration duration) {
        return run(Long.MAX_VALUE, duration);
    }

    /** As {@link #run(Duration)}, and ends after so many requests if that comes first. */
    public LoadResult run(long requestCountMax, Duration durationMax) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
