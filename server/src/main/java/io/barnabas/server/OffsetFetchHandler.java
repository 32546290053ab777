package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import java.util.ArrayList;
import java.util.List;

/** What groups have committed, each asked of its coordinator. */
final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequest> {
    /** From this version on an error may be told for the whole. */
    private static final int ERROR_VERSION = 2;
    /** From this version on several groups are asked for at once. */
    private static final int BATCH_VERSION = 8;
    /** From this version on topics are named by id (KIP-848). */
    private static final int TOPIC_ID_VERSION = 10;

    private final CoordinatorShards<Groups> groups;
    private final MetadataCache metadata;

    OffsetFetchHandler(CoordinatorShards<Groups> groups, MetadataCache metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, OffsetFetchRequest request) {
        int version = context.apiVersion();
        var asked = version < BATCH_VERSION ? List.of(onlyGroup(request)) : request.groups();
        var found = new OffsetFetchResponseGroup[asked.size()];
        var fanOut = new ShardFanOut(context.loop(), () -> answer(context, request, found));
        for (int i = 0; i < found.length; i++) {
            int index = i;
            var group = asked.get(i);
            var unknown = nameTopics(group, version);
            var reply = fanOut.expect((OffsetFetchResponseGroup response) -> found[index] = complete(response, unknown, version),
                    error -> new OffsetFetchResponseGroup().setGroupId(group.groupId()).setErrorCode(error.code()));
            groups.run(group.groupId(), (state, decision) -> state.offsets().fetch(group, request.requireStable()), reply);
        }
        fanOut.allAsked();
    }

    private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequest request) {
        var group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        if (request.topics() == null) return group.setTopics(null);
        for (var topic : request.topics()) {
            group.topics().add(new OffsetFetchRequestTopics().setName(topic.name()).setPartitionIndexes(topic.partitionIndexes()));
        }
        return group;
    }

    /** Gives topics both name and id. @return those whose id nobody knows, which are asked of no coordinator */
    private List<OffsetFetchRequestTopics> nameTopics(OffsetFetchRequestGroup group, int version) {
        if (group.topics() == null) return List.of();
        var image = metadata.image();
        var known = new ArrayList<OffsetFetchRequestTopics>(group.topics().size());
        var unknown = new ArrayList<OffsetFetchRequestTopics>();
        for (var topic : group.topics()) {
            var there = version >= TOPIC_ID_VERSION ? image.topic(topic.topicId()) : image.topic(topic.name());
            if (there != null) topic.setName(there.name()).setTopicId(there.id());
            // By name, offsets of a topic that is gone may still be asked for.
            (there != null || version < TOPIC_ID_VERSION ? known : unknown).add(topic);
        }
        group.setTopics(known);
        return unknown;
    }

    private OffsetFetchResponseGroup complete(OffsetFetchResponseGroup found, List<OffsetFetchRequestTopics> unknown, int version) {
        if (version < TOPIC_ID_VERSION || found.errorCode() != ErrorCode.NONE.code()) return found;
        var image = metadata.image();
        found.topics().removeIf(topic -> topic.topicId().isZero() && !identify(topic, image));
        for (var topic : unknown) {
            var answers = new OffsetFetchResponseTopics().setTopicId(topic.topicId());
            found.topics().add(answers);
            for (int partition : topic.partitionIndexes()) {
                answers.partitions().add(new OffsetFetchResponsePartitions().setPartitionIndex(partition).setCommittedOffset(-1).setMetadata("")
                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code()));
            }
        }
        return found;
    }

    /** @return false if the topic is gone, and cannot be named in this version */
    private static boolean identify(OffsetFetchResponseTopics topic, ClusterImage image) {
        var there = image.topic(topic.name());
        if (there != null) topic.setTopicId(there.id());
        return there != null;
    }

    private static void answer(RequestContext context, OffsetFetchRequest request, OffsetFetchResponseGroup[] found) {
        var response = new OffsetFetchResponse();
        if (context.apiVersion() >= BATCH_VERSION) response.groups().addAll(List.of(found));
        else if (found[0].errorCode() == ErrorCode.NONE.code()) flatten(found[0], response);
        else if (context.apiVersion() >= ERROR_VERSION) response.setErrorCode(found[0].errorCode());
        else refuseEach(request, found[0].errorCode(), response);
        context.answer(response);
    }

    private static void flatten(OffsetFetchResponseGroup group, OffsetFetchResponse response) {
        for (var topic : group.topics()) {
            var answers = new OffsetFetchResponseTopic().setName(topic.name());
            response.topics().add(answers);
            for (var partition : topic.partitions()) {
                answers.partitions().add(new OffsetFetchResponsePartition().setPartitionIndex(partition.partitionIndex())
                        .setCommittedOffset(partition.committedOffset()).setCommittedLeaderEpoch(partition.committedLeaderEpoch())
                        .setMetadata(partition.metadata()).setErrorCode(partition.errorCode()));
            }
        }
    }

    private static void refuseEach(OffsetFetchRequest request, short error, OffsetFetchResponse response) {
        for (var topic : request.topics()) {
            var answers = new OffsetFetchResponseTopic().setName(topic.name());
            response.topics().add(answers);
            for (int partition : topic.partitionIndexes()) {
                answers.partitions().add(new OffsetFetchResponsePartition().setPartitionIndex(partition).setCommittedOffset(-1).setMetadata("")
                        .setErrorCode(error));
            }
        }
    }
}
