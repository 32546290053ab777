package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.model.ErrorCode;
import java.util.List;

/** What all kinds of groups have in common. Owned by the shard's loop; made and changed by applying records. */
sealed interface Group permits ClassicGroup, ConsumerGroup {
    /** Says of an offset that it is in use, and does not expire. */
    long IN_USE = Long.MAX_VALUE;

    String id();

    GroupType type();

    /** As ListGroups and DescribeGroups name it. */
    String stateName();

    /** As ListGroups shows it; empty where nobody has said it. */
    String protocolType();

    /** Whether it has no members, and none are on their way: it may go if it has no offsets either. */
    boolean isEmpty();

    /** Whether a member may read this topic, so that its offsets are in use. */
    boolean subscribesTo(String topic);

    /**
     * NONE, or why this one may not commit offsets now. A stale member epoch is STALE_MEMBER_EPOCH here, whatever the
     * version of the request has a word for.
     */
    ErrorCode commitError(Committer committer);

    /** Whether this is a member that counts epochs of its own (KIP-848), of which older requests do not speak. */
    default boolean hasMemberEpoch(String memberId) {
        return false;
    }

    /** NONE, or why one that {@link #commitError(Committer)} lets pass may not commit an offset of this partition. */
    default ErrorCode commitError(Committer committer, Uuid topicId, int partition) {
        return ErrorCode.NONE;
    }

    /** Somebody who was allowed to has committed offsets: a member that does so is alive. */
    void onCommit(String memberId, long nowMs);

    /** NONE, or why these offsets may not be fetched. Member null and epoch -1 stand for one who is no member. */
    ErrorCode fetchError(String memberId, int memberEpoch);

    /** NONE, or why offsets may not be deleted, whatever their topic; where {@link #subscribesTo} says more, that is asked as well. */
    ErrorCode offsetDeletionError();

    /** NONE, or why the group may not be deleted: it has members. */
    ErrorCode deletionError();

    /**
     * Since when an offset has been of no use, in ms since 1970: its retention counts from there. {@link #IN_USE} while it may still
     * be used. Not asked about topics that a member subscribes to.
     */
    long unusedSinceMs(long commitTimestampMs);

    /** The records that take the group away, without its offsets. */
    List<CoordinatorRecord> tombstones();
}
