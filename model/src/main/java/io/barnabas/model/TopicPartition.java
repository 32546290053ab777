package io.barnabas.model;

import java.util.Objects;

/** One partition of one topic. */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
    public TopicPartition {
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) throw new IllegalArgumentException("partition=" + partition);
    }

    @Override
    public int compareTo(TopicPartition other) {
        int order = topic.compareTo(other.topic);
        return order != 0 ? order : Integer.compare(partition, other.partition);
    }

    /** Also the name of its folder in a log directory. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
