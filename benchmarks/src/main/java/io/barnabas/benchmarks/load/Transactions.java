package io.barnabas.benchmarks.load;

import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.message.EndTxnRequest;
import io.barnabas.protocol.message.EndTxnResponse;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.ProduceResponse;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Producers that commit one transaction after the other: a record to each of their partitions, each by a request of its own, then
 * its end. As KIP-890 has it (transaction.version 2): a partition is in the transaction by what is written to it, and each
 * transaction has an epoch of its own. One thread for all, a connection for each.
 */
public final class Transactions implements AutoCloseable {
    private static final byte TRANSACTION = 1;
    private static final int TIMEOUT_MS = 60_000;
    private static final int RECORD_BYTES = 100;
    /** From when on a produce adds its partition, and an end gives the next epoch. */
    private static final short PRODUCE_VERSION_MIN = 12;
    private static final short END_VERSION_MIN = 5;
    /** As Apache Kafka's producer waits while the transaction before is being completed. */
    private static final long RETRY_MS = 20;

    /** On the loop only, once it is made. */
    private final class Producer {
        private final MessageConnection connection;
        private final String transactionalId;
        private final int firstPartition;
        private long producerId;
        private short producerEpoch;
        private int unansweredCount;
        private long sinceNs;

        private Producer(InetSocketAddress broker, BlockingClient client, int index) {
            transactionalId = topic + "-" + index;
            firstPartition = index * partitionsEach;
            initialize(client);
            connection = new MessageConnection(thread, broker, client::version);
        }

        private void initialize(BlockingClient client) {
            long deadlineNs = System.nanoTime() + Groups.READY_MAX.toNanos();
            while (!Groups.hasCoordinators(client, TRANSACTION, List.of(transactionalId)) || !isInitialized(client)) {
                if (System.nanoTime() > deadlineNs) throw new LoadException("no coordinator: transactional id=" + transactionalId);
                Groups.pause();
            }
        }

        private boolean isInitialized(BlockingClient client) {
            var answer = client.ask(new InitProducerIdRequest().setTransactionalId(transactionalId).setTransactionTimeoutMs(TIMEOUT_MS), InitProducerIdResponse.class);
            var error = ErrorCode.of(answer.errorCode());
            if (Groups.NOT_YET.contains(error) || error == ErrorCode.CONCURRENT_TRANSACTIONS) return false;
            if (error != ErrorCode.NONE) throw Groups.refused("no producer id", transactionalId, answer.errorCode());
            producerId = answer.producerId();
            producerEpoch = answer.producerEpoch();
            return true;
        }

        private void begin() {
            sinceNs = run.begin(System.nanoTime());
            unansweredCount = partitionsEach;
            for (int i = 0; i < partitionsEach; i++) produce(firstPartition + i);
        }

        private void produce(int partition) {
            var batch = new RecordBatchBuilder().producer(producerId, producerEpoch, 0).transactional().append(System.currentTimeMillis(), null, value.duplicate()).build();
            var data = new TopicProduceData().setName(topic).setTopicId(topicId)
                    .setPartitionData(List.of(new PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch))));
            var request = new ProduceRequest().setTransactionalId(transactionalId).setAcks((short) -1).setTimeoutMs(TIMEOUT_MS).setTopicData(List.of(data));
            connection.ask(request, ProduceResponse.class, answer -> {
                short error = answer.responses().get(0).partitionResponses().get(0).errorCode();
                if (isTooSoon("produce", error)) thread.schedule(RETRY_MS, () -> produce(partition));
                else if (--unansweredCount == 0) end();
            });
        }

        private void end() {
            var request = new EndTxnRequest().setTransactionalId(transactionalId).setProducerId(producerId).setProducerEpoch(producerEpoch).setCommitted(true);
            connection.ask(request, EndTxnResponse.class, answer -> {
                if (isTooSoon("end", answer.errorCode())) thread.schedule(RETRY_MS, this::end);
                else onEnded(answer.producerId(), answer.producerEpoch());
            });
        }

        private boolean isTooSoon(String what, short code) {
            var error = ErrorCode.of(code);
            if (error == ErrorCode.CONCURRENT_TRANSACTIONS) return true;
            if (error != ErrorCode.NONE) throw Groups.refused(what + " refused", transactionalId, code);
            return false;
        }

        private void onEnded(long nextProducerId, short nextEpoch) {
            boolean isNext = nextProducerId == producerId ? nextEpoch == producerEpoch + 1 : nextProducerId >= 0 && nextEpoch == 0;
            if (!isNext) throw new LoadException("no epoch for the next transaction: before=%d/%d after=%d/%d".formatted(producerId, producerEpoch, nextProducerId, nextEpoch));
            producerId = nextProducerId;
            producerEpoch = nextEpoch;
            long nowNs = System.nanoTime();
            run.answered(sinceNs, nowNs);
            if (run.mayBegin(nowNs)) begin();
            else if (run.isOver(nowNs)) result.complete(run.result(thread.cpuNs() - cpuNsBefore));
        }
    }

    private final LoadThread thread = new LoadThread();
    private final String topic;
    private final Uuid topicId;
    private final int partitionsEach;
    private final ByteBuffer value;
    private final Producer[] producers;
    private LoadRun run;
    private long cpuNsBefore;
    private CompletableFuture<LoadResult> result;

    private Transactions(InetSocketAddress broker, String topic, int producerCount, int partitionsEach) {
        this.topic = topic;
        this.partitionsEach = partitionsEach;
        var random = new Random(1);
        value = Batches.text(Batches.words(random), random, RECORD_BYTES);
        try (var client = new BlockingClient(broker); var topics = Topics.connect(broker)) {
            require(client, ApiKey.PRODUCE, PRODUCE_VERSION_MIN);
            require(client, ApiKey.END_TXN, END_VERSION_MIN);
            topicId = topics.id(topic);
            producers = new Producer[producerCount];
            for (int i = 0; i < producerCount; i++) producers[i] = new Producer(broker, client, i);
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    private static void require(BlockingClient client, ApiKey api, short versionMin) {
        short version = client.version(api);
        if (version < versionMin) throw new LoadException("the broker's %s is too old: version=%d needed=%d".formatted(api, version, versionMin));
    }

    /**
     * Connects all and gets their producer ids.
     *
     * @param topic          must be there, with {@code partitionsEach} partitions for each producer
     * @throws LoadException if the broker does not take the connections, does not know the topic, or has no such transactions
     */
    public static Transactions open(InetSocketAddress broker, String topic, int producerCount, int partitionsEach) {
        return new Transactions(broker, topic, producerCount, partitionsEach);
    }

    /**
     * Runs and waits for the end of the last transaction. May be called again.
     *
     * @return with transactions for requests
     * @throws LoadException at the first error of the broker; there are then no more runs
     */
    public LoadResult run(Duration duration) {
        var completed = new CompletableFuture<LoadResult>();
        return thread.run(() -> begin(duration, completed), completed, () -> run.answeredCount());
    }

    private void begin(Duration duration, CompletableFuture<LoadResult> completed) {
        result = completed;
        cpuNsBefore = thread.cpuNs();
        run = new LoadRun(0, Long.MAX_VALUE, System.nanoTime(), duration.toNanos());
        for (var producer : producers) producer.begin();
    }

    @Override
    public void close() {
        thread.close();
    }
}
