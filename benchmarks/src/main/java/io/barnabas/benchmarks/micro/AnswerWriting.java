package io.barnabas.benchmarks.micro;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import io.barnabas.model.CompressionType;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import io.barnabas.protocol.message.FetchResponse.PartitionData;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import io.barnabas.protocol.message.ResponseHeader;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** One answer, made and written into a buffer that is there; the records of a fetch are only noted. */
public class AnswerWriting extends Micro {
    @Param({"1", "6"}) public int partitions;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(4 << 10);
    private Payload records;

    @Setup
    public void setUp() {
        records = Payload.of(Samples.batch(1, 100, CompressionType.NONE));
    }

    @Benchmark
    public int produce() {
        var topic = new TopicProduceResponse().setTopicId(Samples.TOPIC_ID);
        for (int i = 0; i < partitions; i++) topic.partitionResponses().add(new PartitionProduceResponse().setIndex(i).setBaseOffset(1234567));
        var response = new ProduceResponse();
        response.responses().add(topic);
        return write(response);
    }

    @Benchmark
    public int fetch() {
        var topic = new FetchableTopicResponse().setTopicId(Samples.TOPIC_ID);
        for (int i = 0; i < partitions; i++) {
            topic.partitions().add(new PartitionData().setPartitionIndex(i).setHighWatermark(1234567).setLastStableOffset(1234567)
                    .setLogStartOffset(0).setRecords(records));
        }
        var response = new FetchResponse().setSessionId(5);
        response.responses().add(topic);
        return write(response);
    }

    private int write(ApiMessage response) {
        ApiKey api = response.apiKey();
        short version = api.highestOfferedVersion();
        var writer = new ByteWriter(buffer.clear());
        writer.writeInt(0);
        new ResponseHeader().setCorrelationId(3).write(writer, api.responseHeaderVersion(version));
        response.write(writer, version);
        return writer.position() + writer.payloadBytes();
    }
}
