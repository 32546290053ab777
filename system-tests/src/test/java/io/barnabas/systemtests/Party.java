package io.barnabas.systemtests;

import io.barnabas.testkit.process.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Consumers of one group by Apache Kafka's client, polled in turn by the test's own thread, with what they were given. Their
 * names begin their member ids, so that assignors sort them alike on every broker.
 */
final class Party implements AutoCloseable {
    static final String CONSUMER_PROTOCOL = "consumer";
    private static final long WAIT_SECONDS_MAX = 60;
    private static final Duration POLL = Duration.ofMillis(10);

    private final Broker broker;
    private final String group;
    private final String[] settings;
    private final Admin admin;
    private final Map<String, Guest> guests = new LinkedHashMap<>();

    /** One of them. */
    static final class Guest implements ConsumerRebalanceListener {
        final KafkaConsumer<byte[], byte[]> consumer;
        final List<String> read = new ArrayList<>();
        int assignedCount;

        private Guest(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // What was read and not committed would be read twice.
            if (partitions.isEmpty()) return;
            try {
                consumer.commitSync();
            } catch (FencedInstanceIdException e) {
                // Another has taken its place, and what it had: that is what polling will say.
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            // Others have them already.
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignedCount++;
        }
    }

    /** @param settings of all consumers, pairs of name and value */
    Party(Broker broker, String group, String... settings) {
        this.broker = broker;
        this.group = group;
        this.settings = settings;
        admin = Clients.admin(broker);
    }

    Guest join(String name, String... topics) {
        var guest = invite(name);
        guest.consumer.subscribe(List.of(topics), guest);
        return guest;
    }

    Guest join(String name, Pattern topics) {
        var guest = invite(name);
        guest.consumer.subscribe(topics, guest);
        return guest;
    }

    /** One that subscribes to nothing yet. @param more settings of its own */
    Guest invite(String name, String... more) {
        var all = new ArrayList<>(List.of("group.id", group, "client.id", name, "fetch.max.wait.ms", "20"));
        all.addAll(List.of(settings));
        all.addAll(List.of(more));
        // By the new protocol the broker says how often.
        if (!all.contains(CONSUMER_PROTOCOL)) all.addAll(List.of("heartbeat.interval.ms", "50"));
        var guest = new Guest(Clients.consumer(broker, all.toArray(String[]::new)));
        guests.put(name, guest);
        return guest;
    }

    Guest guest(String name) {
        return guests.get(name);
    }

    /** Closes it in good order. */
    void leave(String name) {
        guests.remove(name).consumer.close();
    }

    /** Polls all of them until it is so. */
    void pollUntil(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) throw new AssertionError("waited in vain: owned=" + owned() + " read=" + readCount());
            poll();
        }
    }

    /** Polls each of them once. */
    void poll() {
        for (var guest : guests.values()) {
            for (var record : guest.consumer.poll(POLL)) guest.read.add(Clients.text(record.value()));
        }
    }

    /** Polls until the group is at rest and its members own all of so many partitions. @return who owns what */
    Map<String, Set<String>> settle(int partitionCount) {
        pollUntil(() -> isSettled(partitionCount));
        return owned();
    }

    private boolean isSettled(int partitionCount) {
        var description = describe();
        if (description == null || description.groupState() != GroupState.STABLE || description.members().size() != guests.size()) return false;
        var all = new HashSet<TopicPartition>();
        for (var member : description.members()) {
            var guest = guests.get(member.clientId());
            if (guest == null || !guest.consumer.assignment().equals(member.assignment().topicPartitions())) return false;
            if (member.targetAssignment().isPresent() && !member.targetAssignment().get().equals(member.assignment())) return false;
            all.addAll(guest.consumer.assignment());
        }
        return all.size() == partitionCount;
    }

    /** @return null while there is no such group */
    ConsumerGroupDescription describe() {
        try {
            return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) return null;
            throw new AssertionError("not described: group=" + group, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Collection<Guest> guests() {
        return guests.values();
    }

    Admin admin() {
        return admin;
    }

    Map<String, Set<String>> owned() {
        var owned = new TreeMap<String, Set<String>>();
        guests.forEach((name, guest) -> {
            var partitions = new TreeSet<String>();
            for (var partition : guest.consumer.assignment()) partitions.add(partition.toString());
            owned.put(name, partitions);
        });
        return owned;
    }

    int readCount() {
        return guests.values().stream().mapToInt(guest -> guest.read.size()).sum();
    }

    /** All that those present have read. */
    List<String> read() {
        return guests.values().stream().flatMap(guest -> guest.read.stream()).sorted().toList();
    }

    /** How many each of them owns; who owns how many is chance where members name themselves. */
    List<Integer> shares() {
        return guests.values().stream().map(guest -> guest.consumer.assignment().size()).sorted().toList();
    }

    void commitAll() {
        for (var guest : guests.values()) guest.consumer.commitSync();
    }

    @Override
    public void close() {
        for (var guest : guests.values()) guest.consumer.close();
        admin.close();
    }
}
