package io.barnabas.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** One run: what is wanted of it, where its brokers and its results go. Goes through the sessions that are not done yet. */
final class Run {
    private final Mode mode;
    private final Set<Integer> metrics;
    private final Brokers brokers;
    private final ResultStore store;
    private final Progress progress;
    private final long givenPid;
    private final long startNs = System.nanoTime();

    /**
     * @param metrics  numbers of those to measure
     * @param brokers  null when only a given broker is measured
     * @param givenPid of a broker that somebody else started; 0 for none
     */
    Run(Mode mode, Set<Integer> metrics, Brokers brokers, ResultStore store, Progress progress, long givenPid) {
        this.mode = mode;
        this.metrics = metrics;
        this.brokers = brokers;
        this.store = store;
        this.progress = progress;
        this.givenPid = givenPid;
    }

    Mode mode() {
        return mode;
    }

    Brokers brokers() {
        return brokers;
    }

    ResultStore store() {
        return store;
    }

    Readings readings() {
        return store.readings();
    }

    boolean wants(int metric) {
        return metrics.contains(metric);
    }

    /** @return names of the sessions that were not begun or not ended, for lack of time */
    List<String> execute(List<Session> sessions) {
        for (Session session : sessions) {
            var left = session.left(this);
            if (left.isEmpty() || isOutOfTime()) continue;
            now(session.name());
            if (brokers != null) Disks.awaitRest(brokers.data(), mode.restSeconds());
            try {
                session.run(this, left);
            } catch (RuntimeException | AssertionError e) {
                progress.say(session.name() + " failed: " + e);
                for (Key key : session.left(this)) if (readings().failure(key).isEmpty()) fail(key, session.pass(), e);
            }
        }
        return sessions.stream().filter(session -> !session.left(this).isEmpty()).map(Session::name).distinct().toList();
    }

    /** True when nothing more should be begun. */
    boolean isOutOfTime() {
        return (System.nanoTime() - startNs) / 1e9 > mode.totalSecondsMax();
    }

    void now(String what) {
        progress.now(what);
    }

    /** Notes one reading, which may be of several loads at once, and what else the machine was doing meanwhile. */
    void read(int pass, int repetition, Supplier<Map<Key, Map<Value, Double>>> reading) {
        String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        double loadAverage = Machine.loadAverage();
        var others = new OtherWork(givenPid);
        var values = reading.get();
        double otherCores = others.cores();
        values.forEach((key, found) -> store.add(new Cell(key, pass, repetition, startedAt, loadAverage, otherCores, found, null)));
    }

    void read(Key key, int pass, int repetition, Supplier<Map<Value, Double>> reading) {
        read(pass, repetition, () -> Map.of(key, reading.get()));
    }

    void done(double estimatedSeconds) {
        progress.done(estimatedSeconds);
    }

    /** Notes that a load could not be measured. */
    void fail(Key key, int pass, Throwable why) {
        String message = String.valueOf(why.getMessage()).lines().findFirst().orElse(why.toString());
        store.add(new Cell(key, pass, 0, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), Machine.loadAverage(), 0, Map.of(), message));
    }

    /** Those of the keys that are wanted, and that this pass has not measured. */
    List<Key> left(List<Key> keys, int pass, int repetitions) {
        var left = new ArrayList<Key>();
        for (Key key : keys) if (wants(key.metric()) && !readings().has(key, pass, repetitions)) left.add(key);
        return left;
    }

    static void sleep(double seconds) {
        try {
            Thread.sleep(Math.round(seconds * 1000));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
