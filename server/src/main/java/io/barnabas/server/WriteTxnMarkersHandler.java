package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.coordinator.transaction.MarkerWriter;
import io.barnabas.coordinator.transaction.TransactionMarker;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.WriteTxnMarkersRequest;
import io.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.barnabas.protocol.message.WriteTxnMarkersResponse;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerResult;
import io.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerTopicResult;
import io.barnabas.replication.Partition;
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
    private final MarkerWriter writer;
    private final int timeoutMs;

    /** @param timeoutMs markers that no replica has acknowledged by then are answered with REQUEST_TIMED_OUT; they may stand all the same */
    WriteTxnMarkersHandler(PartitionRegistry partitions, MetadataCache metadata, MarkerWriter writer, int timeoutMs) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.writer = writer;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public void handle(RequestContext context, WriteTxnMarkersRequest request) {
        var pending = new PendingMarkers(context, writer);
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
        private final MarkerWriter writer;
        /** Markers not decided, and one more while the request is still being handed out. */
        private int undecided = 1;
        private boolean isAnswered;
        private EventLoop.Timer timer;

        PendingMarkers(RequestContext context, MarkerWriter writer) {
            this.context = context;
            this.writer = writer;
        }

        void write(WritableTxnMarker marker, Partition partition, WritableTxnMarkerPartitionResult answer) {
            undecided++;
            var end = new TransactionMarker(marker.producerId(), marker.producerEpoch(), marker.transactionResult(), marker.coordinatorEpoch(),
                    marker.transactionVersion());
            writer.write(end, partition, error -> {
                if (context.loop().isCurrent()) onDecided(answer, error);
                else context.loop().execute(() -> onDecided(answer, error));
            });
        }

        void onStarted(int timeoutMs) {
            if (--undecided == 0) answer();
            else timer = context.loop().schedule(timeoutMs, this::onTimeout);
        }

        private void onDecided(WritableTxnMarkerPartitionResult answer, ErrorCode error) {
            if (isAnswered) return;
            answer.setErrorCode(error.code());
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
}
