package io.barnabas.coordinator;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.Record;
import io.barnabas.model.RecordBatch;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.protocol.CoordinatorRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A batch of a coordinator's log, read off the loop: its records, or the end of a transaction.
 *
 * @param end        null unless it is the marker of a transaction's end
 * @param nextOffset where the next batch may begin
 */
record LoadedBatch(long producerId, short producerEpoch, ControlRecordType end, List<Timed> records, long nextOffset) {
    record Timed(CoordinatorRecord record, long timestampMs) {}

    private static final int MAGIC_AT = 16;

    /**
     * Reads the whole batches of a buffer.
     *
     * @param types      null for an id means that nobody here knows such records; they are left out
     * @param fromOffset records before it are left out
     * @throws DecodeException                   if a record is not what its type says
     * @throws io.barnabas.model.RecordException if a batch is damaged
     */
    static List<LoadedBatch> read(ByteBuffer bytes, IntFunction<CoordinatorRecordType> types, long fromOffset, int unpackedBytesMax) {
        var batches = new ArrayList<LoadedBatch>();
        int at = bytes.position();
        while (bytes.limit() - at > MAGIC_AT) {
            int end = at + RecordBatch.LENGTH_PREFIX_BYTES + bytes.getInt(at + Long.BYTES);
            if (end > bytes.limit() || end <= at) break;
            if (LegacyMessage.isLegacy(bytes.get(at + MAGIC_AT))) batches.add(ofMessage(new LegacyMessage().wrap(bytes, at), types, fromOffset, unpackedBytesMax));
            else batches.add(ofBatch(new RecordBatch().wrap(bytes, at), types, fromOffset, unpackedBytesMax));
            at = end;
        }
        return batches;
    }

    private static LoadedBatch ofBatch(RecordBatch batch, IntFunction<CoordinatorRecordType> types, long fromOffset, int unpackedBytesMax) {
        if (!batch.isValidCrc()) throw new DecodeException("checksum does not match: " + batch);
        try (var reader = batch.records(unpackedBytesMax)) {
            if (batch.isControl()) {
                var record = reader.next();
                var type = record == null ? null : ControlRecordType.ofKey(record.key());
                boolean isEnd = type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT;
                return new LoadedBatch(batch.producerId(), batch.producerEpoch(), isEnd ? type : null, List.of(), batch.nextOffset());
            }
            var records = read(reader::next, types, fromOffset);
            boolean isOpen = batch.isTransactional();
            return new LoadedBatch(isOpen ? batch.producerId() : RecordBatch.NO_PRODUCER_ID,
                    isOpen ? batch.producerEpoch() : RecordBatch.NO_PRODUCER_EPOCH, null, records, batch.nextOffset());
        }
    }

    private static LoadedBatch ofMessage(LegacyMessage message, IntFunction<CoordinatorRecordType> types, long fromOffset, int unpackedBytesMax) {
        if (!message.isValidCrc()) throw new DecodeException("checksum does not match: " + message);
        try (var reader = message.records(unpackedBytesMax)) {
            return new LoadedBatch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, null, read(reader::next, types, fromOffset),
                    message.lastOffset() + 1);
        }
    }

    private static List<Timed> read(java.util.function.Supplier<Record> source, IntFunction<CoordinatorRecordType> types, long fromOffset) {
        var records = new ArrayList<Timed>();
        for (var record = source.get(); record != null; record = source.get()) {
            if (record.offset() < fromOffset || record.key() == null) continue;
            var key = new ByteReader(record.key());
            var type = types.apply(CoordinatorRecords.readTypeId(key));
            if (type != null) records.add(new Timed(read(type, key, record), record.timestamp()));
        }
        return records;
    }

    private static CoordinatorRecord read(CoordinatorRecordType type, ByteReader key, Record record) {
        var keyMessage = CoordinatorRecords.readKey(key, type);
        if (record.value() == null) return CoordinatorRecord.tombstone(type, keyMessage);
        short version = record.value().getShort(record.value().position());
        return new CoordinatorRecord(type, keyMessage, version, CoordinatorRecords.readValue(new ByteReader(record.value()), type));
    }
}
