package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadResult;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.benchmarks.load.Topics;
import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Metrics 11 to 14 with many partitions, on one broker from an empty directory on: they are created and each takes a write and
 * large batches, it idles, loads 1, 8 and 4 run over them, and it is killed and started again. A step that fails leaves the others to be tried.
 */
final class MostSession implements Session {
    private static final String FEW = "few";
    private static final String MANY = "many";

    private final Side side;
    private final int partitionCount;

    MostSession(Side side, int partitionCount) {
        this.side = side;
        this.partitionCount = partitionCount;
    }

    @Override
    public String name() {
        return side.text() + ": " + Metrics.partitions(partitionCount);
    }

    @Override
    public int pass() {
        return 0;
    }

    private Key key(int metric, String load) {
        return new Key(metric, load, Durability.LIKE_KAFKA, side);
    }

    private Key createKey() {
        return key(12, Metrics.partitions(partitionCount) + " " + Metrics.CREATE);
    }

    private Key restartKey() {
        return key(13, Metrics.partitions(partitionCount) + ", " + Metrics.RESTART);
    }

    private Key idleKey() {
        return key(14, Metrics.IDLE + Metrics.partitions(partitionCount));
    }

    private Key freshKey() {
        return key(11, Metrics.scaled(Metrics.FRESH, partitionCount));
    }

    private Key batchesKey() {
        return key(11, Metrics.scaled(Metrics.BATCHES_16K, partitionCount));
    }

    private Key fixedRateKey() {
        return key(11, Metrics.scaled(Metrics.TENTH + Metrics.ACKNOWLEDGED, partitionCount));
    }

    @Override
    public List<Key> left(Run run) {
        var keys = new java.util.ArrayList<>(List.of(createKey(), freshKey(), batchesKey(), fixedRateKey(), idleKey()));
        if (isBeyondCurve()) keys.addAll(CurveSession.scaledKeys(side, partitionCount));
        if (side != Side.KAFKA || run.mode().restartsKafka()) keys.add(restartKey());
        return run.left(keys, 0, 1);
    }

    private boolean isBeyondCurve() {
        return !Metrics.SCALE.contains(partitionCount);
    }

    @Override
    public double estimatedSeconds(Run run) {
        var mode = run.mode();
        double perPartition = side == Side.KAFKA ? 0.02 : 0.0005;
        return 5 + partitionCount * perPartition + (run.wants(11) ? 15 + mode.warmUpSeconds() + 2 * mode.repetitions() * mode.seconds() : 0)
                + (run.wants(14) ? mode.restSeconds() + mode.idleSeconds() : 0)
                + (run.wants(13) && (side != Side.KAFKA || mode.restartsKafka()) ? mode.restartMib() / 250.0 + partitionCount * perPartition : 0);
    }

    @Override
    public void run(Run run, List<Key> left) {
        run.now(name() + ": waiting until deleted files are forgotten");
        run.brokers().awaitForgotten(run.mode().restSeconds());
        var start = run.brokers().on(side, Durability.LIKE_KAFKA, run.brokers().jdk());
        Broker broker = start.launch();
        try {
            broker.process().awaitAnswer(broker.port());
            var subject = Subject.of(side, broker);
            create(run, subject, left.contains(createKey()));
            if (run.wants(11)) {
                LoadSession.warmUp(subject, run);
                step(run, freshKey(), () -> fresh(run, subject));
            }
            // In between, so that small requests do not pay for flushing what the large ones wrote.
            if (run.wants(14)) step(run, idleKey(), () -> CurveSession.readIdle(run, subject, idleKey()));
            if (run.wants(11)) {
                if (isBeyondCurve()) {
                    var keys = CurveSession.scaledKeys(side, partitionCount);
                    step(run, keys.get(0), () -> CurveSession.readScaled(run, subject, MANY, partitionCount));
                }
                step(run, fixedRateKey(), () -> fixedRate(run, subject));
                step(run, batchesKey(), () -> batches(run, subject));
            }
            if (left.contains(restartKey()) && !run.isOutOfTime()) {
                fill(run, subject);
                broker.process().kill();
                broker = start.launch();
                var restarted = broker;
                step(run, restartKey(), () -> awaitLeaders(run, restarted));
            }
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private void step(Run run, Key key, Runnable step) {
        if (run.isOutOfTime()) return;
        run.now(side.text() + ": " + key.load());
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            run.fail(key, 0, e);
        }
    }

    private void create(Run run, Subject subject, boolean isRead) {
        Supplier<Map<Value, Double>> creation = () -> {
            var before = subject.meter().read();
            long startNs = System.nanoTime();
            try (var topics = Topics.connect(subject.address())) {
                topics.create(MANY, partitionCount, Map.of());
            }
            // One connection walks the partitions in their order: each takes one write.
            var spec = LoadSpec.produce(MANY, partitionCount).withInFlight(50);
            try (var load = LoadGenerator.open(subject.address(), spec)) {
                load.run(partitionCount, Run.duration(run.mode().secondsMax()));
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            var used = subject.meter().read().since(before);
            return Map.of(Value.WALL_SECONDS, seconds, Value.CPU_SECONDS, LoadValues.cpuSeconds(used),
                    Value.RESIDENT_MB, used.residentKb() / 1024.0, Value.OPEN_FILES, (double) used.openFileCount());
        };
        run.now(side.text() + ": " + createKey().load());
        if (isRead) run.read(createKey(), 0, 0, creation);
        else creation.get();
    }

    private void fresh(Run run, Subject subject) {
        freshenPages(run);
        run.read(freshKey(), 0, 0, () -> write(run, subject, MANY, partitionCount, run.mode().mibPerReading()));
    }

    /** As much again, and the same over six partitions of the same broker, right before. */
    private void batches(Run run, Subject subject) {
        var few = new EnumMap<Value, Double>(Value.class);
        LoadSession.withTopic(subject, LoadCase.batchesOver(FEW, LoadCase.PARTITIONS), Map.of(), () -> {
            write(run, subject, FEW, LoadCase.PARTITIONS, run.mode().mibPerReading());
            freshenPages(run);
            few.putAll(write(run, subject, FEW, LoadCase.PARTITIONS, run.mode().mibPerReading()));
        });
        freshenPages(run);
        run.read(batchesKey(), 0, 0, () -> {
            var values = write(run, subject, MANY, partitionCount, run.mode().mibPerReading());
            values.put(Value.CPU_TIMES_FEW, values.get(Value.CPU_SECONDS_PER_GIB) / few.get(Value.CPU_SECONDS_PER_GIB));
            values.put(Value.RATE_TIMES_FEW, values.get(Value.MIB_PER_SECOND) / few.get(Value.MIB_PER_SECOND));
            return values;
        });
    }

    private static void freshenPages(Run run) {
        Disks.freshenPages(run.brokers().data(), (long) run.mode().mibPerReading() << 20);
    }

    private static Map<Value, Double> write(Run run, Subject subject, String topic, int count, long mib) {
        var spec = LoadCase.batchesOver(topic, count);
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            var before = subject.meter().read();
            LoadResult result = load.run(LoadCase.requestsFor(spec, mib), Run.duration(run.mode().secondsMax()));
            return LoadValues.of(result, subject.meter().read().since(before));
        }
    }

    private void fixedRate(Run run, Subject subject) {
        var few = new EnumMap<Value, Double>(Value.class);
        LoadSession.withTopic(subject, LoadCase.smallOver(FEW, LoadCase.PARTITIONS), Map.of(),
                () -> few.putAll(readFixedRate(run, subject, FEW, LoadCase.PARTITIONS)));
        run.read(fixedRateKey(), 0, 0, () -> {
            var values = readFixedRate(run, subject, MANY, partitionCount);
            values.put(Value.CPU_TIMES_FEW, values.get(Value.CPU_US) / few.get(Value.CPU_US));
            return values;
        });
    }

    private static Map<Value, Double> readFixedRate(Run run, Subject subject, String topic, int count) {
        var spec = LoadSpec.produce(topic, count).withConnections(4).withInFlight(100).withRequestsPerSecond(LoadSession.bestRate(run, subject.side()) / 10);
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            load.run(Run.duration(run.mode().warmUpSeconds()));
            var before = subject.meter().read();
            var result = load.run(Run.duration(run.mode().seconds()));
            return LoadValues.of(result, subject.meter().read().since(before));
        }
    }

    /** Until so much lies in the logs as the restart is to find. */
    private void fill(Run run, Subject subject) {
        run.now(side.text() + ": filling the logs");
        long writtenMib = run.wants(11) ? 2L * run.mode().mibPerReading() : 0;
        if (run.mode().restartMib() > writtenMib) write(run, subject, MANY, partitionCount, run.mode().restartMib() - writtenMib);
    }

    private void awaitLeaders(Run run, Broker broker) {
        run.read(restartKey(), 0, 0, () -> {
            long startNs = System.nanoTime();
            var max = Duration.ofSeconds(Math.round(run.mode().secondsMax()));
            var address = Subject.addressOf(broker);
            Topics.awaitMetadata(address, max);
            try (var topics = Topics.connect(address)) {
                topics.awaitReady(MANY, partitionCount, max);
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            var used = Subject.of(side, broker).meter().read();
            return Map.of(Value.WALL_SECONDS, seconds, Value.CPU_SECONDS, LoadValues.cpuSeconds(used), Value.RESIDENT_MB, used.residentKb() / 1024.0);
        });
    }
}
