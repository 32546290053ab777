package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.base.Payload;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.testkit.process.Broker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An honest client on a connection of its own, which wants to go on working whatever others do. */
final class Witness implements AutoCloseable {
    private static final int PRODUCE_VERSION = 12;
    private static final int FETCH_VERSION = 12;

    private final BareConnection client;
    private final String topic;
    private long nextOffset;

    Witness(Broker broker, String topic) {
        this.topic = topic;
        client = new BareConnection(broker);
        createTopic(client, topic, 1);
    }

    static void createTopic(BareConnection client, String topic, int partitions) {
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        request.topics().add(new CreateTopicsRequest.CreatableTopic().setName(topic).setNumPartitions(partitions).setReplicationFactor((short) 1));
        var answer = client.ask(request, 7, CreateTopicsResponse.class).topics().get(0);
        assertEquals(ErrorCode.NONE.code(), answer.errorCode(), answer.errorMessage());
    }

    /** Writes a record with {@code acks=all} and reads it back. */
    void works() {
        var value = ByteBuffer.wrap(("record " + nextOffset).getBytes(StandardCharsets.UTF_8));
        var batch = new RecordBatchBuilder().append(System.currentTimeMillis(), null, value.duplicate()).build();
        var written = client.ask(produce(topic, 0, batch), PRODUCE_VERSION, ProduceResponse.class).responses().get(0).partitionResponses().get(0);
        assertEquals(ErrorCode.NONE.code(), written.errorCode(), "the witness cannot write");
        assertEquals(nextOffset, written.baseOffset());
        var read = client.ask(fetch(topic, 0, nextOffset), FETCH_VERSION, FetchResponse.class).responses().get(0).partitions().get(0);
        assertEquals(ErrorCode.NONE.code(), read.errorCode(), "the witness cannot read");
        assertEquals(nextOffset, read.records().toByteBuffer().getLong());
        nextOffset++;
    }

    /** One batch with {@code acks=all}. @param records as they are */
    static ProduceRequest produce(String topic, int partition, ByteBuffer records) {
        var request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(30_000);
        var data = new ProduceRequest.TopicProduceData().setName(topic);
        data.partitionData().add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(records == null ? null : Payload.of(records)));
        request.topicData().add(data);
        return request;
    }

    static FetchRequest fetch(String topic, int partition, long offset) {
        var request = new FetchRequest().setMaxWaitMs(30_000).setMinBytes(1).setMaxBytes(1 << 20);
        var asked = new FetchRequest.FetchTopic().setTopic(topic);
        asked.partitions().add(new FetchRequest.FetchPartition().setPartition(partition).setFetchOffset(offset).setPartitionMaxBytes(1 << 20));
        request.topics().add(asked);
        return request;
    }

    @Override
    public void close() {
        client.close();
    }
}
