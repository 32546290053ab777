package io.barnabas.benchmarks;

/**
 * What was measured, and on which side.
 *
 * @param metric number of the metric in the table of goals; {@link #PROFILE} for what explains the others
 * @param load   which of its loads, by the name that the table shows
 */
record Key(int metric, String load, Durability durability, Side side) {
    static final int PROFILE = 0;

    Key of(Side other) {
        return new Key(metric, load, durability, other);
    }
}
