package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import java.util.Arrays;

/**
 * What the cluster agreed about one partition. Immutable: the arrays are shared and must not be written to.
 *
 * @param partition           index in its topic
 * @param replicas            broker ids in order of preference
 * @param directories         log directory of each replica, in the order of {@code replicas}; see {@link #UNASSIGNED}
 * @param isr                 in-sync replicas
 * @param leader              broker id, or {@link #NO_LEADER}
 * @param leaderRecovering    whether the leader came from an unclean election and has not yet recovered
 * @param leaderEpoch         counts the leaders
 * @param partitionEpoch      counts the changes of any kind
 * @param eligibleLeaders     replicas outside the ISR that still hold every committed record (ELR)
 * @param lastKnownEligible   the leader that was lost last, when nobody may lead
 */
public record PartitionImage(
        int partition, int[] replicas, Uuid[] directories, int[] isr, int[] removingReplicas, int[] addingReplicas,
        int leader, boolean leaderRecovering, int leaderEpoch, int partitionEpoch, int[] eligibleLeaders,
        int[] lastKnownEligible) {
    public static final int NO_LEADER = -1;
    /** Directory id of a replica that its broker has not placed yet. */
    public static final Uuid UNASSIGNED = Uuid.ZERO;
    /** Directory id of a replica that lies in a directory which is gone. */
    public static final Uuid LOST = new Uuid(0, 1);
    /** Directory id of a replica from before directories had ids. */
    public static final Uuid MIGRATING = new Uuid(0, 2);
    /** No broker ids. */
    public static final int[] NONE = {};

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    public boolean isReplica(int brokerId) {
        return indexOf(replicas, brokerId) >= 0;
    }

    public boolean isInSync(int brokerId) {
        return indexOf(isr, brokerId) >= 0;
    }

    public boolean isReassigning() {
        return removingReplicas.length > 0 || addingReplicas.length > 0;
    }

    /** The replica that should lead when all are well. */
    public int preferredLeader() {
        return replicas.length == 0 ? NO_LEADER : replicas[0];
    }

    /** The log directory of a broker's replica; {@link #UNASSIGNED} if it has none. */
    public Uuid directoryOf(int brokerId) {
        int index = indexOf(replicas, brokerId);
        return index < 0 || index >= directories.length ? UNASSIGNED : directories[index];
    }

    static int indexOf(int[] brokerIds, int brokerId) {
        for (int i = 0; i < brokerIds.length; i++) if (brokerIds[i] == brokerId) return i;
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionImage that && partition == that.partition && leader == that.leader
                && leaderRecovering == that.leaderRecovering && leaderEpoch == that.leaderEpoch
                && partitionEpoch == that.partitionEpoch && Arrays.equals(replicas, that.replicas)
                && Arrays.equals(directories, that.directories) && Arrays.equals(isr, that.isr)
                && Arrays.equals(removingReplicas, that.removingReplicas)
                && Arrays.equals(addingReplicas, that.addingReplicas)
                && Arrays.equals(eligibleLeaders, that.eligibleLeaders)
                && Arrays.equals(lastKnownEligible, that.lastKnownEligible);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * partition + leaderEpoch) + partitionEpoch;
    }

    @Override
    public String toString() {
        return "partition=" + partition + " replicas=" + Arrays.toString(replicas) + " directories="
                + Arrays.toString(directories) + " isr=" + Arrays.toString(isr) + " removing="
                + Arrays.toString(removingReplicas) + " adding=" + Arrays.toString(addingReplicas) + " leader=" + leader
                + " leaderRecovering=" + leaderRecovering + " leaderEpoch=" + leaderEpoch + " partitionEpoch="
                + partitionEpoch + " elr=" + Arrays.toString(eligibleLeaders) + " lastKnownElr="
                + Arrays.toString(lastKnownEligible);
    }
}
