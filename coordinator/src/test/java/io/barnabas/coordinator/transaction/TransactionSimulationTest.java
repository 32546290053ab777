package io.barnabas.coordinator.transaction;

import io.barnabas.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Transactional producers that are lost, late, doubled, paused, fenced and replaced; a coordinator whose shards move, whose disk is
 * full and whose power goes; markers that go astray. Whatever happens: a transaction is seen whole or not at all, as its
 * producer was told; a fenced producer adds nothing; and when all is quiet, nothing is left open.
 */
class TransactionSimulationTest {
    private static final int IDS = 3;

    /** The instances of one transactional id, the latest last. */
    private static final class Owners {
        final String id;
        final List<SimulatedProducer> instances = new ArrayList<>();

        Owners(String id) {
            this.id = id;
        }
    }

    private TransactionWorld world;
    private List<Owners> owners;
    private RandomGenerator random;

    @Test
    void transactionsAreWholeOrAbsentWhateverHappens() {
        Seeds.check(60, (seed, random) -> play(seed, random, 60));
    }

    @Test
    @Tag("long")
    void transactionsAreWholeOrAbsentForLong() {
        Seeds.check(10_000, (seed, random) -> play(seed, random, 100));
    }

    private void play(long seed, RandomGenerator random, int steps) {
        this.random = random;
        world = new TransactionWorld(seed);
        owners = new ArrayList<>();
        SimulatedProducer.mishaps = random.nextInt(10);
        world.mishaps = random.nextInt(20);
        for (int i = 0; i < IDS; i++) {
            owners.add(new Owners("id-" + i));
            startInstance(owners.get(i));
        }
        for (int step = 0; step < steps; step++) {
            step();
            world.simulation.runFor(random.nextInt(600));
        }
        calm();
        check();
    }

    private void startInstance(Owners of) {
        var before = List.copyOf(of.instances);
        boolean isNewer = random.nextBoolean();
        var name = of.id + (isNewer ? "n" : "o") + before.size();
        of.instances.add(new SimulatedProducer(world, of.id, name, isNewer, epoch -> fence(before, epoch)));
    }

    /** From now on nothing that they have not asked to be committed may be. */
    private static void fence(List<SimulatedProducer> before, short epoch) {
        for (var instance : before) {
            for (var attempt : instance.attempts) if (!attempt.isCommitSent && attempt.epoch < epoch) attempt.mustVanish = true;
        }
    }

    private void step() {
        var some = owners.get(random.nextInt(IDS));
        var latest = some.instances.get(some.instances.size() - 1);
        switch (random.nextInt(12)) {
            case 0 -> {
                // A broker that starts on a full disk serves nothing until it starts again.
                world.disk.capacityBytes(Long.MAX_VALUE);
                world.powerCut();
            }
            case 1, 2 -> world.elect();
            case 3 -> world.disk.capacityBytes(world.disk.usedBytes());
            case 4, 5 -> world.disk.capacityBytes(Long.MAX_VALUE);
            case 6 -> latest.isDead = true;
            // The one before may go on: a zombie.
            case 7 -> startInstance(some);
            case 8 -> latest.loop().pause();
            case 9 -> some.instances.forEach(instance -> instance.loop().resume());
            default -> {
                if (latest.isDead) startInstance(some);
            }
        }
    }

    private void calm() {
        SimulatedProducer.mishaps = 0;
        world.mishaps = 0;
        world.disk.capacityBytes(Long.MAX_VALUE);
        world.simulation.runUntilIdle();
        // A log that found no room when it was opened is offline until the broker starts again.
        if (world.isOffline()) world.powerCut();
        for (var each : owners) {
            for (var instance : each.instances) {
                instance.isStopping = true;
                instance.loop().resume();
            }
        }
        world.simulation.runFor(120_000);
    }

    private void check() {
        if (!world.isStable()) throw new AssertionError("a transaction hangs: " + world.partitions);
        var seen = new HashSet<String>();
        for (int i = 0; i < TransactionWorld.PARTITIONS; i++) {
            for (var value : world.committed(i)) if (!seen.add(value)) throw new AssertionError("seen twice: " + value);
        }
        int committed = 0;
        for (var each : owners) {
            for (var instance : each.instances) for (var attempt : instance.attempts) committed += check(attempt, seen);
        }
        if (committed == 0 && seen.size() > 0) throw new AssertionError("seen, but of no transaction: " + seen);
    }

    private static int check(SimulatedProducer.Attempt attempt, HashSet<String> seen) {
        long visible = attempt.values.stream().filter(seen::contains).count();
        boolean isWhole = visible == attempt.values.size();
        if (visible > 0 && !isWhole) throw new AssertionError("seen in part: " + attempt + " seen=" + seen);
        if (attempt.isCommitted && !isWhole) throw new AssertionError("committed, and not seen: " + attempt);
        if (visible > 0 && (attempt.mustVanish || !attempt.isCommitSent)) throw new AssertionError("seen, and never committed: " + attempt);
        return isWhole ? 1 : 0;
    }
}
