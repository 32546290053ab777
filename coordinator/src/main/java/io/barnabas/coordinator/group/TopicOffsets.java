package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import java.util.Arrays;

/**
 * The offsets of one group in one topic, by partition, in flat arrays: 24 bytes an offset and 4 for its topic id, with some room
 * to grow, and more only where a commit has metadata or a time to expire.
 */
final class TopicOffsets {
    /** Of an entry: its partition (upper half) and leader epoch, its offset, its commit time. */
    private static final int WIDTH = 3;

    private final String topic;
    private int size;
    private long[] entries = new long[WIDTH];
    private Uuid[] topicIds = new Uuid[1];
    /** Null as long as all are empty. */
    private String[] metadata;
    /** Null as long as none is set. */
    private long[] expirations;

    TopicOffsets(String topic) {
        this.topic = topic;
    }

    String topic() {
        return topic;
    }

    int size() {
        return size;
    }

    int partitionAt(int index) {
        return (int) (entries[index * WIDTH] >> 32);
    }

    long commitTimestampAt(int index) {
        return entries[index * WIDTH + 2];
    }

    long expireTimestampAt(int index) {
        return expirations == null ? CommittedOffset.NO_EXPIRY : expirations[index];
    }

    CommittedOffset at(int index) {
        int from = index * WIDTH;
        return new CommittedOffset(entries[from + 1], (int) entries[from], metadata == null ? "" : metadata[index], entries[from + 2],
                expireTimestampAt(index), topicIds[index]);
    }

    /** Where a partition is; negative if it has no offset, as {@link Arrays#binarySearch} tells it. */
    int indexOf(int partition) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = partitionAt(middle);
            if (found < partition) low = middle + 1;
            else if (found > partition) high = middle - 1;
            else return middle;
        }
        return -(low + 1);
    }

    /** @return whether the partition had none */
    boolean put(int partition, CommittedOffset committed) {
        int index = indexOf(partition);
        boolean isNew = index < 0;
        if (isNew) {
            index = -(index + 1);
            makeRoomAt(index);
        }
        int from = index * WIDTH;
        entries[from] = (long) partition << 32 | committed.leaderEpoch() & 0xFFFFFFFFL;
        entries[from + 1] = committed.offset();
        entries[from + 2] = committed.commitTimestampMs();
        // As a rule all have one, which is kept once.
        var other = topicIds[index == 0 ? size - 1 : 0];
        topicIds[index] = committed.topicId().equals(other) ? other : committed.topicId();
        if (metadata == null && !committed.metadata().isEmpty()) {
            metadata = new String[topicIds.length];
            Arrays.fill(metadata, "");
        }
        if (metadata != null) metadata[index] = committed.metadata();
        if (expirations == null && committed.expireTimestampMs() != CommittedOffset.NO_EXPIRY) {
            expirations = new long[topicIds.length];
            Arrays.fill(expirations, CommittedOffset.NO_EXPIRY);
        }
        if (expirations != null) expirations[index] = committed.expireTimestampMs();
        return isNew;
    }

    void removeAt(int index) {
        size--;
        int moved = size - index;
        System.arraycopy(entries, (index + 1) * WIDTH, entries, index * WIDTH, moved * WIDTH);
        System.arraycopy(topicIds, index + 1, topicIds, index, moved);
        topicIds[size] = null;
        if (metadata != null) {
            System.arraycopy(metadata, index + 1, metadata, index, moved);
            metadata[size] = null;
        }
        if (expirations != null) System.arraycopy(expirations, index + 1, expirations, index, moved);
    }

    private void makeRoomAt(int index) {
        if (size == topicIds.length) grow(size + (size >> 1) + 1);
        int moved = size - index;
        System.arraycopy(entries, index * WIDTH, entries, (index + 1) * WIDTH, moved * WIDTH);
        System.arraycopy(topicIds, index, topicIds, index + 1, moved);
        if (metadata != null) System.arraycopy(metadata, index, metadata, index + 1, moved);
        if (expirations != null) System.arraycopy(expirations, index, expirations, index + 1, moved);
        size++;
    }

    private void grow(int capacity) {
        entries = Arrays.copyOf(entries, capacity * WIDTH);
        topicIds = Arrays.copyOf(topicIds, capacity);
        if (metadata != null) metadata = Arrays.copyOf(metadata, capacity);
        if (expirations != null) expirations = Arrays.copyOf(expirations, capacity);
    }
}
