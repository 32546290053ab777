package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Places the replicas of new partitions. Brokers stand in a ring in which racks alternate; partition after partition
 * starts one further on, at a random place for each topic, and takes the next brokers, other racks first. Active brokers
 * come first, so that the preferred leader can lead.
 */
final class ReplicaPlacement {
    private final List<BrokerImage> ring;
    private final int activeCount;
    private final RandomGenerator random;

    ReplicaPlacement(ClusterImage image, RandomGenerator random) {
        this.random = random;
        var active = new ArrayList<BrokerImage>();
        var others = new ArrayList<BrokerImage>();
        for (var broker : image.brokers()) {
            if (!broker.takesReplicas()) continue;
            (broker.isActive() ? active : others).add(broker);
        }
        ring = new ArrayList<>(alternatingRacks(active));
        activeCount = active.size();
        ring.addAll(alternatingRacks(others));
    }

    /** @return for each partition the broker ids, the preferred leader first @throws RefusedException if there are too few brokers */
    List<int[]> place(int partitionCount, int replicationFactor) {
        if (activeCount == 0) {
            throw new RefusedException(ErrorCode.INVALID_REPLICATION_FACTOR,
                    "All brokers are currently fenced, or have all their log directories cordoned.");
        }
        if (replicationFactor > ring.size()) {
            throw new RefusedException(ErrorCode.INVALID_REPLICATION_FACTOR, "The target replication factor of " + replicationFactor
                    + " cannot be reached because only " + ring.size()
                    + " broker(s) are registered or some brokers have all their log directories cordoned.");
        }
        int start = random.nextInt(activeCount);
        var placed = new ArrayList<int[]>(partitionCount);
        for (int i = 0; i < partitionCount; i++) {
            // After each round of the ring the followers come from one place further on, so that load spreads evenly.
            placed.add(replicas((start + i) % activeCount, i / activeCount, replicationFactor));
        }
        return placed;
    }

    private int[] replicas(int leader, int shift, int replicationFactor) {
        var chosen = new ArrayList<BrokerImage>(replicationFactor);
        chosen.add(ring.get(leader));
        addFollowers(chosen, leader, shift, replicationFactor, true);
        addFollowers(chosen, leader, shift, replicationFactor, false);
        var ids = new int[replicationFactor];
        for (int i = 0; i < ids.length; i++) ids[i] = chosen.get(i).id();
        return ids;
    }

    private void addFollowers(List<BrokerImage> chosen, int leader, int shift, int count, boolean newRacksOnly) {
        for (int half = 0; half < 2; half++) {
            int from = half == 0 ? 0 : activeCount;
            int size = half == 0 ? activeCount : ring.size() - activeCount;
            for (int i = 0; i < size && chosen.size() < count; i++) {
                var candidate = ring.get(from + (leader + 1 + (shift + i) % size) % size);
                if (!chosen.contains(candidate) && !(newRacksOnly && hasRack(chosen, candidate.rack()))) chosen.add(candidate);
            }
        }
    }

    private static boolean hasRack(List<BrokerImage> brokers, String rack) {
        if (rack == null) return false;
        for (var broker : brokers) if (rack.equals(broker.rack())) return true;
        return false;
    }

    private static List<BrokerImage> alternatingRacks(List<BrokerImage> brokers) {
        var racks = new TreeMap<String, ArrayList<BrokerImage>>();
        for (var broker : brokers) racks.computeIfAbsent(broker.rack() == null ? "" : broker.rack(), rack -> new ArrayList<>()).add(broker);
        var ring = new ArrayList<BrokerImage>(brokers.size());
        for (int row = 0; ring.size() < brokers.size(); row++) {
            for (var rack : racks.values()) if (row < rack.size()) ring.add(rack.get(row));
        }
        return ring;
    }
}
