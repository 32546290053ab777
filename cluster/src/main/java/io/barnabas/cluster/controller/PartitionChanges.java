package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.cluster.metadata.TopicImage;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.PartitionChangeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/** Chooses leaders and in-sync replicas when brokers come and go. */
final class PartitionChanges {
    /** Stands for no broker. */
    static final int NONE = -1;

    private final ClusterImage image;
    private final MetadataVersion version;

    PartitionChanges(ClusterImage image) {
        this.image = image;
        this.version = image.metadataVersion();
    }

    /** A broker may lead no longer: it leaves every ISR that has another member, and others lead where they can. */
    List<TypedRecord> withoutBroker(int brokerId) {
        var records = new ArrayList<TypedRecord>();
        IntPredicate live = id -> id != brokerId && isActive(id);
        for (var topic : image.topics()) {
            for (var partition : topic.partitions()) {
                if (partition.leader() != brokerId && !partition.isInSync(brokerId)) continue;
                addIfChanged(records, elect(topic, partition, brokerId, live, false));
            }
        }
        return records;
    }

    /** A broker has become active: it leads what had no leader and may be led by it. */
    List<TypedRecord> withBroker(int brokerId) {
        var records = new ArrayList<TypedRecord>();
        IntPredicate live = id -> id == brokerId || isActive(id);
        for (var topic : image.topics()) {
            for (var partition : topic.partitions()) {
                if (partition.hasLeader() || !partition.isReplica(brokerId)) continue;
                addIfChanged(records, elect(topic, partition, NONE, live, isUncleanAllowed(topic)));
            }
        }
        return records;
    }

    /** Some replicas of a broker have lost their disk: it leaves their ISR where another member is left, and leads none of them. */
    List<TypedRecord> withoutDirectories(int brokerId, List<io.barnabas.base.Uuid> directories) {
        var records = new ArrayList<TypedRecord>();
        IntPredicate live = id -> id != brokerId && isActive(id);
        for (var topic : image.topics()) {
            for (var partition : topic.partitions()) {
                if (!directories.contains(partition.directoryOf(brokerId))) continue;
                addIfChanged(records, elect(topic, partition, brokerId, live, false));
            }
        }
        return records;
    }

    /** One replica lies in a directory that cannot be used. @return null if that changes nothing */
    TypedRecord withoutReplica(TopicImage topic, PartitionImage partition, int brokerId) {
        return elect(topic, partition, brokerId, id -> id != brokerId && isActive(id), false);
    }

    /** One replica lies in a directory that can be used, after all. @return null if that changes nothing */
    TypedRecord withReplica(TopicImage topic, PartitionImage partition, int brokerId) {
        if (partition.hasLeader() || !isActive(brokerId) || !partition.isInSync(brokerId)) return null;
        return moveLeader(topic, partition, brokerId);
    }

    /** Elects among all active brokers, unclean if asked. @return null if that changes nothing */
    TypedRecord elect(TopicImage topic, PartitionImage partition, boolean unclean) {
        return elect(topic, partition, NONE, this::isActive, unclean);
    }

    /** Whether a replica's broker is there, and has the directory that the replica lies in. */
    boolean canLead(PartitionImage partition, int brokerId) {
        return isActive(brokerId) && hasOnlineDirectory(partition, brokerId);
    }

    private boolean hasOnlineDirectory(PartitionImage partition, int brokerId) {
        var broker = image.broker(brokerId);
        return broker != null && broker.hasOnline(partition.directoryOf(brokerId));
    }

    /** Moves the leadership to an in-sync replica. */
    TypedRecord moveLeader(TopicImage topic, PartitionImage partition, int leader) {
        return record(change(topic, partition).setLeader(leader));
    }

    boolean isActive(int brokerId) {
        var broker = image.broker(brokerId);
        return broker != null && broker.isActive();
    }

    boolean isUncleanAllowed(TopicImage topic) {
        var own = image.configs(ConfigResource.topic(topic.name())).get("unclean.leader.election.enable");
        if (own == null) own = image.configs(ConfigResource.CLUSTER_DEFAULT).get("unclean.leader.election.enable");
        return "true".equalsIgnoreCase(own);
    }

    PartitionChangeRecord change(TopicImage topic, PartitionImage partition) {
        return new PartitionChangeRecord().setPartitionId(partition.partition()).setTopicId(topic.id());
    }

    TypedRecord record(PartitionChangeRecord change) {
        return new TypedRecord(MetadataRecordType.PARTITION_CHANGE, version.partitionRecordVersion(), change);
    }

    private TypedRecord elect(TopicImage topic, PartitionImage partition, int removed, IntPredicate active, boolean unclean) {
        IntPredicate live = id -> active.test(id) && hasOnlineDirectory(partition, id);
        var change = change(topic, partition);
        // The last in-sync replica stays in the ISR even when it is gone: nobody else has every record.
        int[] isr = without(partition.isr(), removed);
        if (isr.length == 0) isr = partition.isr();
        int leader = partition.leader();
        if (leader == NONE || !live.test(leader) || indexOf(isr, leader) < 0) {
            leader = firstLive(partition.replicas(), isr, live);
            if (leader == NONE) {
                leader = firstLive(partition.replicas(), partition.eligibleLeaders(), live);
                if (leader == NONE && unclean) {
                    leader = firstLive(partition.replicas(), partition.replicas(), live);
                    if (leader != NONE) change.setLeaderRecoveryState((byte) 1);
                }
                if (leader != NONE) isr = new int[] {leader};
            }
        }
        boolean isrChanged = !Arrays.equals(isr, partition.isr());
        if (leader == partition.leader() && !isrChanged) return null;
        if (isrChanged) change.setIsr(Records.list(isr));
        if (leader != partition.leader() || isr.length < partition.isr().length && version.bumpsLeaderEpochOnIsrShrink()) change.setLeader(leader);
        if (leader != NONE) clearEligible(partition, leader, change);
        return record(change);
    }

    /** Whoever leads has every committed record: others that may have had them are known again by being in sync. */
    private static void clearEligible(PartitionImage partition, int leader, PartitionChangeRecord change) {
        if (partition.lastKnownEligible().length > 0) change.setLastKnownElr(new ArrayList<>());
        if (indexOf(partition.eligibleLeaders(), leader) >= 0) {
            change.setEligibleLeaderReplicas(Records.list(without(partition.eligibleLeaders(), leader)));
        }
    }

    private static int firstLive(int[] replicas, int[] among, IntPredicate live) {
        for (int id : replicas) if (indexOf(among, id) >= 0 && live.test(id)) return id;
        return NONE;
    }

    private static void addIfChanged(List<TypedRecord> records, TypedRecord record) {
        if (record != null) records.add(record);
    }

    static int indexOf(int[] ids, int id) {
        for (int i = 0; i < ids.length; i++) if (ids[i] == id) return i;
        return -1;
    }

    static int[] without(int[] ids, int id) {
        int index = indexOf(ids, id);
        if (index < 0) return ids;
        var left = new int[ids.length - 1];
        System.arraycopy(ids, 0, left, 0, index);
        System.arraycopy(ids, index + 1, left, index, left.length - index);
        return left;
    }
}
