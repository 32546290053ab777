package io.barnabas.server;

import io.barnabas.log.SliceConverter;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FetchRequest;
import io.barnabas.protocol.message.FetchResponse;
import io.barnabas.replication.IsolationLevel;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves consumers' fetches: settles what is asked (sessions, KIP-227) and leaves the reading to {@link PendingFetch}. */
final class FetchHandler implements RequestHandler<FetchRequest> {
    /** From this version on topics are named by id (KIP-516). */
    static final int TOPIC_ID_VERSION = 13;

    private final PartitionRegistry partitions;
    private final MetadataCache metadata;
    private final LoopLocal<FetchSessions> sessions;
    private final int fetchBytesMax;
    private final SliceConverter converter = new SliceConverter(Runtime.getRuntime().maxMemory() / 8);
    private final AtomicInteger conversions = new AtomicInteger();

    /** @param fetchBytesMax {@code fetch.max.bytes}: most bytes of one answer */
    FetchHandler(PartitionRegistry partitions, MetadataCache metadata, LoopLocal<FetchSessions> sessions, int fetchBytesMax) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.sessions = sessions;
        this.fetchBytesMax = fetchBytesMax;
    }

    @Override
    public void handle(RequestContext context, FetchRequest request) {
        int replicaId = Math.max(request.replicaId(), request.replicaState().replicaId());
        if (replicaId >= 0) {
            // Nobody else is a replica of this cluster's partitions, and a client must not pass for one.
            context.answer(new FetchResponse().setErrorCode(ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        var local = sessions.on(context.loop());
        if (request.sessionEpoch() > FetchSession.INITIAL_EPOCH) fetchOn(context, request, local);
        else fetchAnew(context, request, local);
    }

    /** A fetch that names all its partitions, and may ask for a session. */
    private void fetchAnew(RequestContext context, FetchRequest request, FetchSessions local) {
        if (request.sessionId() != 0) local.remove(request.sessionId());
        boolean usesTopicIds = context.apiVersion() >= TOPIC_ID_VERSION;
        var session = request.sessionEpoch() == FetchSession.INITIAL_EPOCH && !request.topics().isEmpty()
                ? local.createIfRoom(usesTopicIds) : null;
        if (session == null) session = new FetchSession(context.loop(), 0, usesTopicIds);
        ask(context, request, session);
        if (session.isKept()) local.countPartitions(session);
        start(context, request, session, true);
    }

    /** A fetch that goes on with a session, and names only what changed. */
    private void fetchOn(RequestContext context, FetchRequest request, FetchSessions local) {
        var session = local.find(request.sessionId());
        var error = session == null ? ErrorCode.FETCH_SESSION_ID_NOT_FOUND
                // Two fetches at once: whoever sent the first one has lost its connection, or its way.
                : session.epoch != request.sessionEpoch() || session.pending != null ? ErrorCode.INVALID_FETCH_SESSION_EPOCH
                : session.usesTopicIds != context.apiVersion() >= TOPIC_ID_VERSION ? ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
                : ErrorCode.NONE;
        if (error != ErrorCode.NONE) {
            context.answer(new FetchResponse().setErrorCode(error.code()));
            return;
        }
        ask(context, request, session);
        for (var topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                session.forget(new FetchSession.Key(topic.topicId(), nameOf(context, topic.topic()), partition));
            }
        }
        if (session.size() == 0) {
            local.remove(session.id);
            start(context, request, session, true);
            return;
        }
        if (!local.countPartitions(session)) {
            context.answer(new FetchResponse().setErrorCode(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code()));
            return;
        }
        session.advanceEpoch();
        context.holdElements(session.dueCount());
        start(context, request, session, false);
    }

    private static void ask(RequestContext context, FetchRequest request, FetchSession session) {
        for (var topic : request.topics()) {
            for (var asked : topic.partitions()) {
                var position = session.position(key(context, topic, asked));
                position.update(asked);
                session.addDue(position);
            }
        }
    }

    private void start(RequestContext context, FetchRequest request, FetchSession session, boolean isFull) {
        var conversion = FetchConversion.of(context.apiVersion(), converter, conversions);
        int bytesMax = Math.min(request.maxBytes(), fetchBytesMax);
        new PendingFetch(this, context, session, isFull, IsolationLevel.of(request.isolationLevel()), request.minBytes(),
                request.maxWaitMs(), conversion == null ? bytesMax : FetchConversion.bytesMax(bytesMax), conversion).start();
    }

    /** Finds where a position is served, or says why it is not served here. */
    void place(FetchPosition position) {
        var key = position.key;
        boolean byId = key.topic() == null;
        var partition = byId ? partitions.find(key.topicId(), key.partition()) : partitions.find(key.topic(), key.partition());
        position.place(partition, partition != null ? ErrorCode.NONE
                : byId ? metadata.whyNotHere(key.topicId(), key.partition())
                : metadata.whyNotHere(key.topic(), key.partition()));
    }

    private static FetchSession.Key key(RequestContext context, FetchRequest.FetchTopic topic, FetchRequest.FetchPartition asked) {
        return new FetchSession.Key(topic.topicId(), nameOf(context, topic.topic()), asked.partition());
    }

    /** A name that the request's version does not carry is null here. */
    private static String nameOf(RequestContext context, String topic) {
        return context.apiVersion() >= TOPIC_ID_VERSION ? null : topic;
    }
}
