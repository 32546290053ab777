package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import java.util.Map;

/** What groups have committed. */
final class OffsetFetches {
    /** Says that there is none. */
    private static final long NO_OFFSET = -1;

    private final Map<String, Group> groups;
    private final OffsetTable table;

    OffsetFetches(Map<String, Group> groups, OffsetTable table) {
        this.groups = groups;
        this.table = table;
    }

    OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request, boolean requireStable) {
        var response = new OffsetFetchResponseGroup().setGroupId(request.groupId());
        var group = groups.get(request.groupId());
        var error = group == null ? ErrorCode.NONE : group.fetchError(request.memberId(), request.memberEpoch());
        if (error != ErrorCode.NONE) return response.setErrorCode(error.code());
        var offsets = table.of(request.groupId());
        if (request.topics() == null) {
            for (int i = 0; offsets != null && i < offsets.topicCount(); i++) {
                response.topics().add(all(request.groupId(), offsets.topicAt(i), requireStable));
            }
            return response;
        }
        for (var topic : request.topics()) {
            var answers = new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            for (int partition : topic.partitionIndexes()) {
                var offset = offsets == null ? null : offsets.find(topic.name(), partition);
                if (offset != null && isOfAnother(offset.topicId(), topic.topicId())) offset = null;
                answers.partitions().add(answer(request.groupId(), topic.name(), partition, offset, requireStable));
            }
        }
        return response;
    }

    private OffsetFetchResponseTopics all(String groupId, TopicOffsets offsets, boolean requireStable) {
        var answers = new OffsetFetchResponseTopics().setName(offsets.topic());
        for (int i = 0; i < offsets.size(); i++) {
            answers.partitions().add(answer(groupId, offsets.topic(), offsets.partitionAt(i), offsets.at(i), requireStable));
        }
        return answers;
    }

    private OffsetFetchResponsePartitions answer(String groupId, String topic, int partition, CommittedOffset offset, boolean requireStable) {
        var answer = new OffsetFetchResponsePartitions().setPartitionIndex(partition);
        if (requireStable && table.pending().has(groupId, topic, partition)) {
            return answer.setErrorCode(ErrorCode.UNSTABLE_OFFSET_COMMIT.code()).setCommittedOffset(NO_OFFSET).setMetadata("");
        }
        if (offset == null) return answer.setCommittedOffset(NO_OFFSET).setMetadata("");
        return answer.setCommittedOffset(offset.offset()).setCommittedLeaderEpoch(offset.leaderEpoch()).setMetadata(offset.metadata());
    }

    /** A topic of the same name was there before. */
    private static boolean isOfAnother(Uuid stored, Uuid asked) {
        return !stored.isZero() && !asked.isZero() && !stored.equals(asked);
    }
}
