package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A load of the table, and how it is measured.
 *
 * @param configs of its topic, beside those that all have
 */
record LoadCase(int metric, String load, Durability durability, LoadSpec spec, Kind kind, Map<String, String> configs) {
    enum Kind {
        /** As many requests as come back, for a time. */
        TIMED,
        /** The same while all cores are kept awake. */
        TIMED_AWAKE,
        /** As many as come back, until so much is written: time would let the faster broker run into the disk. */
        SIZED,
        /** At a fixed rate, by a part of Apache Kafka's best. */
        TENTH,
        HALF
    }

    static final int PARTITIONS = 6;
    /** 148 records of 100 bytes take just under 16 KiB, 9,500 just under what a broker takes by default. */
    private static final int RECORDS_16K = 148;
    private static final int RECORDS_1M = 9_500;
    private static final int RECORD_BYTES = 100;
    /** Lengths and deltas of a record, and its part of the batch's header. */
    private static final int RECORD_OVERHEAD_BYTES = 10;
    private static final String TOPIC = "bench";
    private static final Map<String, String> FLUSH_EACH = Map.of("flush.messages", "1");

    Key key(Side side) {
        return new Key(metric, load, durability, side);
    }

    boolean isOpenLoop() {
        return kind == Kind.TENTH || kind == Kind.HALF;
    }

    /** What it is in the table: one line of it, or two for what has two ends. */
    List<Key> keys(Side side) {
        if (!isOpenLoop()) return List.of(key(side));
        return List.of(new Key(metric, load + Metrics.CONSUMED, durability, side), new Key(metric, load + Metrics.ACKNOWLEDGED, durability, side));
    }

    /** Explained by system calls and garbage, too: the loads that goals are about, and what waits for the disk. */
    boolean isProfiled() {
        boolean isPlainProduce = kind != Kind.TIMED_AWAKE && (metric == 1 || metric == 2 || metric == 4);
        boolean isFetch = metric == 6 && spec.inFlight() == 1 || metric == 7;
        return isPlainProduce && (spec.acks() == 1) == (durability == Durability.LIKE_KAFKA) || isFetch || metric == 16;
    }

    /** The loads of metrics 1 to 8. */
    static List<LoadCase> likeKafka() {
        var cases = new ArrayList<LoadCase>();
        addProduces(cases, 1, Durability.LIKE_KAFKA);
        cases.add(of(2, Metrics.withAcks(Metrics.SYNCHRONOUS_AWAKE, 1), small(1, 1, 1), Kind.TIMED_AWAKE));
        cases.add(of(3, Metrics.withAcks(Metrics.MOST_REQUESTS, 1), small(16, 50, 1), Kind.TIMED));
        cases.add(of(5, Metrics.withAcks(Metrics.BATCHES_1M, 1), batches(2, 2, RECORDS_1M, 1), Kind.SIZED));
        addProduces(cases, -1, Durability.LIKE_KAFKA);
        cases.add(of(6, Metrics.FETCH_4X1, LoadSpec.fetch(TOPIC, PARTITIONS).withConnections(4), Kind.TIMED));
        cases.add(of(6, Metrics.FETCH_4X1 + Metrics.IN_SESSIONS, LoadSpec.fetch(TOPIC, PARTITIONS).withConnections(4).withFetchSessions(true), Kind.TIMED));
        cases.add(of(6, Metrics.FETCH_4X5, LoadSpec.fetch(TOPIC, PARTITIONS).withConnections(4).withInFlight(5), Kind.TIMED));
        cases.add(of(7, Metrics.FETCH_1M, LoadSpec.fetch(TOPIC, PARTITIONS).withConnections(2).withFetchBytesMax(1 << 20), Kind.TIMED));
        cases.add(of(8, Metrics.TENTH, small(4, 100, 1), Kind.TENTH));
        cases.add(of(8, Metrics.HALF, small(4, 100, 1), Kind.HALF));
        return cases;
    }

    /** The produces of metrics 1, 2 and 4 once more, on a broker whose answers wait for the disk where they should. */
    static List<LoadCase> durable() {
        var cases = new ArrayList<LoadCase>();
        addProduces(cases, 1, Durability.DURABLE);
        addProduces(cases, -1, Durability.DURABLE);
        return cases;
    }

    /** Metric 16. @param asksForIt whether the topic must ask for a sync before each answer */
    static List<LoadCase> synced(boolean asksForIt) {
        Map<String, String> configs = asksForIt ? FLUSH_EACH : Map.of();
        return List.of(new LoadCase(16, Metrics.ONE_PRODUCER, Durability.DURABLE, small(1, 1, -1), Kind.TIMED, configs),
                new LoadCase(16, Metrics.MANY_PRODUCERS, Durability.DURABLE, small(100, 1, -1), Kind.TIMED, configs));
    }

    /** Metric 23: as many consumers, each a group that nobody manages, as commit one after the other what they have read. */
    static List<LoadCase> commits(Durability durability) {
        var cases = new ArrayList<LoadCase>();
        for (int partitionCount : Metrics.COMMITTED) {
            var spec = LoadSpec.commit(TOPIC, partitionCount).withConnections(Metrics.COMMITTING_GROUPS);
            cases.add(new LoadCase(23, Metrics.commit(partitionCount), durability, spec, Kind.TIMED, Map.of()));
        }
        return cases;
    }

    private static void addProduces(List<LoadCase> cases, int acks, Durability durability) {
        cases.add(new LoadCase(1, Metrics.withAcks(Metrics.SMALL_PRODUCE, acks), durability, small(4, 5, acks), Kind.TIMED, Map.of()));
        cases.add(new LoadCase(2, Metrics.withAcks(Metrics.SYNCHRONOUS, acks), durability, small(1, 1, acks), Kind.TIMED, Map.of()));
        cases.add(new LoadCase(4, Metrics.withAcks(Metrics.BATCHES_16K, acks), durability, batches(4, 2, RECORDS_16K, acks), Kind.SIZED, Map.of()));
    }

    private static LoadCase of(int metric, String load, LoadSpec spec, Kind kind) {
        return new LoadCase(metric, load, Durability.LIKE_KAFKA, spec, kind, Map.of());
    }

    private static LoadSpec small(int connections, int inFlight, int acks) {
        return LoadSpec.produce(TOPIC, PARTITIONS).withConnections(connections).withInFlight(inFlight).withAcks(acks);
    }

    private static LoadSpec batches(int connections, int inFlight, int recordCount, int acks) {
        return small(connections, inFlight, acks).withRecords(recordCount, RECORD_BYTES);
    }

    /** One-record batches over many partitions. */
    static LoadSpec smallOver(String topic, int partitionCount) {
        return LoadSpec.produce(topic, partitionCount).withConnections(4).withInFlight(5);
    }

    /** Batches of 16 KiB over many partitions. */
    static LoadSpec batchesOver(String topic, int partitionCount) {
        return LoadSpec.produce(topic, partitionCount).withConnections(4).withInFlight(2).withRecords(RECORDS_16K, RECORD_BYTES);
    }

    /** Requests that write so much. */
    static long requestsFor(LoadSpec spec, long mib) {
        return Math.max(1, (mib << 20) / (spec.recordCount() * (RECORD_BYTES + RECORD_OVERHEAD_BYTES)));
    }
}
