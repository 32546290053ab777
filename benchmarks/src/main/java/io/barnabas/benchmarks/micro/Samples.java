package io.barnabas.benchmarks.micro;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchRequest.FetchPartition;
import io.barnabas.protocol.message.FetchRequest.FetchTopic;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.RequestHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** What clients send, in direct memory as a broker has it. */
final class Samples {
    static final long NOW_MS = 1_700_000_000_000L;
    static final Uuid TOPIC_ID = new Uuid(7, 9);
    private static final int WORD_COUNT = 500;

    private Samples() {}

    /** Records of text that codecs pack about four times, without keys. */
    static ByteBuffer batch(int recordCount, int recordBytes, CompressionType codec) {
        var random = new Random(3);
        var builder = new RecordBatchBuilder().compression(codec);
        for (int i = 0; i < recordCount; i++) builder.append(NOW_MS, null, ByteBuffer.wrap(text(random, recordBytes)));
        return direct(builder.build());
    }

    /** Words of a small vocabulary. */
    static byte[] text(Random random, int byteCount) {
        var text = new StringBuilder();
        while (text.length() < byteCount) text.append(Integer.toString(random.nextInt(WORD_COUNT) * 7919 + 100_000, 36)).append(' ');
        return text.substring(0, byteCount).getBytes(StandardCharsets.US_ASCII);
    }

    static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    /** A produce of one batch to each of so many partitions. */
    static ProduceRequest produce(int partitionCount, ByteBuffer batch) {
        var topic = new TopicProduceData().setTopicId(TOPIC_ID);
        for (int i = 0; i < partitionCount; i++) topic.partitionData().add(new PartitionProduceData().setIndex(i).setRecords(Payload.of(batch)));
        return new ProduceRequest().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(List.of(topic));
    }

    static FetchRequest fetch(int partitionCount) {
        var topic = new FetchTopic().setTopicId(TOPIC_ID);
        for (int i = 0; i < partitionCount; i++) topic.partitions().add(new FetchPartition().setPartition(i).setFetchOffset(i).setPartitionMaxBytes(1 << 20));
        return new FetchRequest().setMaxWaitMs(500).setMinBytes(1).setSessionId(5).setSessionEpoch(6).setTopics(List.of(topic));
    }

    /** Header and body, without the length, in the newest version. */
    static ByteBuffer frame(ApiMessage request) {
        var api = request.apiKey();
        short version = api.highestOfferedVersion();
        var writer = ByteWriter.onHeap(1 << 10);
        new RequestHeader().setRequestApiKey(api.id()).setRequestApiVersion(version).setCorrelationId(3).setClientId("producer-1")
                .write(writer, api.requestHeaderVersion(version));
        request.write(writer, version);
        return direct(writer.toByteBuffer());
    }
}
