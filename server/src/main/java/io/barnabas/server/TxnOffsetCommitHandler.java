package io.barnabas.server;

import io.barnabas.coordinator.Command;
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
    /** The first version whose clients leave it to brokers to add the offsets' partition to the transaction. */
    private static final int ADDING_VERSION = 5;
    /** The first version whose clients know TRANSACTION_ABORTABLE. */
    private static final int ABORTABLE_VERSION = 4;

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
        commit(request, context.apiVersion(), new ShardReply<TxnOffsetCommitResponse>(decided -> {
            fillIn(asked, decided);
            context.answer(response);
        }, error -> refusal(request, error)));
    }

    /** The offsets' partition must belong to the transaction before it takes any of it, like every other (KIP-890). */
    private void commit(TxnOffsetCommitRequest request, short version, ShardReply<TxnOffsetCommitResponse> reply) {
        var shard = groups.find(groups.partitionOf(request.groupId()));
        if (request.groupId().isEmpty() || shard == null) {
            reply.fail(shard == null ? ErrorCode.NOT_COORDINATOR : ErrorCode.INVALID_GROUP_ID);
            return;
        }
        Command<Groups, TxnOffsetCommitResponse> command = (state, decision) -> state.offsets().commitInTransaction(request, version, decision);
        var partition = shard.partition();
        partition.loop().execute(() -> {
            // Says itself why not.
            if (!shard.isActive()) shard.run(command, reply);
            else partition.verifyTransaction(request.transactionalId(), request.producerId(), request.producerEpoch(), version >= ADDING_VERSION, error -> {
                if (error == ErrorCode.NONE) shard.run(command, reply);
                else reply.fail(errorOf(error, version));
            });
        });
    }

    /** What a transaction's coordinator says, in terms of what a client of a group's coordinator should do. */
    private static ErrorCode errorOf(ErrorCode error, int version) {
        return switch (error) {
            case PRODUCER_FENCED -> ErrorCode.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE -> version >= ABORTABLE_VERSION ? error : ErrorCode.INVALID_TXN_STATE;
            case NOT_COORDINATOR -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, UNKNOWN_TOPIC_OR_PARTITION -> ErrorCode.NOT_COORDINATOR;
            default -> error;
        };
    }

    /** What may be committed; its places in the answer are {@code asked}, those of the rest are filled in. */
    private List<TxnOffsetCommitRequestTopic> existing(TxnOffsetCommitRequest request, int version, TxnOffsetCommitResponse response,
                                                       List<TxnOffsetCommitResponsePartition> asked) {
        var image = metadata.image();
        var existing = new ArrayList<TxnOffsetCommitRequestTopic>(request.topics().size());
        for (var topic : request.topics()) {
            if (topic.partitions().isEmpty()) continue;
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
