package io.barnabas.systemtests;

import io.barnabas.base.Payload;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.AddOffsetsToTxnRequest;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import io.barnabas.protocol.message.DescribeTransactionsRequest;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import io.barnabas.protocol.message.EndTxnRequest;
import io.barnabas.protocol.message.EndTxnResponse;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A transactional producer who asks for one thing at a time, on a connection of its own. What it is told stays in the open fields. */
final class TransactionalClient {
    static final int CONCURRENT_TRANSACTIONS = 51;
    private static final int NEWEST_INIT = 5;
    private static final long RECORD_TIME_MS = 1_600_000_000_000L;

    final Transcript told;
    final String name;
    String id;
    int timeoutMs = 60_000;
    long producerId = -1;
    short epoch = -1;
    /** The next one for each partition. */
    private final Map<Integer, Integer> sequences = new HashMap<>();

    TransactionalClient(Transcript told, String name, String id) {
        this.told = told;
        this.name = name;
        this.id = id;
    }

    /** The same producer, as far as it is known by id and epoch. */
    TransactionalClient as(String otherId, long otherProducerId, int otherEpoch) {
        var other = new TransactionalClient(told, name, otherId);
        other.producerId = otherProducerId;
        other.epoch = (short) otherEpoch;
        return other;
    }

    TransactionalClient timeout(int newTimeoutMs) {
        timeoutMs = newTimeoutMs;
        return this;
    }

    private InitProducerIdRequest initRequest() {
        return new InitProducerIdRequest().setTransactionalId(id).setTransactionTimeoutMs(timeoutMs);
    }

    InitProducerIdResponse init(InitProducerIdRequest request, int version) throws IOException {
        var answer = (InitProducerIdResponse) told.ask(name, request, version);
        take(answer);
        return answer;
    }

    private void take(InitProducerIdResponse answer) {
        if (answer.errorCode() != 0) return;
        producerId = answer.producerId();
        epoch = answer.producerEpoch();
        sequences.clear();
    }

    TransactionalClient init(int version) throws IOException {
        init(initRequest(), version);
        return this;
    }

    /** As a producer that has an id and wants the next epoch. */
    TransactionalClient initAgain(long knownId, int knownEpoch, int version) throws IOException {
        init(initRequest().setProducerId(knownId).setProducerEpoch((short) knownEpoch), version);
        return this;
    }

    /** Asks until the transaction that was open has been ended. */
    TransactionalClient awaitInit() {
        take(told.<InitProducerIdResponse>until(answer -> answer.errorCode() != CONCURRENT_TRANSACTIONS, initRequest(), NEWEST_INIT));
        return this;
    }

    static AddPartitionsToTxnTopic partitions(String topic, Integer... partitions) {
        var added = new AddPartitionsToTxnTopic().setName(topic);
        added.partitions().addAll(List.of(partitions));
        return added;
    }

    /** As clients ask. */
    void add(int version, AddPartitionsToTxnTopic... topics) throws IOException {
        var request = new AddPartitionsToTxnRequest().setV3AndBelowTransactionalId(id).setV3AndBelowProducerId(producerId).setV3AndBelowProducerEpoch(epoch);
        request.v3AndBelowTopics().addAll(List.of(topics));
        told.ask(name, request, version);
    }

    /** As brokers ask. */
    AddPartitionsToTxnTransaction adding(boolean verifiesOnly, AddPartitionsToTxnTopic... topics) {
        var transaction = new AddPartitionsToTxnTransaction().setTransactionalId(id).setProducerId(producerId).setProducerEpoch(epoch).setVerifyOnly(verifiesOnly);
        transaction.topics().addAll(List.of(topics));
        return transaction;
    }

    void addOffsets(int version, String group) throws IOException {
        told.ask(name, new AddOffsetsToTxnRequest().setTransactionalId(id).setProducerId(producerId).setProducerEpoch(epoch).setGroupId(group), version);
    }

    TxnOffsetCommitRequest offset(String group, String topic, int partition, long offset) {
        var request = new TxnOffsetCommitRequest().setTransactionalId(id).setGroupId(group).setProducerId(producerId).setProducerEpoch(epoch);
        var committed = new TxnOffsetCommitRequestTopic().setName(topic);
        committed.partitions().add(new TxnOffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset).setCommittedMetadata("m"));
        request.topics().add(committed);
        return request;
    }

    void commitOffset(int version, String group, String topic, int partition, long offset) throws IOException {
        told.ask(name, offset(group, topic, partition, offset), version);
    }

    /** One record. @param version 12 and newer add the partition to the transaction */
    void produce(int version, String topic, int partition) throws IOException {
        int sequence = sequences.getOrDefault(partition, 0);
        var batch = new RecordBatchBuilder().producer(producerId, epoch, sequence).transactional()
                .append(RECORD_TIME_MS, null, ClassicMember.text(name)).build();
        var request = new ProduceRequest().setTransactionalId(id).setAcks((short) -1).setTimeoutMs(30_000);
        var data = new ProduceRequest.TopicProduceData().setName(topic);
        data.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch)));
        request.topicData().add(data);
        told.note(name + " produces v" + version + " " + topic + "-" + partition + " epoch=" + epoch + " sequence=" + sequence);
        var answer = (ProduceResponse) told.hear(name, request, version);
        if (answer.responses().get(0).partitionResponses().get(0).errorCode() == 0) sequences.put(partition, sequence + 1);
    }

    EndTxnResponse end(int version, boolean isCommit) throws IOException {
        var request = new EndTxnRequest().setTransactionalId(id).setProducerId(producerId).setProducerEpoch(epoch).setCommitted(isCommit);
        var answer = (EndTxnResponse) told.ask(name, request, version);
        if (version >= 5 && answer.errorCode() == 0) {
            if (answer.producerEpoch() != epoch) sequences.clear();
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
        }
        return answer;
    }

    /** Ends it and waits until its markers are written. */
    void endWhole(int version, boolean isCommit) throws IOException {
        end(version, isCommit);
        awaitState(isCommit ? "CompleteCommit" : "CompleteAbort");
    }

    void awaitState(String state) {
        told.<DescribeTransactionsResponse>until(answer -> answer.transactionStates().get(0).transactionState().equals(state), describing(id), 0);
    }

    static DescribeTransactionsRequest describing(String... ids) {
        var request = new DescribeTransactionsRequest();
        request.transactionalIds().addAll(List.of(ids));
        return request;
    }

    /** Apache Kafka lists partitions in the order of a hash set. */
    void describe() throws IOException {
        var request = describing(id);
        DescribeTransactionsResponse answer = told.quietly(request, 0);
        for (var state : answer.transactionStates()) for (var topic : state.topics()) Collections.sort(topic.partitions());
        told.tell(request, 0, answer);
    }
}
