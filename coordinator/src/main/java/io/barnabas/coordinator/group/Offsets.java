package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.Timers;
import io.barnabas.protocol.message.OffsetCommitRequest;
import io.barnabas.protocol.message.OffsetCommitResponse;
import io.barnabas.protocol.message.OffsetDeleteRequest;
import io.barnabas.protocol.message.OffsetDeleteResponse;
import io.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.barnabas.protocol.message.TxnOffsetCommitRequest;
import io.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.util.Map;

/**
 * The offsets of groups. Requests name topics by name, and by id where the topic is known; which topics there are is settled by
 * who asks.
 */
public final class Offsets {
    private final OffsetTable table;
    private final OffsetCommits commits;
    private final OffsetFetches fetches;
    private final OffsetDeletions deletions;

    Offsets(Map<String, Group> groups, Timers timers, GroupContext context) {
        this.table = new OffsetTable(groups, context);
        this.commits = new OffsetCommits(groups, context);
        this.fetches = new OffsetFetches(groups, table);
        this.deletions = new OffsetDeletions(groups, table, timers, context);
    }

    /** Commits offsets for a member, or for one who manages its partitions itself (negative generation). */
    public OffsetCommitResponse commit(OffsetCommitRequest request, int apiVersion, Decision decision) {
        return commits.commit(request, apiVersion, decision);
    }

    /** Commits offsets as part of a transaction of a producer, which has this shard's partition in it (KIP-98, KIP-447). */
    public TxnOffsetCommitResponse commitInTransaction(TxnOffsetCommitRequest request, int apiVersion, Decision decision) {
        return commits.commitInTransaction(request, apiVersion, decision);
    }

    /** @param requireStable refuses offsets that an open transaction may change (KIP-447) */
    public OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request, boolean requireStable) {
        return fetches.fetch(request, requireStable);
    }

    /** Deletes offsets of topics that no member reads (KIP-496). */
    public OffsetDeleteResponse delete(OffsetDeleteRequest request, Decision decision) {
        return deletions.delete(request, decision);
    }

    /** All offsets of a group that is deleted. */
    void deleteAll(String groupId, Decision decision) {
        deletions.deleteAll(groupId, decision);
    }

    void apply(CoordinatorRecord record, RecordSource source) {
        table.apply(record, source);
    }

    /** One that counts at once. */
    void replay(ByteReader key, ByteReader value) {
        table.replay(key, value);
    }

    void onTransactionEnded(long producerId, boolean isCommit) {
        table.onTransactionEnded(producerId, isCommit);
    }

    void onLoaded() {
        deletions.onLoaded();
    }

    void onClusterChanged(ClusterDelta delta, Decision decision) {
        deletions.onClusterChanged(delta, decision);
    }
}
