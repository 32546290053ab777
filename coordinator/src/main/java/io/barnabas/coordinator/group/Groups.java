package io.barnabas.coordinator.group;

import io.barnabas.base.ByteReader;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.CoordinatorState;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.RecordSource;
import io.barnabas.coordinator.Timers;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.protocol.GroupRecordType;
import java.util.HashMap;
import java.util.Map;

/**
 * The groups of one partition of {@code __consumer_offsets}, and their offsets. Finds what a record or a command is about and
 * hands it to those who know: {@link ClassicGroups}, {@link ConsumerGroups}, {@link Offsets}.
 */
public final class Groups implements CoordinatorState {
    private final Map<String, Group> groups = new HashMap<>();
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final Offsets offsets;
    private final GroupAdministration administration;

    public Groups(Timers timers, GroupContext context) {
        this.consumers = new ConsumerGroups(groups, timers, context, (groupId, decision) -> classic().onDowngraded(groupId, decision));
        this.classic = new ClassicGroups(groups, timers, context, consumers.classicMembers());
        this.offsets = new Offsets(groups, timers, context);
        this.administration = new GroupAdministration(groups, offsets);
    }

    /** Join, sync, heartbeat and leave, for the classic protocol. */
    public ClassicGroups classic() {
        return classic;
    }

    /** Heartbeat and describe, for the consumer protocol. */
    public ConsumerGroups consumers() {
        return consumers;
    }

    /** Commits, fetches and deletions of offsets. */
    public Offsets offsets() {
        return offsets;
    }

    /** Lists, describes and deletes. */
    public GroupAdministration administration() {
        return administration;
    }

    @Override
    public CoordinatorRecordType recordType(short id) {
        return GroupRecordType.of(id);
    }

    @Override
    public void apply(CoordinatorRecord record, RecordSource source) {
        switch ((GroupRecordType) record.type()) {
            case LEGACY_OFFSET_COMMIT, OFFSET_COMMIT -> offsets.apply(record, source);
            case GROUP_METADATA -> classic.apply(record);
            case CONSUMER_GROUP_METADATA, CONSUMER_GROUP_PARTITION_METADATA, CONSUMER_GROUP_MEMBER_METADATA,
                    CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA, CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER,
                    CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT, CONSUMER_GROUP_REGULAR_EXPRESSION -> consumers.apply(record, source);
            default -> { } // Of share and streams groups, which are not served: their records stay in the log.
        }
    }

    @Override
    public void replay(CoordinatorRecordType type, ByteReader key, ByteReader value, RecordSource source) {
        boolean isOffset = type == GroupRecordType.OFFSET_COMMIT && value != null && !source.isTransactional();
        if (isOffset) offsets.replay(key, value);
        else CoordinatorState.super.replay(type, key, value, source);
    }

    @Override
    public void onTransactionEnded(long producerId, short producerEpoch, boolean isCommit) {
        offsets.onTransactionEnded(producerId, isCommit);
    }

    @Override
    public void onLoaded(Decision decision) {
        classic.onLoaded(decision);
        consumers.onLoaded(decision);
        offsets.onLoaded();
    }

    @Override
    public void onUnloaded(ErrorCode error) {
        classic.onUnloaded(error);
    }

    /** New metadata is in effect: topics and partitions come and go. */
    public void onClusterChanged(ClusterDelta delta, Decision decision) {
        consumers.onClusterChanged(delta, decision);
        offsets.onClusterChanged(delta, decision);
    }
}
