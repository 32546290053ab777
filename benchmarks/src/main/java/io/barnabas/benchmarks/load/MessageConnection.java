package io.barnabas.benchmarks.load;

import io.barnabas.base.ByteReader;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ResponseHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** Asks messages through one connection, as many as wanted before the first is answered. On its loop only, once it is made. */
final class MessageConnection implements LoadConnection.Requests, LoadConnection.Owner {
    private record Asked(int correlationId, ApiKey api, short version, Consumer<ApiMessage> onAnswer) {}

    /** Which versions to speak. */
    interface Versions {
        /** @throws LoadException if the broker does not have this API */
        short of(ApiKey api);
    }

    private final Versions versions;
    private final LoadConnection connection;
    private final Queue<ByteBuffer> unwritten = new ArrayDeque<>();
    private final Queue<Asked> unanswered = new ArrayDeque<>();
    private int nextCorrelationId;

    MessageConnection(LoadThread thread, InetSocketAddress broker, Versions versions) {
        this.versions = versions;
        connection = new LoadConnection(thread, broker, this, this);
    }

    /** @param onAnswer what it throws ends the run; bytes in the answer are of use during the call */
    <R extends ApiMessage> void ask(ApiMessage request, Class<R> answer, Consumer<R> onAnswer) {
        var api = request.apiKey();
        short version = versions.of(api);
        int correlationId = nextCorrelationId++;
        unanswered.add(new Asked(correlationId, api, version, message -> onAnswer.accept(answer.cast(message))));
        unwritten.add(BlockingClient.frame(request, version, correlationId).toByteBuffer());
        connection.send();
    }

    @Override
    public boolean isAllWritten() {
        return unwritten.isEmpty();
    }

    @Override
    public void writeTo(GatheringByteChannel channel) throws IOException {
        for (ByteBuffer next = unwritten.peek(); next != null; next = unwritten.peek()) {
            channel.write(next);
            if (next.hasRemaining()) return;
            unwritten.remove();
        }
    }

    @Override
    public int answered(int correlationId) {
        var first = unanswered.peek();
        return first != null && first.correlationId == correlationId ? 0 : -1;
    }

    @Override
    public void onAnswer(LoadConnection connection, int slot, ByteBuffer answer, long nowNs) {
        var asked = unanswered.remove();
        answer.position(answer.position() - Integer.BYTES);
        var reader = new ByteReader(answer);
        new ResponseHeader().read(reader, asked.api.responseHeaderVersion(asked.version));
        var message = asked.api.newResponse();
        message.read(reader, asked.version);
        asked.onAnswer.accept(message);
    }

    @Override
    public void onAnswersRead(LoadConnection connection) {
        // Each was told to who asked.
    }
}
