package io.barnabas.model;

import io.barnabas.base.ByteWriter;
import java.nio.ByteBuffer;

/** Batches that are wrong in one place: a header patched or records written freely, under a checksum that is right. */
final class RawBatch {
    private RawBatch() {}

    /** A batch around record bytes that are taken as they are. */
    static ByteBuffer of(int recordCount, CompressionType type, byte[] recordBytes) {
        var batch = ByteBuffer.allocateDirect(RecordBatch.HEADER_BYTES + recordBytes.length);
        batch.put(new RecordBatchBuilder().append(RandomRecords.NOW, null, null).build().limit(RecordBatch.HEADER_BYTES));
        batch.put(recordBytes).flip();
        batch.putInt(RecordBatch.RECORD_COUNT_AT, recordCount).putInt(RecordBatch.LAST_OFFSET_DELTA_AT, recordCount - 1);
        return RecordBatchBuilder.finish(batch, type);
    }

    static ByteBuffer ofRecords(ByteWriter... records) {
        var all = ByteWriter.onHeap(64);
        for (var record : records) {
            all.writeVarint(record.position());
            all.writeBytes(record.buffer().duplicate().flip());
        }
        return of(records.length, CompressionType.NONE, RandomRecords.array(all.buffer().flip()));
    }

    /** A record body up to and without its key length. */
    static ByteWriter startOfRecord(int offsetDelta) {
        var record = ByteWriter.onHeap(64);
        record.writeByte(0);
        record.writeVarlong(0);
        record.writeVarint(offsetDelta);
        return record;
    }

    /** A record body with these as its key length, value length and header count, and nothing behind them. */
    static ByteWriter record(int offsetDelta, int keyLength, int valueLength, int headerCount) {
        var record = startOfRecord(offsetDelta);
        record.writeVarint(keyLength);
        record.writeVarint(valueLength);
        record.writeVarint(headerCount);
        return record;
    }

    static ByteBuffer checksummed(ByteBuffer batch) {
        new RecordBatch().wrap(batch, 0).updateCrc();
        return batch;
    }
}
