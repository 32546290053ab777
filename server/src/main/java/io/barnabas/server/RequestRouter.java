package io.barnabas.server;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.model.ErrorCode;
import io.barnabas.network.CloseReason;
import io.barnabas.network.Connection;
import io.barnabas.network.Frame;
import io.barnabas.network.FrameReceiver;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.ApiVersionsResponse;
import io.barnabas.protocol.message.RequestHeader;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From a frame to the handler of its API, for the connections of one kind of listener.
 *
 * <p>The requests of one connection take effect in order and are answered in order. A Produce may follow an unanswered
 * Produce; anything else waits until what came before it is answered.
 */
final class RequestRouter implements FrameReceiver {
    /** Unanswered Produce requests of one connection; more wait in the socket. */
    private static final int PIPELINED_MAX = 1024;

    /** What an array element of a request, and what becomes of it, takes on the heap at most: some hundred bytes. */
    private static final int ELEMENT_BYTES = 512;
    /** Requests of no more elements are neither counted nor refused. */
    private static final int ELEMENTS_FREE = 100;

    private final Map<ApiKey, RequestHandler<?>> handlers = new EnumMap<>(ApiKey.class);
    private final int requestElementsMax = (int) Math.min(Runtime.getRuntime().maxMemory() / 8 / ELEMENT_BYTES, 1 << 20);
    /** Elements of all requests that are being answered, of those that have more than a few. */
    private final AtomicInteger elementsHeld = new AtomicInteger();

    /** @param handlers by API; an API without one is not served on this listener */
    RequestRouter(Map<ApiKey, RequestHandler<?>> handlers) {
        this.handlers.putAll(handlers);
    }

    /** The unanswered requests of one connection. Belongs to its loop. */
    final class Pipeline {
        final Connection connection;
        private int unanswered;
        private boolean onlyProduces;
        private boolean blocked;
        /** Told when the connection is gone; of the one request that waits, since nothing but a Produce is pipelined. */
        private Runnable whenClosed;

        Pipeline(Connection connection) {
            this.connection = connection;
        }

        private boolean accepts(short apiKey) {
            boolean isProduce = apiKey == ApiKey.PRODUCE.id();
            if (unanswered > 0 && !(isProduce && onlyProduces && unanswered < PIPELINED_MAX)) {
                blocked = true;
                return false;
            }
            onlyProduces = isProduce;
            unanswered++;
            return true;
        }

        void whenClosed(Runnable task) {
            whenClosed = task;
        }

        /** Large requests together may take a part of the heap; beyond it the newcomer goes, since who was there may stay for long. */
        void holdElements(int count) {
            if (elementsHeld.addAndGet(count) <= 2 * requestElementsMax) return;
            elementsHeld.addAndGet(-count);
            throw new DecodeException("too many large requests at once: elements=" + count);
        }

        void onAnswered(int heldElements) {
            if (heldElements > 0) elementsHeld.addAndGet(-heldElements);
            unanswered--;
            whenClosed = null;
            if (!blocked) return;
            blocked = false;
            connection.resume();
        }
    }

    @Override
    public void onOpen(Connection connection) {
        connection.attachment = new Pipeline(connection);
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        var task = ((Pipeline) connection.attachment).whenClosed;
        if (task != null) task.run();
    }

    @Override
    public boolean onFrame(Connection connection, Frame frame) {
        var bytes = frame.bytes();
        if (bytes.remaining() < 8) throw new DecodeException("request header too short: bytes=" + bytes.remaining());
        short key = bytes.getShort(bytes.position());
        short version = bytes.getShort(bytes.position() + 2);
        var pipeline = (Pipeline) connection.attachment;
        if (!pipeline.accepts(key)) return false;

        var apiKey = ApiKey.of(key);
        var handler = apiKey == null ? null : handlers.get(apiKey);
        if (handler == null) throw new DecodeException("API not served here: key=%d version=%d".formatted(key, version));
        if (!isServed(apiKey, version)) {
            refuseVersion(pipeline, frame, apiKey, version);
            return true;
        }
        var reader = new ByteReader(bytes, requestElementsMax);
        var header = new RequestHeader();
        header.read(reader, apiKey.requestHeaderVersion(version));
        var request = apiKey.newRequest();
        request.read(reader, version);
        if (reader.remaining() != 0) {
            throw new DecodeException("bytes left after the request: api=%s bytes=%d".formatted(apiKey, reader.remaining()));
        }
        var context = new RequestContext(pipeline, connection.expectReply(), frame, apiKey, header);
        if (reader.elements() > ELEMENTS_FREE) context.holdElements(reader.elements());
        dispatch(handler, context, request);
        return true;
    }

    /** ApiVersions is answered whatever version it comes in, so that client and broker can find one that both speak. */
    private void refuseVersion(Pipeline pipeline, Frame frame, ApiKey apiKey, short version) {
        if (apiKey != ApiKey.API_VERSIONS) {
            throw new DecodeException("version not served: api=%s version=%d".formatted(apiKey, version));
        }
        var header = new RequestHeader()
                .setRequestApiKey(apiKey.id())
                .setRequestApiVersion((short) 0)
                .setCorrelationId(frame.bytes().getInt(frame.bytes().position() + 4));
        var response = new ApiVersionsResponse().setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code());
        response.apiKeys().add(new ApiVersionsResponse.ApiVersion()
                .setApiKey(apiKey.id())
                .setMinVersion(apiKey.lowestOfferedVersion())
                .setMaxVersion(apiKey.highestOfferedVersion()));
        new RequestContext(pipeline, pipeline.connection.expectReply(), frame, apiKey, header).answer(response);
    }

    private static boolean isServed(ApiKey apiKey, short version) {
        // Clients of before 0.11 bring and take records of older formats, and do not ask what is offered.
        boolean servesAll = apiKey == ApiKey.PRODUCE || apiKey == ApiKey.FETCH;
        return version >= (servesAll ? apiKey.lowestVersion() : apiKey.lowestOfferedVersion()) && version <= apiKey.highestOfferedVersion();
    }

    @SuppressWarnings("unchecked") // the map pairs each API with a handler of its request type
    private static <Q extends ApiMessage> void dispatch(RequestHandler<Q> handler, RequestContext context, ApiMessage request) {
        handler.handle(context, (Q) request);
    }
}
