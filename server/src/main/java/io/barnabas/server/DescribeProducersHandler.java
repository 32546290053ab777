package io.barnabas.server;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeProducersRequest;
import io.barnabas.protocol.message.DescribeProducersResponse;
import io.barnabas.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.barnabas.protocol.message.DescribeProducersResponse.ProducerState;
import io.barnabas.protocol.message.DescribeProducersResponse.TopicResponse;
import io.barnabas.replication.Partition;

/** Lists the producers that partitions keep state for (KIP-664). */
final class DescribeProducersHandler implements RequestHandler<DescribeProducersRequest> {
    private final PartitionRegistry partitions;
    private final MetadataCache metadata;

    DescribeProducersHandler(PartitionRegistry partitions, MetadataCache metadata) {
        this.partitions = partitions;
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, DescribeProducersRequest request) {
        var response = new DescribeProducersResponse();
        var fanOut = new PartitionFanOut(context.loop(), () -> context.answer(response));
        for (var topic : request.topics()) {
            var answers = new TopicResponse().setName(topic.name());
            response.topics().add(answers);
            for (int index : topic.partitionIndexes()) {
                var answer = new PartitionResponse().setPartitionIndex(index);
                answers.partitions().add(answer);
                var partition = partitions.find(topic.name(), index);
                if (partition == null) answer.setErrorCode(metadata.whyNotHere(topic.name(), index).code());
                else fanOut.ask(partition, () -> describe(partition, answer));
            }
        }
        fanOut.allAsked();
    }

    private static void describe(Partition partition, PartitionResponse answer) {
        var error = partition.leaderError(-1);
        answer.setErrorCode(error.code());
        if (error != ErrorCode.NONE) return;
        for (var producer : partition.log().activeProducers()) {
            answer.activeProducers().add(new ProducerState()
                    .setProducerId(producer.producerId())
                    .setProducerEpoch(producer.producerEpoch())
                    .setLastSequence(producer.lastSequence())
                    .setLastTimestamp(producer.lastTimestamp())
                    .setCoordinatorEpoch(producer.coordinatorEpoch())
                    .setCurrentTxnStartOffset(producer.currentTransactionStartOffset()));
        }
    }
}
