package io.barnabas.coordinator.assignor;

import java.util.Arrays;
import java.util.Map;

/**
 * Gives each subscriber of a topic one range of its partitions, in the order of {@link GroupSpec#members}; the first ones get one more
 * where the count does not divide. So members that subscribe to the same topics, of equal partition counts, read the same partition
 * numbers of each: what joins of co-partitioned topics need. Pays no regard to what members had before.
 */
public final class RangeAssignor implements Assignor {
    @Override
    public String name() {
        return "range";
    }

    @Override
    public Map<String, MemberAssignment> assign(GroupSpec group) {
        var owners = new PartitionOwners(group);
        for (TopicPool pool : TopicPool.of(group)) {
            for (int topic : pool.topics()) divide(owners.of(topic), pool.members());
        }
        return owners.toAssignments();
    }

    private static void divide(int[] owners, int[] members) {
        int quota = owners.length / members.length;
        int extras = owners.length % members.length;
        for (int i = 0, from = 0; from < owners.length; i++) {
            int to = from + quota + (i < extras ? 1 : 0);
            Arrays.fill(owners, from, to, members[i]);
            from = to;
        }
    }
}
