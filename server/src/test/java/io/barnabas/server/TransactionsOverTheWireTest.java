package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.base.Payload;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest;
import io.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.barnabas.protocol.message.AddPartitionsToTxnResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.DescribeTransactionsRequest;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import io.barnabas.protocol.message.EndTxnRequest;
import io.barnabas.protocol.message.EndTxnResponse;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;
import io.barnabas.protocol.message.ListTransactionsRequest;
import io.barnabas.protocol.message.ListTransactionsResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.server.config.BrokerConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions over real sockets, with one event loop and with three. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class TransactionsOverTheWireTest {
    private static final String ID = "payments";
    private static final int PARTITIONS = 4;
    private static final int LATEST = Short.MAX_VALUE;
    /** Of clients that add partitions themselves, and of those that leave it to brokers. */
    private static final int OLD_PRODUCE = 11;
    private static final int NEW_PRODUCE = 12;
    private static final int OLD_END = 4;
    private static final int ADD = 3;
    private static final int FETCH_BY_NAME = 12;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;
    private long producerId;
    private short epoch;

    TransactionsOverTheWireTest(int loops) {
        this.loops = loops;
    }

    @BeforeEach
    void start() {
        launch();
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreatableTopic().setName("t").setNumPartitions(PARTITIONS).setReplicationFactor((short) 1));
        client.ask(LATEST, request);
        awaitCoordinator();
    }

    private void launch() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "transaction.state.log.num.partitions", "3", "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = new WireClient(broker.endpoints().get(0).port());
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    private void awaitCoordinator() {
        var find = new FindCoordinatorRequest().setKeyType((byte) 1);
        find.coordinatorKeys().add(ID);
        await().until(() -> {
            FindCoordinatorResponse found = client.ask(LATEST, find);
            return found.coordinators().get(0).errorCode() == 0;
        });
    }

    /** A producer begins; asks again as long as it is told to. */
    private void init(int timeoutMs) {
        await().until(() -> tryInit(timeoutMs).errorCode() == 0);
    }

    private InitProducerIdResponse tryInit(int timeoutMs) {
        InitProducerIdResponse answer = client.ask(LATEST, new InitProducerIdRequest().setTransactionalId(ID).setTransactionTimeoutMs(timeoutMs));
        if (answer.errorCode() == 0) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
        }
        return answer;
    }

    private ErrorCode add(int... partitions) {
        var topic = new AddPartitionsToTxnTopic().setName("t");
        for (int partition : partitions) topic.partitions().add(partition);
        var request = new AddPartitionsToTxnRequest().setV3AndBelowTransactionalId(ID).setV3AndBelowProducerId(producerId).setV3AndBelowProducerEpoch(epoch);
        request.v3AndBelowTopics().add(topic);
        AddPartitionsToTxnResponse answer = client.ask(ADD, request);
        return ErrorCode.of(answer.resultsByTopicV3AndBelow().get(0).resultsByPartition().get(0).partitionErrorCode());
    }

    private ProduceRequest produce(int partition, int sequence, String value) {
        var batch = new RecordBatchBuilder().producer(producerId, epoch, sequence).transactional()
                .append(System.currentTimeMillis(), null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8))).build();
        var topic = new ProduceRequest.TopicProduceData().setName("t");
        topic.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch)));
        var request = new ProduceRequest().setTransactionalId(ID).setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData().add(topic);
        return request;
    }

    private ErrorCode ask(int version, ProduceRequest request) {
        ProduceResponse answer = client.ask(version, request);
        return errorOf(answer);
    }

    private static ErrorCode errorOf(ProduceResponse answer) {
        return ErrorCode.of(answer.responses().get(0).partitionResponses().get(0).errorCode());
    }

    private ErrorCode end(int version, boolean isCommit) {
        EndTxnResponse answer = client.ask(version, new EndTxnRequest()
                .setTransactionalId(ID).setProducerId(producerId).setProducerEpoch(epoch).setCommitted(isCommit));
        if (version > OLD_END && answer.errorCode() == 0) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
        }
        return ErrorCode.of(answer.errorCode());
    }

    /** What a consumer of committed records sees, from all partitions. */
    private List<String> committed() {
        var topic = new FetchRequest.FetchTopic().setTopic("t");
        for (int i = 0; i < PARTITIONS; i++) topic.partitions().add(new FetchRequest.FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
        var request = new FetchRequest().setMaxWaitMs(0).setMinBytes(1).setMaxBytes(1 << 20).setIsolationLevel((byte) 1);
        request.topics().add(topic);
        FetchResponse answer = client.ask(FETCH_BY_NAME, request);
        var values = new ArrayList<String>();
        for (var partition : answer.responses().get(0).partitions()) readCommitted(partition, values);
        return values;
    }

    private static void readCommitted(FetchResponse.PartitionData partition, List<String> values) {
        var cursor = new RecordBatchCursor();
        cursor.reset(partition.records().toByteBuffer());
        Set<Long> open = new HashSet<>();
        for (RecordBatch batch = cursor.next(); batch != null; batch = cursor.next()) {
            long producer = batch.producerId();
            if (batch.isControl()) {
                open.remove(producer);
                continue;
            }
            for (var aborted : partition.abortedTransactions()) {
                if (aborted.producerId() == producer && aborted.firstOffset() == batch.baseOffset()) open.add(producer);
            }
            if (open.contains(producer)) continue;
            try (var records = batch.records(1 << 20)) {
                for (var record = records.next(); record != null; record = records.next()) {
                    values.add(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString());
                }
            }
        }
    }

    private DescribeTransactionsResponse.TransactionState describe() {
        var request = new DescribeTransactionsRequest();
        request.transactionalIds().add(ID);
        DescribeTransactionsResponse answer = client.ask(LATEST, request);
        return answer.transactionStates().get(0);
    }

    private void awaitState(String state) {
        await().until(() -> describe().transactionState().equals(state));
    }

    @Test
    void whatANewerClientCommitsIsSeenWholeAndWhatItAbortsIsNot() {
        init(60_000);
        for (int i = 0; i < PARTITIONS; i++) assertThat(ask(NEW_PRODUCE, produce(i, 0, "a" + i))).isEqualTo(ErrorCode.NONE);
        assertThat(committed()).isEmpty();
        assertThat(describe().topics().get(0).partitions()).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(end(LATEST, true)).isEqualTo(ErrorCode.NONE);
        assertThat(epoch).isEqualTo((short) 1);
        awaitState("CompleteCommit");
        assertThat(committed()).containsExactly("a0", "a1", "a2", "a3");
        for (int i = 0; i < PARTITIONS; i++) assertThat(ask(NEW_PRODUCE, produce(i, 0, "b" + i))).isEqualTo(ErrorCode.NONE);
        assertThat(end(LATEST, false)).isEqualTo(ErrorCode.NONE);
        awaitState("CompleteAbort");
        assertThat(committed()).containsExactly("a0", "a1", "a2", "a3");
    }

    @Test
    void anOlderClientAddsPartitionsFirst() {
        init(60_000);
        assertThat(ask(OLD_PRODUCE, produce(0, 0, "early"))).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(ask(OLD_PRODUCE - 1, produce(0, 0, "early"))).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(add(0, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(ask(OLD_PRODUCE, produce(0, 0, "a"))).isEqualTo(ErrorCode.NONE);
        assertThat(ask(OLD_PRODUCE, produce(1, 0, "b"))).isEqualTo(ErrorCode.NONE);
        assertThat(ask(OLD_PRODUCE, produce(2, 0, "elsewhere"))).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(end(OLD_END, true)).isEqualTo(ErrorCode.NONE);
        awaitState("CompleteCommit");
        assertThat(committed()).containsExactly("a", "b");
        assertThat(ask(OLD_PRODUCE, produce(0, 1, "late"))).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
    }

    @Test
    void batchesBehindTheFirstWaitForItsQuestionAndKeepTheirOrder() {
        for (int version : new int[] {NEW_PRODUCE, OLD_PRODUCE}) {
            init(60_000);
            if (version == OLD_PRODUCE) add(0, 1);
            var requests = new ArrayList<ApiMessage>();
            for (int i = 0; i < 50; i++) {
                requests.add(produce(0, i, "x"));
                requests.add(produce(1, i, "y"));
            }
            client.send(version, requests.toArray(new ApiMessage[0]));
            long[] last = {-1, -1};
            for (int i = 0; i < requests.size(); i++) {
                ProduceResponse answer = client.receive();
                var partition = answer.responses().get(0).partitionResponses().get(0);
                assertThat(errorOf(answer)).isEqualTo(ErrorCode.NONE);
                assertThat(partition.baseOffset()).isGreaterThan(last[partition.index()]);
                last[partition.index()] = partition.baseOffset();
            }
            assertThat(end(OLD_END, true)).isEqualTo(ErrorCode.NONE);
            awaitState("CompleteCommit");
        }
        assertThat(committed()).hasSize(200);
    }

    @Test
    void transactionsFollowOneAnotherWithoutAPause() {
        init(60_000);
        for (int i = 0; i < 30; i++) {
            int sequence = 0;
            var first = produce(i % PARTITIONS, sequence, "v" + i);
            await().until(() -> ask(NEW_PRODUCE, first) == ErrorCode.NONE);
            assertThat(end(LATEST, true)).isEqualTo(ErrorCode.NONE);
        }
        awaitState("CompleteCommit");
        assertThat(committed()).hasSize(30);
    }

    @Test
    void aNewInstanceFencesTheOldOneAtOnce() {
        init(60_000);
        assertThat(ask(NEW_PRODUCE, produce(0, 0, "old"))).isEqualTo(ErrorCode.NONE);
        var late = produce(0, 1, "late");
        var elsewhere = produce(1, 0, "late");
        short old = epoch;
        assertThat(ErrorCode.of(tryInit(60_000).errorCode())).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        init(60_000);
        assertThat(epoch).isEqualTo((short) (old + 2));
        assertThat(ask(NEW_PRODUCE, late)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(ask(NEW_PRODUCE, elsewhere)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        short young = epoch;
        epoch = old;
        assertThat(end(LATEST, true)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(add(0)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        epoch = young;
        assertThat(ask(NEW_PRODUCE, produce(0, 0, "young"))).isEqualTo(ErrorCode.NONE);
        assertThat(end(LATEST, true)).isEqualTo(ErrorCode.NONE);
        awaitState("CompleteCommit");
        assertThat(committed()).containsExactly("young");
    }

    @Test
    void aTransactionThatTakesTooLongHoldsNobodyUp() {
        init(1);
        ask(NEW_PRODUCE, produce(0, 0, "slow"));
        awaitState("CompleteAbort");
        assertThat(committed()).isEmpty();
        assertThat(end(LATEST, true)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void anOpenTransactionGoesOnAfterARestart() {
        init(60_000);
        assertThat(ask(NEW_PRODUCE, produce(0, 0, "a"))).isEqualTo(ErrorCode.NONE);
        stop();
        launch();
        awaitCoordinator();
        await().until(() -> ask(NEW_PRODUCE, produce(0, 1, "b")) == ErrorCode.NONE);
        assertThat(end(LATEST, true)).isEqualTo(ErrorCode.NONE);
        awaitState("CompleteCommit");
        assertThat(committed()).containsExactly("a", "b");
    }

    @Test
    void transactionsAreListed() {
        init(60_000);
        ask(NEW_PRODUCE, produce(0, 0, "a"));
        var request = new ListTransactionsRequest().setTransactionalIdPattern("pay.*");
        request.stateFilters().addAll(List.of("Ongoing", "Bogus"));
        ListTransactionsResponse answer = client.ask(LATEST, request);
        assertThat(answer.unknownStateFilters()).containsExactly("Bogus");
        assertThat(answer.transactionStates()).singleElement().satisfies(state -> {
            assertThat(state.transactionalId()).isEqualTo(ID);
            assertThat(state.producerId()).isEqualTo(producerId);
            assertThat(state.transactionState()).isEqualTo("Ongoing");
        });
        ListTransactionsResponse refused = client.ask(LATEST, new ListTransactionsRequest().setTransactionalIdPattern("("));
        assertThat(ErrorCode.of(refused.errorCode())).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
    }
}
