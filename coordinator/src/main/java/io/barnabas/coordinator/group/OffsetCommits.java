package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.Decision;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import io.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import io.barnabas.protocol.message.TxnOffsetCommitResponse;
import io.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition;
import io.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic;
import java.util.Map;

/** Who may commit which offsets. */
final class OffsetCommits {
    /** From these versions on there are words for what is wrong with a member of the consumer protocol, and with a group that is not there. */
    private static final int MEMBER_EPOCH_VERSION = 9;
    private static final int MEMBER_EPOCH_TRANSACTIONAL_VERSION = 6;

    private final Map<String, Group> groups;
    private final GroupContext context;

    OffsetCommits(Map<String, Group> groups, GroupContext context) {
        this.groups = groups;
        this.context = context;
    }

    OffsetCommitResponse commit(OffsetCommitRequest request, int apiVersion, Decision decision) {
        var committer = new Committer(request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch(), false);
        var error = errorOf(request.groupId(), committer, apiVersion);
        if (error == ErrorCode.NONE) {
            var group = groups.get(request.groupId());
            if (group != null) group.onCommit(request.memberId(), decision.nowMs());
        }
        long expireTimestampMs = request.retentionTimeMs() == -1 ? CommittedOffset.NO_EXPIRY : decision.nowMs() + request.retentionTimeMs();
        var response = new OffsetCommitResponse();
        for (var topic : request.topics()) {
            var answers = new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            for (var partition : topic.partitions()) {
                var refusal = error == ErrorCode.NONE ? partitionError(request.groupId(), committer, topic.name(), topic.topicId(), partition.partitionIndex()) : error;
                if (refusal == ErrorCode.NONE) refusal = metadataError(partition.committedMetadata());
                answers.partitions().add(new OffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex()).setErrorCode(refusal.code()));
                if (refusal != ErrorCode.NONE) continue;
                var offset = committed(partition.committedOffset(), partition.committedLeaderEpoch(), partition.committedMetadata(), decision,
                        expireTimestampMs, topic.topicId());
                decision.append(OffsetRecords.of(request.groupId(), topic.name(), partition.partitionIndex(), offset));
            }
        }
        return response;
    }

    /** The offsets count once the producer's transaction is committed. */
    TxnOffsetCommitResponse commitInTransaction(TxnOffsetCommitRequest request, int apiVersion, Decision decision) {
        var committer = new Committer(request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch(), true);
        var error = request.groupId().isEmpty() ? ErrorCode.INVALID_GROUP_ID : errorOf(request.groupId(), committer, apiVersion);
        decision.transactional(request.producerId(), request.producerEpoch());
        var response = new TxnOffsetCommitResponse();
        for (var topic : request.topics()) {
            var answers = new TxnOffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            for (var partition : topic.partitions()) {
                var refusal = error == ErrorCode.NONE ? partitionError(request.groupId(), committer, topic.name(), topic.topicId(), partition.partitionIndex()) : error;
                if (refusal == ErrorCode.NONE) refusal = metadataError(partition.committedMetadata());
                answers.partitions().add(new TxnOffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex()).setErrorCode(refusal.code()));
                if (refusal != ErrorCode.NONE) continue;
                var offset = committed(partition.committedOffset(), partition.committedLeaderEpoch(), partition.committedMetadata(), decision,
                        CommittedOffset.NO_EXPIRY, topic.topicId());
                decision.append(OffsetRecords.of(request.groupId(), topic.name(), partition.partitionIndex(), offset));
            }
        }
        return response;
    }

    private ErrorCode errorOf(String groupId, Committer committer, int apiVersion) {
        boolean hasWords = apiVersion >= (committer.isTransactional() ? MEMBER_EPOCH_TRANSACTIONAL_VERSION : MEMBER_EPOCH_VERSION);
        var group = groups.get(groupId);
        if (group == null) {
            // One who is no member needs no group.
            if (committer.generationOrEpoch() < 0) return ErrorCode.NONE;
            return hasWords ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
        }
        var error = group.commitError(committer);
        if (hasWords || !group.hasMemberEpoch(committer.memberId())) return error;
        if (!committer.isTransactional()) return ErrorCode.UNSUPPORTED_VERSION;
        return error == ErrorCode.STALE_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : error;
    }

    private ErrorCode partitionError(String groupId, Committer committer, String topic, Uuid topicId, int partition) {
        var group = groups.get(groupId);
        if (group == null) return ErrorCode.NONE;
        var known = topicId.isZero() ? context.cluster().topic(topic) : null;
        return group.commitError(committer, known == null ? topicId : known.id(), partition);
    }

    private ErrorCode metadataError(String metadata) {
        boolean isTooLong = metadata != null && metadata.length() > context.config().offsetMetadataMaxBytes();
        return isTooLong ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
    }

    private static CommittedOffset committed(long offset, int leaderEpoch, String metadata, Decision decision, long expireTimestampMs, Uuid topicId) {
        return new CommittedOffset(offset, leaderEpoch, metadata == null ? "" : metadata, decision.nowMs(), expireTimestampMs, topicId);
    }
}
