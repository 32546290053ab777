package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.EndToEnd;
import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadResult;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.benchmarks.load.ProcessMeter;
import io.barnabas.benchmarks.load.Topics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loads one after the other on one broker, each on a topic of its own: metrics 1 to 8, 10, 16 and 23. */
final class LoadSession implements Session {
    private static final double FIRST_WARM_UP_SECONDS = 5;
    private static final int SYNC_COUNT = 100;
    private static final double SETTLED_SECONDS = 2;
    private static final int FILL_MIB = 256;
    private static final int FILL_REQUESTS = 50_000;
    private static final int SMALL_LOAD_MIB_PER_SECOND = 60;

    private final Side side;
    private final int pass;
    private final Durability durability;
    private final List<LoadCase> cases;
    private final Subject given;

    private LoadSession(Side side, int pass, Durability durability, List<LoadCase> cases, Subject given) {
        this.side = side;
        this.pass = pass;
        this.durability = durability;
        this.cases = cases;
        this.given = given;
    }

    static LoadSession of(Side side, int pass, Durability durability, List<LoadCase> cases) {
        return new LoadSession(side, pass, durability, cases, null);
    }

    /** On a broker that somebody else started. */
    static LoadSession on(Subject given, List<LoadCase> cases) {
        return new LoadSession(given.side(), 0, Durability.LIKE_KAFKA, cases, given);
    }

    @Override
    public String name() {
        return side.text() + (durability == Durability.DURABLE ? ", durable" : "");
    }

    @Override
    public int pass() {
        return pass;
    }

    @Override
    public List<Key> left(Run run) {
        var left = new ArrayList<Key>();
        if (measuresMemory()) left.addAll(run.left(memoryKeys(), pass, 1));
        for (LoadCase one : cases) left.addAll(run.left(one.keys(side), pass, run.mode().repetitions()));
        return left;
    }

    private boolean measuresMemory() {
        return given == null && durability == Durability.LIKE_KAFKA;
    }

    private List<Key> memoryKeys() {
        return List.of(memoryKey(Metrics.AFTER_START), memoryKey(Metrics.AFTER_LOADS));
    }

    private Key memoryKey(String load) {
        return new Key(10, load, Durability.LIKE_KAFKA, side);
    }

    @Override
    public double estimatedSeconds(Run run) {
        double seconds = given == null ? 4 : 0;
        for (LoadCase one : cases) if (run.wants(one.metric())) seconds += estimatedSeconds(run, one);
        return seconds;
    }

    private static double estimatedSeconds(Run run, LoadCase one) {
        var mode = run.mode();
        return mode.warmUpSeconds() + mode.repetitions() * (mode.seconds() + 0.5) + (one.isProfiled() ? 3 : 0);
    }

    @Override
    public void run(Run run, List<Key> left) {
        if (given != null) {
            runOn(given, run, left);
            return;
        }
        var broker = run.brokers().start(side, durability);
        try {
            runOn(Subject.of(side, broker), run, left);
        } finally {
            run.brokers().end(broker);
        }
    }

    private void runOn(Subject subject, Run run, List<Key> left) {
        if (left.contains(memoryKey(Metrics.AFTER_START))) {
            Run.sleep(SETTLED_SECONDS);
            run.read(memoryKey(Metrics.AFTER_START), pass, 0, () -> memory(subject));
        }
        var missing = cases.stream().filter(one -> one.keys(side).stream().anyMatch(left::contains)).toList();
        if (!missing.isEmpty()) warmUp(subject, run);
        for (LoadCase one : missing) {
            if (run.isOutOfTime()) return;
            if (one.metric() > 7) readMemory(subject, run, left);
            run.now(name() + ": " + one.load());
            try {
                measure(subject, run, one);
            } catch (RuntimeException | AssertionError e) {
                for (Key key : one.keys(side)) run.fail(key, pass, e);
            }
            run.done(estimatedSeconds(run, one));
        }
        readMemory(subject, run, left);
    }

    private void readMemory(Subject subject, Run run, List<Key> left) {
        Key key = memoryKey(Metrics.AFTER_LOADS);
        if (left.contains(key) && !run.readings().has(key, pass, 1)) run.read(key, pass, 0, () -> memory(subject));
    }

    private static Map<Value, Double> memory(Subject subject) {
        var used = subject.meter().read();
        return Map.of(Value.RESIDENT_MB, used.residentKb() / 1024.0, Value.PEAK_RESIDENT_MB, used.peakResidentKb() / 1024.0);
    }

    /** The first requests of a broker are its slowest: its code is compiled meanwhile. Goes through produces and fetches, small and large. */
    static void warmUp(Subject subject, Run run) {
        double seconds = Math.min(FIRST_WARM_UP_SECONDS, 4 * run.mode().seconds());
        var small = LoadCase.smallOver("warm-up", LoadCase.PARTITIONS);
        var fetch = LoadSpec.fetch(small.topic(), small.partitionCount()).withConnections(4);
        withTopic(subject, small, Map.of(), () -> {
            warmUp(subject, small, seconds);
            warmUp(subject, fetch, seconds / 4);
            warmUp(subject, LoadCase.batchesOver(small.topic(), small.partitionCount()), seconds / 4);
            warmUp(subject, fetch.withFetchBytesMax(1 << 20), seconds / 2);
        });
    }

    private static void warmUp(Subject subject, LoadSpec spec, double seconds) {
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            load.run(Run.duration(seconds));
        }
    }

    private void measure(Subject subject, Run run, LoadCase one) {
        if (one.isOpenLoop()) measureOpenLoop(subject, run, one);
        else if (one.kind() == LoadCase.Kind.SIZED) measureSized(subject, run, one);
        else measureTimed(subject, run, one);
    }

    private void measureTimed(Subject subject, Run run, LoadCase one) {
        var mode = run.mode();
        var spec = one.spec();
        withTopic(subject, spec, one.configs(), () -> {
            if (spec.kind() == LoadSpec.Kind.FETCH) fill(subject, spec);
            var spinners = one.kind() == LoadCase.Kind.TIMED_AWAKE ? new Spinners(Runtime.getRuntime().availableProcessors()) : null;
            try (spinners; var load = LoadGenerator.open(subject.address(), spec)) {
                load.run(Run.duration(mode.warmUpSeconds()));
                for (int i = 0; i < mode.repetitions(); i++) {
                    if (spec.kind() != LoadSpec.Kind.FETCH) freshenPages(run, Math.round(mode.seconds() * SMALL_LOAD_MIB_PER_SECOND));
                    read(subject, run, one, i, () -> load.run(Run.duration(mode.seconds())));
                }
                if (one.isProfiled()) profile(subject, run, one, load);
            }
        });
    }

    /** Each reading on a new topic, so that what was written for the one before does not make the disk busy. */
    private void measureSized(Subject subject, Run run, LoadCase one) {
        var mode = run.mode();
        long requests = LoadCase.requestsFor(one.spec(), mode.mibPerReading());
        for (int i = -1; i < mode.repetitions(); i++) {
            int repetition = i;
            boolean isLast = i == mode.repetitions() - 1;
            withTopic(subject, one.spec(), one.configs(), () -> {
                try (var load = LoadGenerator.open(subject.address(), one.spec())) {
                    freshenPages(run, mode.mibPerReading());
                    if (repetition < 0) load.run(requests, Run.duration(Math.max(1, mode.warmUpSeconds())));
                    else read(subject, run, one, repetition, () -> load.run(requests, Run.duration(mode.secondsMax())));
                    if (isLast && one.isProfiled()) profile(subject, run, one, load);
                }
            });
        }
    }

    private void read(Subject subject, Run run, LoadCase one, int repetition, java.util.function.Supplier<LoadResult> load) {
        run.read(one.key(side), pass, repetition, () -> {
            double syncUs = one.metric() == 16 ? Disks.syncUs(run.brokers().data(), SYNC_COUNT) : Double.NaN;
            var before = subject.meter() == null ? null : subject.meter().read();
            var result = load.get();
            var values = LoadValues.of(result, before == null ? null : subject.meter().read().since(before));
            if (!Double.isNaN(syncUs)) values.put(Value.P50_SYNCS, values.get(Value.P50_US) / syncUs);
            return values;
        });
    }

    private void measureOpenLoop(Subject subject, Run run, LoadCase one) {
        var mode = run.mode();
        double part = one.kind() == LoadCase.Kind.TENTH ? 0.1 : 0.5;
        var spec = one.spec().withFetchBytesMax(1 << 20).withFetchSessions(true).withRequestsPerSecond(part * bestRate(run, side));
        withTopic(subject, spec, one.configs(), () -> {
            try (var load = EndToEnd.open(subject.address(), spec)) {
                load.run(Run.duration(mode.warmUpSeconds()));
                for (int i = 0; i < mode.repetitions(); i++) {
                    freshenPages(run, Math.round(mode.seconds() * SMALL_LOAD_MIB_PER_SECOND));
                    run.read(pass, i, () -> openLoopValues(subject, one, load, mode.seconds()));
                }
            }
        });
    }

    private Map<Key, Map<Value, Double>> openLoopValues(Subject subject, LoadCase one, EndToEnd load, double seconds) {
        ProcessMeter.Reading before = subject.meter() == null ? null : subject.meter().read();
        var result = load.run(Run.duration(seconds));
        var common = new EnumMap<Value, Double>(Value.class);
        common.put(Value.REQUESTS_PER_SECOND, result.requestCount() / result.seconds());
        common.put(Value.GENERATOR_US, result.ownCpuNs() / 1e3 / result.requestCount());
        common.put(Value.LATENESS_P99_US, LoadValues.us(result.latenessNs(), 99));
        if (before != null) LoadValues.addUsed(common, subject.meter().read().since(before), result.requestCount());
        var consumed = new EnumMap<>(common);
        LoadValues.addLatency(consumed, result.consumedNs());
        var acknowledged = new EnumMap<>(common);
        LoadValues.addLatency(acknowledged, result.acknowledgedNs());
        var keys = one.keys(side);
        return Map.of(keys.get(0), consumed, keys.get(1), acknowledged);
    }

    /** Requests a second that Apache Kafka answers at most, by its first pass, or, where that was not measured, this broker. */
    static double bestRate(Run run, Side side) {
        var key = new Key(3, Metrics.withAcks(Metrics.MOST_REQUESTS, 1), Durability.LIKE_KAFKA, Side.KAFKA);
        double kafka = run.readings().firstMedian(key, Value.REQUESTS_PER_SECOND);
        double best = Double.isNaN(kafka) ? run.readings().firstMedian(key.of(side), Value.REQUESTS_PER_SECOND) : kafka;
        if (Double.isNaN(best)) throw new IllegalStateException("the best rate is not known: metric 3 was not measured");
        return best;
    }

    private void profile(Subject subject, Run run, LoadCase one, LoadGenerator load) {
        if (subject.meter() == null || pass > 0) return;
        var values = new Profile(subject.pid(), run).of(load, one.durability() + "-" + side + "-" + one.load());
        if (!values.isEmpty()) run.read(new Key(Key.PROFILE, one.load(), one.durability(), side), pass, 0, () -> values);
    }

    /** One-record batches to fetch one by one, else large ones. */
    private static void fill(Subject subject, LoadSpec fetch) {
        boolean isSmall = fetch.fetchBytesMax() == 1;
        var spec = isSmall ? LoadSpec.produce(fetch.topic(), fetch.partitionCount()).withConnections(4).withInFlight(50)
                : LoadCase.batchesOver(fetch.topic(), fetch.partitionCount());
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            load.run(isSmall ? FILL_REQUESTS : LoadCase.requestsFor(spec, FILL_MIB), java.time.Duration.ofMinutes(2));
        }
    }

    private static void freshenPages(Run run, long mib) {
        if (run.brokers() != null) Disks.freshenPages(run.brokers().data(), (mib + mib / 4) << 20);
    }

    static void withTopic(Subject subject, LoadSpec spec, Map<String, String> configs, Runnable body) {
        var all = new HashMap<>(configs);
        all.put("file.delete.delay.ms", "1000"); // or what one load wrote would lie about, dirty, during the next
        try (var topics = Topics.connect(subject.address())) {
            topics.create(spec.topic(), spec.partitionCount(), all);
        }
        // A broker closes a connection that is idle for as long as a load may take.
        try {
            body.run();
        } finally {
            try (var topics = Topics.connect(subject.address())) {
                topics.delete(spec.topic());
            }
        }
    }
}
