package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.Topics;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Repository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Metric 9: starts on data that is there, files in the page cache, on each JDK, until the first Metadata is answered. */
final class StartSession implements Session {
    private static final Duration START_MAX = Duration.ofMinutes(2);

    private final Side side;
    private final List<Path> jdks;

    StartSession(Side side, List<Path> jdks) {
        this.side = side;
        this.jdks = jdks;
    }

    @Override
    public String name() {
        return side.text() + ": start";
    }

    @Override
    public int pass() {
        return 0;
    }

    private Key key(Path jdk) {
        return new Key(9, Metrics.start(Repository.majorVersion(jdk)), Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(jdks.stream().map(this::key).toList(), 0, run.mode().startCount());
    }

    @Override
    public double estimatedSeconds(Run run) {
        return run.wants(9) ? jdks.size() * (run.mode().startCount() + 1) * (side == Side.KAFKA ? 4.0 : 0.5) : 0;
    }

    @Override
    public void run(Run run, List<Key> left) {
        for (Path jdk : jdks) if (left.contains(key(jdk))) measure(run, jdk);
        run.done(estimatedSeconds(run));
    }

    private void measure(Run run, Path jdk) {
        run.now(key(jdk).side().text() + ": " + key(jdk).load());
        if (side == Side.BARNABAS) Brokers.prepare(jdk);
        var start = run.brokers().on(side, Durability.LIKE_KAFKA, jdk);
        Broker broker = null;
        // The first makes the data directory and warms the page cache.
        for (int i = -1; i < run.mode().startCount(); i++) {
            int repetition = i;
            var started = new Broker[1];
            if (i < 0) readStart(start, started);
            else run.read(key(jdk), 0, repetition, () -> readStart(start, started));
            broker = started[0];
            broker.process().terminate();
        }
        run.brokers().end(broker);
    }

    private static Map<Value, Double> readStart(Brokers.Start start, Broker[] started) {
        long startNs = System.nanoTime();
        started[0] = start.launch();
        Topics.awaitMetadata(Subject.addressOf(started[0]), START_MAX);
        double wall = (System.nanoTime() - startNs) / 1e9;
        return Map.of(Value.WALL_SECONDS, wall, Value.CPU_SECONDS, OtherWork.secondsOf(started[0].process().pid()));
    }
}
