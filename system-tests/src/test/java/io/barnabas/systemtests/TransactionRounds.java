package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.systemtests.TransactionWorker.Fate;
import io.barnabas.testkit.process.Broker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A broker that meets a fault while transactions are in every state, and comes back, again and again: each transaction is there whole, with
 * its offset, or not at all; offsets never go back.
 */
final class TransactionRounds {
    private static final String TOPIC = "transactions";
    private static final int PARTITIONS = 3;
    private static final int WORKERS = 3;
    private static final int PROGRESS_MAX = 12;
    private static final int ROUNDS_OF_ONE_TOPIC = 20;

    private final UnaryOperator<Broker> fault;
    private final Random random;
    /** As it was started last. */
    private Broker broker;

    private TransactionRounds(Broker broker, UnaryOperator<Broker> fault, Random random) {
        this.broker = broker;
        this.fault = fault;
        this.random = random;
    }

    /** @param fault ends the broker, and gives the one that came back */
    static void run(Broker started, int rounds, UnaryOperator<Broker> fault) throws Exception {
        long seed = Long.getLong("barnabas.seed", System.nanoTime() & 0xFFFFFFFFL);
        System.out.println("seed=" + seed);
        var all = new TransactionRounds(started, fault, new Random(seed));
        try {
            for (int done = 0; done < rounds; done += ROUNDS_OF_ONE_TOPIC) all.runOneTopic(TOPIC + done, Math.min(ROUNDS_OF_ONE_TOPIC, rounds - done));
        } finally {
            all.broker.close();
        }
    }

    /** Of one topic, since all of it is read in the end. */
    private void runOneTopic(String topic, int rounds) throws Exception {
        Clients.createTopic(broker, topic, PARTITIONS);
        var workers = new ArrayList<TransactionWorker>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new TransactionWorker(broker, topic, PARTITIONS, topic + "-worker-" + i, new Random(random.nextLong())));
        }
        try {
            var committed = new HashMap<String, Long>();
            for (int round = 0; round < rounds; round++) {
                workers.get(random.nextInt(WORKERS)).awaitProgress(random.nextInt(PROGRESS_MAX));
                broker = fault.apply(broker);
                for (var worker : workers) {
                    worker.awaitProgress(1);
                    checkOffset(topic, worker.id(), committed);
                }
            }
        } finally {
            for (var worker : workers) worker.close();
        }
        for (var worker : workers) end(worker.id());
        var seen = readCommitted(topic);
        for (var worker : workers) check(topic, worker, seen);
    }

    private void checkOffset(String topic, String group, Map<String, Long> committed) throws Exception {
        long offset = offset(topic, group);
        assertTrue(offset >= committed.getOrDefault(group, -1L), () -> "an offset went back: group=" + group + " from=" + committed.get(group) + " to=" + offset);
        committed.put(group, offset);
    }

    private long offset(String topic, String group) throws Exception {
        try (var admin = Clients.admin(broker)) {
            OffsetAndMetadata found = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(TransactionWorker.offsetOf(topic));
            return found == null ? -1 : found.offset();
        }
    }

    /** Whatever was left open. */
    private void end(String id) {
        try (var producer = Clients.producer(broker, "transactional.id", id)) {
            producer.initTransactions();
        }
    }

    /** By partition, what a reader of committed records sees; it comes to the end since nothing is open. */
    private List<List<String>> readCommitted(String topic) {
        var seen = new ArrayList<List<String>>();
        try (var committed = Clients.consumer(broker, "isolation.level", "read_committed"); var all = Clients.consumer(broker)) {
            for (int i = 0; i < PARTITIONS; i++) {
                var partition = new TopicPartition(topic, i);
                SideBySide.until(() -> {
                    assertEquals(all.endOffsets(List.of(partition)), committed.endOffsets(List.of(partition)), "a transaction hangs");
                    return null;
                });
                seen.add(Clients.readWhole(committed, partition).stream().map(record -> Clients.text(record.value())).toList());
            }
        }
        return seen;
    }

    private void check(String topic, TransactionWorker worker, List<List<String>> seen) throws Exception {
        var fates = worker.fates();
        var numbers = new ArrayList<List<Integer>>();
        for (var partition : seen) {
            numbers.add(partition.stream().filter(value -> value.startsWith(worker.id() + "/"))
                    .map(value -> Integer.parseInt(value.substring(value.lastIndexOf('/') + 1))).toList());
        }
        for (var ofPartition : numbers) assertEquals(numbers.get(0), ofPartition, () -> "not whole: " + worker.id());
        var visible = new HashSet<>(numbers.get(0));
        assertEquals(visible.size(), numbers.get(0).size(), () -> "twice: " + worker.id() + numbers.get(0));
        for (int number = 0; number < fates.size(); number++) checkFate(worker.id(), number, fates.get(number), visible);
        long last = visible.stream().mapToInt(Integer::intValue).max().orElse(-1);
        assertEquals(last < 0 ? -1 : last + 1, offset(topic, worker.id()), () -> "offset of " + worker.id());
    }

    private static void checkFate(String id, int number, Fate fate, Set<Integer> visible) {
        if (fate == Fate.COMMITTED) assertTrue(visible.contains(number), () -> "committed and not there: " + id + "/" + number);
        if (fate == Fate.ABORTED) assertTrue(!visible.contains(number), () -> "aborted and there: " + id + "/" + number);
    }
}
