package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsRequest;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.DeleteRecordsRequest;
import io.barnabas.protocol.message.DeleteRecordsResponse;
import io.barnabas.protocol.message.DeleteTopicsRequest;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.MetadataRequest;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.server.config.BrokerConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** Produce, fetch and what belongs to them, over real sockets, with one event loop and with three. */
@ParameterizedClass
@ValueSource(ints = {1, 3})
class RecordsOverTheWireTest {
    private static final int PARTITIONS = 4;
    private static final int LATEST = Short.MAX_VALUE;
    /** The last versions that name topics by name. */
    private static final int PRODUCE_BY_NAME = 12;
    private static final int FETCH_BY_NAME = 12;

    private final int loops;
    @TempDir Path directory;
    private Broker broker;
    private WireClient client;

    RecordsOverTheWireTest(int loops) {
        this.loops = loops;
    }

    @BeforeEach
    void start() {
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = connect();
        create("t");
    }

    @AfterEach
    void stop() {
        client.close();
        broker.stop();
    }

    private WireClient connect() {
        return new WireClient(broker.endpoints().get(0).port());
    }

    private void create(String topic) {
        var request = new CreateTopicsRequest().setTimeoutMs(10_000);
        request.topics().add(new CreatableTopic().setName(topic).setNumPartitions(PARTITIONS).setReplicationFactor((short) 1));
        CreateTopicsResponse response = client.ask(LATEST, request);
        assertThat(response.topics().get(0).errorCode()).isEqualTo(ErrorCode.NONE.code());
    }

    private static ByteBuffer batch(String... values) {
        var builder = new RecordBatchBuilder();
        for (var value : values) builder.append(1_000, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        return builder.build();
    }

    private static ProduceRequest produce(int acks, int partition, ByteBuffer batch) {
        return produce(acks, List.of(partition), List.of(batch));
    }

    private static ProduceRequest produce(int acks, List<Integer> partitions, List<ByteBuffer> batches) {
        var topic = new ProduceRequest.TopicProduceData().setName("t");
        for (int i = 0; i < partitions.size(); i++) {
            topic.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partitions.get(i)).setRecords(Payload.of(batches.get(i))));
        }
        var request = new ProduceRequest().setAcks((short) acks).setTimeoutMs(10_000);
        request.topicData().add(topic);
        return request;
    }

    private static FetchRequest fetch(int maxWaitMs, int minBytes, long offset, int... partitions) {
        var topic = new FetchRequest.FetchTopic().setTopic("t");
        for (int partition : partitions) {
            topic.partitions().add(new FetchRequest.FetchPartition().setPartition(partition).setFetchOffset(offset).setPartitionMaxBytes(1 << 20));
        }
        var request = new FetchRequest().setMaxWaitMs(maxWaitMs).setMinBytes(minBytes);
        request.topics().add(topic);
        return request;
    }

    private static ProduceResponse.PartitionProduceResponse first(ProduceResponse response) {
        return response.responses().get(0).partitionResponses().get(0);
    }

    private static List<String> values(FetchResponse response) {
        var values = new ArrayList<String>();
        for (var topic : response.responses()) {
            for (var partition : topic.partitions()) {
                var cursor = new RecordBatchCursor();
                cursor.reset(partition.records().toByteBuffer());
                for (RecordBatch batch = cursor.next(); batch != null; batch = cursor.next()) {
                    try (var records = batch.records(1 << 20)) {
                        for (var record = records.next(); record != null; record = records.next()) {
                            values.add(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString());
                        }
                    }
                }
            }
        }
        return values;
    }

    @Test
    void whatIsProducedIsFetchedFromEveryPartition() {
        for (int acks : new int[] {1, -1}) {
            ProduceResponse response = client.ask(PRODUCE_BY_NAME, produce(acks, List.of(0, 1, 2, 3),
                    List.of(batch("a" + acks), batch("b" + acks), batch("c" + acks), batch("d" + acks))));
            for (var partition : response.responses().get(0).partitionResponses()) {
                assertThat(partition.errorCode()).isEqualTo(ErrorCode.NONE.code());
                assertThat(partition.baseOffset()).isEqualTo(acks == 1 ? 0 : 1);
            }
        }
        FetchResponse fetched = client.ask(FETCH_BY_NAME, fetch(0, 1, 0, 0, 1, 2, 3));
        assertThat(values(fetched)).containsExactlyInAnyOrder("a1", "a-1", "b1", "b-1", "c1", "c-1", "d1", "d-1");
    }

    @Test
    void aParkedFetchWakesWhenARecordArrivesInAnyPartition() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var topic = new FetchRequest.FetchTopic().setTopic("t");
            for (int other = 0; other < PARTITIONS; other++) {
                // Partitions before this one hold a record each: the fetch stands behind it.
                topic.partitions().add(new FetchRequest.FetchPartition().setPartition(other)
                        .setFetchOffset(other < partition ? 1 : 0).setPartitionMaxBytes(1 << 20));
            }
            var request = new FetchRequest().setMaxWaitMs(60_000).setMinBytes(1);
            request.topics().add(topic);
            try (var consumer = connect()) {
                consumer.send(FETCH_BY_NAME, request);
                client.ask(PRODUCE_BY_NAME, produce(-1, partition, batch("v" + partition)));
                FetchResponse woken = consumer.receive();
                assertThat(values(woken)).containsExactly("v" + partition);
            }
        }
    }

    @Test
    void aParkedFetchAnswersEmptyWhenItsTimeIsUp() {
        FetchResponse response = client.ask(FETCH_BY_NAME, fetch(1, 1, 0, 0, 1, 2, 3));
        assertThat(values(response)).isEmpty();
        assertThat(response.responses().get(0).partitions()).hasSize(PARTITIONS);
    }

    @Test
    void aParkedFetchGoesWithItsConnection() {
        for (int i = 0; i < 50; i++) {
            try (var consumer = connect()) {
                consumer.send(FETCH_BY_NAME, new MetadataRequest().setTopics(null), fetch(Integer.MAX_VALUE, 1, 0, 0, 1, 2, 3));
                consumer.receive();
            }
        }
        await().until(() -> waitingFetches() == 0);
    }

    private int waitingFetches() {
        int waiting = 0;
        for (var partition : broker.partitions().ofTopic("t")) {
            waiting += CompletableFuture.supplyAsync(partition::waiterCount, partition.loop()).join();
        }
        return waiting;
    }

    @Test
    void aFetchWaitsForItsLeastBytesAcrossPartitions() {
        try (var consumer = connect()) {
            int batchBytes = batch("0123456789").remaining();
            consumer.send(FETCH_BY_NAME, fetch(60_000, 3 * batchBytes, 0, 0, 1, 2, 3));
            for (int partition = 0; partition < 3; partition++) client.ask(PRODUCE_BY_NAME, produce(1, partition, batch("0123456789")));
            FetchResponse response = consumer.receive();
            assertThat(values(response)).hasSize(3);
        }
    }

    @Test
    void everyPairOfPipelinedRequestsIsAnsweredInOrder() {
        var requests = List.<ApiMessage>of(produce(1, 0, batch("one")), produce(-1, 1, batch("two")), fetch(1, 1, 0, 0, 1),
                new MetadataRequest().setTopics(null), new ApiVersionsRequest().setClientSoftwareName("a").setClientSoftwareVersion("1"), listOffsets(0, -1));
        for (var one : requests) {
            for (var other : requests) {
                client.send(12, one, other);
                assertThat((ApiMessage) client.receive()).isInstanceOf(one.apiKey().newResponse().getClass());
                assertThat((ApiMessage) client.receive()).isInstanceOf(other.apiKey().newResponse().getClass());
            }
        }
    }

    @Test
    void aFetchBehindAProduceSeesItsRecord() {
        for (int acks : new int[] {1, -1}) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                long offset = acks == 1 ? 0 : 1;
                client.send(PRODUCE_BY_NAME, produce(acks, partition, batch("x")), fetch(0, 1, offset, partition));
                client.receive();
                FetchResponse fetched = client.receive();
                assertThat(values(fetched)).containsExactly("x");
            }
        }
    }

    @Test
    void hundredsOfPipelinedProducesKeepTheirOrder() {
        var requests = new ApiMessage[500];
        for (int i = 0; i < requests.length; i++) requests[i] = produce(i % 2 == 0 ? 1 : -1, i % PARTITIONS, batch("v" + i));
        client.send(PRODUCE_BY_NAME, requests);
        for (int i = 0; i < requests.length; i++) {
            ProduceResponse response = client.receive();
            assertThat(first(response).baseOffset()).isEqualTo(i / PARTITIONS);
        }
    }

    @Test
    void producesWithoutAcknowledgementAreStoredAndUnanswered() {
        client.sendUnanswered(PRODUCE_BY_NAME, produce(0, 2, batch("quiet")));
        FetchResponse fetched = client.ask(FETCH_BY_NAME, fetch(10_000, 1, 0, 2));
        assertThat(values(fetched)).containsExactly("quiet");
    }

    @Test
    void aFailedProduceWithoutAcknowledgementClosesTheConnection() {
        try (var producer = connect()) {
            producer.sendUnanswered(PRODUCE_BY_NAME, produce(0, 99, batch("lost")));
            assertThat(producer.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void acksThatDoNotExistAreRefused() {
        ProduceResponse response = client.ask(PRODUCE_BY_NAME, produce(7, 0, batch("x")));
        assertThat(first(response).errorCode()).isEqualTo(ErrorCode.INVALID_REQUIRED_ACKS.code());
    }

    @Test
    void aSessionNamesOnlyWhatChanged() {
        FetchResponse opened = client.ask(FETCH_BY_NAME, fetch(0, 0, 0, 0, 1, 2, 3).setSessionEpoch(0));
        int session = opened.sessionId();
        assertThat(session).isNotZero();
        client.ask(PRODUCE_BY_NAME, produce(1, 3, batch("news")));
        FetchResponse second = client.ask(FETCH_BY_NAME, new FetchRequest().setMaxWaitMs(10_000).setMinBytes(1).setSessionId(session).setSessionEpoch(1));
        assertThat(second.sessionId()).isEqualTo(session);
        assertThat(second.responses()).hasSize(1);
        assertThat(second.responses().get(0).partitions()).hasSize(1);
        assertThat(values(second)).containsExactly("news");
        FetchResponse wrongEpoch = client.ask(FETCH_BY_NAME, new FetchRequest().setSessionId(session).setSessionEpoch(9));
        assertThat(wrongEpoch.errorCode()).isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code());
        FetchResponse unknown = client.ask(FETCH_BY_NAME, new FetchRequest().setSessionId(session + 1).setSessionEpoch(2));
        assertThat(unknown.errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void duplicatesAreAnsweredWithTheirFirstOffset() {
        InitProducerIdResponse id = client.ask(LATEST, new InitProducerIdRequest().setTransactionalId(null));
        assertThat(id.errorCode()).isEqualTo(ErrorCode.NONE.code());
        for (int sequence = 0; sequence < 5; sequence++) {
            ProduceResponse response = client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, sequence)));
            assertThat(first(response).baseOffset()).isEqualTo(sequence);
        }
        for (int sequence = 0; sequence < 5; sequence++) {
            ProduceResponse again = client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, sequence)));
            assertThat(first(again).errorCode()).isEqualTo(ErrorCode.NONE.code());
            assertThat(first(again).baseOffset()).isEqualTo(sequence);
        }
        ProduceResponse gap = client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, 9)));
        assertThat(first(gap).errorCode()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER.code());
        client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 1, 0)));
        ProduceResponse stale = client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, 5)));
        assertThat(first(stale).errorCode()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH.code());
    }

    private static ByteBuffer idempotent(long producerId, int epoch, int sequence) {
        return new RecordBatchBuilder().producer(producerId, (short) epoch, sequence)
                .append(1_000, null, ByteBuffer.wrap("v".getBytes(StandardCharsets.UTF_8))).build();
    }

    @Test
    void deletedRecordsAreGoneAndTheLogStartsBehindThem() {
        for (int i = 0; i < 3; i++) client.ask(PRODUCE_BY_NAME, produce(-1, 1, batch("v" + i)));
        DeleteRecordsResponse deleted = client.ask(LATEST, deleteRecords(1, 2));
        assertThat(deleted.topics().get(0).partitions().get(0).lowWatermark()).isEqualTo(2);
        ListOffsetsResponse earliest = client.ask(LATEST, listOffsets(1, -2));
        assertThat(earliest.topics().get(0).partitions().get(0).offset()).isEqualTo(2);
        FetchResponse below = client.ask(FETCH_BY_NAME, fetch(0, 1, 1, 1));
        assertThat(below.responses().get(0).partitions().get(0).errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        DeleteRecordsResponse beyond = client.ask(LATEST, deleteRecords(1, 99));
        assertThat(beyond.topics().get(0).partitions().get(0).errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
    }

    private static DeleteRecordsRequest deleteRecords(int partition, long offset) {
        var topic = new DeleteRecordsRequest.DeleteRecordsTopic().setName("t");
        topic.partitions().add(new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset));
        var request = new DeleteRecordsRequest().setTimeoutMs(10_000);
        request.topics().add(topic);
        return request;
    }

    private static ListOffsetsRequest listOffsets(int partition, long timestamp) {
        var topic = new ListOffsetsRequest.ListOffsetsTopic().setName("t");
        topic.partitions().add(new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(timestamp));
        var request = new ListOffsetsRequest().setReplicaId(-1);
        request.topics().add(topic);
        return request;
    }

    @Test
    void aParkedFetchLearnsThatItsTopicIsDeleted() {
        try (var consumer = connect()) {
            MetadataResponse metadata = client.ask(LATEST, new MetadataRequest().setTopics(null));
            Uuid id = metadata.topics().get(0).topicId();
            var request = fetch(60_000, 1, 0, 0);
            request.topics().get(0).setTopicId(id);
            consumer.send(13, request);
            var deletion = new DeleteTopicsRequest().setTimeoutMs(10_000);
            deletion.topics().add(new DeleteTopicsRequest.DeleteTopicState().setName("t"));
            client.ask(LATEST, deletion);
            FetchResponse response = consumer.receive();
            int error = response.responses().get(0).partitions().get(0).errorCode();
            assertThat(error).isIn((int) ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), (int) ErrorCode.UNKNOWN_TOPIC_ID.code());
        }
    }

    @Test
    void recordsAndProducersAreThereAfterARestart() {
        InitProducerIdResponse id = client.ask(LATEST, new InitProducerIdRequest().setTransactionalId(null));
        client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, 0)));
        client.close();
        broker.stop();
        broker = Broker.start(BrokerConfig.of(Map.of("log.dirs", directory.toString(), "num.event.loops", String.valueOf(loops),
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")));
        client = connect();
        ProduceResponse again = client.ask(PRODUCE_BY_NAME, produce(-1, 0, idempotent(id.producerId(), 0, 0)));
        assertThat(first(again).baseOffset()).isEqualTo(0);
        FetchResponse fetched = client.ask(FETCH_BY_NAME, fetch(0, 1, 0, 0));
        assertThat(values(fetched)).containsExactly("v");
        InitProducerIdResponse next = client.ask(LATEST, new InitProducerIdRequest().setTransactionalId(null));
        assertThat(next.producerId()).isGreaterThan(id.producerId());
    }
}
