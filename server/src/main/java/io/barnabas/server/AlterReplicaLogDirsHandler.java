package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.AlterReplicaLogDirsRequest;
import io.barnabas.protocol.message.AlterReplicaLogDirsResponse;
import io.barnabas.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult;
import io.barnabas.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;

/** Begins to move partitions to other log directories of this broker (KIP-113). The answer does not wait for their end. */
final class AlterReplicaLogDirsHandler implements RequestHandler<AlterReplicaLogDirsRequest> {
    private final ReplicaMoves moves;

    AlterReplicaLogDirsHandler(ReplicaMoves moves) {
        this.moves = moves;
    }

    @Override
    public void handle(RequestContext context, AlterReplicaLogDirsRequest request) {
        var response = new AlterReplicaLogDirsResponse();
        var byTopic = new LinkedHashMap<String, AlterReplicaLogDirTopicResult>();
        var decisions = new ArrayList<CompletableFuture<?>>();
        for (var directory : request.dirs()) {
            for (var topic : directory.topics()) {
                var results = byTopic.computeIfAbsent(topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name));
                for (int index : topic.partitions()) {
                    var result = new AlterReplicaLogDirPartitionResult().setPartitionIndex(index);
                    results.partitions().add(result);
                    if (index < 0) {
                        result.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
                        continue;
                    }
                    decisions.add(moves.alter(new TopicPartition(topic.name(), index), directory.path())
                            .thenAccept(error -> result.setErrorCode(error.code())).toCompletableFuture());
                }
            }
        }
        response.results().addAll(byTopic.values());
        CompletableFuture.allOf(decisions.toArray(new CompletableFuture<?>[0]))
                .whenComplete((done, failure) -> context.loop().execute(() -> context.answer(response)));
    }
}
