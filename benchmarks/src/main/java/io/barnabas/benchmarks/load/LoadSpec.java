package io.barnabas.benchmarks.load;

import io.barnabas.model.CompressionType;
import java.util.Objects;

/**
 * What a load does. Made by {@link #produce}, {@link #fetch} or {@link #commit} and refined by its {@code with} methods.
 *
 * @param partitionCount    of the topic; each request is for one, a produce's <i>n</i>-th for partition <i>n</i> mod their number; a
 *                          commit is for all
 * @param inFlight          unanswered requests per connection at most, also in an open loop
 * @param recordCount       records per produce request, in one batch
 * @param recordBytes       of a record's value
 * @param keyBytes          of a record's key; 0 for no key
 * @param acks              of a produce: 1 or -1 (0 is never answered: there would be nothing to measure)
 * @param fetchBytesMax     of a fetch, per partition and answer; 1 gives one batch per answer, whatever its size
 * @param fetchSessions     fetch within sessions, as consumers do, or each request for itself
 * @param requestsPerSecond of all connections together; 0 for a closed loop
 */
public record LoadSpec(Kind kind, String topic, int partitionCount, int connectionCount, int inFlight, int recordCount,
        int recordBytes, int keyBytes, CompressionType codec, short acks, int fetchBytesMax, boolean fetchSessions,
        double requestsPerSecond) {
    public enum Kind { PRODUCE, FETCH, COMMIT }

    public LoadSpec {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(codec, "codec");
        atLeast(1, partitionCount, "partitionCount");
        atLeast(1, connectionCount, "connectionCount");
        atLeast(1, inFlight, "inFlight");
        atLeast(1, recordCount, "recordCount");
        atLeast(0, recordBytes, "recordBytes");
        atLeast(0, keyBytes, "keyBytes");
        atLeast(1, fetchBytesMax, "fetchBytesMax");
        if (acks != 1 && acks != -1) throw new IllegalArgumentException("acks must be 1 or -1: acks=" + acks);
        if (!(requestsPerSecond >= 0)) throw new IllegalArgumentException("requestsPerSecond=" + requestsPerSecond);
    }

    private static void atLeast(int min, int value, String name) {
        if (value < min) throw new IllegalArgumentException(name + " must be at least " + min + ": " + name + "=" + value);
    }

    /** One record of 100 bytes per request, acks=1, one connection with one request in flight. */
    public static LoadSpec produce(String topic, int partitionCount) {
        return of(Kind.PRODUCE, topic, partitionCount);
    }

    /** One batch per answer, no session, one connection with one request in flight. */
    public static LoadSpec fetch(String topic, int partitionCount) {
        return of(Kind.FETCH, topic, partitionCount);
    }

    /** An offset of each partition per request, one connection with one request in flight. Each connection is a group of its own. */
    public static LoadSpec commit(String topic, int partitionCount) {
        return of(Kind.COMMIT, topic, partitionCount);
    }

    private static LoadSpec of(Kind kind, String topic, int partitionCount) {
        return new LoadSpec(kind, topic, partitionCount, 1, 1, 1, 100, 0, CompressionType.NONE, (short) 1, 1, false, 0);
    }

    public LoadSpec withConnections(int connectionCount) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withInFlight(int inFlight) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    /** Records per produce request and the bytes of each one's value. */
    public LoadSpec withRecords(int recordCount, int recordBytes) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withKeyBytes(int keyBytes) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withCodec(CompressionType codec) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withAcks(int acks) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec,
                (short) acks, fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withFetchBytesMax(int fetchBytesMax) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    public LoadSpec withFetchSessions(boolean fetchSessions) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }

    /** An open loop at this rate, or a closed one for 0. */
    public LoadSpec withRequestsPerSecond(double requestsPerSecond) {
        return new LoadSpec(kind, topic, partitionCount, connectionCount, inFlight, recordCount, recordBytes, keyBytes, codec, acks,
                fetchBytesMax, fetchSessions, requestsPerSecond);
    }
}
