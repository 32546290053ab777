package io.barnabas.cluster.quorum;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.List;

/**
 * The replicated metadata log, as seen by one node: everything the rest of the node knows of consensus. Owned by one
 * event loop, on which every method runs and every listener is called. The listener is never called from inside
 * {@link #append}.
 */
public interface MetadataQuorum extends AutoCloseable {
    /** Hears what the log comes to: first a snapshot if there is one, then batches in order, then leaders and commits. */
    interface Listener {
        /** All state is replaced by what these records say; they come to an end before the call returns. */
        void onSnapshot(SnapshotId id, long lastContainedLogTimestampMs, SnapshotRecords records);

        /** A committed batch that was not appended by this node in the current epoch. */
        void onBatch(MetadataBatch batch);

        /** Everything before {@code endOffset} is committed: what this node appended up to there may be acknowledged. */
        void onCommit(long endOffset);

        /**
         * Who leads now. When it is this node, every committed batch has been given before, and {@code leaderEpoch} is
         * the one to append under; what it appended under an earlier epoch and was not told as committed is forgotten.
         *
         * @param leaderId {@link #NO_LEADER} while nobody leads
         */
        void onLeader(int leaderId, int leaderEpoch);

        /** What this node appended from {@code fromOffset} on was not written, and is forgotten: the disk is full. Later appends may succeed. */
        void onAppendFailed(long fromOffset, String reason);

        /** The log cannot be written or read any more; nothing will be committed by this node until it is started again. */
        void onFailed(String reason);
    }

    /** Reads a snapshot's records batch by batch, so that it need not fit into memory twice. */
    interface SnapshotRecords {
        /** @return the next batch of records, null at the end @throws io.barnabas.cluster.metadata.MetadataLogException if the snapshot is damaged */
        List<TypedRecord> nextBatch();
    }

    int NO_LEADER = -1;
    /** Most records of one {@link #append}. */
    int RECORDS_PER_BATCH_MAX = 32_768;
    /** Most bytes of one batch. */
    int BATCH_BYTES_MAX = 8 << 20;

    /** Begins: the listener hears of the snapshot, the log and the leader, at once or later. To be called once. */
    void start(Listener listener);

    /**
     * Appends records in one batch, which is committed whole or not at all. On return nothing is durable.
     *
     * @param leaderEpoch the epoch in which this node leads
     * @param timestampMs of the batch
     * @param records     at least one, at most {@link #RECORDS_PER_BATCH_MAX}; not kept
     * @return the offset of the last record, or -1 if this node does not lead in that epoch: nothing was appended
     * @throws BatchTooLargeException if they need more than {@link #BATCH_BYTES_MAX}
     */
    long append(int leaderEpoch, long timestampMs, List<TypedRecord> records);

    /** The offset that the next appended record gets. */
    long endOffset();

    /** First offset that is not committed. */
    long committedEndOffset();

    /** @return id of the leader, {@link #NO_LEADER} if unknown */
    int leaderId();

    /** The epoch of {@link #leaderId}. */
    int leaderEpoch();

    /** The finalized {@code kraft.version}: 0 static voters, 1 voters written in the log. */
    short kraftVersion();

    /** Voters and observers with how far they have come. */
    QuorumDescription describe();

    /**
     * Writes a snapshot off the loop and drops the log before it when its time has come. At most one is in the making;
     * another call meanwhile does nothing.
     *
     * @param endOffset          first offset not in it; committed
     * @param records            gives every record of the state, in batches; called off the loop, reads immutable state
     */
    void snapshot(long endOffset, int leaderEpoch, long lastContainedLogTimestampMs, SnapshotRecords records);

    /** Bytes appended to the log since the last snapshot. */
    long bytesSinceSnapshot();

    /** Lets go of the log; what was committed stays. */
    @Override
    void close();
}
