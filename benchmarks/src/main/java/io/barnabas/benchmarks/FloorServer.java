package io.barnabas.benchmarks;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.Payload;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import io.barnabas.protocol.message.FetchResponse.PartitionData;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import io.barnabas.protocol.message.RequestHeader;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The least that any broker does for a produce (waits for a socket, reads, writes to a file, answers) and for a fetch (waits,
 * reads, answers with what comes next in a file). It looks at nothing and says yes to all, so that what a request costs
 * here is what the machine costs. It has one topic with one partition, whose one batch is as large as it was told.
 */
final class FloorServer {
    static final String TOPIC = "floor";
    /** Beyond, it begins anew at the start of its file. */
    private static final long WRITTEN_BYTES_MAX = 4L << 30;
    private static final int READ_BYTES = 64 << 20;
    private static final int BUFFER_BYTES = 64 << 10;
    /** From here on what is fetched is transferred by the kernel. */
    private static final int TRANSFERRED_BYTES_MIN = 48 << 10;
    private static final int CORRELATION_ID_AT = 4;
    private static final int BATCH_LENGTH_AT = 8;
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final short LIST_OFFSETS_VERSION = 6;
    private static final long LATEST = -1;
    /** Of the partition, the topic and the answer: an empty section each. */
    private static final int TAGS_BEHIND_RECORDS = 3;

    private final FileChannel file;
    private final int batchBytes;
    private final ByteBuffer produced = frame(ApiKey.PRODUCE, PRODUCE_VERSION, producedMessage());
    private final ByteBuffer batch;
    private final ByteBuffer fetchedHead;
    private final ByteBuffer fetchedTail;
    private long filePosition;

    private FloorServer(Path file, int batchBytes) throws IOException {
        this.file = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        this.batchBytes = batchBytes;
        batch = ByteBuffer.allocate(batchBytes).putInt(BATCH_LENGTH_AT, batchBytes - BATCH_LENGTH_AT - Integer.BYTES);
        var fetched = frame(ApiKey.FETCH, FETCH_VERSION, fetchedMessage(batch));
        fetchedHead = fetched.slice(0, fetched.limit() - batchBytes - TAGS_BEHIND_RECORDS);
        fetchedTail = fetched.slice(fetched.limit() - TAGS_BEHIND_RECORDS, TAGS_BEHIND_RECORDS);
    }

    /** @param arguments the port to listen on, a file to write to and to read from, and the size of a batch in bytes */
    public static void main(String[] arguments) throws IOException {
        new FloorServer(Path.of(arguments[1]), Integer.parseInt(arguments[2])).serve(Integer.parseInt(arguments[0]));
    }

    private void serve(int port) throws IOException {
        var selector = Selector.open();
        var server = ServerSocketChannel.open().bind(new InetSocketAddress("localhost", port));
        server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select(key -> {
                try {
                    if (key.isAcceptable()) accept(server, selector);
                    else ((Client) key.attachment()).onReady(key);
                } catch (IOException e) {
                    key.cancel();
                }
            });
        }
    }

    private void accept(ServerSocketChannel server, Selector selector) throws IOException {
        SocketChannel channel = server.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, new Client(channel));
    }

    private final class Client {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
        /** Of the batch that is being transferred, where the rest lies. */
        private long transferFrom;
        private int transferLeft;

        private Client(SocketChannel channel) {
            this.channel = channel;
        }

        private void onReady(SelectionKey key) throws IOException {
            if (!key.isWritable()) read();
            key.interestOps(send() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
        }

        private void read() throws IOException {
            if (channel.read(in) < 0) throw new IOException("client has gone");
            in.flip();
            int producedFrom = -1;
            while (in.remaining() >= Integer.BYTES && in.remaining() >= Integer.BYTES + in.getInt(in.position())) {
                int end = in.position() + Integer.BYTES + in.getInt(in.position());
                if (answer(in.position()) == ApiKey.PRODUCE && producedFrom < 0) producedFrom = in.position();
                in.position(end);
            }
            if (producedFrom >= 0) write(in.duplicate().limit(in.position()).position(producedFrom));
            in.compact();
        }

        private ApiKey answer(int at) throws IOException {
            var api = ApiKey.of(in.getShort(at + Integer.BYTES));
            int correlationId = in.getInt(at + Integer.BYTES + 2 * Short.BYTES);
            int outAt = out.position();
            switch (api) {
                case PRODUCE -> out.put(produced.duplicate());
                case FETCH -> fetch();
                case LIST_OFFSETS -> out.put(frame(api, LIST_OFFSETS_VERSION, offsets(at)));
                default -> out.put(frame(ApiKey.API_VERSIONS, (short) 0, versionsMessage()));
            }
            out.putInt(outAt + CORRELATION_ID_AT, correlationId);
            return api;
        }

        private void fetch() throws IOException {
            if (filePosition + batchBytes > READ_BYTES) filePosition = 0;
            out.put(fetchedHead.duplicate());
            if (batchBytes < TRANSFERRED_BYTES_MIN) {
                file.read(out.limit(out.position() + batchBytes), filePosition);
                out.limit(out.capacity()).put(fetchedTail.duplicate());
            } else {
                transferFrom = filePosition;
                transferLeft = batchBytes;
            }
            filePosition += batchBytes;
        }

        private ListOffsetsResponse offsets(int at) throws IOException {
            var reader = new ByteReader(in.slice(at + Integer.BYTES, in.getInt(at)));
            new RequestHeader().read(reader, ApiKey.LIST_OFFSETS.requestHeaderVersion(LIST_OFFSETS_VERSION));
            var request = new ListOffsetsRequest();
            request.read(reader, LIST_OFFSETS_VERSION);
            if (file.size() == 0) fill();
            boolean isEnd = request.topics().get(0).partitions().get(0).timestamp() == LATEST;
            return new ListOffsetsResponse().setTopics(List.of(new ListOffsetsTopicResponse().setName(TOPIC)
                    .setPartitions(List.of(new ListOffsetsPartitionResponse().setOffset(isEnd ? 1 : 0)))));
        }

        /** @return whether all has left */
        private boolean send() throws IOException {
            out.flip();
            channel.write(out);
            boolean isSent = !out.hasRemaining();
            out.compact();
            if (!isSent || transferLeft == 0) return isSent;
            int sent = (int) file.transferTo(transferFrom, transferLeft, channel);
            transferFrom += sent;
            transferLeft -= sent;
            if (transferLeft > 0) return false;
            out.put(fetchedTail.duplicate());
            return send();
        }
    }

    /** For those who fetch, and ask first where the log ends: who produces is to find an empty file. */
    private void fill() throws IOException {
        for (long at = 0; at + batchBytes <= READ_BYTES; at += batchBytes) file.write(batch.rewind(), at);
    }

    private void write(ByteBuffer frames) throws IOException {
        if (filePosition > WRITTEN_BYTES_MAX) filePosition = 0;
        filePosition += file.write(frames, filePosition);
    }

    private static ApiMessage producedMessage() {
        return new ProduceResponse().setResponses(List.of(new TopicProduceResponse().setName(TOPIC)
                .setPartitionResponses(List.of(new PartitionProduceResponse().setIndex(0)))));
    }

    private static ApiMessage fetchedMessage(ByteBuffer batch) {
        var partition = new PartitionData().setHighWatermark(1).setRecords(Payload.of(batch));
        return new FetchResponse().setResponses(List.of(new FetchableTopicResponse().setTopic(TOPIC).setPartitions(List.of(partition))));
    }

    private static ApiMessage versionsMessage() {
        return new ApiVersionsResponse().setApiKeys(List.of(only(ApiKey.PRODUCE, PRODUCE_VERSION), only(ApiKey.FETCH, FETCH_VERSION),
                only(ApiKey.LIST_OFFSETS, LIST_OFFSETS_VERSION)));
    }

    private static ApiVersion only(ApiKey api, short version) {
        return new ApiVersion().setApiKey(api.id()).setMinVersion(version).setMaxVersion(version);
    }

    private static ByteBuffer frame(ApiKey api, short version, ApiMessage message) {
        var writer = ByteWriter.onHeap(256);
        writer.writeInt(0);
        new ResponseHeader().write(writer, api.responseHeaderVersion(version));
        message.write(writer, version);
        var frame = writer.toByteBuffer();
        return frame.putInt(0, frame.limit() - Integer.BYTES);
    }
}
