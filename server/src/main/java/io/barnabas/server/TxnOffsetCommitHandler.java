package io.barnabas.server;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import io.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import io.barnabas.protocol.message.TxnOffsetCommitResponse;
import io.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition;
import io.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic;
import java.util.ArrayList;
import java.util.List;

/** Commits offsets as part of a transaction, in partitions that exist; for the others the answer is known here (KIP-98, KIP-447). */
final class TxnOffsetCommitHandler implements RequestHandler<TxnOffsetCommitRequest> {
    /** From this version on topics are named by id (KIP-1319). */
    private static final int TOPIC_ID_VERSION = 6;

    private final CoordinatorShards<Groups> groups;
    private final MetadataCache metadata;

    TxnOffsetCommitHandler(CoordinatorShards<Groups> groups, MetadataCache metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, TxnOffsetCommitRequest request) {
        var response = new TxnOffsetCommitResponse();
        var asked = new ArrayList<TxnOffsetCommitResponsePartition>();
        request.setTopics(existing(request, context.apiVersion(), response, asked));
        if (asked.isEmpty()) {
            context.answer(response);
            return;
        }
        short version = context.apiVersion();
        groups.run(request.groupId(), (state, decision) -> state.offsets().commitInTransaction(request, version, decision),
                new ShardReply<TxnOffsetCommitResponse>(decided -> {
                    fillIn(asked, decided);
                    context.answer(response);
                }, error -> refusal(request, error)));
    }

    /** What may be committed; its places in the answer are {@code asked}, those of the rest are filled in. */
    private List<TxnOffsetCommitRequestTopic> existing(TxnOffsetCommitRequest request, int version, TxnOffsetCommitResponse response,
                                                       List<TxnOffsetCommitResponsePartition> asked) {
        var image = metadata.image();
        var existing = new ArrayList<TxnOffsetCommitRequestTopic>(request.topics().size());
        for (var topic : request.topics()) {
            boolean byId = version >= TOPIC_ID_VERSION;
            var known = byId ? image.topic(topic.topicId()) : image.topic(topic.name());
            var answers = new TxnOffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            var kept = new TxnOffsetCommitRequestTopic();
            for (var partition : topic.partitions()) {
                var answer = new TxnOffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
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
    private static void fillIn(List<TxnOffsetCommitResponsePartition> asked, TxnOffsetCommitResponse decided) {
        int next = 0;
        for (var topic : decided.topics()) for (var partition : topic.partitions()) asked.get(next++).setErrorCode(partition.errorCode());
    }

    private static TxnOffsetCommitResponse refusal(TxnOffsetCommitRequest request, ErrorCode error) {
        var response = new TxnOffsetCommitResponse();
        for (var topic : request.topics()) {
            var answers = new TxnOffsetCommitResponseTopic();
            response.topics().add(answers);
            for (int i = 0; i < topic.partitions().size(); i++) answers.partitions().add(new TxnOffsetCommitResponsePartition().setErrorCode(error.code()));
        }
        return response;
    }
}
