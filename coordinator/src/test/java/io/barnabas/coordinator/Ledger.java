package io.barnabas.coordinator;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.protocol.GroupRecordType;
import io.barnabas.protocol.record.OffsetCommitKey;
import io.barnabas.protocol.record.OffsetCommitValue;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A small state machine to try the runtime with: a number for each name, set by records of offsets. */
final class Ledger implements CoordinatorState {
    final Timers timers;
    final Map<String, Long> numbers = new TreeMap<>();
    final Map<Long, Map<String, Long>> openTransactions = new HashMap<>();
    ErrorCode unloadedWith;
    boolean isLoaded;

    Ledger(Timers timers) {
        this.timers = timers;
    }

    /** @param metadata as long as the record should be */
    static CoordinatorRecord set(String name, long number, String metadata) {
        return CoordinatorRecord.of(GroupRecordType.OFFSET_COMMIT, key(name),
                new OffsetCommitValue().setOffset(number).setMetadata(metadata).setTopicId(io.barnabas.base.Uuid.ZERO));
    }

    static CoordinatorRecord set(String name, long number) {
        return set(name, number, "");
    }

    static CoordinatorRecord remove(String name) {
        return CoordinatorRecord.tombstone(GroupRecordType.OFFSET_COMMIT, key(name));
    }

    private static OffsetCommitKey key(String name) {
        return new OffsetCommitKey().setGroup(name).setTopic("t").setPartition(0);
    }

    @Override
    public CoordinatorRecordType recordType(short id) {
        return GroupRecordType.of(id);
    }

    @Override
    public void apply(CoordinatorRecord record, RecordSource source) {
        String name = ((OffsetCommitKey) record.key()).group();
        var target = source.isTransactional() ? openTransactions.computeIfAbsent(source.producerId(), id -> new HashMap<>()) : numbers;
        if (record.value() == null) target.remove(name);
        else target.put(name, ((OffsetCommitValue) record.value()).offset());
    }

    @Override
    public void onTransactionEnded(long producerId, short producerEpoch, boolean isCommit) {
        var ended = openTransactions.remove(producerId);
        if (ended != null && isCommit) numbers.putAll(ended);
    }

    @Override
    public void onLoaded(Decision decision) {
        isLoaded = true;
    }

    @Override
    public void onUnloaded(ErrorCode error) {
        unloadedWith = error;
    }
}
