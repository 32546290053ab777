package io.barnabas.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpinPolicyTest {
    private final SpinPolicy policy = new SpinPolicy();

    private int looksAmong(int occasions, boolean found) {
        int looks = 0;
        for (int i = 0; i < occasions; i++) {
            if (!policy.shouldSpin()) continue;
            looks++;
            policy.onSpun(found);
        }
        return looks;
    }

    @Test
    void itLooksEveryTimeForAsLongAsSomethingIsFound() {
        assertEquals(1_000, looksAmong(1_000, true));
    }

    @Test
    void looksInVainBecomeRare() {
        assertEquals(11, looksAmong(2_047, false));
        assertEquals(10, looksAmong(10 * 1_024, false));
    }

    @Test
    void oneFindIsEnoughToLookAgain() {
        looksAmong(100_000, false);
        assertTrue(looksAmong(1_024, true) >= 1);
        assertEquals(1_000, looksAmong(1_000, true));
    }
}
