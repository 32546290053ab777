package io.barnabas.server;

import io.barnabas.coordinator.transaction.MarkerSender;
import io.barnabas.coordinator.transaction.MarkerWriter;
import io.barnabas.coordinator.transaction.TransactionMarker;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.model.TopicPartition;
import java.util.function.Consumer;

/** Brings transaction markers to partitions of this process. */
final class LocalMarkers implements MarkerSender {
    private final PartitionRegistry partitions;
    private final MetadataCache metadata;
    private final MarkerWriter writer;

    LocalMarkers(PartitionRegistry partitions, MetadataCache metadata, MarkerWriter writer) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.writer = writer;
    }

    @Override
    public void send(TransactionMarker marker, TopicPartition topicPartition, Consumer<ErrorCode> whenDone) {
        var partition = partitions.find(topicPartition);
        if (partition != null) writer.write(marker, partition, whenDone);
        else whenDone.accept(whyNot(topicPartition));
    }

    /** At a start partitions come before the image that tells of them all: until then nobody can say that one is gone. */
    private ErrorCode whyNot(TopicPartition partition) {
        if (metadata.image().topic(TopicNames.TRANSACTION_STATE) == null) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        return metadata.whyNotHere(partition.topic(), partition.partition());
    }
}
