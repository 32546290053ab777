package io.barnabas.benchmarks.load;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.barnabas.protocol.message.OffsetCommitResponse;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Many groups without members, each with an offset of every partition of a topic, which tells whose it is.
 *
 * @param groupCount     numbered from 0 on
 * @param partitionCount of the topic
 */
public record CommittedGroups(String topic, int groupCount, int partitionCount) {
    private static final int CONNECTIONS = 20;
    /** Partitions of the topic that groups are kept in, as brokers have it by default. */
    private static final int COORDINATORS = 50;
    /** Often enough to tell a start by, and too seldom to be felt by the broker. */
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Commits one group after the other through several connections. On the loop only. */
    private final class Writing {
        private final Uuid topicId;
        private final CompletableFuture<Void> written;
        private int next;
        private int writtenCount;

        private Writing(Uuid topicId, CompletableFuture<Void> written) {
            this.topicId = topicId;
            this.written = written;
        }

        private void writeNext(MessageConnection connection) {
            if (next == groupCount) return;
            connection.ask(commit(next++, topicId), OffsetCommitResponse.class, answer -> {
                for (var partition : answer.topics().get(0).partitions()) {
                    if (partition.errorCode() != 0) throw Groups.refused("not committed", topic, partition.errorCode());
                }
                if (++writtenCount == groupCount) written.complete(null);
                writeNext(connection);
            });
        }
    }

    /** Commits all. The topic must be there. @throws LoadException at the first error */
    public void write(InetSocketAddress broker) {
        awaitReady(broker, Groups.READY_MAX);
        var written = new CompletableFuture<Void>();
        try (var thread = new LoadThread(); var client = new BlockingClient(broker); var topics = Topics.connect(broker)) {
            var writing = new Writing(topics.id(topic), written);
            var connections = new ArrayList<MessageConnection>();
            for (int i = 0; i < CONNECTIONS; i++) connections.add(new MessageConnection(thread, broker, client::version));
            thread.run(() -> connections.forEach(writing::writeNext), written, () -> writing.writtenCount);
        }
    }

    private OffsetCommitRequest commit(int group, Uuid topicId) {
        var ofTopic = new OffsetCommitRequestTopic().setName(topic).setTopicId(topicId);
        for (int i = 0; i < partitionCount; i++) {
            ofTopic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(i).setCommittedOffset(offset(group, i)).setCommittedMetadata(""));
        }
        return new OffsetCommitRequest().setGroupId(name(group)).setTopics(List.of(ofTopic));
    }

    private static String name(int group) {
        return "group-" + group;
    }

    private long offset(int group, int partition) {
        return (long) group * partitionCount + partition;
    }

    /** By name, the last group of each coordinator that has one, with what is committed for it. */
    private Map<String, long[]> samples() {
        var lasts = new TreeMap<Integer, Integer>();
        for (int group = 0; group < groupCount; group++) lasts.put((name(group).hashCode() & Integer.MAX_VALUE) % COORDINATORS, group);
        var samples = new HashMap<String, long[]>();
        for (int group : lasts.values()) samples.put(name(group), IntStream.range(0, partitionCount).mapToLong(partition -> offset(group, partition)).toArray());
        return samples;
    }

    /** Waits for a broker that is starting until each coordinator answers, which need not have any of the groups. */
    public void awaitReady(InetSocketAddress broker, Duration max) {
        Topics.awaitMetadata(broker, max);
        try (var groups = Groups.connect(broker)) {
            groups.awaitReady(List.copyOf(samples().keySet()), max);
        }
    }

    /**
     * Waits for a broker that is starting until it tells of each coordinator's last group what was committed.
     *
     * @throws LoadException if it does not in time, or tells something else
     */
    public void awaitLoaded(InetSocketAddress broker, Duration max) {
        long deadlineNs = System.nanoTime() + max.toNanos();
        Topics.awaitMetadata(broker, max);
        var samples = samples();
        try (var groups = Groups.connect(broker)) {
            var committed = groups.committed(List.copyOf(samples.keySet()));
            for (; committed.isEmpty(); committed = groups.committed(List.copyOf(samples.keySet()))) {
                if (System.nanoTime() > deadlineNs) throw new LoadException("groups are not loaded: address=%s time=%s".formatted(broker, max));
                LockSupport.parkNanos(POLL_NS);
            }
            for (var found : committed.get().entrySet()) {
                if (!Arrays.equals(found.getValue(), samples.get(found.getKey()))) {
                    throw new LoadException("not what was committed: group=%s offsets=%s".formatted(found.getKey(), Arrays.toString(found.getValue())));
                }
            }
        }
    }
}
