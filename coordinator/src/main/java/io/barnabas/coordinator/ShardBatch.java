package io.barnabas.coordinator;

import io.barnabas.base.ByteWriter;
import io.barnabas.base.Varint;
import io.barnabas.log.AppendOrigin;
import io.barnabas.model.CompressionType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.CoordinatorRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Records of one or more decisions that go into the log together, and who is told when they are committed. */
final class ShardBatch {
    /** A record as it goes into the log. */
    record Encoded(ByteBuffer key, ByteBuffer value) {
        /** Lengths of the record, its key and value, deltas of offset and time, attributes, count of headers. */
        private static final int OVERHEAD_BYTES_MAX = 4 * Varint.INT_BYTES_MAX + Varint.LONG_BYTES_MAX + 2;

        static Encoded of(CoordinatorRecord record) {
            var key = ByteWriter.onHeap(64);
            CoordinatorRecords.writeKey(key, record.type(), record.key());
            ByteBuffer value = null;
            if (record.value() != null) {
                var writer = ByteWriter.onHeap(128);
                CoordinatorRecords.writeValue(writer, record.valueVersion(), record.value());
                value = writer.buffer().duplicate().flip();
            }
            return new Encoded(key.buffer().duplicate().flip(), value);
        }

        /** It takes no more in a batch that is not packed. */
        int sizeMax() {
            return OVERHEAD_BYTES_MAX + key.remaining() + (value == null ? 0 : value.remaining());
        }
    }

    private final RecordBatchBuilder builder = new RecordBatchBuilder();
    private boolean isTransactional;
    final AppendOrigin origin;
    final List<Decision.Answer<?>> answers = new ArrayList<>();

    ShardBatch(CompressionType type, AppendOrigin origin) {
        this.origin = origin;
        builder.compression(type);
    }

    /** Of one transaction. */
    ShardBatch transactional(long producerId, short producerEpoch) {
        isTransactional = true;
        builder.producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE).transactional();
        return this;
    }

    ShardBatch endTransaction(long nowMs, boolean isCommit, int coordinatorEpoch) {
        builder.appendEndTransaction(nowMs, isCommit, coordinatorEpoch);
        return this;
    }

    void add(Encoded record, long timestampMs) {
        builder.append(timestampMs, record.key, record.value);
    }

    boolean isTransactional() {
        return isTransactional;
    }

    int sizeInBytes() {
        return builder.sizeInBytes();
    }

    boolean isEmpty() {
        return builder.recordCount() == 0;
    }

    ByteBuffer build() {
        return builder.build();
    }
}
