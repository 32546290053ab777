package io.barnabas.benchmarks;

import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.Command;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Metric 26: starts on many groups and their offsets, files in the page cache, until a group of each coordinator is answered for;
 * right after starts on the same data without any group.
 */
final class GroupStartSession implements Session {
    private static final int REPETITIONS_MAX = 3;

    private final Side side;
    private final int pass;
    private final GroupData data;

    /** @param data shared with the other sides and passes */
    GroupStartSession(Side side, int pass, GroupData data) {
        this.side = side;
        this.pass = pass;
        this.data = data;
    }

    @Override
    public String name() {
        return side.text() + ": start with groups";
    }

    @Override
    public int pass() {
        return pass;
    }

    private Key withoutKey() {
        return key(Metrics.START_WITHOUT_GROUPS);
    }

    private Key withKey() {
        return key(Metrics.startWith(data.groups().groupCount(), data.groups().partitionCount()));
    }

    private Key key(String load) {
        return new Key(26, load, Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(List.of(withoutKey(), withKey()), pass, repetitions(run));
    }

    private static int repetitions(Run run) {
        return Math.min(REPETITIONS_MAX, run.mode().startCount());
    }

    @Override
    public double estimatedSeconds(Run run) {
        if (!run.wants(26)) return 0;
        double writing = data.isWritten() ? 0 : 15 + data.groups().groupCount() / 4_000.0;
        return writing + 2 * (1 + repetitions(run)) * (side == Side.KAFKA ? 7 : 1.5);
    }

    @Override
    public void run(Run run, List<Key> left) {
        if (!data.isWritten()) {
            run.now(name() + ": writing the groups");
            data.write(run);
        }
        if (left.contains(withoutKey())) measure(run, withoutKey(), data.without());
        if (left.contains(withKey())) measure(run, withKey(), data.with());
        run.done(estimatedSeconds(run));
    }

    private void measure(Run run, Key key, Path copied) {
        run.now(side.text() + ": " + key.load());
        var start = run.brokers().onCopyOf(copied, side, Durability.LIKE_KAFKA);
        var started = new Broker[1];
        try {
            // The first makes of the directory its own.
            for (int i = -1; i < repetitions(run); i++) {
                if (i < 0) start(run, key, start, started);
                else run.read(key, pass, i, () -> start(run, key, start, started));
                started[0].process().terminate();
            }
        } finally {
            if (started[0] != null) run.brokers().end(started[0]);
        }
    }

    private Map<Value, Double> start(Run run, Key key, Brokers.Start start, Broker[] started) {
        long startNs = System.nanoTime();
        started[0] = start.launch();
        var subject = Subject.of(side, started[0]);
        boolean hasGroups = key.equals(withKey());
        var max = Run.duration(run.mode().secondsMax());
        if (hasGroups) data.groups().awaitLoaded(subject.address(), max);
        else data.groups().awaitReady(subject.address(), max);
        var values = new EnumMap<Value, Double>(Value.class);
        values.put(Value.WALL_SECONDS, (System.nanoTime() - startNs) / 1e9);
        var used = subject.meter().read();
        values.put(Value.CPU_SECONDS, LoadValues.cpuSeconds(used));
        values.put(Value.RESIDENT_MB, used.residentKb() / 1024.0);
        values.put(Value.LIVE_HEAP_MB, liveHeapMb(run.brokers().jdk(), subject.pid()));
        if (hasGroups) addDifferences(run, values);
        return values;
    }

    /** What the groups alone took. */
    private void addDifferences(Run run, Map<Value, Double> values) {
        double groupCount = data.groups().groupCount();
        values.put(Value.LOADING_SECONDS, values.get(Value.WALL_SECONDS) - without(run, Value.WALL_SECONDS));
        values.put(Value.LOADING_CPU_SECONDS, values.get(Value.CPU_SECONDS) - without(run, Value.CPU_SECONDS));
        values.put(Value.RESIDENT_KB_PER_GROUP, (values.get(Value.RESIDENT_MB) - without(run, Value.RESIDENT_MB)) * 1024 / groupCount);
        values.put(Value.HEAP_KB_PER_GROUP, (values.get(Value.LIVE_HEAP_MB) - without(run, Value.LIVE_HEAP_MB)) * 1024 / groupCount);
    }

    private double without(Run run, Value value) {
        return run.readings().median(withoutKey(), value);
    }

    /** After a full collection. */
    private static double liveHeapMb(Path jdk, long pid) {
        String histogram = Command.of(jdk.resolve("bin/jcmd").toString(), Long.toString(pid), "GC.class_histogram").run().successful().output();
        return liveBytes(histogram) / (1024.0 * 1024);
    }

    /** The last line of a histogram: {@code Total}, objects, bytes. */
    static long liveBytes(String histogram) {
        String[] total = histogram.strip().lines().reduce("", (before, line) -> line).trim().split("\\s+");
        if (total.length != 3 || !total[0].equals("Total")) throw new IllegalStateException("no total in the histogram of the heap: " + String.join(" ", total));
        return Long.parseLong(total[2]);
    }
}
