package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetForLeaderEpochRequest;
import io.barnabas.protocol.message.OffsetForLeaderEpochResponse;
import io.barnabas.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.barnabas.protocol.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;

/** Tells where leader epochs end, so that a reader can find where its log parted from the leader's (KIP-101, KIP-320). */
final class OffsetForLeaderEpochHandler implements RequestHandler<OffsetForLeaderEpochRequest> {
    private final PartitionRegistry partitions;
    private final MetadataCache metadata;

    OffsetForLeaderEpochHandler(PartitionRegistry partitions, MetadataCache metadata) {
        this.partitions = partitions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, OffsetForLeaderEpochRequest request) {
        var response = new OffsetForLeaderEpochResponse();
        var fanOut = new PartitionFanOut(context.loop(), () -> context.answer(response));
        for (var topic : request.topics()) {
            var answers = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            response.topics().add(answers);
            for (var asked : topic.partitions()) {
                var answer = new EpochEndOffset().setPartition(asked.partition());
                answers.partitions().add(answer);
                var partition = partitions.find(topic.topic(), asked.partition());
                if (partition == null) {
                    answer.setErrorCode(metadata.whyNotHere(topic.topic(), asked.partition()).code());
                    continue;
                }
                fanOut.ask(partition, () -> {
                    var error = partition.leaderError(asked.currentLeaderEpoch());
                    answer.setErrorCode(error.code());
                    if (error != ErrorCode.NONE) return;
                    var end = partition.offsetForLeaderEpoch(asked.leaderEpoch());
                    answer.setLeaderEpoch(end.leaderEpoch()).setEndOffset(end.endOffset());
                });
            }
        }
        fanOut.allAsked();
    }
}
