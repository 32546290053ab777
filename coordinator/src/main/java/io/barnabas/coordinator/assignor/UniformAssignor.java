package io.barnabas.coordinator.assignor;

import static io.barnabas.coordinator.assignor.PartitionOwners.NOBODY;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Gives every member as many partitions as the others, as far as subscriptions allow, and moves no more than that takes. First
 * {@link PartitionQuotas} says how many partitions of which topics each member is to have, then members keep what they had up to
 * that, and what is left goes to those that have too little.
 */
public final class UniformAssignor implements Assignor {
    @Override
    public String name() {
        return "uniform";
    }

    @Override
    public Map<String, MemberAssignment> assign(GroupSpec group) {
        var owners = PartitionOwners.ofTargets(group);
        var pools = TopicPool.of(group);
        int memberCount = group.members().size();
        int[] sizes = pools.stream().mapToInt(pool -> partitionCount(pool, owners)).toArray();
        int[][] held = pools.stream().map(pool -> held(pool, owners, memberCount)).toArray(int[][]::new);
        int[][] quotas = PartitionQuotas.solve(memberCount, pools, sizes, held);
        for (int pool = 0; pool < quotas.length; pool++) distribute(pools.get(pool), quotas[pool], owners, memberCount);
        return owners.toAssignments();
    }

    private static int partitionCount(TopicPool pool, PartitionOwners owners) {
        int count = 0;
        for (int topic : pool.topics()) count += owners.of(topic).length;
        return count;
    }

    private static int[] held(TopicPool pool, PartitionOwners owners, int memberCount) {
        int[] byMember = new int[memberCount];
        for (int topic : pool.topics()) {
            for (int owner : owners.of(topic)) {
                if (owner != NOBODY) byMember[owner]++;
            }
        }
        return atPositions(pool, byMember);
    }

    private static void distribute(TopicPool pool, int[] quotas, PartitionOwners owners, int memberCount) {
        int[] room = new int[memberCount];
        for (int i = 0; i < quotas.length; i++) room[pool.members()[i]] = quotas[i];
        var free = new ArrayList<FreePartition>();
        for (int topic : pool.topics()) keep(topic, owners.of(topic), room, free);
        // First what was nobody's, then what was the first member's, and so on: as in Apache Kafka.
        free.sort(Comparator.comparingInt(FreePartition::formerOwner));
        int position = 0;
        for (FreePartition next : free) {
            while (room[pool.members()[position]] == 0) position++;
            owners.of(next.topic)[next.partition] = pool.members()[position];
            room[pool.members()[position]]--;
        }
    }

    private record FreePartition(int formerOwner, int topic, int partition) {}

    /** Lists what is nobody's, and what members have beyond their room. */
    private static void keep(int topic, int[] owners, int[] room, List<FreePartition> free) {
        for (int partition = 0; partition < owners.length; partition++) {
            int owner = owners[partition];
            if (owner == NOBODY || room[owner] == 0) free.add(new FreePartition(owner, topic, partition));
            else room[owner]--;
        }
    }

    private static int[] atPositions(TopicPool pool, int[] byMember) {
        int[] values = new int[pool.members().length];
        for (int i = 0; i < values.length; i++) values[i] = byMember[pool.members()[i]];
        return values;
    }
}
