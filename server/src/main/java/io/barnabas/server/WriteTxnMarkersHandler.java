package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.message.WriteTxnMarkersRequest;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.barnabas.protocol.message.WriteTxnMarkersResponse;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerResult;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerTopicResult;
import io.barnabas.replication.Append;
import io.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;

/**
 * Ends transactions in partitions: writes the markers that a transaction coordinator asks for, or an operator for a transaction
 * that hangs (KIP-98, KIP-664). A marker is answered when every in-sync replica has it.
 */
final class WriteTxnMarkersHandler implements RequestHandler<WriteTxnMarkersRequest> {
    /** No code of the protocol. */
    private static final short UNDECIDED = Short.MIN_VALUE;

    private final PartitionRegistry partitions;
    private final MetadataCache metadata;
    private final int timeoutMs;

    /** @param timeoutMs markers that no replica has acknowledged by then are answered with REQUEST_TIMED_OUT; they may stand all the same */
    WriteTxnMarkersHandler(PartitionRegistry partitions, MetadataCache metadata, int timeoutMs) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public void handle(RequestContext context, WriteTxnMarkersRequest request) {
        var pending = new PendingMarkers(context);
        // One result a producer: who asks keeps no more of an answer.
        var results = new LinkedHashMap<Long, WritableTxnMarkerResult>();
        for (var marker : request.markers()) {
            var result = results.computeIfAbsent(marker.producerId(), id -> new WritableTxnMarkerResult().setProducerId(id));
            for (var topic : marker.topics()) {
                var answers = new WritableTxnMarkerTopicResult().setName(topic.name());
                result.topics().add(answers);
                for (int index : topic.partitionIndexes()) {
                    var answer = new WritableTxnMarkerPartitionResult().setPartitionIndex(index).setErrorCode(UNDECIDED);
                    answers.partitions().add(answer);
                    var partition = partitions.find(topic.name(), index);
                    if (partition == null) answer.setErrorCode(metadata.whyNotHere(topic.name(), index).code());
                    else if (marker.producerId() < 0 || marker.producerEpoch() < 0) answer.setErrorCode(ErrorCode.INVALID_REQUEST.code());
                    else pending.write(marker, partition, answer);
                }
            }
        }
        pending.response.markers().addAll(results.values());
        pending.onStarted(timeoutMs);
    }

    /** A request of which some partitions have not answered. Owned by the connection's loop. */
    private static final class PendingMarkers {
        final WriteTxnMarkersResponse response = new WriteTxnMarkersResponse();
        private final RequestContext context;
        /** Markers not decided, and one more while the request is still being handed out. */
        private int undecided = 1;
        private boolean isAnswered;
        private EventLoop.Timer timer;

        PendingMarkers(RequestContext context) {
            this.context = context;
        }

        void write(WritableTxnMarker marker, Partition partition, WritableTxnMarkerPartitionResult answer) {
            undecided++;
            long nowMs = context.loop().clock().nowMs();
            var append = new MarkerAppend(this, answer, batch(marker, nowMs), originOf(marker));
            Runnable task = () -> partition.whenSettled(() -> partition.append(append));
            if (partition.loop().isCurrent()) task.run();
            else partition.loop().execute(task);
        }

        void onStarted(int timeoutMs) {
            if (--undecided == 0) answer();
            else timer = context.loop().schedule(timeoutMs, this::onTimeout);
        }

        private void onDecided(MarkerAppend append) {
            if (isAnswered) return;
            append.answer.setErrorCode(append.error().code());
            if (--undecided > 0) return;
            if (timer != null) timer.cancel();
            answer();
        }

        private void onTimeout() {
            for (var marker : response.markers()) {
                for (var topic : marker.topics()) {
                    for (var partition : topic.partitions()) {
                        if (partition.errorCode() == UNDECIDED) partition.setErrorCode(ErrorCode.REQUEST_TIMED_OUT.code());
                    }
                }
            }
            answer();
        }

        private void answer() {
            isAnswered = true;
            context.answer(response);
        }
    }

    private static ByteBuffer batch(WritableTxnMarker marker, long nowMs) {
        return new RecordBatchBuilder().producer(marker.producerId(), marker.producerEpoch(), RecordBatch.NO_SEQUENCE).transactional()
                .appendEndTransaction(nowMs, marker.transactionResult(), marker.coordinatorEpoch()).build();
    }

    private static AppendOrigin originOf(WritableTxnMarker marker) {
        return marker.transactionVersion() >= 2 ? AppendOrigin.COORDINATOR_OF_VERSION_2 : AppendOrigin.COORDINATOR;
    }

    /** One marker in one partition. */
    private static final class MarkerAppend extends Append {
        private final PendingMarkers pending;
        private final WritableTxnMarkerPartitionResult answer;

        MarkerAppend(PendingMarkers pending, WritableTxnMarkerPartitionResult answer, ByteBuffer batch, AppendOrigin origin) {
            super(batch, origin);
            this.pending = pending;
            this.answer = answer;
        }

        @Override
        protected void onStored() {}

        @Override
        protected void onDecided() {
            var loop = pending.context.loop();
            if (loop.isCurrent()) pending.onDecided(this);
            else loop.execute(() -> pending.onDecided(this));
        }
    }
}
