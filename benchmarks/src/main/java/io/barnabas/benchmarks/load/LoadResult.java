package io.barnabas.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * What a run came to. Every request sent is in it: a run ends when the last one is answered.
 *
 * @param recordCount records produced; 0 for a fetch, whose batches are not opened
 * @param byteCount   bytes of record batches, as they lie in the log
 * @param seconds     from the first request to the last answer
 * @param latencyNs   of each request, until its answer was read: closed loop from when it was written, open loop from when it was due
 * @param latenessNs  open loop: how much of it passed before the request was written, for whatever reason; empty for a closed loop
 * @param ownCpuNs    CPU time of the generator's thread
 */
public record LoadResult(long requestCount, long recordCount, long byteCount, double seconds, Histogram latencyNs,
        Histogram latenessNs, long ownCpuNs) {
    public double requestsPerSecond() {
        return requestCount / seconds;
    }

    public double bytesPerSecond() {
        return byteCount / seconds;
    }
}
