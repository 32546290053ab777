package io.barnabas.replication;

import io.barnabas.log.AbortedTransaction;
import io.barnabas.log.LogSlice;
import io.barnabas.model.ErrorCode;
import java.util.List;

/** What a fetch of one partition can come to. */
public sealed interface PartitionRead {
    /**
     * @param slice               the reader's to release, perhaps empty
     * @param abortedTransactions null unless the reader wants committed records only
     */
    record Data(LogSlice slice, long highWatermark, long lastStableOffset, long logStartOffset,
                List<AbortedTransaction> abortedTransactions) implements PartitionRead {}

    /** The reader's log parted from this one: the last epoch both may have, and where it ends here. */
    record Diverged(int leaderEpoch, long endOffset, long highWatermark, long lastStableOffset, long logStartOffset)
            implements PartitionRead {}

    record Refused(ErrorCode error) implements PartitionRead {}
}
