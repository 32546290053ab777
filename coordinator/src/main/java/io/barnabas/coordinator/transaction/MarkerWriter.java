package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.Reply;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.replication.Append;
import io.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Writes transaction markers to partitions that this broker leads. Those of the topic of groups go through the group
 * coordinator, which takes in or drops the offsets of the transaction in the same step.
 */
public final class MarkerWriter {
    private final CoordinatorShards<?> offsets;

    public MarkerWriter(CoordinatorShards<?> offsets) {
        this.offsets = offsets;
    }

    /**
     * Writes one marker. Any thread.
     *
     * @param whenDone told once, on the partition's loop: NONE when every in-sync replica has the marker
     */
    public void write(TransactionMarker marker, Partition partition, Consumer<ErrorCode> whenDone) {
        Runnable task = () -> partition.whenSettled(() -> writeNow(marker, partition, whenDone));
        if (partition.loop().isCurrent()) task.run();
        else partition.loop().execute(task);
    }

    private void writeNow(TransactionMarker marker, Partition partition, Consumer<ErrorCode> whenDone) {
        if (partition.topicPartition().topic().equals(offsets.topic())) writeToGroups(marker, partition, whenDone);
        else partition.append(new MarkerAppend(batch(marker, partition.loop().clock().nowMs()), originOf(marker), whenDone));
    }

    private void writeToGroups(TransactionMarker marker, Partition partition, Consumer<ErrorCode> whenDone) {
        var shard = offsets.find(partition.topicPartition().partition());
        if (shard == null || shard.partition() != partition) {
            whenDone.accept(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        shard.endTransaction(marker.producerId(), marker.producerEpoch(), marker.coordinatorEpoch(), marker.isCommit(), originOf(marker), new Reply<>() {
            @Override
            public void answer(Void nothing) {
                whenDone.accept(ErrorCode.NONE);
            }

            @Override
            public void fail(ErrorCode error) {
                whenDone.accept(ofLog(error));
            }
        });
    }

    /** Who writes markers knows logs, not coordinators. */
    private static ErrorCode ofLog(ErrorCode error) {
        return switch (error) {
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            default -> error;
        };
    }

    private static ByteBuffer batch(TransactionMarker marker, long nowMs) {
        return new RecordBatchBuilder().producer(marker.producerId(), marker.producerEpoch(), RecordBatch.NO_SEQUENCE).transactional()
                .appendEndTransaction(nowMs, marker.isCommit(), marker.coordinatorEpoch()).build();
    }

    private static AppendOrigin originOf(TransactionMarker marker) {
        return marker.version() >= 2 ? AppendOrigin.COORDINATOR_OF_VERSION_2 : AppendOrigin.COORDINATOR;
    }

    private static final class MarkerAppend extends Append {
        private final Consumer<ErrorCode> whenDone;

        MarkerAppend(ByteBuffer batch, AppendOrigin origin, Consumer<ErrorCode> whenDone) {
            super(batch, origin);
            this.whenDone = whenDone;
        }

        @Override
        protected void onStored() {}

        @Override
        protected void onDecided() {
            whenDone.accept(error());
        }
    }
}
