package io.barnabas.coordinator.assignor;

import java.util.Arrays;
import java.util.List;

/**
 * How many partitions of each pool each member is to have, so that loads (what a member has of all pools) are as even as
 * subscriptions allow, and members keep as much as that allows.
 *
 * Which partitions these are does not matter here, so the work depends on members and pools, not on partitions. A pool is dealt out by
 * raising the least loaded of its members to one level. With one pool that is the whole answer. With several, each is dealt out in
 * turn, given the others, until loads get no more even; then {@link LoadPaths} moves partitions along chains of members.
 */
final class PartitionQuotas {
    /** Subscriptions that overlap as in practice need two or three. */
    private static final int PASSES_MAX = 16;

    private final List<TopicPool> pools;
    private final int[] sizes;
    /** By pool and position of the member in it, as are {@link #quotas}. */
    private final int[][] held;
    private final int[][] quotas;
    private final int[] loads;

    private PartitionQuotas(int memberCount, List<TopicPool> pools, int[] sizes, int[][] held) {
        this.pools = pools;
        this.sizes = sizes;
        this.held = held;
        quotas = Arrays.stream(held).map(int[]::clone).toArray(int[][]::new);
        loads = new int[memberCount];
        for (int pool = 0; pool < quotas.length; pool++) {
            for (int i = 0; i < quotas[pool].length; i++) loads[pools.get(pool).members()[i]] += quotas[pool][i];
        }
    }

    /**
     * @param sizes partitions in each pool
     * @param held  partitions that members have already, by pool and position of the member in it
     * @return the quotas, by pool and position of the member in it; those of a pool add up to its size
     */
    static int[][] solve(int memberCount, List<TopicPool> pools, int[] sizes, int[][] held) {
        var quotas = new PartitionQuotas(memberCount, pools, sizes, held);
        if (pools.size() == 1) {
            quotas.dealOut(0);
            return quotas.quotas;
        }
        // What is nobody's comes first, so that nothing moves to where that would have gone.
        for (int pool = 0; pool < sizes.length; pool++) quotas.raise(pool, sizes[pool] - Arrays.stream(held[pool]).sum());
        quotas.level();
        if (!quotas.isEven()) new LoadPaths(pools, quotas.quotas, quotas.loads).even();
        return quotas.quotas;
    }

    private void level() {
        long unevenness = unevenness();
        for (int pass = 0; pass < PASSES_MAX; pass++) {
            for (int pool = 0; pool < sizes.length; pool++) dealOut(pool);
            long now = unevenness();
            if (now == unevenness) return;
            unevenness = now;
        }
    }

    private boolean isEven() {
        var loaded = Arrays.stream(loads).summaryStatistics();
        return loads.length == 0 || loaded.getMax() - loaded.getMin() <= 1;
    }

    private long unevenness() {
        return Arrays.stream(loads).mapToLong(load -> (long) load * load).sum();
    }

    private void dealOut(int pool) {
        clear(pool);
        raise(pool, sizes[pool]);
    }

    private void clear(int pool) {
        for (int i = 0; i < quotas[pool].length; i++) {
            loads[pools.get(pool).members()[i]] -= quotas[pool][i];
            quotas[pool][i] = 0;
        }
    }

    /** Adds partitions to the quotas of a pool so that its least loaded members come to one level, or one above it. */
    private void raise(int pool, int count) {
        int[] members = pools.get(pool).members();
        int[] ascending = new int[members.length];
        for (int i = 0; i < members.length; i++) ascending[i] = loads[members[i]];
        Arrays.sort(ascending);
        int lowest = 1;
        int level = ascending[0];
        long left = count;
        for (; lowest < ascending.length && (long) (ascending[lowest] - level) * lowest <= left; lowest++) {
            left -= (long) (ascending[lowest] - level) * lowest;
            level = ascending[lowest];
        }
        level += (int) (left / lowest);
        int extras = (int) (left % lowest);
        for (int i = 0; i < members.length; i++) {
            if (loads[members[i]] > level) continue;
            int added = level - loads[members[i]];
            // One more goes to members that would lose a partition without, and then to the last ones, as in Apache Kafka.
            if (extras > 0 && quotas[pool][i] + added < held[pool][i]) {
                added++;
                extras--;
            }
            add(pool, i, added);
        }
        for (int i = members.length - 1; extras > 0; i--) {
            if (loads[members[i]] != level) continue;
            add(pool, i, 1);
            extras--;
        }
    }

    private void add(int pool, int position, int count) {
        quotas[pool][position] += count;
        loads[pools.get(pool).members()[position]] += count;
    }
}
