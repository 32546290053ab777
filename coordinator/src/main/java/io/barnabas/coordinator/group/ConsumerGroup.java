package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.model.ErrorCode;
import java.util.List;

/** A group of the consumer protocol (KIP-848): the coordinator assigns. */
final class ConsumerGroup implements Group {
    private final String id;

    ConsumerGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CONSUMER;
    }

    @Override
    public String stateName() {
        return "Empty";
    }

    @Override
    public boolean isEmpty() {
        return true;
    }

    @Override
    public boolean subscribesTo(String topic) {
        return false;
    }

    @Override
    public String protocolType() {
        return "consumer";
    }

    @Override
    public ErrorCode commitError(Committer committer) {
        return ErrorCode.UNKNOWN_MEMBER_ID;
    }

    @Override
    public void onCommit(String memberId, long nowMs) {}

    @Override
    public ErrorCode fetchError(String memberId, int memberEpoch) {
        return ErrorCode.NONE;
    }

    @Override
    public ErrorCode offsetDeletionError() {
        return ErrorCode.NONE;
    }

    @Override
    public ErrorCode deletionError() {
        return ErrorCode.NONE;
    }

    @Override
    public long unusedSinceMs(long commitTimestampMs) {
        return commitTimestampMs;
    }

    @Override
    public List<CoordinatorRecord> tombstones() {
        return List.of();
    }
}
