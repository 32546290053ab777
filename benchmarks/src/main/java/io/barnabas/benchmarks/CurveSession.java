package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.ProcessMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Metrics 11 and 14 with few partitions: what small produces cost over more and more of them, and what idling costs. */
final class CurveSession implements Session {
    private final Side side;

    CurveSession(Side side) {
        this.side = side;
    }

    @Override
    public String name() {
        return side.text() + ": few partitions";
    }

    @Override
    public int pass() {
        return 0;
    }

    private Key idleKey() {
        return new Key(14, Metrics.IDLE + Metrics.partitions(LoadCase.PARTITIONS), Durability.LIKE_KAFKA, side);
    }

    static List<Key> scaledKeys(Side side, int partitionCount) {
        return Metrics.scaledLoads(partitionCount).stream()
                .map(load -> new Key(11, Metrics.scaled(load, partitionCount), Durability.LIKE_KAFKA, side)).toList();
    }

    @Override
    public List<Key> left(Run run) {
        var keys = new ArrayList<>(run.left(List.of(idleKey()), 0, 1));
        for (int count : Metrics.SCALE) keys.addAll(run.left(scaledKeys(side, count), 0, run.mode().repetitions()));
        return keys;
    }

    @Override
    public double estimatedSeconds(Run run) {
        var mode = run.mode();
        return (run.wants(14) ? mode.restSeconds() + mode.idleSeconds() : 0)
                + (run.wants(11) ? Metrics.SCALE.size() * (1 + mode.warmUpSeconds()) + (Metrics.SCALE.size() + 1) * mode.repetitions() * mode.seconds() : 0) + 4;
    }

    @Override
    public void run(Run run, List<Key> left) {
        var broker = run.brokers().start(side, Durability.LIKE_KAFKA);
        try {
            var subject = Subject.of(side, broker);
            LoadSession.warmUp(subject, run);
            for (int count : Metrics.SCALE) {
                if (scaledKeys(side, count).stream().anyMatch(left::contains)) measureScaled(run, subject, count);
            }
            if (left.contains(idleKey())) measureIdle(run, subject);
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private void measureScaled(Run run, Subject subject, int partitionCount) {
        run.now(side.text() + ": " + Metrics.scaled(Metrics.SMALL_PRODUCE, partitionCount));
        var spec = LoadCase.smallOver("bench", partitionCount);
        LoadSession.withTopic(subject, spec, Map.of(), () -> readScaled(run, subject, "bench", partitionCount));
    }

    /** Small produces over a topic that is there. */
    static void readScaled(Run run, Subject subject, String topic, int partitionCount) {
        var mode = run.mode();
        try (var load = LoadGenerator.open(subject.address(), LoadCase.smallOver(topic, partitionCount))) {
            load.run(Run.duration(mode.warmUpSeconds()));
            for (Key key : scaledKeys(subject.side(), partitionCount)) {
                boolean isAwake = key.load().startsWith(Metrics.SMALL_PRODUCE_AWAKE);
                try (var spinners = new Spinners(isAwake ? Runtime.getRuntime().availableProcessors() : 0)) {
                    for (int i = 0; i < mode.repetitions(); i++) run.read(key, 0, i, () -> read(subject, load, mode.seconds()));
                }
            }
        }
    }

    private static Map<Value, Double> read(Subject subject, LoadGenerator load, double seconds) {
        var before = subject.meter().read();
        var result = load.run(Run.duration(seconds));
        return LoadValues.of(result, subject.meter().read().since(before));
    }

    private void measureIdle(Run run, Subject subject) {
        run.now(side.text() + ": " + idleKey().load());
        var spec = LoadCase.smallOver("bench", LoadCase.PARTITIONS);
        LoadSession.withTopic(subject, spec, Map.of(), () -> {
            try (var load = LoadGenerator.open(subject.address(), spec)) {
                load.run(Run.duration(1));
            }
            readIdle(run, subject, idleKey());
        });
    }

    /** Lets the broker come to rest first. */
    static void readIdle(Run run, Subject subject, Key key) {
        Run.sleep(run.mode().restSeconds());
        double seconds = run.mode().idleSeconds();
        run.read(key, 0, 0, () -> {
            ProcessMeter.Reading before = subject.meter().read();
            Run.sleep(seconds);
            var used = subject.meter().read().since(before);
            return Map.of(Value.CPU_PERCENT, LoadValues.cpuSeconds(used) / seconds * 100, Value.RESIDENT_MB, used.residentKb() / 1024.0);
        });
    }
}
