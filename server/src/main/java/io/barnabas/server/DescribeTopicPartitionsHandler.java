package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import io.barnabas.protocol.message.DescribeTopicPartitionsResponse;
import io.barnabas.protocol.message.DescribeTopicPartitionsResponse.Cursor;
import io.barnabas.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import io.barnabas.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Describes partitions page by page, in the order of topic names: a cursor says where the next page begins. */
final class DescribeTopicPartitionsHandler implements RequestHandler<DescribeTopicPartitionsRequest> {
    private final MetadataCache metadata;
    private final int partitionsMax;

    /** @param partitionsMax {@code max.request.partition.size.limit}: most partitions of one answer */
    DescribeTopicPartitionsHandler(MetadataCache metadata, int partitionsMax) {
        this.metadata = metadata;
        this.partitionsMax = partitionsMax;
    }

    @Override
    public void handle(RequestContext context, DescribeTopicPartitionsRequest request) {
        var image = metadata.image();
        var cursor = request.cursor();
        boolean ofAll = request.topics().isEmpty();
        var names = new TreeSet<String>();
        if (ofAll) for (var topic : image.topics()) names.add(topic.name());
        else for (var topic : request.topics()) names.add(topic.name());

        if (cursor != null) {
            // Topics come in the order of their names, so what is before the cursor has been told.
            var rest = names.tailSet(cursor.topicName(), true);
            boolean isCursorMeant = ofAll || !rest.isEmpty() && rest.first().equals(cursor.topicName());
            if (cursor.partitionIndex() < 0 || !isCursorMeant) {
                context.answer(refusal(request));
                return;
            }
            names = new TreeSet<>(rest);
        }
        var page = new Page(image, context.connection().listener().name(), Math.max(1, Math.min(request.responsePartitionLimit(), partitionsMax)));
        for (var name : names) {
            int from = cursor != null && name.equals(cursor.topicName()) ? cursor.partitionIndex() : 0;
            if (!page.add(name, from)) break;
        }
        context.answer(page.response);
    }

    private static DescribeTopicPartitionsResponse refusal(DescribeTopicPartitionsRequest request) {
        var response = new DescribeTopicPartitionsResponse();
        var topics = request.topics();
        for (int i = 0; i < topics.size(); i++) {
            response.topics().add(new DescribeTopicPartitionsResponseTopic()
                    .setErrorCode(ErrorCode.INVALID_REQUEST.code()).setName(topics.get(i).name()));
        }
        return response;
    }

    /** One answer in the making. */
    private static final class Page {
        final DescribeTopicPartitionsResponse response = new DescribeTopicPartitionsResponse();
        private final ClusterImage image;
        private final PartitionView view;
        private int room;

        Page(ClusterImage image, String listener, int room) {
            this.image = image;
            this.view = new PartitionView(image, listener);
            this.room = room;
        }

        /** @return false if the page is full: the cursor points to what comes next */
        boolean add(String name, int from) {
            if (room == 0) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(from));
                return false;
            }
            var topic = image.topic(name);
            if (topic == null) {
                var error = TopicNames.refusal(name) == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
                response.topics().add(described(name).setErrorCode(error.code()));
                return true;
            }
            int end = (int) Math.min(topic.partitionCount(), (long) from + room);
            response.topics().add(described(name).setTopicId(topic.id()).setPartitions(partitions(topic, from, end)));
            room -= Math.max(0, end - from);
            if (end == topic.partitionCount() || from >= end) return true;
            response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
            return false;
        }

        private static DescribeTopicPartitionsResponseTopic described(String name) {
            return new DescribeTopicPartitionsResponseTopic()
                    .setName(name)
                    .setIsInternal(TopicNames.isInternal(name))
                    .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
        }

        private List<DescribeTopicPartitionsResponsePartition> partitions(TopicImage topic, int from, int end) {
            var partitions = new ArrayList<DescribeTopicPartitionsResponsePartition>(Math.max(0, end - from));
            for (int i = from; i < end; i++) partitions.add(describe(topic.partition(i)));
            return partitions;
        }

        private DescribeTopicPartitionsResponsePartition describe(PartitionImage partition) {
            var error = view.leaderError(partition);
            return new DescribeTopicPartitionsResponsePartition()
                    .setErrorCode(error.code())
                    .setPartitionIndex(partition.partition())
                    .setLeaderId(error == ErrorCode.NONE ? partition.leader() : PartitionImage.NO_LEADER)
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(PartitionView.listOf(partition.replicas()))
                    .setIsrNodes(PartitionView.listOf(partition.isr()))
                    .setEligibleLeaderReplicas(PartitionView.listOf(partition.eligibleLeaders()))
                    .setLastKnownElr(PartitionView.listOf(partition.lastKnownEligible()))
                    .setOfflineReplicas(view.offlineReplicas(partition));
        }
    }
}
