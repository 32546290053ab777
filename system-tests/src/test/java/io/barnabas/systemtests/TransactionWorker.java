package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * One transactional id at work, until it is told to stop: each transaction writes its number to every partition of a topic,
 * and that number as an offset, by Apache Kafka's client. Knows what it was told of each; what it was not told is open.
 */
final class TransactionWorker implements AutoCloseable {
    enum Fate { OPEN, COMMITTED, ABORTED }

    private static final int ABORTED_OF_TEN = 3;
    /** Longer than a broker is away on a busy machine. */
    private static final String TIMEOUT_MS = "120000";

    private final Broker broker;
    private final String topic;
    private final int partitionCount;
    private final String id;
    private final Random random;
    private final List<Fate> fates = new ArrayList<>();
    private final Thread thread;
    private volatile boolean isStopping;
    private volatile Throwable failure;

    /** Starts at once. */
    TransactionWorker(Broker broker, String topic, int partitionCount, String id, Random random) {
        this.broker = broker;
        this.topic = topic;
        this.partitionCount = partitionCount;
        this.id = id;
        this.random = random;
        thread = new Thread(this::work, id);
        thread.start();
    }

    String id() {
        return id;
    }

    /** What is known of each transaction, by number. */
    synchronized List<Fate> fates() {
        return List.copyOf(fates);
    }

    /** The offset that is committed under the worker's id: the number of the last transaction that was, and one. */
    static TopicPartition offsetOf(String topic) {
        return new TopicPartition(topic, 0);
    }

    private void work() {
        try {
            while (!isStopping) workWithOneProducer();
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Until it meets an error after which there has to be another producer. */
    private void workWithOneProducer() throws Exception {
        var producer = Clients.producer(broker, "transactional.id", id, "transaction.timeout.ms", TIMEOUT_MS, "linger.ms", "0", "retry.backoff.ms", "20",
                "reconnect.backoff.ms", "20", "reconnect.backoff.max.ms", "100");
        try {
            producer.initTransactions();
            while (!isStopping) transact(producer);
        } catch (KafkaException e) {
            System.out.println(id + " goes on with another producer after " + e);
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private void transact(KafkaProducer<byte[], byte[]> producer) throws Exception {
        int number = begin();
        producer.beginTransaction();
        for (int i = 0; i < partitionCount; i++) producer.send(Clients.record(topic, i, null, null, id + "/" + number));
        producer.sendOffsetsToTransaction(Map.of(offsetOf(topic), new OffsetAndMetadata(number + 1)), new ConsumerGroupMetadata(id, -1, "", Optional.empty()));
        if (random.nextInt(10) < ABORTED_OF_TEN) {
            producer.abortTransaction();
            decide(number, Fate.ABORTED);
        } else {
            producer.commitTransaction();
            decide(number, Fate.COMMITTED);
        }
    }

    private synchronized int begin() {
        fates.add(Fate.OPEN);
        return fates.size() - 1;
    }

    private synchronized void decide(int number, Fate fate) {
        fates.set(number, fate);
        notifyAll();
    }

    private synchronized int decidedCount() {
        return (int) fates.stream().filter(fate -> fate != Fate.OPEN).count();
    }

    /** Waits until so many more have been decided than now. */
    void awaitProgress(int count) {
        int before = decidedCount();
        SideBySide.until(() -> {
            if (failure != null) throw new IllegalStateException("a worker failed: " + id, failure);
            if (decidedCount() < before + count) throw new AssertionError("no progress: id=" + id + " decided=" + decidedCount());
            return null;
        });
    }

    @Override
    public void close() throws InterruptedException {
        isStopping = true;
        thread.join();
        if (failure != null) throw new AssertionError("a worker failed: " + id, failure);
    }
}
