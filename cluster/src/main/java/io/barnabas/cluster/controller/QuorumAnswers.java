package io.barnabas.cluster.controller;

import io.barnabas.cluster.quorum.QuorumDescription;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeQuorumRequest;
import io.barnabas.protocol.message.DescribeQuorumResponse;
import java.util.List;

/** Puts what the quorum says of itself into the protocol's words. */
final class QuorumAnswers {
    private static final String METADATA_TOPIC = "__cluster_metadata";

    private QuorumAnswers() {}

    static DescribeQuorumResponse describe(DescribeQuorumRequest request, QuorumDescription quorum) {
        var response = new DescribeQuorumResponse();
        if (!asksForMetadata(request)) {
            for (var topic : request.topics()) {
                var answer = new DescribeQuorumResponse.TopicData().setTopicName(topic.topicName());
                for (var partition : topic.partitions()) {
                    answer.partitions().add(new DescribeQuorumResponse.PartitionData().setPartitionIndex(partition.partitionIndex())
                            .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                            .setErrorMessage("This server does not host this topic-partition."));
                }
                response.topics().add(answer);
            }
            return response;
        }
        var partition = new DescribeQuorumResponse.PartitionData().setLeaderId(quorum.leaderId()).setLeaderEpoch(quorum.leaderEpoch())
                .setHighWatermark(quorum.committedEndOffset());
        addReplicas(quorum.voters(), partition.currentVoters());
        addReplicas(quorum.observers(), partition.observers());
        response.topics().add(new DescribeQuorumResponse.TopicData().setTopicName(METADATA_TOPIC).setPartitions(List.of(partition)));
        for (var voter : quorum.voters()) {
            var node = new DescribeQuorumResponse.Node().setNodeId(voter.nodeId());
            for (var e : voter.endpoints()) {
                node.listeners().add(new DescribeQuorumResponse.Listener().setName(e.listener()).setHost(e.host()).setPort(e.port()));
            }
            response.nodes().add(node);
        }
        return response;
    }

    private static boolean asksForMetadata(DescribeQuorumRequest request) {
        if (request.topics().size() != 1) return false;
        var topic = request.topics().get(0);
        return topic.topicName().equals(METADATA_TOPIC) && topic.partitions().size() == 1
                && topic.partitions().get(0).partitionIndex() == 0;
    }

    private static void addReplicas(List<QuorumDescription.Replica> from, List<DescribeQuorumResponse.ReplicaState> to) {
        for (var replica : from) {
            to.add(new DescribeQuorumResponse.ReplicaState().setReplicaId(replica.nodeId()).setReplicaDirectoryId(replica.directoryId())
                    .setLogEndOffset(replica.logEndOffset()).setLastFetchTimestamp(replica.lastFetchMs())
                    .setLastCaughtUpTimestamp(replica.lastCaughtUpMs()));
        }
    }
}
