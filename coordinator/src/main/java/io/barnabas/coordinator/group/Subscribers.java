package io.barnabas.coordinator.group;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many members of a consumer group read what, and prefer what. */
final class Subscribers {
    private final Tally<String> topics;
    private final Tally<String> regexes;
    private final Tally<String> assignors;
    /** Of members that speak the classic protocol: how many can follow each protocol. */
    private final Tally<String> classicProtocols;
    private int classicCount;
    /** Of the members' lists of names, each once: thousands of members mostly read the same. */
    private final Map<List<String>, Shared> lists = new HashMap<>();

    private static final class Shared {
        final List<String> names;
        int count;

        Shared(List<String> names) {
            this.names = names;
        }
    }

    Subscribers() {
        topics = new Tally<>();
        regexes = new Tally<>();
        assignors = new Tally<>();
        classicProtocols = new Tally<>();
    }

    /** A copy, to count on. */
    Subscribers(Subscribers other) {
        topics = new Tally<>(other.topics);
        regexes = new Tally<>(other.regexes);
        assignors = new Tally<>(other.assignors);
        classicProtocols = new Tally<>(other.classicProtocols);
        classicCount = other.classicCount;
    }

    /** A list that a member has already, if there is one with these names. */
    List<String> shared(List<String> names) {
        var known = lists.get(names);
        return known == null ? names : known.names;
    }

    /** @param change 1 for a member that comes, -1 for one that goes */
    void count(ConsumerSubscription subscription, int change) {
        for (var topic : subscription.topics()) topics.add(topic, change);
        countList(subscription.topics(), change);
        if (subscription.hasRegex()) regexes.add(subscription.regex(), change);
        if (subscription.assignor() != null) assignors.add(subscription.assignor(), change);
        if (!subscription.isClassic()) return;
        classicCount += change;
        for (var protocol : subscription.classic().supportedProtocols()) classicProtocols.add(protocol.name(), change);
    }

    private void countList(List<String> names, int change) {
        var known = lists.computeIfAbsent(names, Shared::new);
        known.count += change;
        if (known.count == 0) lists.remove(names);
    }

    /** By name, those of regular expressions not counted. */
    Tally<String> topics() {
        return topics;
    }

    Tally<String> regexes() {
        return regexes;
    }

    Tally<String> assignors() {
        return assignors;
    }

    int classicCount() {
        return classicCount;
    }

    /** Whether all members of the classic protocol can follow this. */
    boolean allSupport(String classicProtocol) {
        return classicProtocols.of(classicProtocol) == classicCount;
    }
}
