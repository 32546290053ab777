package io.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.OffsetWaiters;
import io.barnabas.model.ErrorCode;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionTest {
    private final PartitionRig rig = new PartitionRig(1, FlushPolicy.ACKS_ALL);

    /** Runs the loop's turns and leaves the worker, and so every sync, standing. */
    private void runLoopOnly() {
        rig.loop.execute(() -> {});
        rig.worker.pause();
        rig.simulation.runUntilIdle();
    }

    @Test
    void aRecordWithAcksAllIsNeitherSeenNorAcknowledgedBeforeItIsFlushed() {
        var sent = rig.append(-1, "a");
        runLoopOnly();
        assertThat(sent.isStored).isTrue();
        assertThat(sent.isDecided).isFalse();
        assertThat(rig.visible()).isEmpty();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(sent.isAcknowledged()).isTrue();
        assertThat(sent.baseOffset()).isZero();
        assertThat(rig.visible()).containsExactly("a");
    }

    @Test
    void aRecordWithAcksOneIsSeenAndAcknowledgedFromThePageCache() {
        var sent = rig.append(1, "a");
        runLoopOnly();
        assertThat(sent.isAcknowledged()).isTrue();
        assertThat(rig.visible()).containsExactly("a");
    }

    @Test
    void aRecordWithAcksOneBehindAnUnflushedOneIsAcknowledgedButNotSeen() {
        rig.append(-1, "held");
        var sent = rig.append(1, "behind");
        runLoopOnly();
        assertThat(sent.isAcknowledged()).isTrue();
        assertThat(rig.visible()).isEmpty();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(rig.visible()).containsExactly("held", "behind");
    }

    @Test
    void withEveryAckFlushedAcksOneWaitsForTheDisk() {
        var strict = new PartitionRig(1, FlushPolicy.EVERY_ACK);
        var sent = strict.append(1, "a");
        strict.worker.pause();
        strict.simulation.runUntilIdle();
        assertThat(sent.isDecided).isFalse();
        assertThat(strict.visible()).isEmpty();
        strict.worker.resume();
        strict.simulation.runUntilIdle();
        assertThat(sent.isAcknowledged()).isTrue();
    }

    @Test
    void withNoFlushBeforeAckAcksAllIsAnsweredFromThePageCache() {
        var quick = new PartitionRig(1, FlushPolicy.NEVER);
        var sent = quick.append(-1, "a");
        quick.worker.pause();
        quick.simulation.runUntilIdle();
        assertThat(sent.isAcknowledged()).isTrue();
        assertThat(quick.visible()).containsExactly("a");
    }

    @Test
    void whenASyncFailsNoAcknowledgementLeavesAndThePartitionGoesOffline() {
        rig.disk.failOn((call, path) -> call == Call.SYNC && path.toString().endsWith(".log"));
        var sent = rig.append(-1, "a");
        rig.simulation.runUntilIdle();
        assertThat(sent.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        rig.disk.failOn((call, path) -> false);
        var next = rig.append(-1, "b");
        rig.simulation.runUntilIdle();
        assertThat(next.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aFullDiskRefusesTheRecordAndServiceResumesWhenThereIsRoom() {
        rig.append(-1, "before");
        rig.simulation.runUntilIdle();
        rig.disk.capacityBytes(rig.disk.usedBytes());
        var refused = rig.append(-1, "refused");
        rig.simulation.runUntilIdle();
        assertThat(refused.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        rig.disk.capacityBytes(Long.MAX_VALUE);
        var after = rig.append(-1, "after");
        rig.simulation.runUntilIdle();
        assertThat(after.isAcknowledged()).isTrue();
        assertThat(after.baseOffset()).isEqualTo(1);
        assertThat(rig.visible()).containsExactly("before", "after");
    }

    /** The first batch is written when the second wants a segment of its own, which there is no room for. */
    @Test
    void aBatchThatRollsIsNotTakenForWrittenWithTheOneBefore() {
        for (int acks : List.of(1, -1)) {
            var small = new PartitionRig(1, FlushPolicy.ACKS_ALL, 1_000);
            small.disk.capacityBytes(small.disk.usedBytes() + 1_000);
            var sent = small.appendInOneTurn(acks, List.of("x".repeat(500), "y".repeat(800)));
            small.simulation.runUntilIdle();
            assertThat(sent.get(0).isAcknowledged()).isTrue();
            assertThat(sent.get(1).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            small.disk.capacityBytes(Long.MAX_VALUE);
            var next = small.append(acks, "z".repeat(800));
            small.simulation.runUntilIdle();
            assertThat(next.isAcknowledged()).isTrue();
            assertThat(small.visible()).containsExactly(sent.get(0).value, next.value);
        }
    }

    @Test
    void whoWaitsForARecordIsToldWhenItMayBeSeen() {
        var told = new ArrayList<String>();
        rig.loop.execute(() -> rig.partition.waitBeyond(0, IsolationLevel.READ_UNCOMMITTED, new OffsetWaiters.Waiter() {
            @Override
            protected void onReached() {
                told.add("reached");
            }

            @Override
            protected void onFailed(ErrorCode error) {
                told.add(error.name());
            }
        }));
        var sent = rig.append(-1, "a");
        runLoopOnly();
        assertThat(told).isEmpty();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(sent.isAcknowledged()).isTrue();
        assertThat(told).containsExactly("reached");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void readersHearOfARecordBeforeItsWriterDoes(int acks) {
        var isAcknowledged = new ArrayList<Boolean>();
        var sent = new PartitionRig.Sent[1];
        rig.loop.execute(() -> rig.partition.waitBeyond(0, IsolationLevel.READ_UNCOMMITTED, new OffsetWaiters.Waiter() {
            @Override
            protected void onReached() {
                isAcknowledged.add(sent[0].isAcknowledged());
            }

            @Override
            protected void onFailed(ErrorCode error) {
                throw new AssertionError(error);
            }
        }));
        sent[0] = rig.append(acks, "a");
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(sent[0].isAcknowledged()).isTrue();
        assertThat(isAcknowledged).containsExactly(false);
    }

    @Test
    void anotherLeaderEpochFailsWhatWaits() {
        var sent = rig.append(-1, "a");
        runLoopOnly();
        rig.elect();
        rig.simulation.runUntilIdle();
        assertThat(sent.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(rig.visible()).containsExactly("a");
    }

    @Test
    void requestsWithAnotherEpochAreTurnedAway() {
        rig.elect();
        rig.simulation.runUntilIdle();
        assertThat(rig.partition.leaderError(0)).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(rig.partition.leaderError(1)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.partition.leaderError(2)).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void onceAWriteWasSlowTheLoopWaitsForNoOther() {
        rig.writesTake(1_000);
        var slow = rig.append(1, "slow");
        rig.simulation.runUntilIdle();
        assertThat(slow.isAcknowledged()).isTrue();
        var next = rig.append(1, "next");
        runLoopOnly();
        assertThat(rig.partition.log().isBusy()).isTrue();
        var held = rig.append(1, "held");
        runLoopOnly();
        assertThat(next.isDecided || held.isDecided).isFalse();
        assertThat(rig.visible()).containsExactly("slow");
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(next.isAcknowledged() && held.isAcknowledged()).isTrue();
        assertThat(rig.visible()).containsExactly("slow", "next", "held");
    }

    @Test
    void whenWritesAreQuickAgainForSomeTimeTheLoopDoesThemItself() {
        rig.writesTake(1_000);
        rig.append(1, "slow");
        rig.simulation.runUntilIdle();
        rig.writesTake(0);
        rig.simulation.runFor(60_000);
        rig.append(1, "by the directory's thread");
        rig.simulation.runUntilIdle();
        var sent = rig.append(1, "by the loop");
        runLoopOnly();
        assertThat(sent.isAcknowledged()).isTrue();
    }

    /** What was held is appended when the write ends: the first of it is written where the second rolls, the second finds no room. */
    @Test
    void whatWasHeldAndIsWrittenIsNotRefusedWithWhatFollowsIt() {
        var small = new PartitionRig(1, FlushPolicy.ACKS_ALL, 1_000);
        small.writesTake(1_000);
        small.append(1, "slow");
        small.simulation.runUntilIdle();
        small.append(1, "writing");
        small.worker.pause();
        small.simulation.runUntilIdle();
        assertThat(small.partition.log().isBusy()).isTrue();
        var held = small.appendInOneTurn(1, List.of("small", "x".repeat(900), "y".repeat(900)));
        small.simulation.runUntilIdle();
        small.writesTake(0);
        small.simulation.clock().advance(60_000);
        small.disk.capacityBytes(small.disk.usedBytes() + 500);
        small.worker.resume();
        small.simulation.runUntilIdle();
        assertThat(held.get(0).isAcknowledged()).isTrue();
        assertThat(held.get(1).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(held.get(2).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(small.visible()).containsExactly("slow", "writing", "small");
    }

    @Test
    void anotherLeaderEpochRefusesWhatIsHeldAndKeepsWhatIsBeingWritten() {
        rig.writesTake(1_000);
        rig.append(1, "slow");
        rig.simulation.runUntilIdle();
        var writing = rig.append(1, "writing");
        runLoopOnly();
        var held = rig.append(1, "held");
        runLoopOnly();
        rig.elect();
        runLoopOnly();
        assertThat(held.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(writing.isStored).as("its bytes are needed for the write").isFalse();
        var next = rig.append(-1, "next");
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(writing.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(next.isAcknowledged()).isTrue();
        assertThat(rig.visible()).containsExactly("slow", "writing", "next");
    }

    @Test
    void aTopicDeletedUnderASlowWriteKeepsTheBytesUntilItIsDone() {
        rig.writesTake(1_000);
        rig.append(1, "slow");
        rig.simulation.runUntilIdle();
        var writing = rig.append(1, "writing");
        runLoopOnly();
        rig.loop.execute(rig.partition::delete);
        runLoopOnly();
        assertThat(writing.isStored).isFalse();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(writing.error()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    /** Writes are quick, slow and refused by turns: what is acknowledged stands in the log, in the order it came, and nothing else. */
    @Test
    void aDiskThatIsSlowByTurnsLosesAndReordersNothing() {
        var wasBusy = new boolean[1];
        Seeds.check(200, (seed, random) -> {
            var world = new PartitionRig(seed, FlushPolicy.ACKS_ALL, random.nextBoolean() ? 1 << 30 : 12_000);
            var sent = new ArrayList<PartitionRig.Sent>();
            for (int step = 0; step < 100; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        var values = new ArrayList<String>();
                        for (int left = 1 + random.nextInt(3); left > 0; left--) values.add(step + "-" + left + "x".repeat(random.nextInt(5) * 2_000));
                        sent.addAll(world.appendInOneTurn(random.nextInt(2) * 2 - 1, values));
                    }
                    case 3, 4, 5 -> world.simulation.runOne();
                    case 6 -> world.writesTake(random.nextInt(3) * 150L);
                    default -> {
                        if (random.nextInt(4) == 0) world.simulation.clock().advance(20_000);
                        if (random.nextInt(4) == 0) world.elect();
                        if (random.nextInt(4) == 0) world.disk.capacityBytes(world.disk.usedBytes() + random.nextInt(5_000));
                        else world.disk.capacityBytes(Long.MAX_VALUE);
                    }
                }
                wasBusy[0] |= world.partition.log() != null && world.partition.log().isBusy();
            }
            world.disk.capacityBytes(Long.MAX_VALUE);
            world.writesTake(0);
            world.simulation.runFor(5_000);
            var acknowledged = sent.stream().filter(PartitionRig.Sent::isAcknowledged).toList();
            assertThat(sent).allMatch(one -> one.isDecided);
            var visible = world.visible();
            for (var one : acknowledged) assertThat(visible.get((int) one.baseOffset())).isEqualTo(one.value);
            assertThat(acknowledged).isSortedAccordingTo(Comparator.comparingLong(PartitionRig.Sent::baseOffset));
            // Another epoch may come while one is being written: then it is in the log, and its sender told that nobody knows.
            var known = sent.stream().filter(one -> one.isAcknowledged() || one.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER).map(one -> one.value).toList();
            assertThat(known).containsSubsequence(visible);
        });
        assertThat(wasBusy[0]).isTrue();
    }

    /**
     * Random appends, turns and power cuts. Whatever was acknowledged with acks=all stands at its offset afterwards, and
     * so does every record with acks=all that a consumer saw.
     */
    @Test
    void powerCutsTakeNothingThatWasAcknowledgedOrSeen() {
        Seeds.check(200, (seed, random) -> {
            var world = new PartitionRig(seed, FlushPolicy.ACKS_ALL);
            var sent = new ArrayList<PartitionRig.Sent>();
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(9)) {
                    case 0, 1, 2 -> sent.add(world.append(random.nextInt(3) - 1, step + ""));
                    case 3, 4, 5, 6 -> world.simulation.runOne();
                    case 7 -> world.writesTake(random.nextInt(3) * 150L);
                    default -> {
                        if (random.nextInt(4) != 0) continue;
                        var seen = world.visible();
                        var acknowledged = sent.stream().filter(one -> one.acks == -1 && one.isAcknowledged()).toList();
                        var all = List.copyOf(sent);
                        world.powerCut();
                        sent.clear();
                        var left = world.visible();
                        for (var one : acknowledged) {
                            assertThat(left.get((int) one.baseOffset())).isEqualTo(one.value);
                        }
                        for (var one : all) {
                            if (one.acks == -1 && seen.contains(one.value)) assertThat(left).contains(one.value);
                        }
                    }
                }
            }
            world.simulation.runUntilIdle();
            for (var one : sent) assertThat(one.isDecided).isTrue();
        });
    }
}
