package io.barnabas.coordinator.assignor;

import io.barnabas.base.Uuid;
import java.util.Objects;
import java.util.Set;

/**
 * A member as an assignor sees it.
 *
 * @param instanceId of a static member, or null. It gives a member its place among the others, so that one which comes back
 *                   under a new member id is where it was.
 * @param topicIds   what it subscribes to, regular expressions resolved; ids of no known topic count for nothing. Not copied:
 *                   members with the same subscription are told apart from others fastest when they share one set.
 * @param target     what it has been assigned so far
 */
public record MemberSpec(String memberId, String instanceId, Set<Uuid> topicIds, MemberAssignment target) {
    /** Static members by instance id, then the others by member id. */
    static int inOrder(MemberSpec a, MemberSpec b) {
        if (a.instanceId == null && b.instanceId == null) return a.memberId.compareTo(b.memberId);
        if (a.instanceId == null) return 1;
        if (b.instanceId == null) return -1;
        int order = a.instanceId.compareTo(b.instanceId);
        return order != 0 ? order : a.memberId.compareTo(b.memberId);
    }

    public MemberSpec {
        Objects.requireNonNull(memberId, "memberId");
        Objects.requireNonNull(topicIds, "topicIds");
        Objects.requireNonNull(target, "target");
    }
}
