package io.barnabas.benchmarks;

import java.util.List;

/** What is measured in one go, mostly on one broker from its start to its end. Done again as a whole, or only what is left. */
interface Session {
    /** For the progress line. */
    String name();

    /** Which turn of its side this is, from 0. */
    int pass();

    /** What it measures and has not measured yet. */
    List<Key> left(Run run);

    /** @param left never empty */
    void run(Run run, List<Key> left);

    double estimatedSeconds(Run run);
}
