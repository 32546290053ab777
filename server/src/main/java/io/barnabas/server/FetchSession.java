package io.barnabas.server;

import io.barnabas.base.Uuid;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a fetcher asked for before, so that its next request need name only what changed (KIP-227). Belongs to the loop
 * of its connection.
 */
final class FetchSession {
    /** A fetch without a session, or one that ends its session. */
    static final int FINAL_EPOCH = -1;
    /** A full fetch that asks for a new session. */
    static final int INITIAL_EPOCH = 0;

    /** A partition as a fetcher names it: by id from version 13 on (the name is null), by name before (the id is zero). */
    record Key(Uuid topicId, String topic, int partition) {}

    final int id;
    final boolean usesTopicIds;
    /** In the order in which the next fetch reads them: what gave data last goes to the end, so that none starves. */
    final Map<Key, FetchPosition> positions = new LinkedHashMap<>();
    int epoch = 1;
    long lastUsedMs;
    /** Kept by {@link FetchSessions#countPartitions}. */
    int countedPartitions;

    FetchSession(int id, boolean usesTopicIds) {
        this.id = id;
        this.usesTopicIds = usesTopicIds;
    }

    void advanceEpoch() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    /** Puts a partition last in the reading order. */
    void moveToEnd(FetchPosition position) {
        positions.remove(position.key);
        positions.put(position.key, position);
    }
}
