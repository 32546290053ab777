package io.barnabas.server;

import io.barnabas.base.StorageException;
import io.barnabas.log.TimestampOffset;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ListOffsetsRequest;
import io.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.barnabas.protocol.message.ListOffsetsResponse;
import io.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import java.util.HashSet;

/** Finds offsets by timestamp, among them the special ones: the log's ends, its greatest timestamp (KIP-734, KIP-1005). */
final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequest> {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    /** Which version brought each special timestamp, by {@code -1 - timestamp}. */
    private static final short[] SPECIAL_SINCE = {0, 0, 7, 8, 9, 11};
    /** Version from which a leader that does not know yet where the committed log ends may say so. */
    private static final short OFFSET_NOT_AVAILABLE_SINCE = 5;

    private static final short LEADER_EPOCH_SINCE = 4;

    private final PartitionRegistry partitions;
    private final MetadataCache metadata;

    ListOffsetsHandler(PartitionRegistry partitions, MetadataCache metadata) {
        this.partitions = partitions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, ListOffsetsRequest request) {
        var response = new ListOffsetsResponse();
        var fanOut = new PartitionFanOut(context.loop(), () -> context.answer(response));
        var isolation = IsolationLevel.of(request.isolationLevel());
        for (var topic : request.topics()) {
            var answers = new ListOffsetsTopicResponse().setName(topic.name());
            response.topics().add(answers);
            var seen = new HashSet<Integer>();
            var repeated = new HashSet<Integer>();
            for (var asked : topic.partitions()) if (!seen.add(asked.partitionIndex())) repeated.add(asked.partitionIndex());
            for (var asked : topic.partitions()) {
                var answer = new ListOffsetsPartitionResponse().setPartitionIndex(asked.partitionIndex());
                answers.partitions().add(answer);
                var partition = partitions.find(topic.name(), asked.partitionIndex());
                if (repeated.contains(asked.partitionIndex()) || !isKnown(asked.timestamp(), context.apiVersion())) {
                    boolean isRepeated = repeated.contains(asked.partitionIndex());
                    answer.setErrorCode((isRepeated ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_VERSION).code());
                } else if (partition == null) {
                    answer.setErrorCode(metadata.whyNotHere(topic.name(), asked.partitionIndex()).code());
                } else {
                    fanOut.ask(partition, () -> find(partition, asked, isolation, context.apiVersion(), answer));
                }
            }
        }
        fanOut.allAsked();
    }

    private static boolean isKnown(long timestamp, short version) {
        if (timestamp >= 0) return true;
        int special = (int) (-1 - Math.max(timestamp, -SPECIAL_SINCE.length - 1));
        return special < SPECIAL_SINCE.length && version >= SPECIAL_SINCE[special];
    }

    private static void find(Partition partition, ListOffsetsPartition asked, IsolationLevel isolation, short version,
                             ListOffsetsPartitionResponse answer) {
        var error = partition.leaderError(asked.currentLeaderEpoch());
        if (error == ErrorCode.NONE && !partition.hasCaughtUp() && asked.timestamp() != EARLIEST) {
            error = version >= OFFSET_NOT_AVAILABLE_SINCE ? ErrorCode.OFFSET_NOT_AVAILABLE : ErrorCode.LEADER_NOT_AVAILABLE;
        }
        if (error != ErrorCode.NONE) {
            answer.setErrorCode(error.code());
            return;
        }
        try {
            var found = find(partition, asked.timestamp(), isolation);
            if (found == null) return;
            answer.setTimestamp(found.timestamp()).setOffset(found.offset());
            if (version >= LEADER_EPOCH_SINCE) answer.setLeaderEpoch(found.leaderEpoch());
        } catch (StorageException e) {
            answer.setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
        }
    }

    /** @return null if there is no such record that the asker may see */
    private static TimestampOffset find(Partition partition, long timestamp, IsolationLevel isolation) {
        var log = partition.log();
        long bound = partition.bound(isolation);
        if (timestamp == LATEST) return new TimestampOffset(-1, bound, partition.assignment().leaderEpoch());
        if (timestamp == EARLIEST) return new TimestampOffset(-1, log.logStartOffset(), log.epochAt(log.logStartOffset()));
        if (timestamp == EARLIEST_LOCAL) {
            return new TimestampOffset(-1, log.localLogStartOffset(), log.epochAt(log.localLogStartOffset()));
        }
        // Nothing is in remote storage, and nothing waits for it.
        if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) return null;
        var found = timestamp == MAX_TIMESTAMP ? log.maxTimestamp() : log.offsetForTimestamp(timestamp);
        return found == null || found.offset() >= bound ? null : found;
    }
}
