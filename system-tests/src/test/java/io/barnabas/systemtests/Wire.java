package io.barnabas.systemtests;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.RequestHeader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/** One connection that asks and reads what is answered, and tries nothing again. */
final class Wire implements AutoCloseable {
    private static final short PRODUCE_VERSION = 9;
    private static final int ANSWER_MS_MAX = 30_000;

    private final Socket socket;
    private int correlationId;

    Wire(Broker broker) {
        try {
            socket = new Socket("localhost", broker.port());
            socket.setSoTimeout(ANSWER_MS_MAX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the answer's body; of the type that the key has */
    ApiMessage ask(ApiKey key, short version, ApiMessage request) {
        var writer = ByteWriter.onHeap(256);
        new RequestHeader().setRequestApiKey(key.id()).setRequestApiVersion(version).setCorrelationId(++correlationId).setClientId("wire")
                .write(writer, key.requestHeaderVersion(version));
        request.write(writer, version);
        byte[] frame = writer.toByteBuffer().array();
        try {
            socket.getOutputStream().write(ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array());
            var in = new DataInputStream(socket.getInputStream());
            var reader = new ByteReader(ByteBuffer.wrap(in.readNBytes(in.readInt())));
            if (reader.readInt() != correlationId) throw new AssertionError("an answer to another request");
            if (key.responseHeaderVersion(version) > 0 && reader.readByte() != 0) throw new AssertionError("unexpected header fields");
            var response = key.newResponse();
            response.readWhole(reader, version);
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What became of a batch of one record. */
    record Produced(ErrorCode error, String message, long offset) {
        Produced(ErrorCode error, long offset) {
            this(error, null, offset);
        }
    }

    /** @param acks -1 or 1 */
    Produced produce(String topic, int partition, int acks, byte[] value) {
        var batch = new RecordBatchBuilder().append(System.currentTimeMillis(), null, ByteBuffer.wrap(value)).build();
        var request = new ProduceRequest().setAcks((short) acks).setTimeoutMs(ANSWER_MS_MAX / 2).setTopicData(List.of(new TopicProduceData()
                .setName(topic).setPartitionData(List.of(new PartitionProduceData().setIndex(partition).setRecords(Payload.of(batch))))));
        var answer = ((ProduceResponse) ask(ApiKey.PRODUCE, PRODUCE_VERSION, request)).responses().get(0).partitionResponses().get(0);
        return new Produced(ErrorCode.of(answer.errorCode()), answer.errorMessage(), answer.baseOffset());
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
