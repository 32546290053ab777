package io.barnabas.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * One run: which requests may begin when, and what came of them. Knows no sockets and no clock: times are given, in ns.
 * In an open loop the <i>n</i>-th request is due at a time that the rate alone decides.
 */
final class LoadRun {
    private static final double NS_PER_SECOND = 1e9;
    private static final int DIGITS = 3;
    private static final long LATENCY_NS_MAX = 3_600_000_000_000L;

    private final double requestsPerSecond;
    private final long requestCountMax;
    private final long startNs;
    private final long endNs;
    private final long giveUpNs;
    private final Histogram latencyNs = histogram();
    private final Histogram latenessNs = histogram();
    private long begun;
    private long answered;
    private long lastAnswerNs;
    private long recordCount;
    private long byteCount;

    /**
     * @param requestsPerSecond 0 for a closed loop
     * @param durationNs        what is due within it is sent; a closed loop sends until it is over
     */
    LoadRun(double requestsPerSecond, long requestCountMax, long startNs, long durationNs) {
        this.requestsPerSecond = requestsPerSecond;
        this.requestCountMax = requestCountMax;
        this.startNs = lastAnswerNs = startNs;
        endNs = startNs + durationNs;
        giveUpNs = endNs + durationNs;
    }

    static Histogram histogram() {
        return new Histogram(1, LATENCY_NS_MAX, DIGITS);
    }

    boolean isOpenLoop() {
        return requestsPerSecond > 0;
    }

    /** Whether one more request may begin now. @throws LoadException if an open loop is so late that it will not end */
    boolean mayBegin(long nowNs) {
        if (hasBegunAll(nowNs)) return false;
        if (!isOpenLoop()) return true;
        if (nowNs > giveUpNs) {
            throw new LoadException("the broker does not keep up: requests per second=%.0f due=%d answered=%d"
                    .formatted(requestsPerSecond, dueCount(nowNs), answered));
        }
        return dueNs(begun) <= nowNs;
    }

    /** Whether no more request will begin. */
    boolean hasBegunAll(long nowNs) {
        return begun >= requestCountMax || (isOpenLoop() ? dueNs(begun) : nowNs) >= endNs;
    }

    boolean isOver(long nowNs) {
        return answered == begun && hasBegunAll(nowNs);
    }

    /** Begins the next request. @return from when on its latency counts */
    long begin(long nowNs) {
        long sinceNs = nowNs;
        if (isOpenLoop()) {
            sinceNs = dueNs(begun);
            latenessNs.recordValue(Math.max(0, nowNs - sinceNs));
        }
        begun++;
        return sinceNs;
    }

    /** When the request of this number, counted from 0, is due in an open loop. */
    long dueNs(long index) {
        return startNs + (long) (index * (NS_PER_SECOND / requestsPerSecond));
    }

    private long dueCount(long nowNs) {
        return (long) ((Math.min(nowNs, endNs) - startNs) * requestsPerSecond / NS_PER_SECOND);
    }

    /** A request was answered. @param sinceNs what {@link #begin} gave */
    void answered(long sinceNs, long nowNs) {
        answered++;
        lastAnswerNs = nowNs;
        latencyNs.recordValue(Math.max(1, nowNs - sinceNs));
    }

    void addRecords(long count, long bytes) {
        recordCount += count;
        byteCount += bytes;
    }

    long begunCount() {
        return begun;
    }

    long answeredCount() {
        return answered;
    }

    double seconds() {
        return Math.max(1, lastAnswerNs - startNs) / NS_PER_SECOND;
    }

    Histogram latenessNs() {
        return latenessNs;
    }

    Histogram latencyNs() {
        return latencyNs;
    }

    LoadResult result(long ownCpuNs) {
        return new LoadResult(answered, recordCount, byteCount, seconds(), latencyNs, latenessNs, ownCpuNs);
    }
}
