package io.barnabas.replication;

import io.barnabas.model.ErrorCode;

/** Hears when this broker begins and ends to lead a partition. On the partition's loop. */
public interface LeadershipListener {
    /** Appends and reads are taken from now on. */
    void onLeading(Partition partition, int leaderEpoch);

    /** Whoever waited for an append or an offset has been told. */
    void onLeadershipEnded(Partition partition, ErrorCode reason);
}
