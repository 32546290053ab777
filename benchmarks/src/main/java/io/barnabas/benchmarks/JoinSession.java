package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.GroupJoin;
import io.barnabas.benchmarks.load.GroupJoin.Protocol;
import io.barnabas.benchmarks.load.Groups;
import io.barnabas.benchmarks.load.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Metric 24: all members of a group join at once; the time until each has its share. Brokers wait for nobody, and members ask
 * often whether something has changed, so that little of the time is anybody's clock.
 */
final class JoinSession implements Session {
    private static final String TOPIC = "joined";
    /** Of classic members, who are told of most things without asking. */
    private static final int HEARTBEAT_MS = 100;
    /** Of the consumer protocol, where a member hears of nothing without asking: what it waits in vain is to be little. */
    private static final String CONSUMER_HEARTBEAT_MS = "10";
    private static final Map<String, String> SETTINGS = Map.of("group.initial.rebalance.delay.ms", "0", "group.consumer.assignment.interval.ms", "0",
            "group.consumer.min.heartbeat.interval.ms", CONSUMER_HEARTBEAT_MS, "group.consumer.heartbeat.interval.ms", CONSUMER_HEARTBEAT_MS);
    private static final int REPETITIONS_MAX = 3;

    private final Side side;
    private final int pass;
    private final int memberCount;
    private final int partitionCount;

    JoinSession(Side side, int pass, int memberCount, int partitionCount) {
        this.side = side;
        this.pass = pass;
        this.memberCount = memberCount;
        this.partitionCount = partitionCount;
    }

    @Override
    public String name() {
        return side.text() + ": joins";
    }

    @Override
    public int pass() {
        return pass;
    }

    private Key key(Protocol protocol) {
        return new Key(24, Metrics.join(protocol, memberCount, partitionCount), Durability.LIKE_KAFKA, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(Arrays.stream(Protocol.values()).map(this::key).toList(), pass, repetitions(run));
    }

    private static int repetitions(Run run) {
        return Math.min(REPETITIONS_MAX, run.mode().repetitions());
    }

    @Override
    public double estimatedSeconds(Run run) {
        if (!run.wants(24)) return 0;
        double join = side == Side.KAFKA ? 3 : 1;
        return (side == Side.KAFKA ? 12 : 2) + Protocol.values().length * (run.mode().warmUpSeconds() + (1 + repetitions(run)) * join);
    }

    @Override
    public void run(Run run, List<Key> left) {
        var broker = run.brokers().on(side, Durability.LIKE_KAFKA, run.brokers().jdk(), SETTINGS).launch();
        try {
            broker.process().awaitAnswer(broker.port());
            var subject = Subject.of(side, broker);
            try (var topics = Topics.connect(subject.address())) {
                topics.create(TOPIC, partitionCount, Map.of());
            }
            for (Protocol protocol : Protocol.values()) if (left.contains(key(protocol))) measure(run, subject, protocol);
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    /** One that fails leaves the other to be tried. */
    private void measure(Run run, Subject subject, Protocol protocol) {
        run.now(side.text() + ": " + key(protocol).load());
        try (var join = GroupJoin.open(subject.address(), protocol, TOPIC, partitionCount, memberCount, HEARTBEAT_MS)) {
            long warmNs = System.nanoTime() + Math.round(run.mode().warmUpSeconds() * 1e9);
            int group = 0;
            do join(subject, join, protocol + "-" + group++);
            while (System.nanoTime() < warmNs);
            for (int i = 0; i < repetitions(run); i++) {
                String name = protocol + "-" + group++;
                run.read(key(protocol), pass, i, () -> join(subject, join, name));
            }
        } catch (RuntimeException | AssertionError e) {
            run.fail(key(protocol), pass, e);
        }
    }

    private static Map<Value, Double> join(Subject subject, GroupJoin join, String group) {
        try (var groups = Groups.connect(subject.address())) {
            groups.awaitReady(List.of(group), Groups.READY_MAX);
        }
        var before = subject.meter().read();
        double seconds = join.join(group);
        var used = subject.meter().read().since(before);
        join.leave();
        return Map.of(Value.WALL_SECONDS, seconds, Value.CPU_SECONDS, LoadValues.cpuSeconds(used));
    }
}
