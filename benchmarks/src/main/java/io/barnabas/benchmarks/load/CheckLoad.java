package io.barnabas.benchmarks.load;

/**
 * A load that every tool can make.
 *
 * @param recordCount       per request, in one batch
 * @param recordBytes       of a record's value; there are no keys
 * @param requestsPerSecond 0 for as many as come
 * @param totalRecords      written or read in one run
 */
record CheckLoad(String name, boolean isFetch, int recordCount, int recordBytes, int requestsPerSecond, long totalRecords) {
    static final int IN_FLIGHT = 5;
    static final int FETCH_BYTES_MAX = 1 << 20;

    CheckLoad asProduce() {
        return new CheckLoad(name, false, recordCount, recordBytes, requestsPerSecond, totalRecords);
    }

    int recordsPerSecond() {
        return requestsPerSecond * recordCount;
    }

    /** What a producer's {@code batch.size} must be for batches of just so many records: one more would not fit. */
    int batchBytes() {
        return 61 + recordCount * (recordBytes + 10);
    }
}
