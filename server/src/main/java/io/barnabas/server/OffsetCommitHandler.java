package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import io.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import java.util.ArrayList;
import java.util.List;

/** Commits offsets in partitions that exist; for the others the answer is known here. */
final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequest> {
    /** From this version on topics are named by id (KIP-848). */
    private static final int TOPIC_ID_VERSION = 10;

    private final CoordinatorShards<Groups> groups;
    private final MetadataCache metadata;

    OffsetCommitHandler(CoordinatorShards<Groups> groups, MetadataCache metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, OffsetCommitRequest request) {
        var response = new OffsetCommitResponse();
        var asked = new ArrayList<OffsetCommitResponsePartition>();
        var topics = existing(request, context.apiVersion(), response, asked);
        if (asked.isEmpty()) {
            context.answer(response);
            return;
        }
        request.setTopics(topics);
        short version = context.apiVersion();
        groups.run(request.groupId(), (state, decision) -> state.offsets().commit(request, version, decision),
                new ShardReply<OffsetCommitResponse>(decided -> {
                    fillIn(asked, decided);
                    context.answer(response);
                }, error -> refusal(request, error)));
    }

    /** What may be committed; its places in the answer are {@code asked}, those of the rest are filled in. */
    private List<OffsetCommitRequestTopic> existing(OffsetCommitRequest request, int version, OffsetCommitResponse response,
                                                    List<OffsetCommitResponsePartition> asked) {
        var image = metadata.image();
        var existing = new ArrayList<OffsetCommitRequestTopic>(request.topics().size());
        for (var topic : request.topics()) {
            boolean byId = version >= TOPIC_ID_VERSION;
            var known = byId ? image.topic(topic.topicId()) : image.topic(topic.name());
            var answers = new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            var kept = new OffsetCommitRequestTopic();
            for (var partition : topic.partitions()) {
                var answer = new OffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
                answers.partitions().add(answer);
                if (known == null) answer.setErrorCode((byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION).code());
                else if (known.partition(partition.partitionIndex()) == null) answer.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
                else {
                    kept.partitions().add(partition);
                    asked.add(answer);
                }
            }
            if (!kept.partitions().isEmpty()) existing.add(kept.setName(known.name()).setTopicId(known.id()));
        }
        return existing;
    }

    /** The coordinator answers in the order in which it was asked. */
    private static void fillIn(List<OffsetCommitResponsePartition> asked, OffsetCommitResponse decided) {
        int next = 0;
        for (var topic : decided.topics()) for (var partition : topic.partitions()) asked.get(next++).setErrorCode(partition.errorCode());
    }

    private static OffsetCommitResponse refusal(OffsetCommitRequest request, ErrorCode error) {
        var response = new OffsetCommitResponse();
        for (var topic : request.topics()) {
            var answers = new OffsetCommitResponseTopic();
            response.topics().add(answers);
            for (int i = 0; i < topic.partitions().size(); i++) answers.partitions().add(new OffsetCommitResponsePartition().setErrorCode(error.code()));
        }
        return response;
    }
}
