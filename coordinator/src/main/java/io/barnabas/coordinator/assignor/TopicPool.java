package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Topics with the same subscribers: for balance, their partitions are all alike. A group has as many pools as it has ways in which
 * its subscriptions overlap: one when all members subscribe to the same topics.
 *
 * @param topics  indexes into the group's topics, ascending
 * @param members indexes into the group's members, ascending; at least one
 */
record TopicPool(int[] topics, int[] members) {
    /** Those with the fewest members first, which are the hardest to balance. Topics without a subscriber are in none. */
    private static final Comparator<TopicPool> ORDER = Comparator.<TopicPool>comparingInt(pool -> pool.members.length)
            .thenComparingInt(pool -> pool.topics[0]);

    static List<TopicPool> of(GroupSpec group) {
        var membersBySubscription = membersBySubscription(group.members());
        var topicsBySubscribers = new LinkedHashMap<List<Integer>, List<Integer>>();
        var subscriptionsByTopic = subscriptionsByTopic(group.topics(), membersBySubscription.keySet());
        for (int topic = 0; topic < subscriptionsByTopic.size(); topic++) {
            var subscriptions = subscriptionsByTopic.get(topic);
            if (!subscriptions.isEmpty()) topicsBySubscribers.computeIfAbsent(subscriptions, s -> new ArrayList<>()).add(topic);
        }
        var members = List.copyOf(membersBySubscription.values());
        var pools = new ArrayList<TopicPool>();
        topicsBySubscribers.forEach((subscriptions, topics) -> pools.add(new TopicPool(ascending(topics), membersOf(subscriptions, members))));
        pools.sort(ORDER);
        return pools;
    }

    private static int[] membersOf(List<Integer> subscriptions, List<List<Integer>> members) {
        if (subscriptions.size() == 1) return ascending(members.get(subscriptions.get(0)));
        var all = new ArrayList<Integer>();
        for (int subscription : subscriptions) all.addAll(members.get(subscription));
        return ascending(all);
    }

    private static Map<Set<Uuid>, List<Integer>> membersBySubscription(List<MemberSpec> members) {
        var bySubscription = new LinkedHashMap<Set<Uuid>, List<Integer>>();
        // Sets that are the same object are not hashed again: they may be long, and shared by thousands.
        var bySet = new IdentityHashMap<Set<Uuid>, List<Integer>>();
        for (int member = 0; member < members.size(); member++) {
            Set<Uuid> topicIds = members.get(member).topicIds();
            bySet.computeIfAbsent(topicIds, set -> bySubscription.computeIfAbsent(set, s -> new ArrayList<>())).add(member);
        }
        return bySubscription;
    }

    /** By topic the indexes of the subscriptions that name it, ascending. */
    private static List<List<Integer>> subscriptionsByTopic(List<TopicSpec> topics, Iterable<Set<Uuid>> subscriptions) {
        var byTopic = new ArrayList<List<Integer>>();
        var byId = new HashMap<Uuid, List<Integer>>();
        for (TopicSpec topic : topics) {
            byTopic.add(new ArrayList<>());
            byId.put(topic.id(), byTopic.get(byTopic.size() - 1));
        }
        int subscription = 0;
        for (Set<Uuid> topicIds : subscriptions) {
            for (Uuid topicId : topicIds) {
                var named = byId.get(topicId);
                if (named != null) named.add(subscription);
            }
            subscription++;
        }
        return byTopic;
    }

    private static int[] ascending(List<Integer> indexes) {
        int[] ascending = new int[indexes.size()];
        for (int i = 0; i < ascending.length; i++) ascending[i] = indexes.get(i);
        Arrays.sort(ascending);
        return ascending;
    }

    /** Where a member stands among this pool's; it must be one of them. */
    int positionOf(int member) {
        return Arrays.binarySearch(members, member);
    }
}
