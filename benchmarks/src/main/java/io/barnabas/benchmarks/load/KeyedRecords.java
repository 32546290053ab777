package io.barnabas.benchmarks.load;

import io.barnabas.base.Payload;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.ProduceResponse;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/**
 * Records for a log that is to be compacted: keys of 16 bytes drawn with a skew, the hundredth part of them a fifth of the
 * time, always the same ones in the same order, and words as values.
 *
 * @param keyCount   of different keys at most; few are never drawn when records are four times as many
 * @param batchBytes of a batch before it is packed, and at most a record more
 */
public record KeyedRecords(int keyCount, int valueBytes, int batchBytes, CompressionType codec) {
    private static final long SEED = 11;
    private static final double SKEW = 3;

    /** Writes batch after batch to the first partition of a topic, each when the one before is acknowledged, until so many bytes are written. */
    public void write(InetSocketAddress broker, String topic, long bytes) {
        var keys = new Random(SEED);
        var values = new Random(SEED + 1);
        byte[][] words = Batches.words(values);
        long nowMs = System.currentTimeMillis();
        try (var client = new BlockingClient(broker); var topics = Topics.connect(broker)) {
            var id = topics.id(topic);
            for (long written = 0; written < bytes; ) {
                var builder = new RecordBatchBuilder().compression(codec);
                while (builder.sizeInBytes() < batchBytes) builder.append(nowMs, keyBytes(nextKey(keys)), Batches.text(words, values, valueBytes));
                var batch = builder.build();
                written += batch.remaining();
                var data = new TopicProduceData().setName(topic).setTopicId(id)
                        .setPartitionData(List.of(new PartitionProduceData().setIndex(0).setRecords(Payload.of(batch))));
                var answer = client.ask(new ProduceRequest().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(List.of(data)), ProduceResponse.class);
                short error = answer.responses().get(0).partitionResponses().get(0).errorCode();
                if (error != 0) throw new LoadException("refused: topic=%s error=%s".formatted(topic, ErrorCode.of(error)));
            }
        }
    }

    /** How many different keys the first records have: so many are left of them, once they are compacted. */
    public int differentKeys(long recordCount) {
        var keys = new Random(SEED);
        var drawn = new BitSet(keyCount);
        for (long i = 0; i < recordCount; i++) drawn.set(nextKey(keys));
        return drawn.cardinality();
    }

    private int nextKey(Random random) {
        return (int) (keyCount * Math.pow(random.nextDouble(), SKEW));
    }

    private static ByteBuffer keyBytes(int key) {
        var bytes = ByteBuffer.allocate(16);
        for (int digit = 15, rest = key; digit >= 0; digit--, rest /= 10) bytes.put(digit, (byte) ('0' + rest % 10));
        return bytes;
    }
}
