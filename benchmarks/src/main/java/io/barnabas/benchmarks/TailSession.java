package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.EndToEnd;
import io.barnabas.benchmarks.load.LoadGenerator;
import io.barnabas.benchmarks.load.LoadSpec;
import io.barnabas.benchmarks.load.Topics;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Metric 22: what those who read what is written right now suffer from others who read older data from its start. That lies on the
 * disk, written by the same broker; it is read while the page cache holds it, and then while its pages are evicted twice a second.
 */
final class TailSession implements Session {
    private static final String OLD = "old";
    private static final int OLD_PARTITIONS = 4;
    private static final int SEGMENTS_PER_PARTITION = 2;
    private static final long SEGMENT_BYTES_MIN = 1 << 20;
    private static final int REQUESTS_PER_SECOND = 2_000;
    private static final double SECONDS_MAX = 4;
    private static final double SETTLING_SECONDS = 1;
    private static final int REPETITIONS_MAX = 2;
    private static final double MIB = 1 << 20;

    private final Side side;
    private final int pass;

    TailSession(Side side, int pass) {
        this.side = side;
        this.pass = pass;
    }

    @Override
    public String name() {
        return side.text() + ": tail beside readers of old data";
    }

    @Override
    public int pass() {
        return pass;
    }

    private Key key(String load) {
        return new Key(22, load, Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        var keys = new ArrayList<>(List.of(key(Metrics.TAIL_ALONE)));
        for (int count : readerCounts(run)) for (boolean isEvicted : new boolean[] {false, true}) keys.add(key(Metrics.tailBeside(count, isEvicted)));
        return run.left(keys, pass, repetitions(run));
    }

    private static List<Integer> readerCounts(Run run) {
        return run.mode().repetitions() > 1 ? Metrics.BACK_FILLING : Metrics.BACK_FILLING.subList(0, 1);
    }

    private static int repetitions(Run run) {
        return Math.min(REPETITIONS_MAX, run.mode().repetitions());
    }

    /** Of one reading; a quick run's are longer than its others, since its tail is thin. */
    private static double seconds(Run run) {
        return Math.min(SECONDS_MAX, 2 * run.mode().seconds());
    }

    private static long oldMib(Run run) {
        return 2L * run.mode().mibPerReading();
    }

    @Override
    public double estimatedSeconds(Run run) {
        if (!run.wants(22)) return 0;
        double perReading = seconds(run) + SETTLING_SECONDS + 0.5;
        return (side == Side.KAFKA ? 8 : 4) + oldMib(run) / 300.0 + 10 + repetitions(run) * 2 * (1 + readerCounts(run).size()) * perReading;
    }

    @Override
    public void run(Run run, List<Key> left) {
        var broker = run.brokers().start(side, Durability.LIKE_KAFKA);
        try {
            var subject = Subject.of(side, broker);
            write(run, subject);
            var files = oldFiles(broker);
            Disks.sync(files);
            LoadSession.warmUp(subject, run);
            LoadSession.withTopic(subject, tail(), Map.of(), () -> measure(run, subject, files));
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private static void write(Run run, Subject subject) {
        long partitionBytes = (oldMib(run) << 20) / OLD_PARTITIONS;
        try (var topics = Topics.connect(subject.address())) {
            topics.create(OLD, OLD_PARTITIONS, Map.of("segment.bytes", Long.toString(Math.max(SEGMENT_BYTES_MIN, partitionBytes / SEGMENTS_PER_PARTITION))));
        }
        Disks.freshenPages(run.brokers().data(), oldMib(run) << 20);
        var spec = LoadCase.batchesOver(OLD, OLD_PARTITIONS);
        try (var load = LoadGenerator.open(subject.address(), spec)) {
            load.run(LoadCase.requestsFor(spec, oldMib(run)), Duration.ofMinutes(2));
        }
    }

    private static List<Path> oldFiles(Broker broker) {
        var files = new ArrayList<Path>();
        for (int i = 0; i < OLD_PARTITIONS; i++) {
            try (var found = Files.list(broker.partitionDirectory(OLD, i))) {
                found.filter(file -> file.toString().endsWith(".log") || file.toString().endsWith(".index")).forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static LoadSpec tail() {
        return LoadSpec.produce("tail", LoadCase.PARTITIONS).withConnections(4).withInFlight(100).withFetchBytesMax(1 << 20).withFetchSessions(true)
                .withRequestsPerSecond(REQUESTS_PER_SECOND);
    }

    /** Each reading beside others follows one alone, so that both met the same machine. */
    private void measure(Run run, Subject subject, List<Path> files) {
        for (boolean isEvicted : new boolean[] {false, true}) {
            for (int i = 0; i < repetitions(run); i++) {
                int repetition = isEvicted ? repetitions(run) + i : i;
                var alone = new EnumMap<Value, Double>(Value.class);
                read(run, Metrics.TAIL_ALONE, repetition, () -> {
                    alone.putAll(tail(run, subject));
                    return alone;
                });
                for (int count : readerCounts(run)) {
                    read(run, Metrics.tailBeside(count, isEvicted), i, () -> beside(run, subject, count, isEvicted ? files : List.of(), alone));
                }
            }
        }
    }

    /** A broker that does not keep up is not measured here, but goes on. */
    private void read(Run run, String load, int repetition, java.util.function.Supplier<Map<Value, Double>> reading) {
        run.now(side.text() + ": " + load);
        try {
            run.read(key(load), pass, repetition, reading);
        } catch (RuntimeException | AssertionError e) {
            run.fail(key(load), pass, e);
        }
    }

    private static Map<Value, Double> beside(Run run, Subject subject, int readerCount, List<Path> evicted, Map<Value, Double> alone) {
        var fetch = LoadSpec.fetch(OLD, OLD_PARTITIONS).withConnections(readerCount).withFetchBytesMax(1 << 20).withFetchSessions(true);
        try (var fill = BackFill.start(subject.address(), fetch, () -> Disks.evict(evicted))) {
            var values = tail(run, subject);
            values.put(Value.READERS_MIB_PER_SECOND, fill.stop());
            if (alone.isEmpty()) return values;
            values.put(Value.P50_TIMES_ALONE, values.get(Value.P50_US) / alone.get(Value.P50_US));
            values.put(Value.P99_TIMES_ALONE, values.get(Value.P99_US) / alone.get(Value.P99_US));
            values.put(Value.P999_TIMES_ALONE, values.get(Value.P999_US) / alone.get(Value.P999_US));
            return values;
        }
    }

    private static Map<Value, Double> tail(Run run, Subject subject) {
        try (var load = EndToEnd.open(subject.address(), tail())) {
            load.run(Run.duration(SETTLING_SECONDS));
            var before = subject.meter().read();
            var result = load.run(Run.duration(seconds(run)));
            var used = subject.meter().read().since(before);
            var values = new EnumMap<Value, Double>(Value.class);
            LoadValues.addLatency(values, result.consumedNs());
            values.put(Value.LATENESS_P99_US, LoadValues.us(result.latenessNs(), 99));
            values.put(Value.CPU_PERCENT, 100 * LoadValues.cpuSeconds(used) / result.seconds());
            values.put(Value.DISK_MIB_PER_SECOND, used.diskReadBytes() / MIB / result.seconds());
            return values;
        }
    }
}
