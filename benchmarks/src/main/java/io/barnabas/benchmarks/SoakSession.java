package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Metric 20: half an hour at 70 % of the broker's own best rate. Does memory grow, do latencies? The first sixth is for warming up. */
final class SoakSession implements Session {
    private static final double PART_OF_BEST = 0.7;
    private static final Map<String, String> KEEP_LITTLE = Map.of("segment.bytes", Integer.toString(64 << 20),
            "retention.bytes", Integer.toString(128 << 20));

    private final Side side;
    private final int minutes;
    /** At the start and at the end, whose latencies are compared. */
    private final int edgeMinutes;

    SoakSession(Side side, int minutes) {
        if (minutes < 3) throw new IllegalArgumentException("a soak takes 3 minutes at least: minutes=" + minutes);
        this.side = side;
        this.minutes = minutes;
        edgeMinutes = Math.max(1, minutes / 6);
    }

    @Override
    public String name() {
        return side.text() + ": soak";
    }

    @Override
    public int pass() {
        return 0;
    }

    private Key key() {
        return new Key(20, Metrics.SOAK, Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(List.of(key()), 0, 1);
    }

    @Override
    public double estimatedSeconds(Run run) {
        return run.wants(20) ? (minutes + 1) * 60 : 0;
    }

    @Override
    public void run(Run run, List<Key> left) {
        Broker broker = run.brokers().start(side, Durability.LIKE_KAFKA);
        try {
            var subject = Subject.of(side, broker);
            var spec = LoadSpec.produce("soak", LoadCase.PARTITIONS).withConnections(16).withInFlight(50);
            LoadSession.withTopic(subject, spec, KEEP_LITTLE, () -> run.read(key(), 0, 0, () -> soak(run, subject, spec)));
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private Map<Value, Double> soak(Run run, Subject subject, LoadSpec closed) {
        double rate = PART_OF_BEST * bestRate(subject, closed);
        var residentMb = new ArrayList<Double>();
        var first = new Histogram(3);
        var last = new Histogram(3);
        try (var load = LoadGenerator.open(subject.address(), closed.withRequestsPerSecond(rate))) {
            for (int minute = 0; minute < minutes; minute++) {
                run.now("%s: minute %d of %d".formatted(name(), minute + 1, minutes));
                var latencyNs = load.run(java.time.Duration.ofMinutes(1)).latencyNs();
                if (minute < edgeMinutes) first.add(latencyNs);
                if (minute >= minutes - edgeMinutes) last.add(latencyNs);
                residentMb.add(subject.meter().read().residentKb() / 1024.0);
            }
        }
        var settled = residentMb.subList(edgeMinutes, minutes).stream().mapToDouble(mb -> mb).toArray();
        double[] times = java.util.stream.IntStream.range(0, settled.length).asDoubleStream().toArray();
        return Map.of(Value.MB_PER_MINUTE, Statistics.slope(times, settled), Value.RESIDENT_MB, settled[settled.length - 1],
                Value.P999_TIMES_FIRST, last.getValueAtPercentile(99.9) / (double) first.getValueAtPercentile(99.9),
                Value.REQUESTS_PER_SECOND, rate);
    }

    private static double bestRate(Subject subject, LoadSpec spec) {
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            // Long enough that the disk's share of the work is in it, which begins when pages have been dirty for a while.
            load.run(java.time.Duration.ofSeconds(20));
            return load.run(java.time.Duration.ofSeconds(40)).requestsPerSecond();
        }
    }
}
