package io.barnabas.server;

import io.barnabas.log.LogSlice;
import io.barnabas.log.SliceConverter;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What is different in the answer to a client that reads older formats only. */
final class FetchConversion {
    /** From this version on clients read batches of format v2 (KIP-98). */
    private static final int BATCH_VERSION = 4;
    /** From this version on clients read messages of format v1 (KIP-32). */
    private static final int TIMESTAMP_VERSION = 2;
    /** From this version on a batch that is larger than all limits is given whole (KIP-74). */
    private static final int WHOLE_BATCH_VERSION = 3;

    private final SliceConverter converter;
    private final int fetchVersion;
    private final int turn;

    private FetchConversion(SliceConverter converter, int fetchVersion, int turn) {
        this.converter = converter;
        this.fetchVersion = fetchVersion;
        this.turn = turn;
    }

    /**
     * @param turns grows with every such fetch
     * @return null if the client reads what lies in the log
     */
    static FetchConversion of(int fetchVersion, SliceConverter converter, AtomicInteger turns) {
        return fetchVersion >= BATCH_VERSION ? null : new FetchConversion(converter, fetchVersion, turns.getAndIncrement());
    }

    /** Such clients name their partitions in the same order each time, and an answer has no room for all: each gets its turn to be first. */
    void order(List<FetchPosition> positions) {
        if (!positions.isEmpty()) Collections.rotate(positions, turn % positions.size());
    }

    /** What such an answer may hold in all, since it is made in memory. */
    static int bytesMax(int asked) {
        return Math.min(asked, SliceConverter.SOURCE_BYTES_MAX);
    }

    /** Whether a first batch that exceeds the partition's limit is to be cut off, which tells the client that its limit is too low. */
    boolean isCutOff(LogSlice slice, int partitionMaxBytes) {
        return fetchVersion < WHOLE_BATCH_VERSION && slice.size() > partitionMaxBytes;
    }

    /** Converts a slice and releases it; for the log directory's I/O pool. */
    SliceConverter.Converted convert(LogSlice slice, long fromOffset, int partitionMaxBytes) {
        return converter.convert(slice, (byte) (fetchVersion < TIMESTAMP_VERSION ? 0 : 1), fromOffset, bytesMax(partitionMaxBytes));
    }
}
