package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordError;
import io.barnabas.model.TopicNames;
import io.barnabas.network.CloseReason;
import io.barnabas.protocol.message.ProduceRequest;
import io.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import io.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import io.barnabas.protocol.message.ProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.BatchIndexAndErrorMessage;
import io.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import io.barnabas.replication.Append;
import io.barnabas.replication.Partition;

/** Appends what producers send. Each partition's part goes to its loop; the answer leaves when all parts are decided. */
final class ProduceHandler implements RequestHandler<ProduceRequest> {
    /** From this version on topics are named by id (KIP-516). */
    private static final int TOPIC_ID_VERSION = 13;
    /** The client id of those who may write what coordinators write, as with Kafka. */
    private static final String ADMIN_CLIENT = "__admin_client";

    private final PartitionRegistry partitions;
    private final MetadataCache metadata;

    ProduceHandler(PartitionRegistry partitions, MetadataCache metadata) {
        this.partitions = partitions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, ProduceRequest request) {
        var produce = new PendingProduce(context, request);
        var topics = request.topicData();
        for (int i = 0; i < topics.size(); i++) {
            var topic = topics.get(i);
            var answers = new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
            produce.response.responses().add(answers);
            for (int j = 0; j < topic.partitionData().size(); j++) {
                var data = topic.partitionData().get(j);
                var answer = new PartitionProduceResponse().setIndex(data.index());
                answers.partitionResponses().add(answer);
                append(produce, topic, data, answer);
            }
        }
        produce.onStarted();
    }

    private void append(PendingProduce produce, TopicProduceData topic, PartitionProduceData data, PartitionProduceResponse answer) {
        boolean byId = produce.context.apiVersion() >= TOPIC_ID_VERSION;
        var partition = byId ? partitions.find(topic.topicId(), data.index()) : partitions.find(topic.name(), data.index());
        if (partition == null) {
            produce.refuse(answer, byId ? metadata.whyNotHere(topic.topicId(), data.index())
                    : metadata.whyNotHere(topic.name(), data.index()), null);
        } else if (!produce.acksAreValid()) {
            produce.refuse(answer, ErrorCode.INVALID_REQUIRED_ACKS, null);
        } else if (TopicNames.isInternal(partition.topicPartition().topic()) && !ADMIN_CLIENT.equals(produce.context.clientId())) {
            produce.refuse(answer, ErrorCode.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + partition.topicPartition().topic());
        } else if (data.records() == null) {
            produce.refuse(answer, ErrorCode.INVALID_RECORD, "no records");
        } else {
            produce.append(partition, data, answer);
        }
    }

    /** One Produce request whose partitions are not all decided. Owned by the connection's loop. */
    private static final class PendingProduce {
        final RequestContext context;
        final ProduceResponse response = new ProduceResponse();
        private final ProduceRequest request;
        /** Parts not decided, and one more while the request is still being handed out. */
        private int undecided = 1;
        private boolean hasFailed;
        private EventLoop.Timer timer;
        private boolean isAnswered;

        PendingProduce(RequestContext context, ProduceRequest request) {
            this.context = context;
            this.request = request;
        }

        boolean acksAreValid() {
            return request.acks() >= -1 && request.acks() <= 1;
        }

        void append(Partition partition, PartitionProduceData data, PartitionProduceResponse answer) {
            undecided++;
            context.frame().retain();
            var part = new Part(this, data, answer);
            if (!partition.loop().isCurrent()) partition.loop().execute(() -> appendOnLoop(partition, part));
            else appendOnLoop(partition, part);
        }

        private static void appendOnLoop(Partition partition, Part part) {
            if (partition.isSettled()) partition.append(part);
            else partition.whenSettled(() -> partition.append(part));
        }

        void refuse(PartitionProduceResponse answer, ErrorCode error, String message) {
            answer.setErrorCode(error.code()).setErrorMessage(message).setBaseOffset(-1);
            hasFailed = true;
        }

        /** Everything has been handed out. */
        void onStarted() {
            if (request.acks() == 0) context.answerNothing();
            if (--undecided == 0) answer();
            else if (request.acks() == Append.ACKS_ALL) timer = context.loop().schedule(request.timeoutMs(), this::onTimeout);
        }

        private void onDecided(Part part) {
            if (isAnswered) return;
            part.fillAnswer();
            hasFailed |= part.error() != ErrorCode.NONE;
            if (--undecided == 0) answer();
        }

        private void answer() {
            isAnswered = true;
            if (timer != null) timer.cancel();
            if (request.acks() != 0) context.answer(response);
            // A producer that asked for no answer can learn of a failure in one way only.
            else if (hasFailed) context.connection().close(CloseReason.REFUSED);
        }

        /** What is stored stays stored, but those partitions whose acknowledgement is still open are told so. */
        private void onTimeout() {
            isAnswered = true;
            for (var topic : response.responses()) {
                for (var partition : topic.partitionResponses()) {
                    if (partition.baseOffset() == Part.UNDECIDED) refuse(partition, ErrorCode.REQUEST_TIMED_OUT, null);
                }
            }
            context.answer(response);
        }
    }

    /** The part of one partition. */
    private static final class Part extends Append {
        static final long UNDECIDED = Long.MIN_VALUE;

        private final PendingProduce produce;
        private final PartitionProduceResponse answer;

        Part(PendingProduce produce, PartitionProduceData data, PartitionProduceResponse answer) {
            super(data.records().toByteBuffer(), produce.request.acks(), produce.context.apiVersion(),
                    produce.request.transactionalId());
            this.produce = produce;
            this.answer = answer.setBaseOffset(UNDECIDED);
        }

        @Override
        protected void onStored() {
            produce.context.frame().release();
        }

        @Override
        protected void onDecided() {
            var loop = produce.context.loop();
            if (loop.isCurrent()) produce.onDecided(this);
            else loop.execute(() -> produce.onDecided(this));
        }

        void fillAnswer() {
            answer.setErrorCode(error().code())
                    .setBaseOffset(baseOffset())
                    .setLogAppendTimeMs(logAppendTimeMs())
                    .setLogStartOffset(logStartOffset());
            if (error() == ErrorCode.NONE) return;
            answer.setErrorMessage(errorMessage());
            for (var fault : recordErrors()) answer.recordErrors().add(describe(fault));
        }

        private static BatchIndexAndErrorMessage describe(RecordError fault) {
            return new BatchIndexAndErrorMessage().setBatchIndex(fault.batchIndex()).setBatchIndexErrorMessage(fault.message());
        }
    }
}
