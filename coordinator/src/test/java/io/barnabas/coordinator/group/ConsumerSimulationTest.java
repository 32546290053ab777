package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Consumers and a coordinator in trouble. What must hold stands in {@link SimulatedConsumers}. */
class ConsumerSimulationTest {
    private static final long TROUBLE_MS = 4 * 60_000;
    /** In which all timeouts come to pass once more. */
    private static final long CALM_MS = 4 * 60_000;

    @Test
    void noPartitionHasTwoOwnersAndAllComesToRest() {
        Seeds.check(30, (seed, random) -> live(seed));
    }

    @Test
    @Tag("long")
    void noPartitionHasTwoOwnersThroughMuchTrouble() {
        Seeds.check(2_000, (seed, random) -> live(seed));
    }

    private static void live(long seed) {
        var consumers = new SimulatedConsumers(seed);
        consumers.trouble(TROUBLE_MS);
        consumers.calm(CALM_MS);
        consumers.checkAtRest();
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(storyOf(7)).isEqualTo(storyOf(7));
    }

    private static String storyOf(long seed) {
        var consumers = new SimulatedConsumers(seed);
        consumers.trouble(60_000);
        return consumers.story();
    }
}
