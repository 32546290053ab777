package io.barnabas.cluster.quorum;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.MetadataRecords;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Metadata records as batches of Kafka's record format, both ways. */
final class RecordBatches {
    private RecordBatches() {}

    /** Told of the control records of a batch. */
    interface ControlSink {
        void onControl(ControlRecordType type, ByteBuffer value);
    }

    static ByteBuffer encode(List<TypedRecord> records, long timestampMs, long baseOffset, int leaderEpoch) {
        var batch = new RecordBatchBuilder().baseOffset(baseOffset).leaderEpoch(leaderEpoch);
        var writer = ByteWriter.onHeap(256);
        for (int i = 0; i < records.size(); i++) {
            var record = records.get(i);
            writer.buffer().clear();
            MetadataRecords.write(writer, record.type(), record.version(), record.message());
            batch.append(timestampMs, null, writer.buffer().flip());
            if (batch.sizeInBytes() > MetadataQuorum.BATCH_BYTES_MAX) {
                throw new BatchTooLargeException("records do not fit into one batch: bytesMax=" + MetadataQuorum.BATCH_BYTES_MAX + " records=" + records.size());
            }
        }
        return batch.build();
    }

    /**
     * Reads one batch whose checksum was checked.
     *
     * @return its metadata records; none for a control batch
     * @throws MetadataLogException if a record is unknown or malformed
     */
    static List<TypedRecord> decode(RecordBatch batch, ControlSink control, Object file) {
        try (var reader = batch.records(MetadataQuorum.BATCH_BYTES_MAX * 4)) {
            var records = new ArrayList<TypedRecord>(batch.isControl() ? 0 : Math.min(batch.recordCount(), 1024));
            for (var record = reader.next(); record != null; record = reader.next()) {
                if (!batch.isControl()) {
                    if (record.value() == null) throw new DecodeException("a metadata record without a value: offset=" + record.offset());
                    records.add(MetadataRecords.read(new ByteReader(record.value().duplicate())));
                    continue;
                }
                var type = record.key() == null || record.key().remaining() < 4 ? null
                        : ControlRecordType.of(record.key().getShort(record.key().position() + 2));
                if (type == null) throw new DecodeException("unknown control record: offset=" + record.offset());
                control.onControl(type, record.value());
            }
            return records;
        } catch (DecodeException e) {
            throw new MetadataLogException("the metadata log holds something that this software cannot read; it may have been"
                    + " written by a newer version: file=" + file + " baseOffset=" + batch.baseOffset() + " reason=" + e.getMessage(), e);
        }
    }
}
