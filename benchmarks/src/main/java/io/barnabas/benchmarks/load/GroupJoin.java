package io.barnabas.benchmarks.load;

import io.barnabas.base.Uuid;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Has the members of a group join all at once, and tells how long it takes until each has its share of a topic's partitions. One
 * thread for all; each member has a connection of its own, on which its join waits.
 */
public final class GroupJoin implements AutoCloseable {
    public enum Protocol { CLASSIC, CONSUMER }

    private static final Duration STABLE_MAX = Duration.ofMinutes(2);

    /** One group, from its first join until it is stable. On the loop only. */
    private final class Joining implements GroupMember.Group {
        private final String id;
        private final CompletableFuture<Double> seconds;
        private final long startNs = System.nanoTime();

        private Joining(String id, CompletableFuture<Double> seconds) {
            this.id = id;
            this.seconds = seconds;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String topic() {
            return topic;
        }

        @Override
        public Uuid topicId() {
            return topicId;
        }

        @Override
        public int partitionCount() {
            return partitionCount;
        }

        @Override
        public int heartbeatMs() {
            return heartbeatMs;
        }

        @Override
        public boolean isJoining() {
            return !seconds.isDone();
        }

        @Override
        public void later(long delayMs, Runnable task) {
            thread.schedule(delayMs, task);
        }

        @Override
        public void onSettled() {
            settledCount++;
            if (isStable()) seconds.complete((System.nanoTime() - startNs) / 1e9);
        }

        private void giveUp() {
            if (isJoining()) throw new LoadException("the group does not come to rest: group=%s time=%s".formatted(id, STABLE_MAX));
        }
    }

    private final LoadThread thread = new LoadThread();
    private final Protocol protocol;
    private final String topic;
    private final Uuid topicId;
    private final int partitionCount;
    private final int heartbeatMs;
    private final List<MessageConnection> connections = new ArrayList<>();
    private List<GroupMember> members = List.of();
    private long settledCount;

    private GroupJoin(InetSocketAddress broker, Protocol protocol, String topic, int partitionCount, int memberCount, int heartbeatMs) {
        this.protocol = protocol;
        this.topic = topic;
        this.partitionCount = partitionCount;
        this.heartbeatMs = heartbeatMs;
        try (var client = new BlockingClient(broker); var topics = Topics.connect(broker)) {
            topicId = topics.id(topic);
            for (int i = 0; i < memberCount; i++) connections.add(new MessageConnection(thread, broker, client::version));
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /**
     * Connects all.
     *
     * @param topic       must be there
     * @param heartbeatMs of classic members; those of the consumer protocol do as the broker says
     * @throws LoadException if the broker does not take the connections or does not know the topic
     */
    public static GroupJoin open(InetSocketAddress broker, Protocol protocol, String topic, int partitionCount, int memberCount, int heartbeatMs) {
        return new GroupJoin(broker, protocol, topic, partitionCount, memberCount, heartbeatMs);
    }

    /**
     * Has all join, and waits until all are of one generation and each partition is one member's.
     *
     * @param group that is not there, and whose coordinator is
     * @return seconds from the first join until the last member had its share
     * @throws LoadException at the first error of the broker, or if it takes too long; there are then no more joins
     */
    public double join(String group) {
        var seconds = new CompletableFuture<Double>();
        return thread.run(() -> begin(new Joining(group, seconds)), seconds, () -> settledCount);
    }

    private void begin(Joining group) {
        members = connections.stream().map(connection -> member(connection, group)).toList();
        thread.schedule(STABLE_MAX.toMillis(), group::giveUp);
        for (GroupMember member : members) member.join();
    }

    private GroupMember member(MessageConnection connection, GroupMember.Group group) {
        return switch (protocol) {
            case CLASSIC -> new ClassicMember(connection, group);
            case CONSUMER -> new ConsumerMember(connection, group);
        };
    }

    private boolean isStable() {
        int generation = members.get(0).generation();
        if (generation == GroupMember.UNSETTLED) return false;
        for (GroupMember member : members) if (member.generation() != generation) return false;
        var owned = new BitSet(partitionCount);
        for (GroupMember member : members) {
            for (int partition : member.partitions()) {
                if (owned.get(partition)) throw new LoadException("two members have it: partition=%d generation=%d".formatted(partition, generation));
                owned.set(partition);
            }
        }
        return owned.cardinality() == partitionCount;
    }

    /** Has all leave the group that they joined last, so that it costs the broker nothing any more. */
    public void leave() {
        var left = new CompletableFuture<Void>();
        int[] leftCount = {0};
        thread.run(() -> members.forEach(member -> member.leave(() -> {
            if (++leftCount[0] == members.size()) left.complete(null);
        })), left, () -> leftCount[0]);
    }

    @Override
    public void close() {
        thread.close();
    }
}
