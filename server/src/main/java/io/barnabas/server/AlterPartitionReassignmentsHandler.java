package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import io.barnabas.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.barnabas.protocol.message.AlterPartitionReassignmentsResponse;
import io.barnabas.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import io.barnabas.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import java.util.HashSet;
import java.util.List;

/** With one broker a partition can only stay where it is: agrees to that, and says why anything else cannot be. */
final class AlterPartitionReassignmentsHandler implements RequestHandler<AlterPartitionReassignmentsRequest> {
    private final MetadataCache metadata;

    AlterPartitionReassignmentsHandler(MetadataCache metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, AlterPartitionReassignmentsRequest request) {
        var image = metadata.image();
        var response = new AlterPartitionReassignmentsResponse()
                .setAllowReplicationFactorChange(request.allowReplicationFactorChange()).setErrorMessage(null);
        for (var topic : request.topics()) {
            var results = new ReassignableTopicResponse().setName(topic.name());
            response.responses().add(results);
            for (var partition : topic.partitions()) results.partitions().add(decide(image, topic.name(), partition));
        }
        context.answer(response);
    }

    private static ReassignablePartitionResponse decide(ClusterImage image, String topic, ReassignablePartition asked) {
        int index = asked.partitionIndex();
        var result = new ReassignablePartitionResponse().setPartitionIndex(index).setErrorMessage(null);
        if (image.topic(topic) == null) {
            return refuse(result, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named " + topic + ".");
        }
        var partition = image.partition(topic, index);
        if (partition == null) {
            return refuse(result, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find partition " + topic + ":" + index + ".");
        }
        if (asked.replicas() == null) return refuse(result, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, null);
        var problem = problem(image, partition, asked.replicas());
        return problem == null ? result : refuse(result, ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
    }

    private static ReassignablePartitionResponse refuse(ReassignablePartitionResponse result, ErrorCode error, String message) {
        return result.setErrorCode(error.code()).setErrorMessage(message);
    }

    private static String problem(ClusterImage image, PartitionImage partition, List<Integer> replicas) {
        if (replicas.isEmpty()) return "The manual partition assignment includes an empty replica list.";
        var seen = new HashSet<Integer>();
        for (var replica : replicas) {
            if (!seen.add(replica)) return "The manual partition assignment includes the broker " + replica + " more than once.";
            if (image.broker(replica) == null) {
                return "The manual partition assignment includes broker " + replica + ", but no such broker is registered.";
            }
        }
        return PartitionView.listOf(partition.replicas()).equals(replicas) ? null : "Replicas cannot be moved to other brokers.";
    }
}
