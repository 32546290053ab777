package io.barnabas.systemtests;

import io.barnabas.base.Payload;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.testkit.process.Broker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes one record, tells what was answered, and tries nothing again. */
final class RawProducer implements AutoCloseable {
    private static final short VERSION = 9;
    private static final int TIMEOUT_MS = 15_000;

    /** @param offset -1 unless it was taken */
    record Produced(ErrorCode error, String message, long offset) {
        Produced(ErrorCode error, long offset) {
            this(error, null, offset);
        }
    }

    private final RawClient client;

    RawProducer(Broker broker) throws IOException {
        client = new RawClient(broker.port());
    }

    /** @param acks -1 or 1 */
    Produced produce(String topic, int partition, int acks, byte[] value) throws IOException {
        var batch = new RecordBatchBuilder().append(System.currentTimeMillis(), null, ByteBuffer.wrap(value)).build();
        var data = new TopicProduceData().setName(topic)
                .setPartitionData(List.of(new PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch))));
        var request = new ProduceRequest().setAcks((short) acks).setTimeoutMs(TIMEOUT_MS).setTopicData(List.of(data));
        var answer = ((ProduceResponse) client.ask(request, VERSION)).responses().get(0).partitionResponses().get(0);
        return new Produced(ErrorCode.of(answer.errorCode()), answer.errorMessage(), answer.baseOffset());
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
