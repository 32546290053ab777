package io.barnabas.server;

import io.barnabas.protocol.message.FetchRequest;

/** Where a fetcher stands in one partition, and what it was last told about it. */
final class FetchPosition {
    final FetchSession.Key key;
    long fetchOffset;
    int partitionMaxBytes;
    int currentLeaderEpoch;
    int lastFetchedEpoch;

    /** What the last answer of the session said; an incremental answer leaves out a partition where nothing differs. */
    private long toldHighWatermark = -1;
    private long toldLogStartOffset = -1;

    FetchPosition(FetchSession.Key key) {
        this.key = key;
    }

    void update(FetchRequest.FetchPartition asked) {
        fetchOffset = asked.fetchOffset();
        partitionMaxBytes = asked.partitionMaxBytes();
        currentLeaderEpoch = asked.currentLeaderEpoch();
        lastFetchedEpoch = asked.lastFetchedEpoch();
    }

    /** Notes what is about to be told. @return whether it differs from what was told before */
    boolean noteTold(long highWatermark, long logStartOffset) {
        boolean isNew = highWatermark != toldHighWatermark || logStartOffset != toldLogStartOffset;
        toldHighWatermark = highWatermark;
        toldLogStartOffset = logStartOffset;
        return isNew;
    }

    /** An error was told: whatever comes next is news. */
    void forgetTold() {
        toldHighWatermark = -1;
    }
}
