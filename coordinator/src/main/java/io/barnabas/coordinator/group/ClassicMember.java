package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Reply;
import io.barnabas.protocol.Wire;
import io.barnabas.protocol.message.JoinGroupResponse;
import io.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A member of a classic group. What it has been assigned stands in the log; the rest is known from its requests. Changed by
 * {@link ClassicGroup} alone, which counts what waits.
 */
final class ClassicMember {
    /** A protocol that the member can follow, with what it wants the leader to know. */
    record Protocol(String name, ByteBuffer metadata) {
        static long bytesOf(List<Protocol> protocols) {
            long bytes = 0;
            for (var protocol : protocols) bytes += protocol.name.length() + protocol.metadata.remaining();
            return bytes;
        }
    }

    /** No time at which it would be given up. */
    static final long NO_DEADLINE = Long.MAX_VALUE;

    final String id;
    /** Null unless it is static. */
    final String groupInstanceId;
    final String clientId;
    final String clientHost;
    int rebalanceTimeoutMs;
    int sessionTimeoutMs;
    List<Protocol> protocols;
    ByteBuffer assignment = Wire.NO_BYTES;
    /** The first generation that it takes part in has not begun: it does not know its id, and cannot show that it lives. */
    boolean isNew;
    /** When it is given up unless it is heard of, in ms since 1970. */
    long deadlineMs = NO_DEADLINE;
    /** Its join, until all have joined; null if it waits for none. */
    Reply<JoinGroupResponse> join;
    /** Its sync, until the leader has synced; null if it waits for none. */
    Reply<SyncGroupResponse> sync;

    ClassicMember(String id, String groupInstanceId, String clientId, String clientHost, int rebalanceTimeoutMs, int sessionTimeoutMs,
                  List<Protocol> protocols) {
        this.id = id;
        this.groupInstanceId = groupInstanceId;
        this.clientId = clientId;
        this.clientHost = clientHost;
        this.rebalanceTimeoutMs = rebalanceTimeoutMs;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.protocols = protocols;
    }

    /** The next process with the same instance id, which has all that this one had. */
    ClassicMember withId(String newId) {
        var twin = new ClassicMember(newId, groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols);
        twin.assignment = assignment;
        return twin;
    }

    boolean isStatic() {
        return groupInstanceId != null;
    }

    /** What it says under this protocol; empty if it does not know it. */
    ByteBuffer metadata(String protocol) {
        for (var each : protocols) if (each.name.equals(protocol)) return each.metadata;
        return Wire.NO_BYTES;
    }

    /** Whether time has run out. One who waits for the others is not to blame, unless nobody knows whether it is still there. */
    boolean isExpired(long nowMs) {
        return deadlineMs <= nowMs && (isNew || join == null && sync == null);
    }
}
