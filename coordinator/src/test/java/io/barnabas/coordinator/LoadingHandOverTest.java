package io.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.FileDisk;
import io.barnabas.base.NioEventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionAssignment;
import io.barnabas.replication.PartitionConfig;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import io.barnabas.testkit.Seeds;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A state goes from the pool that loads it to the loop of its shard, with real threads: the leadership ends, and begins again, in the
 * middle of loadings.
 */
class LoadingHandOverTest {
    private static final int NAMES = 100;
    private static final String CLUSTER = "cluster";

    private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    private final NioEventLoop loop = new NioEventLoop(0, Clock.SYSTEM, new Arena(1 << 20), new NioEventLoop.Failures() {
        @Override
        public void onTaskFailure(NioEventLoop failed, Throwable failure) {
            fail(failure);
        }

        @Override
        public void onFatal(NioEventLoop failed, Throwable failure) {
            fail(failure);
        }
    });
    private final ExecutorService io = Executors.newFixedThreadPool(3);
    private Partition partition;
    private CoordinatorShard<Watched> shard;
    /** Of the loop, as is the next. */
    private int leaderEpoch = 1;
    /** The first leadership writes what the others load. */
    private int leadershipsLeft;
    private RandomGenerator random;
    private volatile CompletableFuture<Watched> loaded = new CompletableFuture<>();

    /** Nobody waits for a loading that will not end. */
    private void fail(Throwable failure) {
        wrong.add(failure);
        loaded.completeExceptionally(failure);
    }

    @AfterEach
    void close() {
        loop.close();
        io.shutdown();
    }

    /** A state that knows who may touch it. What is plain here is handed over with it. */
    private final class Watched implements CoordinatorState {
        final Ledger ledger;
        final boolean isLast = leadershipsLeft == 0;
        /** Records until the leadership ends. */
        private int untilEnd = isLast ? Integer.MAX_VALUE : 1 + random.nextInt(NAMES);
        private boolean isLoaded;

        Watched(Timers timers) {
            ledger = new Ledger(timers);
        }

        private void touch(boolean isRight) {
            if (!isRight) fail(new AssertionError("touched by %s, loaded=%s".formatted(Thread.currentThread(), isLoaded)));
        }

        @Override
        public CoordinatorRecordType recordType(short id) {
            touch(!isLoaded && !loop.isCurrent());
            return ledger.recordType(id);
        }

        @Override
        public void apply(CoordinatorRecord record, RecordSource source) {
            touch(isLoaded == loop.isCurrent());
            ledger.apply(record, source);
            if (!isLoaded && --untilEnd == 0) loop.execute(LoadingHandOverTest.this::leadAnew);
        }

        @Override
        public void onTransactionEnded(long producerId, short producerEpoch, boolean isCommit) {}

        @Override
        public void onLoaded(Decision decision) {
            touch(!isLoaded && loop.isCurrent());
            isLoaded = true;
            if (isLast) loaded.complete(this);
        }

        @Override
        public void onUnloaded(ErrorCode error) {
            touch(isLoaded && loop.isCurrent());
        }
    }

    private void leadAnew() {
        if (leadershipsLeft > 0) leadershipsLeft--;
        // Now and then another leads in between.
        if (random.nextBoolean()) partition.assign(new PartitionAssignment(false, 2, leaderEpoch++, 2, 1));
        partition.assign(new PartitionAssignment(true, 1, leaderEpoch++, 1, 1));
    }

    private void open(Path path, long seed) {
        var disk = new FileDisk();
        LogDirectory.format(disk, path, new DirectoryIdentity(1, CLUSTER, new Uuid(1, 2)));
        var directory = LogDirectory.open(path, 1, CLUSTER, new LogDirectory.Environment(disk, Clock.SYSTEM, io, Seeds.random(seed), 100));
        partition = new Partition(new TopicPartition("__consumer_offsets", 0), new Uuid(7, 9), loop, new RecordBatchValidator(),
                new PartitionConfig(LogConfig.DEFAULT, RecordValidation.DEFAULT, 1, FlushPolicy.ACKS_ALL),
                new PartitionAssignment(true, 1, 0, 1, 1));
        // One batch a read, and so as many ways to and fro as there are batches.
        shard = new CoordinatorShard<>(partition, () -> new ShardConfig(1, 60_000, CompressionType.NONE), Watched::new);
        partition.observe(shard);
        loop.execute(() -> partition.open(directory));
        loop.start();
    }

    private void write(int number) {
        var written = new CompletableFuture<ErrorCode>();
        loop.execute(() -> shard.run((state, decision) -> {
            decision.append(Ledger.set("name" + number, number));
            return number;
        }, Reply.of(answer -> written.complete(ErrorCode.NONE), written::complete)));
        assertThat(written.join()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aStateBelongsToOneThreadAtATimeWhenLoadingsAreCutShort(@TempDir Path path) {
        Seeds.check(1, (seed, drawn) -> {
            random = drawn;
            open(path, seed);
            loaded.join();
            for (int i = 0; i < NAMES; i++) write(i);
            loaded = new CompletableFuture<>();
            loop.execute(() -> {
                leadershipsLeft = 100;
                leadAnew();
            });
            var last = loaded.join();
            assertThat(wrong).isEmpty();
            assertThat(last.ledger.numbers).hasSize(NAMES);
            for (int i = 0; i < NAMES; i++) assertThat(last.ledger.numbers).containsEntry("name" + i, (long) i);
        });
    }
}
