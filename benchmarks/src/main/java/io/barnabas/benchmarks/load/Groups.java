package io.barnabas.benchmarks.load;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.OffsetFetchRequest;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchResponse;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Groups of a single-node broker, by plain requests over one connection. Used by one thread. */
public final class Groups implements AutoCloseable {
    /** To make the internal topic takes a while the first time. */
    public static final Duration READY_MAX = Duration.ofMinutes(1);
    /** Of a coordinator that is not there yet. */
    static final Set<ErrorCode> NOT_YET = EnumSet.of(ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.NOT_COORDINATOR);
    private static final byte GROUP = 0;

    private final BlockingClient client;

    private Groups(BlockingClient client) {
        this.client = client;
    }

    /** @throws LoadException if no broker answers there */
    public static Groups connect(InetSocketAddress broker) {
        return new Groups(new BlockingClient(broker));
    }

    /**
     * Waits until each group, which need not be there, has a coordinator that has loaded what there is of it.
     *
     * @throws LoadException if one has none in time
     */
    public void awaitReady(List<String> groups, Duration max) {
        long deadlineNs = System.nanoTime() + max.toNanos();
        while (!hasCoordinators(client, GROUP, groups) || committed(groups).isEmpty()) {
            if (System.nanoTime() > deadlineNs) throw new LoadException("groups without a coordinator: count=%d time=%s".formatted(groups.size(), max));
            pause();
        }
    }

    /** Asks for the coordinators, which makes their topic the first time. */
    static boolean hasCoordinators(BlockingClient client, byte keyType, List<String> keys) {
        var answer = client.ask(new FindCoordinatorRequest().setKeyType(keyType).setCoordinatorKeys(keys), FindCoordinatorResponse.class);
        return answer.coordinators().stream().allMatch(coordinator -> isReady("no coordinator", coordinator.key(), coordinator.errorCode()));
    }

    /**
     * What is committed for each of the groups, by partition of their only topic; an array without elements for nothing.
     *
     * @return nothing as long as one of them is not loaded
     * @throws LoadException if an answer is another error
     */
    public Optional<Map<String, long[]>> committed(List<String> groups) {
        var request = new OffsetFetchRequest().setGroups(groups.stream().map(group -> new OffsetFetchRequestGroup().setGroupId(group).setTopics(null)).toList());
        var committed = new HashMap<String, long[]>();
        for (var group : client.ask(request, OffsetFetchResponse.class).groups()) {
            if (!isReady("no offsets", group.groupId(), group.errorCode())) return Optional.empty();
            committed.put(group.groupId(), offsets(group));
        }
        if (committed.size() != groups.size()) throw new LoadException("groups are missing in the answer: wanted=%d had=%d".formatted(groups.size(), committed.size()));
        return Optional.of(committed);
    }

    private static long[] offsets(OffsetFetchResponseGroup group) {
        if (group.topics().isEmpty()) return new long[0];
        var partitions = group.topics().get(0).partitions();
        var offsets = new long[partitions.size()];
        Arrays.fill(offsets, -1);
        for (var partition : partitions) {
            if (partition.errorCode() != 0) throw refused("no offset of partition " + partition.partitionIndex(), group.groupId(), partition.errorCode());
            offsets[partition.partitionIndex()] = partition.committedOffset();
        }
        return offsets;
    }

    private static boolean isReady(String what, String key, short error) {
        if (NOT_YET.contains(ErrorCode.of(error))) return false;
        if (error != 0) throw refused(what, key, error);
        return true;
    }

    static LoadException refused(String what, String key, short error) {
        return new LoadException("%s: key=%s error=%s".formatted(what, key, ErrorCode.of(error)));
    }

    static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public void close() {
        client.close();
    }
}
