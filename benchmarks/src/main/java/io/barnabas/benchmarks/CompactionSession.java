package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.Topics;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Metric 21: one pass of compaction over a partition that is there, the first of a broker that has just started. The pass counts
 * from the setting that allows it until the checkpoint tells of its end.
 */
final class CompactionSession implements Session {
    private static final Map<String, String> SETTINGS = Map.of("log.cleaner.backoff.ms", "100");
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    private static final double POLL_SECONDS = 0.02;
    private static final int RESTING_SECONDS = 3;
    private static final double RESTING_CORES_MAX = 0.1;
    private static final double REST_SECONDS_MAX = 40;

    private final Side side;
    private final int pass;
    private final CompactableLog log;

    /** @param log shared with the other sides and passes */
    CompactionSession(Side side, int pass, CompactableLog log) {
        this.side = side;
        this.pass = pass;
        this.log = log;
    }

    @Override
    public String name() {
        return side.text() + ": " + key().load();
    }

    @Override
    public int pass() {
        return pass;
    }

    private Key key() {
        return new Key(21, Metrics.compaction(log.codec()), Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(List.of(key()), pass, 1);
    }

    @Override
    public double estimatedSeconds(Run run) {
        boolean isKafka = side == Side.KAFKA;
        return (isKafka ? 15 : 6) + log.mib(run.mode()) / (isKafka ? 30.0 : 60.0);
    }

    @Override
    public void run(Run run, List<Key> left) {
        if (!log.isWritten()) {
            run.now(name() + ": writing the log");
            log.write(run);
        }
        run.now(name());
        var start = run.brokers().on(side, Durability.LIKE_KAFKA, run.brokers().jdk(), SETTINGS);
        Broker broker = start.launch();
        try {
            broker.process().awaitAnswer(broker.port());
            try (var topics = Topics.connect(Subject.addressOf(broker))) {
                topics.create(CompactableLog.TOPIC, 1, log.configs(run.mode()));
            }
            broker.process().terminate();
            log.copyTo(broker.partitionDirectory(CompactableLog.TOPIC, 0));
            broker = start.launch();
            broker.process().awaitAnswer(broker.port());
            read(run, broker);
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private void read(Run run, Broker broker) {
        var subject = Subject.of(side, broker);
        var before = log.closed();
        Disks.freshenPages(run.brokers().data(), before.bytes());
        awaitRest(subject);
        run.read(key(), pass, 0, () -> {
            var values = compact(run, broker, subject, before.bytes());
            check(log.closed(broker.partitionDirectory(CompactableLog.TOPIC, 0)));
            return values;
        });
    }

    /** What a start leaves to be done is not the pass's. */
    private static void awaitRest(Subject subject) {
        var before = subject.meter().read();
        for (int second = 0, quiet = 0; second < REST_SECONDS_MAX && quiet < RESTING_SECONDS; second++) {
            Run.sleep(1);
            var now = subject.meter().read();
            quiet = LoadValues.cpuSeconds(now.since(before)) < RESTING_CORES_MAX ? quiet + 1 : 0;
            before = now;
        }
    }

    private Map<Value, Double> compact(Run run, Broker broker, Subject subject, long bytes) {
        subject.meter().forgetPeak();
        var before = subject.meter().read();
        long startNs = System.nanoTime();
        try (var topics = Topics.connect(subject.address())) {
            topics.configure(CompactableLog.TOPIC, "min.cleanable.dirty.ratio", "0.0");
        }
        awaitEnd(broker.dataDirectory(), startNs + Math.round(run.mode().secondsMax() * 1e9));
        double seconds = (System.nanoTime() - startNs) / 1e9;
        var after = subject.meter().read();
        double cpuSeconds = LoadValues.cpuSeconds(after.since(before));
        return Map.of(Value.CPU_SECONDS_PER_GIB, cpuSeconds / (bytes / GIB), Value.CPU_SECONDS, cpuSeconds,
                Value.MIB_PER_SECOND, bytes / MIB / seconds, Value.WALL_SECONDS, seconds,
                Value.PEAK_RESIDENT_MB, after.peakResidentKb() / 1024.0, Value.GROWN_MB, (after.peakResidentKb() - before.residentKb()) / 1024.0);
    }

    private void awaitEnd(Path data, long deadlineNs) {
        long end = log.activeOffset();
        while (compactedOffset(data) < end) {
            if (System.nanoTime() > deadlineNs) throw new IllegalStateException("not compacted in time: wanted=%d reached=%d".formatted(end, compactedOffset(data)));
            Run.sleep(POLL_SECONDS);
        }
    }

    private static long compactedOffset(Path data) {
        try {
            Path checkpoint = data.resolve("cleaner-offset-checkpoint");
            if (!Files.exists(checkpoint)) return 0;
            String partition = CompactableLog.TOPIC + " 0 ";
            for (String line : Files.readAllLines(checkpoint)) if (line.startsWith(partition)) return Long.parseLong(line.substring(partition.length()));
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever leaves more or less than the last record of each key was not measured doing this. */
    private void check(CompactableLog.Amount left) {
        long wanted = log.recordsLeft();
        if (left.records() != wanted) throw new IllegalStateException("not what compaction leaves: records=%d wanted=%d".formatted(left.records(), wanted));
    }
}
