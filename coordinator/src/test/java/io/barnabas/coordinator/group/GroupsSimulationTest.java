package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testkit.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Members of a group over a network that loses, delays, repeats and reorders, with clients that pause and die, and a coordinator whose
 * disk fills up, that moves, and whose power is cut. What must hold stands in {@link SimulatedGroup}.
 */
class GroupsSimulationTest {
    private static final long TROUBLE_MS = 4 * 60_000;
    /** In which all timeouts come to pass once more. */
    private static final long CALM_MS = 4 * 60_000;

    @Test
    void aGroupKeepsItsPromisesThroughTroubleAndComesToRestAfterIt() {
        Seeds.check(30, (seed, random) -> live(seed));
    }

    @Test
    @Tag("long")
    void aGroupKeepsItsPromisesThroughMuchTrouble() {
        Seeds.check(2_000, (seed, random) -> live(seed));
    }

    private static void live(long seed) {
        var group = new SimulatedGroup(seed);
        group.trouble(TROUBLE_MS);
        group.calm(CALM_MS);
        group.checkAtRest();
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(storyOf(11)).isEqualTo(storyOf(11));
    }

    private static String storyOf(long seed) {
        var group = new SimulatedGroup(seed);
        group.trouble(60_000);
        return group.story();
    }
}
