package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.base.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fetcher asked for before, so that its next request need name only what changed (KIP-227). Belongs to the loop
 * of its connection.
 *
 * <p>A fetch reads the positions that are due: those that the request names, those that gave something last time, and those
 * of which their partitions had news. The others are watched where nothing was to be read, and cost nothing: a fetch costs
 * what has changed, whatever the session's size. A fetcher without a session has one that lasts for one fetch.
 */
final class FetchSession {
    /** A fetch without a session, or one that ends its session. */
    static final int FINAL_EPOCH = -1;
    /** A full fetch that asks for a new session. */
    static final int INITIAL_EPOCH = 0;

    /** A partition as a fetcher names it: by id from version 13 on (the name is null), by name before (the id is zero). */
    record Key(Uuid topicId, String topic, int partition) {}

    final EventLoop home;
    /** 0 for one that lasts for one fetch. */
    final int id;
    final boolean usesTopicIds;
    int epoch = 1;
    long lastUsedMs;
    /** Kept by {@link FetchSessions#countPartitions}. */
    int countedPartitions;
    /** The fetch that is not answered yet, null if none. */
    PendingFetch pending;

    private final Map<Key, FetchPosition> positions;
    /** In the order of the next reading: what gave data last comes last, so that none starves. */
    private List<FetchPosition> due = new ArrayList<>(2);
    private boolean isKept;

    FetchSession(EventLoop home, int id, boolean usesTopicIds) {
        this.home = home;
        this.id = id;
        this.usesTopicIds = usesTopicIds;
        isKept = id != 0;
        positions = isKept ? new HashMap<>() : Map.of();
    }

    /** Whether there may be a next fetch. */
    boolean isKept() {
        return isKept;
    }

    void advanceEpoch() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    int size() {
        return positions.size();
    }

    /** The position at a partition, a new one if there was none. */
    FetchPosition position(Key key) {
        return isKept ? positions.computeIfAbsent(key, absent -> new FetchPosition(this, absent)) : new FetchPosition(this, key);
    }

    void forget(Key key) {
        var forgotten = positions.remove(key);
        if (forgotten == null) return;
        forgotten.unwatch();
        forgotten.isForgotten = true;
    }

    /** The next reading reads it. */
    void addDue(FetchPosition position) {
        if (position.isDue || position.isForgotten) return;
        position.isDue = true;
        due.add(position);
    }

    int dueCount() {
        return due.size();
    }

    /** Those to be read, in order; none are due afterwards. */
    List<FetchPosition> takeDue() {
        var taken = due;
        due = new ArrayList<>(2);
        for (var position : taken) position.isDue = false;
        taken.removeIf(position -> position.isForgotten);
        return taken;
    }

    /** There may be more to read than when its partition was asked last. */
    void onNews(FetchPosition position) {
        addDue(position);
        if (pending != null) pending.onNews();
    }

    /** There is no next fetch. */
    void end() {
        isKept = false;
        // A fetch under way may be on another loop with its positions: it lets go of them all when it is answered.
        if (pending == null) unwatchAll();
    }

    void unwatchAll() {
        for (var position : positions.values()) position.unwatch();
    }
}
