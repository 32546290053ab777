package io.barnabas.coordinator.transaction;

import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicPartition;
import java.util.function.Consumer;

/** Has transaction markers written to partitions, wherever they are led. */
public interface MarkerSender {
    /**
     * Has one marker written to one partition. Any thread; sending it again does no harm.
     *
     * @param whenDone told once, on any thread: NONE when every in-sync replica has the marker; UNKNOWN_TOPIC_OR_PARTITION when there is no
     *                 such partition any more; else why it is not known to be written
     */
    void send(TransactionMarker marker, TopicPartition partition, Consumer<ErrorCode> whenDone);
}
