package io.barnabas.cluster.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** When each broker was last heard of, and what it asked for: what the active controller knows beside the log. Owned by the controller's loop. */
final class BrokerSessions {
    private static final class Session {
        long lastContactNs;
        long metadataOffset = -1;
        /** Offset at which a controlled shutdown moved the last leader away; -1 if none is under way. */
        long shutdownOffset = -1;
    }

    private final TreeMap<Integer, Session> sessions = new TreeMap<>();
    private final long timeoutNs;

    BrokerSessions(int timeoutMs) {
        this.timeoutNs = timeoutMs * 1_000_000L;
    }

    void clear() {
        sessions.clear();
    }

    void touch(int brokerId, long nowNs, long metadataOffset) {
        var session = sessions.computeIfAbsent(brokerId, id -> new Session());
        session.lastContactNs = nowNs;
        session.metadataOffset = Math.max(session.metadataOffset, metadataOffset);
    }

    /** A broker that starts anew has nothing to do with what its earlier process said. */
    void restart(int brokerId, long nowNs) {
        sessions.remove(brokerId);
        touch(brokerId, nowNs, -1);
    }

    void forget(int brokerId) {
        sessions.remove(brokerId);
    }

    boolean isValid(int brokerId, long nowNs) {
        var session = sessions.get(brokerId);
        return session != null && nowNs - session.lastContactNs < timeoutNs;
    }

    void noteShutdownOffset(int brokerId, long offset) {
        sessions.get(brokerId).shutdownOffset = offset;
    }

    long shutdownOffset(int brokerId) {
        return sessions.get(brokerId).shutdownOffset;
    }

    long metadataOffset(int brokerId) {
        var session = sessions.get(brokerId);
        return session == null ? -1 : session.metadataOffset;
    }

    /** Brokers that have been silent for too long. */
    List<Integer> expired(long nowNs) {
        var expired = new ArrayList<Integer>();
        for (var entry : sessions.entrySet()) if (nowNs - entry.getValue().lastContactNs >= timeoutNs) expired.add(entry.getKey());
        return expired;
    }

    /** Nanoseconds until the next session may expire; that of the timeout if there is none. */
    long untilNextExpiryNs(long nowNs) {
        long least = timeoutNs;
        for (var session : sessions.values()) least = Math.min(least, session.lastContactNs + timeoutNs - nowNs);
        return Math.max(0, least);
    }
}
