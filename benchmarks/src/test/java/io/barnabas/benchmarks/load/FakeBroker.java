package io.barnabas.benchmarks.load;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Uuid;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import io.barnabas.protocol.message.MetadataResponse;
import io.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/** Answers what a produce load asks, as a test wants it answered. */
final class FakeBroker implements AutoCloseable {
    /** What the fifth produce is answered with. */
    enum Fault { NONE, ERROR, WRONG_CORRELATION_ID, CLOSE, CUT_SHORT }

    private static final int FAULTY_PRODUCE = 5;
    private static final short NOT_LEADER = 6;
    private static final Uuid TOPIC_ID = new Uuid(1, 2);

    private final ServerSocket server;
    private final short produceVersion;
    private final Fault fault;
    private int produceCount;

    FakeBroker(int produceVersion, Fault fault) {
        this.produceVersion = (short) produceVersion;
        this.fault = fault;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress("localhost", server.getLocalPort());
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                daemon(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[0];
            while (answer != null) {
                socket.getOutputStream().write(answer);
                answer = answer(ByteBuffer.wrap(in.readNBytes(in.readInt())));
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private synchronized byte[] answer(ByteBuffer frame) {
        var api = ApiKey.of(frame.getShort(0));
        short version = frame.getShort(2);
        var reader = new ByteReader(frame);
        var header = new RequestHeader();
        header.read(reader, api.requestHeaderVersion(version));
        var request = api.newRequest();
        request.readWhole(reader, version);
        var faultNow = api == ApiKey.PRODUCE && ++produceCount == FAULTY_PRODUCE ? fault : Fault.NONE;
        if (faultNow == Fault.CLOSE) return null;
        int correlationId = header.correlationId() + (faultNow == Fault.WRONG_CORRELATION_ID ? 1 : 0);
        var writer = ByteWriter.onHeap(256);
        writer.writeInt(0);
        new ResponseHeader().setCorrelationId(correlationId).write(writer, api.responseHeaderVersion(version));
        response(request, faultNow).write(writer, version);
        byte[] bytes = writer.toByteBuffer().array();
        int length = faultNow == Fault.CUT_SHORT ? 12 : bytes.length - Integer.BYTES;
        ByteBuffer.wrap(bytes).putInt(length);
        return bytes;
    }

    private ApiMessage response(ApiMessage request, Fault faultNow) {
        return switch (request.apiKey()) {
            case API_VERSIONS -> new ApiVersionsResponse().setApiKeys(List.of(offer(ApiKey.API_VERSIONS, (short) 4), offer(ApiKey.METADATA, (short) 12),
                    offer(ApiKey.PRODUCE, produceVersion)));
            case METADATA -> new MetadataResponse().setTopics(List.of(new MetadataResponseTopic().setName("t").setTopicId(TOPIC_ID)));
            case PRODUCE -> produced((ProduceRequest) request, faultNow == Fault.ERROR ? NOT_LEADER : 0);
            default -> throw new AssertionError(request);
        };
    }

    private static ApiVersion offer(ApiKey api, short version) {
        return new ApiVersion().setApiKey(api.id()).setMaxVersion(version);
    }

    private static ProduceResponse produced(ProduceRequest request, short error) {
        var topic = request.topicData().get(0);
        var partition = new PartitionProduceResponse().setIndex(topic.partitionData().get(0).index()).setErrorCode(error).setBaseOffset(7);
        return new ProduceResponse().setResponses(List.of(
                new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId()).setPartitionResponses(List.of(partition))));
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
