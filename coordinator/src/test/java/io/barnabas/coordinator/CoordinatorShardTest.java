package io.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.ShardRig.Heard;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordValidation;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinatorShardTest {
    private final ShardRig<Ledger> rig = new ShardRig<>(1, Ledger::new);

    CoordinatorShardTest() {
        rig.simulation.runUntilIdle();
    }

    private static Heard<Long> set(ShardRig<Ledger> rig, String name, long number) {
        return rig.run((state, decision) -> {
            decision.append(Ledger.set(name, number));
            return number;
        });
    }

    private static Heard<Long> get(ShardRig<Ledger> rig, String name) {
        return rig.run((state, decision) -> state.numbers.getOrDefault(name, -1L));
    }

    private static Heard<Long> setInTransaction(ShardRig<Ledger> rig, long producerId, int epoch, String name, long number) {
        return rig.run((state, decision) -> {
            decision.transactional(producerId, (short) epoch);
            decision.append(Ledger.set(name, number));
            return number;
        });
    }

    private static Heard<Void> end(ShardRig<Ledger> rig, long producerId, int epoch, boolean isCommit) {
        var heard = new Heard<Void>();
        rig.loop.execute(() -> rig.shard.endTransaction(producerId, (short) epoch, 0, isCommit, AppendOrigin.COORDINATOR, heard));
        return heard;
    }

    private Heard<Long> set(String name, long number) {
        return set(rig, name, number);
    }

    private void runWithoutTheDisk() {
        rig.worker.pause();
        rig.simulation.runUntilIdle();
    }

    @Test
    void anAnswerWaitsUntilItsRecordsAreCommitted() {
        var heard = set("a", 1);
        runWithoutTheDisk();
        assertThat(rig.state.numbers).containsEntry("a", 1L);
        assertThat(heard.isDone()).isFalse();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(heard.response).isEqualTo(1);
    }

    @Test
    void aReaderWhoSawAnUncommittedChangeIsAnsweredWhenItIsCommitted() {
        set("a", 1);
        runWithoutTheDisk();
        var read = get(rig, "a");
        rig.simulation.runUntilIdle();
        assertThat(read.isDone()).isFalse();
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(read.response).isEqualTo(1);
    }

    @Test
    void aReaderIsAnsweredAtOnceWhenNothingIsOnItsWay() {
        rig.worker.pause();
        var read = get(rig, "a");
        rig.simulation.runUntilIdle();
        assertThat(read.response).isEqualTo(-1);
    }

    @Test
    void theRecordsOfOneTurnShareABatch() {
        rig.loop.execute(() -> {
            for (int i = 0; i < 10; i++) {
                int number = i;
                rig.shard.run((state, decision) -> {
                    decision.append(Ledger.set("a" + number, number));
                    return number;
                }, Reply.none());
            }
        });
        rig.simulation.runUntilIdle();
        assertThat(rig.partition.log().endOffset()).isEqualTo(10);
        assertThat(rig.partition.log().sizeInBytes()).isLessThan(10L * RecordBatch.HEADER_BYTES);
        assertThat(rig.state.numbers).hasSize(10);
    }

    @Test
    void whatWasAnsweredIsThereAfterAPowerCut() {
        set("a", 1);
        set("b", 2);
        rig.simulation.runUntilIdle();
        set("a", 3);
        runWithoutTheDisk();
        rig.powerCut();
        rig.settle();
        assertThat(rig.state.numbers.get("a")).isIn(1L, 3L);
        assertThat(rig.state.numbers).containsEntry("b", 2L);
    }

    @Test
    void aTombstoneTakesAway() {
        set("a", 1);
        rig.run((state, decision) -> {
            decision.append(Ledger.remove("a"));
            return 0;
        });
        rig.settle();
        rig.powerCut();
        rig.settle();
        assertThat(rig.state.numbers).isEmpty();
    }

    @Test
    void commandsAreRefusedWhileTheShardIsLoadedAndWhereThereIsNone() {
        set("a", 1);
        rig.settle();
        rig.elect();
        rig.worker.pause();
        var whileLoading = get(rig, "a");
        rig.simulation.runUntilIdle();
        assertThat(whileLoading.error).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        rig.worker.resume();
        rig.settle();
        assertThat(rig.state.numbers).containsEntry("a", 1L);
        rig.resign();
        var elsewhere = get(rig, "a");
        rig.simulation.runUntilIdle();
        assertThat(elsewhere.error).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void whoWaitsWhenTheLeadershipEndsIsSentToTheNewCoordinator() {
        var before = rig.state;
        var heard = set("a", 1);
        runWithoutTheDisk();
        rig.resign();
        rig.simulation.runUntilIdle();
        assertThat(heard.error).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(before.unloadedWith).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void whatCouldNotBeWrittenIsForgotten() {
        set("a", 1);
        rig.settle();
        rig.disk.failOn((call, path) -> call == SimulatedDisk.Call.WRITE && path.toString().endsWith(".log"));
        var heard = set("a", 2);
        rig.simulation.runUntilIdle();
        assertThat(heard.isDone()).isTrue();
        assertThat(heard.isAnswered()).isFalse();
        assertThat(get(rig, "a").isAnswered()).isFalse();
    }

    @Test
    void aShardIsLoadedAgainAfterTheDiskWasFull() {
        set("a", 1);
        rig.settle();
        rig.fillUp();
        var heard = set("a", 2);
        rig.simulation.runUntilIdle();
        assertThat(heard.error).isEqualTo(ErrorCode.NOT_COORDINATOR);
        rig.makeRoom();
        rig.settle();
        var read = get(rig, "a");
        rig.simulation.runUntilIdle();
        assertThat(read.response).isEqualTo(1);
        assertThat(set("a", 3)).satisfies(again -> {
            rig.settle();
            assertThat(again.isAnswered()).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recordsThatAreTooLargeForTheLogChangeNothing(boolean isTransactional) {
        var text = "x".repeat(30_000);
        var refused = new ArrayList<String>();
        var heard = rig.run((state, decision) -> {
            for (int i = 0; i < RecordValidation.DEFAULT.maxMessageBytes() / 30_000 + 1; i++) decision.append(Ledger.set("a" + i, 1, text));
            decision.whenRefused(error -> refused.add("a"));
            if (isTransactional) decision.transactional(7, (short) 0);
            return 1;
        });
        rig.simulation.runUntilIdle();
        assertThat(heard.error).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(refused).containsExactly("a");
        assertThat(rig.state.numbers).isEmpty();
        assertThat(set("b", 2)).satisfies(small -> {
            rig.settle();
            assertThat(small.isAnswered()).isTrue();
        });
    }

    @Test
    void manyRecordsThatMayBeDividedAreWrittenInSeveralBatches() {
        var text = "x".repeat(30_000);
        var heard = rig.run((state, decision) -> {
            decision.divisible();
            for (int i = 0; i < 100; i++) decision.append(Ledger.set("a" + i, i, text));
            return 1;
        });
        rig.settle();
        assertThat(heard.isAnswered()).isTrue();
        rig.powerCut();
        rig.settle();
        assertThat(rig.state.numbers).hasSize(100);
    }

    @Test
    void whoWaitsTooLongIsToldToComeBackAndTheRecordsStand() {
        var heard = set("a", 1);
        rig.worker.pause();
        rig.simulation.runFor(2 * ShardRig.COMMIT_TIMEOUT_MS);
        assertThat(heard.error).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        rig.worker.resume();
        rig.simulation.runUntilIdle();
        assertThat(rig.state.numbers).containsEntry("a", 1L);
        assertThat(rig.shard.isActive()).isTrue();
    }

    @Test
    void aTransactionCountsFromItsCommitOnAndNeverIfItIsAborted() {
        setInTransaction(rig, 7, 0, "a", 1);
        setInTransaction(rig, 8, 0, "b", 2);
        rig.settle();
        assertThat(rig.state.numbers).isEmpty();
        end(rig, 7, 0, true);
        end(rig, 8, 0, false);
        setInTransaction(rig, 8, 0, "c", 3);
        rig.settle();
        assertThat(rig.state.numbers).isEqualTo(Map.of("a", 1L));
        rig.powerCut();
        rig.settle();
        assertThat(rig.state.numbers).isEqualTo(Map.of("a", 1L));
        end(rig, 8, 0, true);
        rig.settle();
        assertThat(rig.state.numbers).isEqualTo(Map.of("a", 1L, "c", 3L));
    }

    @Test
    void aFencedProducersRecordsAndMarkersAreRefusedAndTheShardGoesOn() {
        setInTransaction(rig, 7, 3, "a", 1);
        rig.settle();
        var late = setInTransaction(rig, 7, 2, "b", 2);
        var lateEnd = end(rig, 7, 2, true);
        rig.simulation.runUntilIdle();
        assertThat(late.error).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(lateEnd.error).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(rig.shard.isActive()).isTrue();
        assertThat(rig.state.numbers).isEmpty();
        end(rig, 7, 3, true);
        rig.settle();
        assertThat(rig.state.numbers).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void timersAreGoneWithTheirShard() {
        var rung = new ArrayList<String>();
        rig.loop.execute(() -> {
            rig.state.timers.schedule("early", 10, decision -> rung.add("early"));
            rig.state.timers.schedule("replaced", 10, decision -> rung.add("wrong"));
            rig.state.timers.schedule("replaced", 20, decision -> rung.add("replaced"));
            rig.state.timers.schedule("late", 1_000, decision -> rung.add("late"));
        });
        rig.simulation.runFor(100);
        rig.elect();
        rig.settle();
        assertThat(rung).containsExactly("early", "replaced");
    }

    @Test
    void aDecisionThatBreaksIsAnErrorForOneAndTheStateIsMadeAgain() {
        set("a", 1);
        rig.settle();
        var broken = rig.run((state, decision) -> {
            state.numbers.clear();
            throw new IllegalStateException("a bug");
        });
        rig.simulation.runUntilIdle();
        assertThat(broken.error).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        rig.settle();
        assertThat(rig.state.numbers).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void throughFaultsNothingAnsweredIsLostAndTheStateIsWhatTheLogSays() {
        Seeds.check(100, (seed, random) -> new Faults(seed, random).run());
    }

    /** Random commands, transactions, full disks, elections and power cuts. */
    private static final class Faults {
        private static final List<String> NAMES = List.of("a", "b", "c", "d");

        private final RandomGenerator random;
        private final ShardRig<Ledger> rig;
        private final List<Sent> sent = new ArrayList<>();
        private final Map<String, Long> acknowledged = new HashMap<>();
        private long number;

        private record Sent(String name, long number, Heard<Long> heard) {}

        Faults(long seed, RandomGenerator random) {
            this.random = random;
            this.rig = new ShardRig<>(seed, Ledger::new);
        }

        void run() {
            for (int step = 0; step < 150; step++) {
                switch (random.nextInt(14)) {
                    case 0 -> rig.powerCut();
                    case 1 -> rig.elect();
                    case 2 -> rig.fillUp();
                    case 3, 4 -> rig.makeRoom();
                    case 5 -> rig.settle();
                    case 6, 7 -> rig.simulation.runUntilIdle();
                    default -> set();
                }
                for (int i = random.nextInt(4); i > 0; i--) rig.simulation.runOne();
                hear();
            }
            rig.makeRoom();
            rig.settle();
            hear();
            // A log that found no room when it was opened is offline until the broker starts again.
            if (rig.partition.leaderError(-1) == ErrorCode.KAFKA_STORAGE_ERROR) rig.powerCut();
            rig.settle();
            check();
            var live = new TreeMap<>(rig.state.numbers);
            rig.elect();
            rig.settle();
            assertThat(rig.state.numbers).isEqualTo(live);
        }

        private void set() {
            var name = NAMES.get(random.nextInt(NAMES.size()));
            sent.add(new Sent(name, ++number, CoordinatorShardTest.set(rig, name, number)));
        }

        private void hear() {
            for (var one : sent) if (one.heard.isAnswered()) acknowledged.merge(one.name, one.number, Math::max);
        }

        private void check() {
            assertThat(rig.shard.isActive()).isTrue();
            // Numbers grow, so whatever stands must be at least what was acknowledged last.
            acknowledged.forEach((name, least) -> assertThat(rig.state.numbers.getOrDefault(name, -1L)).as(name).isGreaterThanOrEqualTo(least));
        }
    }
}
