package io.barnabas.server;

import io.barnabas.base.EventLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The fetch sessions of one loop, at most {@code sessionsMax} of them, with at most {@code partitionsMax} partitions
 * together. When all are taken, one that nobody used for two minutes makes room for a new one; if there is none, the
 * fetcher goes on without a session.
 */
final class FetchSessions {
    private static final long EVICTABLE_AFTER_MS = 120_000;

    private final EventLoop home;
    private final int sessionsMax;
    private final int partitionsMax;
    private final RandomGenerator random;
    /** Least recently used first. */
    private final Map<Integer, FetchSession> byId = new LinkedHashMap<>(16, 0.75f, true);

    private int partitions;

    FetchSessions(EventLoop home, int sessionsMax, int partitionsMax, RandomGenerator random) {
        this.home = home;
        this.sessionsMax = sessionsMax;
        this.partitionsMax = partitionsMax;
        this.random = random;
    }

    /** @return the session, or null if it is not here */
    FetchSession find(int id) {
        var session = byId.get(id);
        if (session != null) session.lastUsedMs = home.clock().nowMs();
        return session;
    }

    /** @return a new session, or null if there is no room */
    FetchSession createIfRoom(boolean usesTopicIds) {
        if (byId.size() >= sessionsMax && !evictOne()) return null;
        int id;
        do {
            id = random.nextInt(1, Integer.MAX_VALUE);
        } while (byId.containsKey(id));
        var session = new FetchSession(home, id, usesTopicIds);
        session.lastUsedMs = home.clock().nowMs();
        byId.put(id, session);
        return session;
    }

    void remove(int id) {
        var removed = byId.remove(id);
        if (removed == null) return;
        partitions -= removed.countedPartitions;
        removed.end();
    }

    /** Counts the partitions that a session has now. @return false if they are too many: then it has been removed */
    boolean countPartitions(FetchSession session) {
        partitions += session.size() - session.countedPartitions;
        session.countedPartitions = session.size();
        if (partitions <= partitionsMax) return true;
        remove(session.id);
        return false;
    }

    int size() {
        return byId.size();
    }

    private boolean evictOne() {
        var eldest = byId.values().iterator();
        if (!eldest.hasNext()) return false;
        var session = eldest.next();
        if (home.clock().nowMs() - session.lastUsedMs < EVICTABLE_AFTER_MS) return false;
        remove(session.id);
        return true;
    }
}
