package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.barnabas.protocol.message.OffsetDeleteResponse;
import io.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import io.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import java.util.ArrayList;
import java.util.List;

/** Deletes offsets in partitions that exist; for the others the answer is known here (KIP-496). */
final class OffsetDeleteHandler implements RequestHandler<OffsetDeleteRequest> {
    private final CoordinatorShards<Groups> groups;
    private final MetadataCache metadata;

    OffsetDeleteHandler(CoordinatorShards<Groups> groups, MetadataCache metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, OffsetDeleteRequest request) {
        var response = new OffsetDeleteResponse();
        var asked = new ArrayList<OffsetDeleteResponsePartition>();
        request.setTopics(existing(request, response, asked));
        groups.run(request.groupId(), (state, decision) -> state.offsets().delete(request, decision),
                new ShardReply<OffsetDeleteResponse>(decided -> context.answer(merge(response, asked, decided)),
                        error -> new OffsetDeleteResponse().setErrorCode(error.code())));
    }

    /** What may be deleted; its places in the answer are {@code asked}, those of the rest are filled in. */
    private List<OffsetDeleteRequestTopic> existing(OffsetDeleteRequest request, OffsetDeleteResponse response,
                                                    List<OffsetDeleteResponsePartition> asked) {
        var image = metadata.image();
        var existing = new ArrayList<OffsetDeleteRequestTopic>(request.topics().size());
        for (var topic : request.topics()) {
            var answers = new OffsetDeleteResponseTopic().setName(topic.name());
            response.topics().add(answers);
            var kept = new OffsetDeleteRequestTopic().setName(topic.name());
            for (var partition : topic.partitions()) {
                var answer = new OffsetDeleteResponsePartition().setPartitionIndex(partition.partitionIndex());
                answers.partitions().add(answer);
                if (image.partition(topic.name(), partition.partitionIndex()) == null) {
                    answer.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
                } else {
                    kept.partitions().add(partition);
                    asked.add(answer);
                }
            }
            if (!kept.partitions().isEmpty()) existing.add(kept);
        }
        return existing;
    }

    /** The coordinator answers in the order in which it was asked; where it refuses the whole, no topic is named. */
    private static OffsetDeleteResponse merge(OffsetDeleteResponse response, List<OffsetDeleteResponsePartition> asked, OffsetDeleteResponse decided) {
        if (decided.errorCode() != ErrorCode.NONE.code()) return decided;
        int next = 0;
        for (var topic : decided.topics()) for (var partition : topic.partitions()) asked.get(next++).setErrorCode(partition.errorCode());
        return response;
    }
}
