package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Timers;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * How long the coordinator goes on with members of consumer groups that it does not hear of. A heartbeat only moves a number; each
 * member's timer looks at it when it is due, and is set anew.
 */
final class ConsumerSessions {
    /** If it could not be written that a member is gone, that is tried again. */
    private static final int RETRY_MS = 1_000;

    record Key(String groupId, String memberId) {}

    private final Timers timers;
    /** Decides what becomes of a member whose time is up. */
    private final BiConsumer<Key, Decision> onExpired;
    private final Map<Key, MemberSession> sessions = new HashMap<>();

    ConsumerSessions(Timers timers, BiConsumer<Key, Decision> onExpired) {
        this.timers = timers;
        this.onExpired = onExpired;
    }

    /** The member was heard of. */
    void touch(String groupId, String memberId, long nowMs, int timeoutMs) {
        var key = new Key(groupId, memberId);
        var session = sessions.computeIfAbsent(key, each -> new MemberSession());
        session.deadlineMs = nowMs + timeoutMs;
        arm(key, session, nowMs);
    }

    /** The member has to do something in time; if it has had to already, that time goes on. */
    void expect(String groupId, String memberId, long nowMs, int timeoutMs) {
        var key = new Key(groupId, memberId);
        var session = sessions.computeIfAbsent(key, each -> new MemberSession());
        if (session.rebalanceDeadlineMs != MemberSession.NONE) return;
        session.rebalanceDeadlineMs = nowMs + timeoutMs;
        arm(key, session, nowMs);
    }

    /** It has done it. */
    void expectNothing(String groupId, String memberId) {
        var session = sessions.get(new Key(groupId, memberId));
        if (session != null) session.rebalanceDeadlineMs = MemberSession.NONE;
    }

    /** The member is gone. */
    void forget(String groupId, String memberId) {
        var key = new Key(groupId, memberId);
        if (sessions.remove(key) != null) timers.cancel(key);
    }

    private void arm(Key key, MemberSession session, long nowMs) {
        // One that is due earlier looks for itself.
        if (session.armedMs <= session.nextMs()) return;
        session.armedMs = session.nextMs();
        timers.schedule(key, Math.max(0, session.armedMs - nowMs), decision -> onDue(key, decision));
    }

    private void onDue(Key key, Decision decision) {
        var session = sessions.get(key);
        if (session == null) return;
        session.armedMs = MemberSession.NONE;
        if (decision.nowMs() < session.nextMs()) {
            arm(key, session, decision.nowMs());
            return;
        }
        onExpired.accept(key, decision);
        // Until the records that say so are written, it is there.
        session.deadlineMs = decision.nowMs() + RETRY_MS;
        session.rebalanceDeadlineMs = MemberSession.NONE;
        arm(key, session, decision.nowMs());
    }
}
