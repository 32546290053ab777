package io.barnabas.coordinator.group;

import java.util.Arrays;

/** The offsets of one group, topics in the order of their names. */
final class GroupOffsets {
    private static final TopicOffsets[] NONE = {};

    private TopicOffsets[] topics = NONE;

    int topicCount() {
        return topics.length;
    }

    TopicOffsets topicAt(int index) {
        return topics[index];
    }

    boolean isEmpty() {
        return topics.length == 0;
    }

    /** @return null if there are none */
    TopicOffsets topic(String topic) {
        int index = indexOf(topic);
        return index < 0 ? null : topics[index];
    }

    /** @return null if the partition has none */
    CommittedOffset find(String topic, int partition) {
        var offsets = topic(topic);
        int index = offsets == null ? -1 : offsets.indexOf(partition);
        return index < 0 ? null : offsets.at(index);
    }

    /** @return whether the partition had none */
    boolean put(String topic, int partition, CommittedOffset committed) {
        int index = indexOf(topic);
        if (index < 0) {
            index = -(index + 1);
            var more = Arrays.copyOf(topics, topics.length + 1);
            System.arraycopy(topics, index, more, index + 1, topics.length - index);
            more[index] = new TopicOffsets(topic);
            topics = more;
        }
        return topics[index].put(partition, committed);
    }

    /** @return whether the partition had one */
    boolean remove(String topic, int partition) {
        int index = indexOf(topic);
        if (index < 0) return false;
        int at = topics[index].indexOf(partition);
        if (at < 0) return false;
        topics[index].removeAt(at);
        if (topics[index].size() > 0) return true;
        var fewer = topics.length == 1 ? NONE : Arrays.copyOf(topics, topics.length - 1);
        System.arraycopy(topics, index + 1, fewer, index, fewer.length - index);
        topics = fewer;
        return true;
    }

    private int indexOf(String topic) {
        int low = 0;
        int high = topics.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = topics[middle].topic().compareTo(topic);
            if (order < 0) low = middle + 1;
            else if (order > 0) high = middle - 1;
            else return middle;
        }
        return -(low + 1);
    }
}
