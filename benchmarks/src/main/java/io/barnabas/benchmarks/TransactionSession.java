package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadResult;
import io.barnabas.benchmarks.load.ProcessMeter;
import io.barnabas.benchmarks.load.Topics;
import io.barnabas.benchmarks.load.Transactions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Metric 25: producers that commit one transaction after the other, each over partitions of its own. */
final class TransactionSession implements Session {
    static final int PRODUCERS = 10;
    static final int PARTITIONS_EACH = 3;
    private static final String TOPIC = "transactions";

    private final Side side;
    private final int pass;
    private final Durability durability;

    TransactionSession(Side side, int pass, Durability durability) {
        this.side = side;
        this.pass = pass;
        this.durability = durability;
    }

    @Override
    public String name() {
        return side.text() + ": transactions" + (durability == Durability.DURABLE ? ", durable" : "");
    }

    @Override
    public int pass() {
        return pass;
    }

    private Key key() {
        return new Key(25, Metrics.TRANSACTIONS, durability, side);
    }

    @Override
    public List<Key> left(Run run) {
        return run.left(List.of(key()), pass, run.mode().repetitions());
    }

    @Override
    public double estimatedSeconds(Run run) {
        var mode = run.mode();
        return run.wants(25) ? (side == Side.KAFKA ? 8 : 2) + mode.warmUpSeconds() + mode.repetitions() * (mode.seconds() + 0.2) : 0;
    }

    @Override
    public void run(Run run, List<Key> left) {
        var broker = run.brokers().start(side, durability);
        try {
            var subject = Subject.of(side, broker);
            try (var topics = Topics.connect(subject.address())) {
                topics.create(TOPIC, PRODUCERS * PARTITIONS_EACH, Map.of());
            }
            try (var load = Transactions.open(subject.address(), TOPIC, PRODUCERS, PARTITIONS_EACH)) {
                load.run(Run.duration(run.mode().warmUpSeconds()));
                for (int i = 0; i < run.mode().repetitions(); i++) run.read(key(), pass, i, () -> transact(run, subject, load));
            }
        } finally {
            run.brokers().end(broker);
        }
        run.done(estimatedSeconds(run));
    }

    private static Map<Value, Double> transact(Run run, Subject subject, Transactions load) {
        ProcessMeter.Reading before = subject.meter().read();
        LoadResult result = load.run(Run.duration(run.mode().seconds()));
        var used = subject.meter().read().since(before);
        var values = new EnumMap<Value, Double>(Value.class);
        values.put(Value.TRANSACTIONS_PER_SECOND, result.requestsPerSecond());
        values.put(Value.TRANSACTION_CPU_US, LoadValues.cpuSeconds(used) * 1e6 / result.requestCount());
        values.put(Value.GENERATOR_US, result.ownCpuNs() / 1e3 / result.requestCount());
        LoadValues.addLatency(values, result.latencyNs());
        return values;
    }
}
