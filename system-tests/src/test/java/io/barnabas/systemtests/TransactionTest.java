package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Apache Kafka's Java clients write, and see, transactions on Barnabas as on Apache Kafka. */
class TransactionTest extends SideBySide {
    private static final int PARTITIONS = 2;

    /** Initialized, with the topic's name as its id. */
    private KafkaProducer<byte[], byte[]> begin(Broker broker, String... settings) throws Exception {
        var all = new ArrayList<>(List.of("transactional.id", topic, "linger.ms", "0"));
        all.addAll(List.of(settings));
        var producer = Clients.producer(broker, all.toArray(String[]::new));
        producer.initTransactions();
        return producer;
    }

    private void create(Broker broker) throws Exception {
        Clients.createTopic(broker, topic, PARTITIONS);
    }

    /** To each partition. */
    private void send(KafkaProducer<byte[], byte[]> producer, String value) throws Exception {
        for (int i = 0; i < PARTITIONS; i++) producer.send(Clients.record(topic, i, 1L, null, value)).get();
    }

    /** What either kind of reader finds, and where it ends. */
    private List<String> seen(Broker broker) {
        var seen = new ArrayList<String>();
        for (var isolation : List.of("read_committed", "read_uncommitted")) {
            try (var consumer = Clients.consumer(broker, "isolation.level", isolation, "fetch.max.wait.ms", "20")) {
                for (int i = 0; i < PARTITIONS; i++) {
                    var partition = new TopicPartition(topic, i);
                    var records = Clients.readWhole(consumer, partition).stream().map(record -> record.offset() + ":" + Clients.text(record.value())).toList();
                    seen.add(isolation + " " + records + " until " + consumer.position(partition));
                }
            }
        }
        return seen;
    }

    private void awaitState(Admin admin, TransactionState state) {
        until(() -> {
            var found = admin.describeTransactions(List.of(topic)).description(topic).get().state();
            if (found != state) throw new AssertionError("state=" + found);
            return null;
        });
    }

    @Test
    void whatIsCommittedIsSeenAndWhatIsAbortedIsNot() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<List<String>>();
            try (var producer = begin(broker); var admin = Clients.admin(broker)) {
                producer.beginTransaction();
                send(producer, "first");
                told.add(seen(broker));
                producer.commitTransaction();
                awaitState(admin, TransactionState.COMPLETE_COMMIT);
                told.add(seen(broker));
                producer.beginTransaction();
                send(producer, "aborted");
                producer.abortTransaction();
                awaitState(admin, TransactionState.COMPLETE_ABORT);
                producer.beginTransaction();
                send(producer, "second");
                told.add(seen(broker));
                producer.commitTransaction();
                awaitState(admin, TransactionState.COMPLETE_COMMIT);
                told.add(seen(broker));
                producer.beginTransaction();
                producer.commitTransaction();
                producer.beginTransaction();
                producer.abortTransaction();
            }
            return told;
        });
    }

    @Test
    void manyTransactionsFollowEachOther() {
        same(broker -> {
            create(broker);
            try (var producer = begin(broker, "linger.ms", "5"); var admin = Clients.admin(broker)) {
                for (int i = 0; i < 50; i++) {
                    producer.beginTransaction();
                    for (int j = 0; j < PARTITIONS; j++) producer.send(Clients.record(topic, j, 1L, null, "value " + i));
                    // What is not sent before an abort is never sent.
                    producer.flush();
                    if (i % 5 == 0) producer.abortTransaction();
                    else producer.commitTransaction();
                }
                awaitState(admin, TransactionState.COMPLETE_COMMIT);
                return seen(broker);
            }
        });
    }

    @Test
    void anotherProducerFencesTheFirst() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<String>();
            try (var admin = Clients.admin(broker)) {
                var zombie = begin(broker);
                zombie.beginTransaction();
                send(zombie, "of a zombie");
                try (var young = begin(broker)) {
                    told.add(outcome(() -> {
                        send(zombie, "too late");
                        return "sent";
                    }));
                    told.add(outcome(() -> {
                        zombie.commitTransaction();
                        return "committed";
                    }));
                    young.beginTransaction();
                    send(young, "of the young one");
                    young.commitTransaction();
                }
                zombie.close(Duration.ZERO);
                awaitState(admin, TransactionState.COMPLETE_COMMIT);
                told.addAll(seen(broker));
            }
            return told;
        });
    }

    @Test
    void aTransactionThatTakesTooLongIsAborted() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<String>();
            try (var producer = begin(broker, "transaction.timeout.ms", "300"); var admin = Clients.admin(broker)) {
                producer.beginTransaction();
                send(producer, "forgotten");
                awaitState(admin, TransactionState.COMPLETE_ABORT);
                told.add(outcome(() -> {
                    producer.commitTransaction();
                    return "committed";
                }));
                told.addAll(seen(broker));
            }
            return told;
        });
    }

    @Test
    void offsetsAreCommittedWithWhatWasMadeOfThem() {
        same(broker -> {
            create(broker);
            Clients.createTopic(broker, topic + "-in", 1);
            try (var producer = Clients.producer(broker)) {
                for (int i = 0; i < 10; i++) producer.send(Clients.record(topic + "-in", 0, 1L, null, Integer.toString(i)));
            }
            var told = new ArrayList<String>();
            try (var producer = begin(broker); var party = new Party(broker, topic, "isolation.level", "read_committed"); var admin = Clients.admin(broker)) {
                var guest = party.invite("a");
                guest.consumer.subscribe(List.of(topic + "-in"));
                party.pollUntil(() -> party.readCount() == 10);
                var input = new TopicPartition(topic + "-in", 0);
                for (int i = 0; i < 4; i++) {
                    producer.beginTransaction();
                    send(producer, guest.read.get(i));
                    producer.sendOffsetsToTransaction(Map.of(input, new OffsetAndMetadata(i + 1, "after " + i)), guest.consumer.groupMetadata());
                    if (i % 2 == 0) producer.commitTransaction();
                    else producer.abortTransaction();
                    told.add(guest.consumer.committed(Set.of(input)).toString());
                }
                awaitState(admin, TransactionState.COMPLETE_ABORT);
                told.addAll(seen(broker));
                producer.beginTransaction();
                told.add(outcome(() -> {
                    producer.sendOffsetsToTransaction(Map.of(input, new OffsetAndMetadata(9)), new ConsumerGroupMetadata(topic, 77, "nobody", Optional.empty()));
                    return "sent";
                }));
                told.add(outcome(() -> {
                    producer.abortTransaction();
                    return "aborted";
                }));
                told.add(guest.consumer.committed(Set.of(input)).toString());
            }
            return told;
        });
    }

    @Test
    void producersAreFencedByAnAdministrator() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<String>();
            var producer = begin(broker);
            try (var admin = Clients.admin(broker)) {
                producer.beginTransaction();
                send(producer, "fenced");
                admin.fenceProducers(List.of(topic)).all().get();
                told.add(outcome(() -> {
                    producer.commitTransaction();
                    return "committed";
                }));
                awaitState(admin, TransactionState.EMPTY);
                told.addAll(seen(broker));
                told.add(outcome(() -> admin.fenceProducers(List.of(topic + "-none")).all().get()));
            } finally {
                producer.close(Duration.ZERO);
            }
            return told;
        });
    }

    @Test
    void transactionsAreAbortedByAnAdministrator() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<String>();
            var producer = begin(broker);
            try (var admin = Clients.admin(broker)) {
                producer.beginTransaction();
                send(producer, "left open");
                var partition = new TopicPartition(topic, 0);
                var active = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0);
                told.add(active.producerEpoch() + " " + active.lastSequence() + " " + active.currentTransactionStartOffset() + " " + active.coordinatorEpoch());
                admin.abortTransaction(new AbortTransactionSpec(partition, active.producerId(), (short) active.producerEpoch(), -1)).all().get();
                told.add(String.valueOf(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset()));
                told.add(outcome(() -> {
                    producer.commitTransaction();
                    return "committed";
                }));
                awaitState(admin, TransactionState.COMPLETE_COMMIT);
                told.addAll(seen(broker));
            } finally {
                producer.close(Duration.ZERO);
            }
            return told;
        });
    }

    @Test
    void transactionsAreDescribedAndListed() {
        same(broker -> {
            create(broker);
            var told = new ArrayList<>();
            try (var producer = begin(broker); var admin = Clients.admin(broker)) {
                producer.beginTransaction();
                send(producer, "open");
                var described = admin.describeTransactions(List.of(topic)).description(topic).get();
                told.add(described.state() + " " + described.producerEpoch() + " " + described.transactionTimeoutMs() + " " + described.transactionStartTimeMs().isPresent() + " "
                        + described.topicPartitions().stream().map(Object::toString).sorted().toList() + " " + described.coordinatorId());
                for (var options : List.of(new ListTransactionsOptions(), new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)),
                        new ListTransactionsOptions().filterStates(Set.of(TransactionState.EMPTY)), new ListTransactionsOptions().filterOnDuration(1_000_000),
                        new ListTransactionsOptions().filterOnTransactionalIdPattern(topic + ".*"))) {
                    var states = new TreeMap<String, String>();
                    for (var listing : admin.listTransactions(options).all().get()) {
                        if (listing.transactionalId().equals(topic)) states.put(listing.transactionalId(), listing.state().toString());
                    }
                    told.add(states);
                }
                told.add(outcome(() -> admin.describeTransactions(List.of(topic + "-none")).all().get()));
                producer.abortTransaction();
            }
            return told;
        });
    }
}
