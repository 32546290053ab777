package io.barnabas.network;

import io.barnabas.base.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what connections of one loop did wrong, at a limited rate and without their bytes: peers must not fill the log. */
final class NetworkLog {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkLog.class);
    private static final long LINE_INTERVAL_NS = 1_000_000_000L;
    private static final int BURST_LINES = 10;

    private final Clock clock;
    private long intervalStartNs;
    private int lines;
    private long suppressed;

    NetworkLog(Clock clock) {
        this.clock = clock;
        intervalStartNs = clock.nanoTime();
    }

    void badLength(Connection connection, int length, int frameBytesMax) {
        if (mayLog()) LOG.warn("Closed connection: frame length out of bounds: length={} max={} peer={}", length, frameBytesMax, connection.remoteAddress());
    }

    void badRequest(Connection connection, RuntimeException cause) {
        if (mayLog()) LOG.warn("Closed connection: request cannot be decoded: peer={} cause={}", connection.remoteAddress(), cause.getMessage());
    }

    void outOfMemory(Connection connection, RuntimeException cause) {
        if (mayLog()) LOG.warn("Closed connection: no memory for what it sends or asks for: peer={} cause={}", connection.remoteAddress(), cause.getMessage());
    }

    /** A fault of ours or of the disk. */
    void failed(Connection connection, Throwable cause) {
        if (mayLog()) LOG.error("Closed connection: handling failed: peer={}", connection.remoteAddress(), cause);
    }

    void notAccepted(String listener, Exception cause) {
        if (mayLog()) LOG.error("Cannot accept a connection, trying again soon: listener={} cause={}", listener, cause.toString());
    }

    void tooMany(String listener, Object address) {
        if (mayLog()) LOG.warn("Refused connection: too many from this address: listener={} peer={}", listener, address);
    }

    private boolean mayLog() {
        long nowNs = clock.nanoTime();
        if (nowNs - intervalStartNs >= LINE_INTERVAL_NS) {
            if (suppressed > 0) LOG.warn("More of the same was not logged: lines={}", suppressed);
            intervalStartNs = nowNs;
            lines = 0;
            suppressed = 0;
        }
        if (lines++ < BURST_LINES) return true;
        suppressed++;
        return false;
    }
}
