package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DeleteRecordsRequest;
import io.barnabas.protocol.message.DeleteRecordsResponse;
import io.barnabas.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.barnabas.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import io.barnabas.replication.Partition;

/** Deletes records from the start of partitions (KIP-107). */
final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequest> {
    private static final long NO_LOW_WATERMARK = -1;

    private final PartitionRegistry partitions;
    private final MetadataCache metadata;

    DeleteRecordsHandler(PartitionRegistry partitions, MetadataCache metadata) {
        this.partitions = partitions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, DeleteRecordsRequest request) {
        var response = new DeleteRecordsResponse();
        var fanOut = new PartitionFanOut(context.loop(), () -> context.answer(response));
        for (var topic : request.topics()) {
            var answers = new DeleteRecordsTopicResult().setName(topic.name());
            response.topics().add(answers);
            for (var asked : topic.partitions()) {
                var answer = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(asked.partitionIndex()).setLowWatermark(NO_LOW_WATERMARK);
                answers.partitions().add(answer);
                var partition = partitions.find(topic.name(), asked.partitionIndex());
                if (partition == null) {
                    answer.setErrorCode(metadata.whyNotHere(topic.name(), asked.partitionIndex()).code());
                } else {
                    fanOut.ask(partition, () -> delete(partition, asked.offset(), answer));
                }
            }
        }
        fanOut.allAsked();
    }

    private static void delete(Partition partition, long offset, DeleteRecordsPartitionResult answer) {
        var error = partition.leaderError(-1);
        if (error == ErrorCode.NONE && !partition.log().config().delete()) error = ErrorCode.POLICY_VIOLATION;
        if (error == ErrorCode.NONE) {
            long start = partition.deleteRecordsBefore(offset);
            if (start < 0) error = ErrorCode.OFFSET_OUT_OF_RANGE;
            else answer.setLowWatermark(start);
        }
        answer.setErrorCode(error.code());
    }
}
