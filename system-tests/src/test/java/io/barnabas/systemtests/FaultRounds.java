package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A broker under load that meets a fault, comes back, and is checked, again and again on the same data. */
final class FaultRounds {
    private static final String TOPIC = "rounds";
    private static final int PARTITIONS = 3;
    private static final int WRITERS = 3;
    private static final int ACKNOWLEDGED_MIN = 500;
    private static final int ACKNOWLEDGED_SPREAD = 2_500;

    private final Random random;
    private final History history = new History();
    private Broker broker;

    FaultRounds(Broker broker) throws Exception {
        this.broker = broker;
        long seed = Long.getLong("barnabas.seed", System.nanoTime() & 0xFFFFFFFFL);
        random = new Random(seed);
        System.out.println("seed=" + seed);
        // The least that Kafka allows, so that segments roll.
        Clients.createTopic(broker, TOPIC, PARTITIONS, Map.of("segment.bytes", "1048576"));
    }

    /** @param fault ends the broker, and gives the one that came back */
    void run(int count, UnaryOperator<Broker> fault) {
        for (int round = 0; round < count; round++) run(fault);
    }

    private void run(UnaryOperator<Broker> fault) {
        try (var load = new Load(broker, TOPIC, PARTITIONS, WRITERS, history, random)) {
            history.awaitProgress(ACKNOWLEDGED_MIN + random.nextInt(ACKNOWLEDGED_SPREAD), ACKNOWLEDGED_MIN);
            broker = fault.apply(broker);
            history.awaitProgress(ACKNOWLEDGED_MIN, 1);
            load.finish();
        }
        DurabilityChecker.check(history, Load.readAll(broker, TOPIC, PARTITIONS));
        if (history.failedCount() > 0) throw new AssertionError("writes failed that could have been tried again: " + history);
    }

    Broker broker() {
        return broker;
    }

    History history() {
        return history;
    }
}
