package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.CoordinatorState;
import io.barnabas.coordinator.Reply;
import io.barnabas.log.LogConfig;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.message.AllocateProducerIdsResponse;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionAssignment;
import io.barnabas.replication.PartitionConfig;
import io.barnabas.server.config.BrokerConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * The few places of this package where threads meet, in many of the orders in which they can: Lincheck runs one thread at a time,
 * switches at accesses to memory, and tells of a lock-up. Which orders it tries is the same in every run.
 */
class ThreadsMeetTest {
    /** As many as find each planted race; more where there are more threads. */
    private static final int ORDERS = 100;
    private static final TopicPartition ZERO = new TopicPartition("t", 0);
    private static final TopicPartition ONE = new TopicPartition("t", 1);
    private static final Uuid ID = new Uuid(1, 1);
    private static final RecordBatchValidator VALIDATOR = new RecordBatchValidator();
    private static final PartitionConfig CONFIG = new PartitionConfig(LogConfig.DEFAULT, RecordValidation.DEFAULT, 1, PartitionConfig.FlushPolicy.ACKS_ALL);
    private static final PartitionAssignment ASSIGNMENT = new PartitionAssignment(true, 1, 0, 1, 1);

    private static void together(Runnable... tasks) {
        var threads = new Thread[tasks.length];
        // Lincheck knows the threads of a loop such as this, not those of a stream.
        for (int i = 0; i < tasks.length; i++) threads[i] = new Thread(tasks[i]);
        for (var thread : threads) thread.start();
        for (var thread : threads) LoopThread.join(thread);
    }

    private static void check(boolean claim, String otherwise) {
        if (!claim) throw new AssertionError(otherwise);
    }

    // --- the image in effect

    private static ClusterImage image(long lastOffset) {
        return new ClusterImageBuilder(ClusterImage.EMPTY).build(lastOffset, 1, 0).after();
    }

    @Test
    void whoeverWaitsForAnImageHearsOfIt() {
        var first = image(1);
        var second = image(2);
        Lincheck.runConcurrentTest(ORDERS, () -> {
            var cache = new MetadataCache(1);
            var awaited = new CompletableFuture<?>[2];
            together(() -> {
                cache.set(first);
                cache.set(second);
            }, () -> {
                awaited[0] = cache.awaitOffset(1).toCompletableFuture();
                awaited[1] = cache.awaitOffset(2).toCompletableFuture();
            });
            check(awaited[0].isDone() && awaited[1].isDone(), "waits for an image that is in effect");
            check(awaited[1].getNow(null) == second, "heard of an image that is too old");
        });
    }

    // --- settings of groups

    private static final class Configured {
        volatile BrokerConfig config;
    }

    @Test
    void groupsGoByTheSettingsOfTheMoment() {
        var before = BrokerConfig.of(Map.of("group.max.size", "1"));
        var after = BrokerConfig.of(Map.of("group.max.size", "2"));
        Lincheck.runConcurrentTest(ORDERS / 2, () -> {
            var broker = new Configured();
            broker.config = before;
            var context = new BrokerGroupContext(() -> broker.config, null);
            var read = new int[1];
            together(() -> broker.config = after, context::config, () -> {
                var first = broker.config;
                int size = context.config().maxSize();
                read[0] = first == after && size == 1 ? -1 : size;
            });
            check(read[0] > 0, "went by settings that were changed before");
            check(context.config().maxSize() == 2, "did not take up the change");
        });
    }

    // --- producer ids

    @Test
    void everyProducerIdIsGivenOnceAndNobodyIsForgotten() {
        Lincheck.runConcurrentTest(ORDERS, () -> {
            var loop = new LoopThread();
            var controller = new LoopThread();
            var asked = new int[2];
            var ids = new ProducerIds(loop, request -> {
                check(++asked[0] - asked[1] == 1, "asks while it is being answered");
                long start = 10L * asked[0];
                var block = new CompletableFuture<AllocateProducerIdsResponse>();
                controller.execute(() -> block.complete(new AllocateProducerIdsResponse().setProducerIdStart(start).setProducerIdLen(2)));
                return block.whenComplete((response, failure) -> asked[1]++);
            }, new BrokerEpoch(1));
            var given = new AtomicLongArray(3);
            var answers = new CountDownLatch(3);
            loop.start();
            controller.start();
            together(() -> ask(ids, given, 0, answers), () -> ask(ids, given, 1, answers), () -> ask(ids, given, 2, answers));
            await(answers);
            controller.close();
            loop.close();
            check(given.get(0) != given.get(1) && given.get(1) != given.get(2) && given.get(0) != given.get(2), "given twice: " + given);
            for (int i = 0; i < 3; i++) check(given.get(i) >= 10, "not allotted: " + given);
        });
    }

    /** A controller that refuses, or fails, once. */
    @Test
    void whoeverWaitsForABlockThatDoesNotComeIsTold() {
        Lincheck.runConcurrentTest(ORDERS, () -> {
            var loop = new LoopThread();
            var controller = new LoopThread();
            var asked = new int[1];
            var ids = new ProducerIds(loop, request -> {
                boolean isFirst = asked[0]++ == 0;
                var block = new CompletableFuture<AllocateProducerIdsResponse>();
                controller.execute(() -> {
                    if (isFirst) block.completeExceptionally(new IllegalStateException("lost"));
                    else block.complete(new AllocateProducerIdsResponse().setProducerIdStart(10).setProducerIdLen(2));
                });
                return block;
            }, new BrokerEpoch(1));
            var given = new AtomicLongArray(2);
            var answers = new CountDownLatch(2);
            loop.start();
            controller.start();
            together(() -> ask(ids, given, 0, answers), () -> ask(ids, given, 1, answers));
            await(answers);
            controller.close();
            loop.close();
            check(given.get(0) == -1 || given.get(1) == -1, "nobody heard of the failure: " + given);
            check(given.get(0) == -1 || given.get(0) == 10, "not allotted: " + given);
            check(given.get(1) == -1 || given.get(1) == 10, "not allotted: " + given);
        });
    }

    private static void ask(ProducerIds ids, AtomicLongArray given, int place, CountDownLatch answers) {
        ids.next(id -> {
            given.set(place, id);
            answers.countDown();
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // --- answers that are gathered

    /** What is plain here belongs to the home loop. */
    private static final class Gathered {
        int received;
        int doneWith = -1;
        int doneCount;

        void done() {
            doneCount++;
            doneWith = received;
        }
    }

    @Test
    void answersOfShardsAreGatheredOnceAllHaveCome() {
        Lincheck.runConcurrentTest(ORDERS, () -> {
            var home = new LoopThread();
            var gathered = new Gathered();
            var fanOut = new ShardFanOut(home, gathered::done);
            Reply<Integer> one = fanOut.expect(answer -> gathered.received += answer, error -> 10);
            Reply<Integer> other = fanOut.expect(answer -> gathered.received += answer, error -> 20);
            home.start();
            together(() -> home.execute(fanOut::allAsked), () -> one.answer(1), () -> other.fail(ErrorCode.NOT_COORDINATOR));
            home.close();
            check(gathered.doneCount == 1 && gathered.doneWith == 21, "done=%d with=%d".formatted(gathered.doneCount, gathered.doneWith));
        });
    }

    private static Partition partition(TopicPartition name, LoopThread loop) {
        return new Partition(name, ID, loop, VALIDATOR, CONFIG, ASSIGNMENT);
    }

    /** One of them is settled only after it was asked. */
    @Test
    void answersOfPartitionsAreGatheredOnceAllHaveCome() {
        Lincheck.runConcurrentTest(2 * ORDERS, () -> {
            var home = new LoopThread();
            var loops = new LoopThread[] {new LoopThread(), new LoopThread()};
            var partitions = new Partition[] {partition(ZERO, loops[0]), partition(ONE, loops[1])};
            var parts = new int[2];
            var gathered = new Gathered();
            var fanOut = new PartitionFanOut(home, () -> {
                gathered.received = parts[0] + parts[1];
                gathered.done();
            });
            partitions[0].refuse("offline");
            fanOut.ask(partitions[0], () -> parts[0] = 1);
            fanOut.ask(partitions[1], () -> parts[1] = 20);
            fanOut.allAsked();
            home.start();
            for (var loop : loops) loop.start();
            loops[1].execute(() -> partitions[1].refuse("offline"));
            for (var loop : loops) loop.close();
            home.close();
            check(gathered.doneCount == 1 && gathered.doneWith == 21, "done=%d with=%d".formatted(gathered.doneCount, gathered.doneWith));
        });
    }

    // --- shards that come and go

    /** A topic is deleted and made anew, and the end of the first is heard of once more. */
    @Test
    void aShardIsFoundOrNotAndEveryCommandIsAnsweredOnce() {
        Lincheck.runConcurrentTest(ORDERS / 2, () -> {
            var loop = new LoopThread();
            var shards = new CoordinatorShards<CoordinatorState>("t", () -> 1, () -> null, timers -> null);
            var first = partition(ZERO, loop);
            var second = partition(ZERO, loop);
            var answers = new int[1];
            loop.start();
            together(() -> {
                shards.add(first);
                shards.remove(first);
                shards.add(second);
                shards.remove(first);
            }, () -> shards.run("key", (state, decision) -> 1, answered(answers)), () -> {
                for (var shard : shards.all()) check(shard.partition() == first || shard.partition() == second, "not a shard");
                shards.runEverywhere((state, decision) -> 1);
            });
            loop.close();
            check(answers[0] == 1, "answers=" + answers[0]);
            check(shards.find(0) != null && shards.find(0).partition() == second, "the second is not found");
        });
    }

    /** Counts answers; only NOT_COORDINATOR is one that is wanted. */
    private static Reply<Integer> answered(int[] answers) {
        return new Reply<>() {
            @Override
            public void answer(Integer response) {
                answers[0] += 100;
            }

            @Override
            public void fail(ErrorCode error) {
                answers[0] += error == ErrorCode.NOT_COORDINATOR ? 1 : 100;
            }
        };
    }
}
