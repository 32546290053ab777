package io.barnabas.systemtests;

import static io.barnabas.systemtests.TransactionalClient.partitions;

import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.ListTransactionsRequest;
import io.barnabas.protocol.message.ListTransactionsResponse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Transactional producers are answered, field by field and in every version, as by Apache Kafka. */
class TransactionAnswersTest extends SideBySide {
    private static final String ABSENT = "absent";
    private static final String LONG_ID = "i".repeat(Short.MAX_VALUE);
    /** The newest version in which clients add partitions themselves, of Produce and of EndTxn. */
    private static final int OLD_PRODUCE = 11;
    private static final int OLD_END = 4;
    private static final int NEW_PRODUCE = 12;
    private static final int NEW_END = 5;
    private static final int PARTITIONS = 2;

    /** Topic, group and transactional id have the same name. */
    private void sameAnswers(Transcript.Scene scene) {
        Transcript.same(told -> {
            Clients.createTopic(told.broker(), topic, PARTITIONS);
            told.idOf(topic);
            told.awaitGroups(topic);
            told.awaitTransactions(topic);
            scene.play(told);
        });
    }

    private TransactionalClient client(Transcript told) {
        return new TransactionalClient(told, "a", topic);
    }

    @Test
    void producersGetIdsInEveryVersion() {
        sameAnswers(told -> {
            for (int version = ApiKey.INIT_PRODUCER_ID.lowestOfferedVersion(); version <= ApiKey.INIT_PRODUCER_ID.highestOfferedVersion(); version++) {
                var client = client(told).init(version);
                client.describe();
                client.init(version);
                new TransactionalClient(told, "a", null).init(version);
                new TransactionalClient(told, "a", "").init(version);
                new TransactionalClient(told, "a", LONG_ID).init(version);
                for (int timeoutMs : new int[] {-1, 0, 900_001, Integer.MAX_VALUE, 900_000, 1}) client(told).timeout(timeoutMs).init(version);
                new TransactionalClient(told, "a", null).timeout(-1).init(version);
                client.describe();
            }
        });
    }

    @Test
    void aProducerThatHasAnIdGetsTheNextEpoch() {
        for (int version = 3; version <= 5; version++) {
            topic += "v";
            int asked = version;
            sameAnswers(told -> {
                var unborn = client(told);
                unborn.initAgain(7, 0, asked);
                unborn.initAgain(-1, 3, asked);
                unborn.initAgain(7, -1, asked);
                var client = client(told).init(asked);
                long id = client.producerId;
                client.initAgain(id, 0, asked);
                // The same again is a retry; the one before it is a zombie by now.
                client.initAgain(id, 0, asked);
                client.initAgain(id, 1, asked);
                client.initAgain(id, 0, asked);
                client.initAgain(id, 17, asked);
                client.initAgain(id + 1_000_000, 2, asked);
                client.init(asked);
                client.initAgain(id, 2, asked);
                client.describe();
                var nobody = new TransactionalClient(told, "a", null);
                nobody.initAgain(id, 2, asked);
                nobody.initAgain(-1, 2, asked);
            });
        }
    }

    @Test
    void whatIsNotThereYetIsRefusedInANewVersion() {
        var request = new InitProducerIdRequest().setTransactionalId(topic).setTransactionTimeoutMs(1000).setProducerId(-1).setProducerEpoch((short) -1);
        sameAnswers(told -> told.ask(request, 3));
    }

    @Test
    void partitionsAreAddedInEveryClientVersion() {
        sameAnswers(told -> {
            for (int version = 0; version <= 3; version++) {
                var unknown = client(told).as(topic + "-none", 7, 0);
                unknown.add(version, partitions(topic, 0));
                var client = client(told).init(2);
                client.add(version, partitions(topic, 0, 1, 1));
                client.add(version, partitions(topic, 0), partitions(topic, 1));
                client.add(version);
                client.add(version, partitions(topic));
                client.add(version, partitions(topic, 1), partitions(ABSENT, 0));
                client.add(version, partitions(topic, 1, 17, -1));
                client.add(version, partitions("", 0));
                client.as(topic, client.producerId, client.epoch - 1).add(version, partitions(topic, 0));
                client.as(topic, client.producerId, client.epoch + 1).add(version, partitions(topic, 0));
                client.as(topic, client.producerId + 1_000_000, client.epoch).add(version, partitions(topic, 0));
                client.as(topic, -1, -1).add(version, partitions(topic, 0));
                client.as("", client.producerId, client.epoch).add(version, partitions(topic, 0));
                client.as(LONG_ID, client.producerId, client.epoch).add(version, partitions(topic, 0));
                client.describe();
                client.endWhole(OLD_END, version % 2 == 0);
            }
        });
    }

    private static AddPartitionsToTxnRequest batch(AddPartitionsToTxnTransaction... transactions) {
        var request = new AddPartitionsToTxnRequest();
        request.transactions().addAll(List.of(transactions));
        return request;
    }

    @Test
    void brokersVerifyAndAddPartitions() {
        for (int version = 4; version <= 5; version++) {
            topic += "v";
            int asked = version;
            sameAnswers(told -> {
                var client = client(told).init(5);
                told.ask(batch(client.adding(true, partitions(topic, 0))), asked);
                client.add(3, partitions(topic, 0));
                told.ask(batch(client.adding(true, partitions(topic, 0)), client.as(topic + "-none", 7, 0).adding(true, partitions(topic, 0))), asked);
                told.ask(batch(client.adding(true, partitions(topic, 0, 1, 17), partitions(ABSENT, 0))), asked);
                told.ask(batch(client.adding(false, partitions(topic, 0, 1))), asked);
                told.ask(batch(client.adding(true, partitions(topic, 0, 1))), asked);
                told.ask(batch(client.adding(false, partitions(topic, 0, 17), partitions(ABSENT, 0))), asked);
                for (boolean verifiesOnly : new boolean[] {true, false}) {
                    told.ask(batch(client.as(topic, client.producerId, client.epoch + 1).adding(verifiesOnly, partitions(topic, 0))), asked);
                    told.ask(batch(client.as(topic, client.producerId + 1_000_000, client.epoch).adding(verifiesOnly, partitions(topic, 0))), asked);
                    told.ask(batch(client.as("", client.producerId, client.epoch).adding(verifiesOnly, partitions(topic, 0))), asked);
                    told.ask(batch(client.adding(verifiesOnly)), asked);
                    told.ask(batch(client.adding(verifiesOnly, partitions(topic))), asked);
                }
                client.describe();
                client.endWhole(OLD_END, true);
                told.ask(batch(client.adding(true, partitions(topic, 0))), asked);
            });
        }
    }

    @Test
    void offsetsAreAddedInEveryVersion() {
        sameAnswers(told -> {
            for (int version = 0; version <= 4; version++) {
                client(told).as(topic + "-none", 7, 0).addOffsets(version, topic);
                var client = client(told).init(2);
                client.addOffsets(version, topic);
                client.addOffsets(version, topic);
                client.addOffsets(version, "");
                client.as(topic, client.producerId, client.epoch - 1).addOffsets(version, topic);
                client.as(topic, client.producerId, client.epoch + 1).addOffsets(version, topic);
                client.as(topic, client.producerId + 1_000_000, client.epoch).addOffsets(version, topic);
                client.as("", client.producerId, client.epoch).addOffsets(version, topic);
                client.endWhole(OLD_END, version % 2 == 0);
            }
        });
    }

    @Test
    void transactionsEndInEveryVersion() {
        sameAnswers(told -> {
            for (int version = 0; version <= OLD_END; version++) {
                client(told).as(topic + "-none", 7, 0).end(version, true);
                for (boolean isCommit : new boolean[] {true, false}) {
                    var client = client(told).init(5);
                    client.end(version, isCommit);
                    client.end(version, !isCommit);
                    client.add(3, partitions(topic, 0));
                    client.as(topic, client.producerId, client.epoch - 1).end(version, true);
                    client.as(topic, client.producerId, client.epoch + 1).end(version, true);
                    client.as(topic, client.producerId + 1_000_000, client.epoch).end(version, true);
                    client.as("", client.producerId, client.epoch).end(version, true);
                    client.endWhole(version, isCommit);
                    client.end(version, isCommit);
                    client.end(version, !isCommit);
                    // Another one by the same producer.
                    client.add(3, partitions(topic, 1));
                    client.produce(OLD_PRODUCE, topic, 1);
                    client.endWhole(version, !isCommit);
                    client.describe();
                }
            }
        });
    }

    @Test
    void everyTransactionOfANewClientHasAnEpochOfItsOwn() {
        sameAnswers(told -> {
            client(told).as(topic + "-none", 7, 0).end(NEW_END, true);
            var client = client(told).init(5);
            client.end(NEW_END, true);
            client.endWhole(NEW_END, false);
            client.describe();
            for (boolean isCommit : new boolean[] {true, false}) {
                client.produce(NEW_PRODUCE, topic, 0);
                client.produce(NEW_PRODUCE, topic, 1);
                client.describe();
                client.as(topic, client.producerId, client.epoch - 1).end(NEW_END, true);
                client.as(topic, client.producerId, client.epoch + 1).end(NEW_END, true);
                client.as(topic, client.producerId + 1_000_000, client.epoch).end(NEW_END, true);
                int epoch = client.epoch;
                client.endWhole(NEW_END, isCommit);
                client.describe();
                // The answer was lost.
                client.as(topic, client.producerId, epoch).end(NEW_END, isCommit);
                client.as(topic, client.producerId, epoch).end(NEW_END, !isCommit);
                // A late one of the transaction before.
                client.as(topic, client.producerId, epoch).produce(NEW_PRODUCE, topic, 0);
                client.as(topic, client.producerId, epoch).add(3, partitions(topic, 0));
                client.end(NEW_END, true);
                client.endWhole(NEW_END, false);
                client.describe();
            }
        });
    }

    @Test
    void recordsOutsideOfATransactionAreRefused() {
        sameAnswers(told -> {
            var client = client(told).init(5);
            client.produce(OLD_PRODUCE, topic, 0);
            client.add(3, partitions(topic, 0));
            client.produce(OLD_PRODUCE, topic, 0);
            client.produce(OLD_PRODUCE, topic, 0);
            // Not the partition that was added.
            client.produce(OLD_PRODUCE, topic, 1);
            client.endWhole(OLD_END, true);
            client.produce(OLD_PRODUCE, topic, 0);
            client.as(topic + "-none", 424_242, 0).produce(OLD_PRODUCE, topic, 0);
            client.as(topic + "-none", 424_243, 0).produce(NEW_PRODUCE, topic, 0);
            client.as(topic, client.producerId, client.epoch + 1).produce(NEW_PRODUCE, topic, 1);
            client.as(topic, client.producerId + 1_000_000, 0).produce(NEW_PRODUCE, topic, 1);
            client.as(null, client.producerId, client.epoch).produce(OLD_PRODUCE, topic, 1);
            client.as("", client.producerId, client.epoch).produce(OLD_PRODUCE, topic, 1);
            client.describe();
        });
    }

    @Test
    void aNewProducerEndsWhatTheOldOneLeftOpenAndFencesIt() {
        sameAnswers(told -> {
            var old = client(told).init(5);
            old.add(3, partitions(topic, 0));
            old.produce(OLD_PRODUCE, topic, 0);
            var young = new TransactionalClient(told, "b", topic).init(5);
            young.awaitInit();
            young.describe();
            old.produce(OLD_PRODUCE, topic, 0);
            for (int version = 0; version <= 3; version++) old.add(version, partitions(topic, 0));
            for (int version = 0; version <= 4; version++) old.addOffsets(version, topic);
            for (int version = 0; version <= OLD_END; version++) old.end(version, true);
            old.end(NEW_END, true);
            for (int version = 3; version <= 5; version++) old.initAgain(old.producerId, old.epoch, version);
            young.produce(NEW_PRODUCE, topic, 0);
            young.endWhole(NEW_END, true);
        });
    }

    @Test
    void aTransactionThatTakesTooLongIsAborted() {
        sameAnswers(told -> {
            var client = client(told).timeout(1).init(5);
            client.add(3, partitions(topic, 0));
            client.awaitState("CompleteAbort");
            client.describe();
            client.end(OLD_END, true);
            client.end(NEW_END, true);
            client.add(3, partitions(topic, 0));
            client.add(1, partitions(topic, 0));
            client.produce(OLD_PRODUCE, topic, 0);
            for (int version = 3; version <= 5; version++) {
                client.as(topic, client.producerId, client.epoch).timeout(60_000).initAgain(client.producerId, client.epoch, version);
            }
            client.timeout(60_000).init(5);
            client.produce(NEW_PRODUCE, topic, 0);
            client.endWhole(NEW_END, true);
        });
    }

    @Test
    void transactionsAreDescribed() {
        sameAnswers(told -> {
            told.ask(TransactionalClient.describing(topic, topic + "-none", "", topic), 0);
            told.ask(TransactionalClient.describing(), 0);
            var client = client(told).init(5);
            client.describe();
            client.add(3, partitions(topic, 0, 1));
            client.addOffsets(3, topic);
            told.ask(TransactionalClient.describing(topic, topic + "-none", "", topic), 0);
            client.endWhole(OLD_END, true);
            client.describe();
        });
    }

    /** Other tests have transactions, too. */
    private void list(Transcript told, ListTransactionsRequest request, int version) throws IOException {
        ListTransactionsResponse answer = told.quietly(request, version);
        answer.transactionStates().removeIf(state -> !state.transactionalId().startsWith(topic));
        told.tell(request, version, answer);
    }

    @Test
    void transactionsAreListed() {
        sameAnswers(told -> {
            told.awaitTransactions(topic + 1, topic + 2, topic + 3);
            new TransactionalClient(told, "a", topic).init(5);
            var ongoing = new TransactionalClient(told, "a", topic + 1).init(5);
            ongoing.add(3, partitions(topic, 0));
            for (int i = 2; i <= 3; i++) {
                var ended = new TransactionalClient(told, "a", topic + i).init(5);
                ended.add(3, partitions(topic, 0));
                ended.endWhole(OLD_END, i == 2);
            }
            for (int version = 0; version <= 2; version++) {
                list(told, new ListTransactionsRequest(), version);
                for (var states : List.of(List.of("Ongoing"), List.of("Empty", "CompleteCommit"), List.of("ongoing"), List.of("nonsense", "Ongoing"),
                        List.of("nonsense"), List.of(""), List.of("Dead"), List.of("PrepareEpochFence", "PrepareCommit", "PrepareAbort"))) {
                    list(told, new ListTransactionsRequest().setStateFilters(states), version);
                }
                list(told, new ListTransactionsRequest().setProducerIdFilters(List.of(ongoing.producerId)), version);
                list(told, new ListTransactionsRequest().setProducerIdFilters(List.of(ongoing.producerId, -5L)).setStateFilters(List.of("Empty")), version);
            }
            for (long durationMs : new long[] {-2, -1, 0, 3_600_000}) list(told, new ListTransactionsRequest().setDurationFilter(durationMs), 1);
            for (var pattern : new String[] {null, "", topic, topic + ".", topic + "[12]", ".*3", "(", "a{1000000}"}) {
                list(told, new ListTransactionsRequest().setTransactionalIdPattern(pattern), 2);
            }
        });
    }
}
