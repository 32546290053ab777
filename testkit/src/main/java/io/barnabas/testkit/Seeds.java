package io.barnabas.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs a property over many seeds. A failure names its seed; {@code -Dbarnabas.seed=N} runs that one alone, and
 * {@code -Dbarnabas.seeds=N} that many.
 */
public final class Seeds {
    /** A claim that must hold whatever the random values are. */
    public interface Property {
        void check(long seed, RandomGenerator random) throws Exception;
    }

    private Seeds() {}

    public static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** @param count how many seeds, from a different start at each run */
    public static void check(int count, Property property) {
        var single = Long.getLong("barnabas.seed");
        if (single != null) {
            checkOne(single, property);
            return;
        }
        long first = System.nanoTime() & 0xFFFFFFFFL;
        int runs = Integer.getInteger("barnabas.seeds", count);
        System.out.println("seeds from " + first + ", " + runs + " of them");
        for (int i = 0; i < runs; i++) checkOne(first + i, property);
    }

    private static void checkOne(long seed, Property property) {
        try {
            property.check(seed, random(seed));
        } catch (Throwable e) {
            throw new AssertionError("failed with seed " + seed + " (replay with -Dbarnabas.seed=" + seed + "): " + e, e);
        }
    }
}
