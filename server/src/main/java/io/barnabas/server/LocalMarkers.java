package io.barnabas.server;

import io.barnabas.coordinator.transaction.MarkerSender;
import io.barnabas.coordinator.transaction.MarkerWriter;
import io.barnabas.coordinator.transaction.TransactionMarker;
import io.barnabas.model.ErrorCode;
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
        // Who sends markers leads, and nobody leads before the first image is in effect: what is not here then is gone.
        else whenDone.accept(metadata.whyNotHere(topicPartition.topic(), topicPartition.partition()));
    }
}
