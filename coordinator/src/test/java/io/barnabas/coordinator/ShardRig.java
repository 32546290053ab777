package io.barnabas.coordinator;

import io.barnabas.base.Uuid;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionAssignment;
import io.barnabas.replication.PartitionConfig;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * One shard of one state machine, on a partition that this broker leads alone, on a simulated disk whose worker is a loop of
 * its own.
 */
public final class ShardRig<S extends CoordinatorState> {
    private static final Path PATH = Path.of("/data");
    private static final String CLUSTER = "cluster";
    public static final int COMMIT_TIMEOUT_MS = 5_000;

    public final Simulation simulation;
    public final SimulatedDisk disk;
    private final Function<Timers, S> states;
    private final PartitionConfig config = new PartitionConfig(LogConfig.DEFAULT, RecordValidation.DEFAULT, 1, FlushPolicy.ACKS_ALL);
    public SimulatedLoop loop;
    public SimulatedLoop worker;
    public Partition partition;
    public CoordinatorShard<S> shard;
    /** The latest one made, of whatever shard. */
    public S state;
    private int leaderEpoch;

    public ShardRig(long seed, Function<Timers, S> states) {
        this.simulation = new Simulation(seed);
        this.disk = new SimulatedDisk(simulation.clock());
        this.states = states;
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, CLUSTER, new Uuid(1, 2)));
        disk.syncDirectory(Path.of("/"));
        start();
    }

    private void start() {
        loop = simulation.newLoop("loop");
        worker = simulation.newLoop("worker");
        var directory = LogDirectory.open(PATH, 1, CLUSTER,
                new LogDirectory.Environment(disk, simulation.clock(), worker, simulation.random(), 100));
        partition = new Partition(new TopicPartition("__consumer_offsets", 0), new Uuid(7, 9), loop, new RecordBatchValidator(), config, leading());
        shard = new CoordinatorShard<>(partition, () -> new ShardConfig(1 << 20, COMMIT_TIMEOUT_MS, CompressionType.NONE), timers -> state = states.apply(timers));
        partition.observe(shard);
        loop.execute(() -> partition.open(directory));
    }

    private PartitionAssignment leading() {
        return new PartitionAssignment(true, 1, leaderEpoch++, 1, 1);
    }

    /** The power goes, and comes back. */
    public void powerCut() {
        loop.kill();
        worker.kill();
        disk.crash(simulation.random());
        start();
    }

    /** This broker begins to lead anew. */
    public void elect() {
        var assignment = leading();
        loop.execute(() -> partition.assign(assignment));
    }

    /** Another broker leads. */
    public void resign() {
        var assignment = new PartitionAssignment(false, 2, leaderEpoch++, 2, 1);
        loop.execute(() -> partition.assign(assignment));
    }

    /** This broker leads anew, alone of two replicas, of which so many must be in sync for a record to be taken. */
    public void electAloneOfTwo(int minInSyncReplicas) {
        var assignment = new PartitionAssignment(true, 1, leaderEpoch++, 2, 1);
        loop.execute(() -> {
            partition.configure(new PartitionConfig(config.log(), config.validation(), minInSyncReplicas, config.flushPolicy()));
            partition.assign(assignment);
        });
    }

    /** No more room on the disk. */
    public void fillUp() {
        disk.capacityBytes(disk.usedBytes());
    }

    public void makeRoom() {
        disk.capacityBytes(Long.MAX_VALUE);
    }

    /** Lets the shard come to rest, with all timers of the runtime due. */
    public void settle() {
        simulation.runFor(10_000);
    }

    public <R> Heard<R> run(Command<? super S, R> command) {
        var heard = new Heard<R>();
        loop.execute(() -> shard.run(command, heard));
        return heard;
    }

    /** What has come of a command. */
    public static final class Heard<R> implements Reply<R> {
        public R response;
        public ErrorCode error;

        @Override
        public void answer(R given) {
            hear();
            response = given;
            error = ErrorCode.NONE;
        }

        @Override
        public void fail(ErrorCode why) {
            hear();
            error = why;
        }

        private void hear() {
            if (isDone()) throw new AssertionError("answered twice: " + this);
        }

        public boolean isDone() {
            return error != null;
        }

        public boolean isAnswered() {
            return error == ErrorCode.NONE;
        }

        @Override
        public String toString() {
            return "error=" + error + " response=" + response;
        }
    }
}
