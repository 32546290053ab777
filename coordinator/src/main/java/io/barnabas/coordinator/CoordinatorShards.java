package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;
import io.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The shards of one internal topic that this broker holds: finds the one of a key, from any thread. Only the metadata's thread
 * adds and removes.
 */
public final class CoordinatorShards<S extends CoordinatorState> {
    private final String topic;
    private final IntSupplier partitionCount;
    private final Supplier<ShardConfig> config;
    private final Function<Timers, S> states;
    private final ConcurrentHashMap<Integer, CoordinatorShard<S>> shards = new ConcurrentHashMap<>();

    /**
     * @param partitionCount of the topic, 0 while it does not exist; any thread
     * @param states         makes an empty state, on the loop of its partition
     */
    public CoordinatorShards(String topic, IntSupplier partitionCount, Supplier<ShardConfig> config, Function<Timers, S> states) {
        this.topic = topic;
        this.partitionCount = partitionCount;
        this.config = config;
        this.states = states;
    }

    public String topic() {
        return topic;
    }

    /** A partition of the topic is about to be opened here. */
    public void add(Partition partition) {
        var shard = new CoordinatorShard<>(partition, config, states);
        shards.put(partition.topicPartition().partition(), shard);
        partition.observe(shard);
    }

    /** It is being deleted; its leadership's end unloads the shard. */
    public void remove(Partition partition) {
        shards.computeIfPresent(partition.topicPartition().partition(), (index, shard) -> shard.partition() == partition ? null : shard);
    }

    /** The partition that a group or transactional id belongs to, as Kafka maps it; -1 while the topic does not exist. */
    public int partitionOf(String key) {
        int count = partitionCount.getAsInt();
        return count == 0 ? -1 : partitionOf(key, count);
    }

    /** The same among so many partitions, as long as the topic does not exist. */
    public static int partitionOf(String key, int count) {
        int hash = key.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % count;
    }

    /** Runs a command on the shard of a key. Any thread; the answer comes on the shard's loop, or here if there is no such shard. */
    public <R> void run(String key, Command<? super S, R> command, Reply<R> reply) {
        runAt(partitionOf(key), command, reply);
    }

    /** Runs a command on the shard of a partition. Any thread. */
    public <R> void runAt(int partition, Command<? super S, R> command, Reply<R> reply) {
        var shard = partition < 0 ? null : shards.get(partition);
        if (shard == null) {
            reply.fail(ErrorCode.NOT_COORDINATOR);
            return;
        }
        onLoop(shard, () -> shard.run(command, reply));
    }

    /** Runs a command that nobody waits for on every shard that is loaded. Any thread. */
    public void runEverywhere(Command<? super S, ?> command) {
        for (var shard : shards.values()) onLoop(shard, () -> shard.run(command));
    }

    public List<CoordinatorShard<S>> all() {
        return new ArrayList<>(shards.values());
    }

    /** @return null if this broker does not hold the partition */
    public CoordinatorShard<S> find(int partition) {
        return shards.get(partition);
    }

    private static void onLoop(CoordinatorShard<?> shard, Runnable task) {
        var loop = shard.partition().loop();
        if (loop.isCurrent()) task.run();
        else loop.execute(task);
    }
}
