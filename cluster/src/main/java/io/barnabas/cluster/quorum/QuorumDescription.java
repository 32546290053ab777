package io.barnabas.cluster.quorum;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.Endpoint;
import java.util.List;

/** The quorum at one moment. Immutable. */
public record QuorumDescription(
        int leaderId, int leaderEpoch, long committedEndOffset, List<Replica> voters, List<Replica> observers) {
    /**
     * A node that has the metadata log.
     *
     * @param directoryId      {@link Uuid#ZERO} if unknown
     * @param logEndOffset     first offset it does not have, -1 if unknown
     * @param lastFetchMs      when the leader last heard of it, -1 if never
     * @param lastCaughtUpMs   when it last had everything, -1 if never
     * @param endpoints        of a voter, where it takes requests of the quorum; else empty
     */
    public record Replica(
            int nodeId, Uuid directoryId, long logEndOffset, long lastFetchMs, long lastCaughtUpMs, List<Endpoint> endpoints) {}
}
