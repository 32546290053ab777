package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Command;
import io.barnabas.coordinator.ShardRig;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** One shard of transactions; its markers go to the test, which says what became of them. */
final class TransactionRig {
    static final String ID = "payments";
    static final int TIMEOUT_MS = 60_000;

    record Sent(String transactionalId, TransactionMarker marker, TopicPartition partition) {}

    final ShardRig<Transactions> shard;
    final ArrayDeque<Sent> sent = new ArrayDeque<>();
    TransactionConfig config = new TransactionConfig(900_000, 7 * 24 * 3_600_000, 3_600_000, (short) 2);
    private long nextProducerId = 1_000;

    TransactionRig(long seed) {
        shard = new ShardRig<>(seed, timers -> new Transactions(timers, () -> config, (id, marker, partition) -> sent.add(new Sent(id, marker, partition))));
        settle();
    }

    static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    static Set<TopicPartition> partitions(int... indexes) {
        var partitions = new LinkedHashSet<TopicPartition>();
        for (int index : indexes) partitions.add(partition(index));
        return partitions;
    }

    /** Everything happens that is to happen now. */
    void settle() {
        shard.simulation.runUntilIdle();
    }

    void pass(long ms) {
        shard.simulation.runFor(ms);
    }

    <R> R run(Command<Transactions, R> command) {
        var heard = shard.run(command);
        settle();
        if (!heard.isAnswered()) throw new AssertionError(heard.toString());
        return heard.response;
    }

    ProducerAnswer init() {
        return init(-1, -1);
    }

    ProducerAnswer init(long producerId, int epoch) {
        return init(ID, TIMEOUT_MS, producerId, epoch);
    }

    ProducerAnswer init(String id, int timeoutMs, long producerId, int epoch) {
        var command = new InitProducerId(id, timeoutMs, producerId, (short) epoch, -1);
        var answer = run(command);
        return answer == ProducerAnswer.NEEDS_PRODUCER_ID ? run(command.withFresh(nextProducerId++)) : answer;
    }

    ErrorCode add(ProducerAnswer producer, int... partitions) {
        return add(producer.producerId(), producer.producerEpoch(), partitions);
    }

    ErrorCode add(long producerId, int epoch, int... partitions) {
        return run(new AddPartitions(ID, producerId, (short) epoch, partitions(partitions), (short) 0)).error();
    }

    /** As brokers add for clients of version 2. */
    ErrorCode addV2(ProducerAnswer producer, int... partitions) {
        return run(new AddPartitions(ID, producer.producerId(), producer.producerEpoch(), partitions(partitions), (short) 2)).error();
    }

    PartitionErrors verify(ProducerAnswer producer, int... partitions) {
        return run(new VerifyPartitions(ID, producer.producerId(), producer.producerEpoch(), partitions(partitions)));
    }

    ErrorCode end(ProducerAnswer producer, boolean isCommit) {
        return run(new EndTransaction(ID, producer.producerId(), producer.producerEpoch(), isCommit, (short) 0, -1)).error();
    }

    ProducerAnswer endV2(ProducerAnswer producer, boolean isCommit) {
        var command = new EndTransaction(ID, producer.producerId(), producer.producerEpoch(), isCommit, (short) 2, -1);
        var answer = run(command);
        return answer == ProducerAnswer.NEEDS_PRODUCER_ID ? run(command.withFresh(nextProducerId++)) : answer;
    }

    /** What became of all markers that are under way. */
    void answerMarkers(ErrorCode error) {
        for (int left = sent.size(); left > 0; left--) answerMarker(sent.poll(), error);
    }

    void answerMarker(Sent marker, ErrorCode error) {
        shard.run((Command<Transactions, Void>) (transactions, decision) -> {
            transactions.onMarkerSent(marker.transactionalId, marker.marker, marker.partition, error, decision);
            return null;
        });
        settle();
    }

    /** Ends a transaction of the older kind, markers and all. */
    void finish(ProducerAnswer producer, boolean isCommit) {
        var error = end(producer, isCommit);
        if (error != ErrorCode.NONE) throw new AssertionError(error);
        answerMarkers(ErrorCode.NONE);
    }

    ProducerAnswer finishV2(ProducerAnswer producer, boolean isCommit) {
        var answer = endV2(producer, isCommit);
        if (answer.error() != ErrorCode.NONE) throw new AssertionError(answer);
        answerMarkers(ErrorCode.NONE);
        pass(0);
        return answer;
    }

    Transaction transaction() {
        return shard.state.find(ID);
    }

    TransactionState state() {
        return transaction() == null ? null : transaction().state();
    }

    /** The shard is loaded anew from its log. */
    void reload() {
        sent.clear();
        shard.elect();
        settle();
    }

    static ProducerAnswer producer(long id, int epoch) {
        return ProducerAnswer.of(id, epoch);
    }

    @Override
    public String toString() {
        return Arrays.toString(sent.toArray());
    }
}
