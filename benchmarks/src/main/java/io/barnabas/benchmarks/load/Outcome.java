package io.barnabas.benchmarks.load;

/**
 * What a tool says of its run.
 *
 * @param recordCount 0 if it failed; {@code note} then says why
 * @param p50Ms       of what the tool takes for latency; NaN if it does not tell
 */
record Outcome(String tool, long recordCount, long valueBytes, double seconds, double p50Ms, double p99Ms, String note) {
    static Outcome failed(String tool, String note) {
        return new Outcome(tool, 0, 0, 0, Double.NaN, Double.NaN, note);
    }
}
