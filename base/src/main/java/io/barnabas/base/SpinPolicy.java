package io.barnabas.base;

/**
 * Whether a loop that has run out of work looks for more for a moment before it sleeps. Waking a sleeping thread costs both
 * sides more than a short look does, several times more where cores are virtual; looking in vain costs a core. So it goes by
 * what came of it: found something, it looks again at the next occasion; in vain several times, ever more rarely.
 */
final class SpinPolicy {
    /** How long one look lasts: about what it takes to wake a sleeper. */
    static final long SPIN_NS = 50_000;

    /** In vain for long, it is tried at every so many occasions: a look then costs a loop 0.05 us for each of them. */
    private static final int SKIPPED_MAX = 1023;

    private int skippedPerLook;
    private int skippedSince;

    /** Asked once for each occasion. */
    boolean shouldSpin() {
        if (skippedSince >= skippedPerLook) return true;
        skippedSince++;
        return false;
    }

    /** @param found whether there was work before the time was over */
    void onSpun(boolean found) {
        skippedSince = 0;
        skippedPerLook = found ? 0 : Math.min(2 * skippedPerLook + 1, SKIPPED_MAX);
    }
}
