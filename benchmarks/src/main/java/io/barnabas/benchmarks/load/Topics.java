package io.barnabas.benchmarks.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** Topics of a single-node broker, by plain requests over one connection. Used by one thread. */
public final class Topics implements AutoCloseable {
    private Topics() {}

    public static Topics connect(InetSocketAddress broker) {
        throw new UnsupportedOperationException();
    }

    /**
     * Waits for a broker that is starting: tries to connect again and again until a Metadata request is answered.
     *
     * @throws LoadException if it has not answered in time
     */
    public static void awaitMetadata(InetSocketAddress broker, Duration max) {
        throw new UnsupportedOperationException();
    }

    /** Creates a topic with one replica and waits until {@link #awaitReady every partition answers}. */
    public void create(String topic, int partitionCount, Map<String, String> configs) {
        throw new UnsupportedOperationException();
    }

    /** Waits until every partition has a leader and tells its end offset. */
    public void awaitReady(String topic, int partitionCount, Duration max) {
        throw new UnsupportedOperationException();
    }

    /** Deletes a topic, if it is there, and waits until the broker does not know it any more. */
    public void delete(String topic) {
        throw new UnsupportedOperationException();
    }

    /** The first offset of every partition. */
    public long[] startOffsets(String topic, int partitionCount) {
        throw new UnsupportedOperationException();
    }

    /** The high watermark of every partition. */
    public long[] endOffsets(String topic, int partitionCount) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
