package io.barnabas.benchmarks;

import io.barnabas.base.ByteWriter;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
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
 * The least that any broker does for a produce: waits for a socket, reads, writes to a file, answers. It looks at nothing
 * and says yes to all, so that what a request costs here is what the machine costs.
 */
final class FloorServer {
    static final short PRODUCE_VERSION = 9;
    private static final int CORRELATION_ID_AT = 4;
    /** Beyond, it begins anew at the start of its file. */
    private static final long FILE_BYTES_MAX = 4L << 30;

    private final FileChannel file;
    private final ByteBuffer produced = answer(ApiKey.PRODUCE, PRODUCE_VERSION, producedMessage());
    private final ByteBuffer versions = answer(ApiKey.API_VERSIONS, (short) 0, versionsMessage());
    private final ByteBuffer out = ByteBuffer.allocateDirect(64 << 10);
    private long filePosition;

    private FloorServer(Path file) throws IOException {
        this.file = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** @param arguments the port to listen on, and a file to write to */
    public static void main(String[] arguments) throws IOException {
        new FloorServer(Path.of(arguments[1])).serve(Integer.parseInt(arguments[0]));
    }

    private void serve(int port) throws IOException {
        var selector = Selector.open();
        var server = ServerSocketChannel.open().bind(new InetSocketAddress("localhost", port));
        server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select(key -> {
                try {
                    if (key.isAcceptable()) accept(server, selector);
                    else read((SocketChannel) key.channel(), (ByteBuffer) key.attachment());
                } catch (IOException e) {
                    key.cancel();
                }
            });
        }
    }

    private static void accept(ServerSocketChannel server, Selector selector) throws IOException {
        SocketChannel client = server.accept();
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        client.configureBlocking(false).register(selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(64 << 10));
    }

    private void read(SocketChannel client, ByteBuffer in) throws IOException {
        if (client.read(in) < 0) {
            client.close();
            return;
        }
        in.flip();
        out.clear();
        int start = in.position();
        while (in.remaining() >= Integer.BYTES && in.remaining() >= Integer.BYTES + in.getInt(in.position())) {
            answer(in);
            in.position(in.position() + Integer.BYTES + in.getInt(in.position()));
        }
        if (in.position() > start) write(in.duplicate().limit(in.position()).position(start));
        in.compact();
        out.flip();
        while (out.hasRemaining()) client.write(out);
    }

    private void answer(ByteBuffer in) {
        short api = in.getShort(in.position() + Integer.BYTES);
        int at = out.position();
        out.put((api == ApiKey.PRODUCE.id() ? produced : versions).duplicate());
        out.putInt(at + CORRELATION_ID_AT, in.getInt(in.position() + Integer.BYTES + 2 * Short.BYTES));
    }

    private void write(ByteBuffer frames) throws IOException {
        if (filePosition > FILE_BYTES_MAX) filePosition = 0;
        filePosition += file.write(frames, filePosition);
    }

    private static ApiMessage producedMessage() {
        return new ProduceResponse().setResponses(List.of(new TopicProduceResponse().setName("floor")
                .setPartitionResponses(List.of(new PartitionProduceResponse().setIndex(0)))));
    }

    private static ApiMessage versionsMessage() {
        return new ApiVersionsResponse().setApiKeys(List.of(
                new ApiVersion().setApiKey(ApiKey.PRODUCE.id()).setMinVersion(PRODUCE_VERSION).setMaxVersion(PRODUCE_VERSION)));
    }

    private static ByteBuffer answer(ApiKey api, short version, ApiMessage message) {
        var writer = ByteWriter.onHeap(256);
        writer.writeInt(0);
        new ResponseHeader().write(writer, api.responseHeaderVersion(version));
        message.write(writer, version);
        writer.patchInt(0, writer.position() - Integer.BYTES);
        return writer.toByteBuffer();
    }
}
