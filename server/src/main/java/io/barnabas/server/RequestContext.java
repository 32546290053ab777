package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.OutOfDirectMemoryException;
import io.barnabas.network.CloseReason;
import io.barnabas.network.Connection;
import io.barnabas.network.Frame;
import io.barnabas.network.Reply;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.RequestHeader;

/** One request on its way: who asks, in which version, and the place that its answer has among those of its connection. */
final class RequestContext {
    private final RequestRouter.Pipeline pipeline;
    private final Reply reply;
    private final Frame frame;
    private final ApiKey apiKey;
    private final short apiVersion;
    private final int correlationId;
    private final String clientId;
    private int elementsHeld;

    RequestContext(RequestRouter.Pipeline pipeline, Reply reply, Frame frame, ApiKey apiKey, RequestHeader header) {
        this.pipeline = pipeline;
        this.reply = reply;
        this.frame = frame;
        this.apiKey = apiKey;
        this.apiVersion = header.requestApiVersion();
        this.correlationId = header.correlationId();
        this.clientId = header.clientId();
    }

    short apiVersion() {
        return apiVersion;
    }

    /** Null when the client names none. */
    String clientId() {
        return clientId;
    }

    Connection connection() {
        return pipeline.connection;
    }

    /** Where {@link RequestHandler#handle} runs and the answer is written. */
    EventLoop loop() {
        return pipeline.connection.loop();
    }

    /** The request's bytes; retained by whoever needs them after {@link RequestHandler#handle} has returned. */
    Frame frame() {
        return frame;
    }

    /**
     * Counts what this request keeps on the heap until it is answered, in elements of its arrays. On the loop, before
     * {@link RequestHandler#handle} returns.
     *
     * @throws io.barnabas.base.DecodeException if all requests together keep too much: the connection closes
     */
    void holdElements(int count) {
        pipeline.holdElements(count);
        elementsHeld += count;
    }

    /** Sends the answer. From any thread, once. */
    void answer(ApiMessage response) {
        if (loop().isCurrent()) write(response);
        else loop().execute(() -> write(response));
    }

    /** The request wants no answer (acks=0). On the loop. */
    void answerNothing() {
        reply.skip();
        onEnded();
    }

    /** Runs a task if the connection goes before the answer has been given. On the loop, by a request that waits long. */
    void whenClosed(Runnable task) {
        pipeline.whenClosed(task);
    }

    /** Ends the connection instead of answering. On the loop. */
    void close(CloseReason reason) {
        reply.skip();
        onEnded();
        connection().close(reason);
    }

    private void write(ApiMessage response) {
        try {
            var writer = reply.begin();
            writer.writeInt(correlationId);
            if (apiKey.responseHeaderVersion(apiVersion) >= 1) writer.writeUnsignedVarint(0);
            response.write(writer, apiVersion);
        } catch (OutOfDirectMemoryException e) {
            close(CloseReason.OUT_OF_MEMORY);
            return;
        } catch (RuntimeException e) {
            // A client must not wait for an answer that cannot be written. The loop tells of it: whoever answers is not to blame, and goes on.
            close(CloseReason.RECEIVER_FAILED);
            loop().execute(() -> {
                throw e;
            });
            return;
        }
        reply.send();
        onEnded();
    }

    private void onEnded() {
        pipeline.onAnswered(elementsHeld);
    }
}
