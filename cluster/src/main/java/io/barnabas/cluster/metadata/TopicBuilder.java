package io.barnabas.cluster.metadata;

import io.barnabas.base.Uuid;
import io.barnabas.protocol.record.PartitionChangeRecord;
import io.barnabas.protocol.record.PartitionRecord;
import java.util.Arrays;
import java.util.List;

/** A topic while records change it; copies the partitions once, however many records come. */
final class TopicBuilder {
    private static final int NO_CHANGE = -2;

    /** Null if the topic is new. */
    final TopicImage before;
    final String name;
    final Uuid id;
    private PartitionImage[] partitions;
    private int count;

    TopicBuilder(String name, Uuid id) {
        this.before = null;
        this.name = name;
        this.id = id;
        this.partitions = new PartitionImage[1];
    }

    TopicBuilder(TopicImage before) {
        this.before = before;
        this.name = before.name();
        this.id = before.id();
        this.count = before.partitionCount();
        this.partitions = before.partitionsCopy(count);
    }

    void put(PartitionRecord record) {
        int partition = record.partitionId();
        // Records of a snapshot may come in any order: a gap is only an error when all are there.
        if (partition < 0 || partition > Integer.MAX_VALUE / 2) throw new MetadataLogException("partition out of range: topic=" + name + " partition=" + partition);
        if (partition >= partitions.length) partitions = Arrays.copyOf(partitions, Math.max(partition + 1, partitions.length * 2));
        if (partition >= count) count = partition + 1;
        int[] replicas = toArray(record.replicas());
        int[] isr = toArray(record.isr());
        partitions[partition] = new PartitionImage(partition, replicas, directories(record.directories(), replicas.length),
                Arrays.equals(isr, replicas) ? replicas : isr, toArray(record.removingReplicas()),
                toArray(record.addingReplicas()), record.leader(), record.leaderRecoveryState() == 1, record.leaderEpoch(),
                record.partitionEpoch(), toArray(record.eligibleLeaderReplicas()), toArray(record.lastKnownElr()));
    }

    void change(PartitionChangeRecord record) {
        int index = record.partitionId();
        var old = index < 0 || index >= count ? null : partitions[index];
        if (old == null) throw new MetadataLogException("change of a partition that is not there: topic=" + name + " partition=" + index);
        int[] replicas = record.replicas() == null ? old.replicas() : toArray(record.replicas());
        int[] isr = record.isr() == null ? old.isr() : toArray(record.isr());
        boolean newLeader = record.leader() != NO_CHANGE;
        partitions[index] = new PartitionImage(index, replicas,
                record.directories() == null ? old.directories() : directories(record.directories(), replicas.length),
                Arrays.equals(isr, replicas) ? replicas : isr,
                record.removingReplicas() == null ? old.removingReplicas() : toArray(record.removingReplicas()),
                record.addingReplicas() == null ? old.addingReplicas() : toArray(record.addingReplicas()),
                newLeader ? record.leader() : old.leader(),
                record.leaderRecoveryState() < 0 ? old.leaderRecovering() : record.leaderRecoveryState() == 1,
                newLeader ? old.leaderEpoch() + 1 : old.leaderEpoch(), old.partitionEpoch() + 1,
                record.eligibleLeaderReplicas() == null ? old.eligibleLeaders() : toArray(record.eligibleLeaderReplicas()),
                record.lastKnownElr() == null ? old.lastKnownEligible() : toArray(record.lastKnownElr()));
    }

    void clearEligibleLeaders() {
        for (int i = 0; i < count; i++) {
            var p = partitions[i];
            if (p == null || p.eligibleLeaders().length == 0 && p.lastKnownEligible().length == 0) continue;
            partitions[i] = new PartitionImage(i, p.replicas(), p.directories(), p.isr(), p.removingReplicas(),
                    p.addingReplicas(), p.leader(), p.leaderRecovering(), p.leaderEpoch(), p.partitionEpoch() + 1,
                    PartitionImage.NONE, PartitionImage.NONE);
        }
    }

    TopicImage build() {
        for (int i = 0; i < count; i++) {
            if (partitions[i] == null) throw new MetadataLogException("a partition is missing: topic=" + name + " partition=" + i);
        }
        return new TopicImage(name, id, Arrays.copyOf(partitions, count));
    }

    static int[] toArray(List<Integer> brokerIds) {
        if (brokerIds == null || brokerIds.isEmpty()) return PartitionImage.NONE;
        var array = new int[brokerIds.size()];
        for (int i = 0; i < array.length; i++) array[i] = brokerIds.get(i);
        return array;
    }

    /** Logs from before directories had ids say nothing: such replicas are on their way to having one. */
    private static Uuid[] directories(List<Uuid> directories, int replicaCount) {
        if (directories != null && !directories.isEmpty()) return directories.toArray(new Uuid[0]);
        var migrating = new Uuid[replicaCount];
        Arrays.fill(migrating, PartitionImage.MIGRATING);
        return migrating;
    }
}
