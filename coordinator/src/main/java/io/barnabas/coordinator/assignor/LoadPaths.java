package io.barnabas.coordinator.assignor;

import java.util.Arrays;
import java.util.List;

/**
 * Evens out loads between members that share no topic, but are joined by others who share topics with both: a gives to b, and b as much
 * to c. When no member can reach one that has two partitions less, no assignment is more even.
 */
final class LoadPaths {
    /** Steps from member to member, about a tenth of a second: a group that would need more stays a little uneven. */
    private static final long STEPS_MAX = 10_000_000;

    private final List<TopicPool> pools;
    private final int[][] quotas;
    private final int[] loads;
    /** By member the pools that it is in. */
    private final int[][] poolsOf;
    /** Members that can neither give nor take any more. */
    private final boolean[] isSettled;
    /** Of the search under way: the pool through which a member was reached, and the member through which a pool was; -1 for not at all. */
    private final int[] poolBefore;
    private final int[] memberBefore;
    private final int[] reached;
    private int reachedCount;
    private long steps;

    /** @param quotas by pool and position of the member in it; changed together with {@code loads}, their sums by member */
    LoadPaths(List<TopicPool> pools, int[][] quotas, int[] loads) {
        this.pools = pools;
        this.quotas = quotas;
        this.loads = loads;
        poolsOf = poolsByMember();
        isSettled = new boolean[loads.length];
        reached = new int[loads.length];
        poolBefore = new int[loads.length];
        memberBefore = new int[quotas.length];
    }

    private int[][] poolsByMember() {
        int[] counts = new int[loads.length];
        for (TopicPool pool : pools) {
            for (int member : pool.members()) counts[member]++;
        }
        var byMember = new int[loads.length][];
        for (int member = 0; member < loads.length; member++) byMember[member] = new int[counts[member]];
        for (int pool = pools.size() - 1; pool >= 0; pool--) {
            for (int member : pools.get(pool).members()) byMember[member][--counts[member]] = pool;
        }
        return byMember;
    }

    void even() {
        for (int giver = mostLoaded(); giver >= 0 && steps < STEPS_MAX; giver = mostLoaded()) {
            int taker = leastLoadedFrom(giver);
            if (loads[giver] - loads[taker] >= 2) {
                move(giver, taker);
            } else {
                // Whoever reaches one of these later has no more than the giver, and so finds nobody here with two less.
                for (int i = 0; i < reachedCount; i++) isSettled[reached[i]] = true;
            }
        }
    }

    private int mostLoaded() {
        int most = -1;
        for (int member = 0; member < loads.length; member++) {
            if (!isSettled[member] && (most < 0 || loads[member] > loads[most])) most = member;
        }
        return most;
    }

    /** Goes breadth first, so that of equals the nearest is found, and fewest partitions move. */
    private int leastLoadedFrom(int giver) {
        Arrays.fill(poolBefore, -1);
        Arrays.fill(memberBefore, -1);
        poolBefore[giver] = Integer.MAX_VALUE;
        reached[0] = giver;
        reachedCount = 1;
        int least = giver;
        for (int i = 0; i < reachedCount; i++) {
            int member = reached[i];
            if (loads[member] < loads[least]) least = member;
            for (int pool : poolsOf[member]) {
                if (memberBefore[pool] < 0 && quotas[pool][pools.get(pool).positionOf(member)] > 0) reach(pool, member);
            }
        }
        steps += loads.length;
        return least;
    }

    private void reach(int pool, int from) {
        memberBefore[pool] = from;
        int[] members = pools.get(pool).members();
        steps += members.length;
        for (int member : members) {
            if (poolBefore[member] >= 0 || isSettled[member]) continue;
            poolBefore[member] = pool;
            reached[reachedCount++] = member;
        }
    }

    private void move(int giver, int taker) {
        int count = (loads[giver] - loads[taker]) / 2;
        for (int member = taker; member != giver; member = memberBefore[poolBefore[member]]) {
            int pool = poolBefore[member];
            count = Math.min(count, quotas[pool][pools.get(pool).positionOf(memberBefore[pool])]);
        }
        for (int member = taker; member != giver; member = memberBefore[poolBefore[member]]) {
            int pool = poolBefore[member];
            quotas[pool][pools.get(pool).positionOf(memberBefore[pool])] -= count;
            quotas[pool][pools.get(pool).positionOf(member)] += count;
        }
        loads[giver] -= count;
        loads[taker] += count;
    }
}
