package io.barnabas.coordinator;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.log.LogSlice;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.LegacyMessage;
import io.barnabas.model.Record;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordReader;
import io.barnabas.protocol.CoordinatorRecords;
import java.nio.ByteBuffer;

/**
 * Applies what a coordinator's log says to a state that is being loaded, a record at a time, so that nothing of it is kept but the
 * state. Used by one thread at a time.
 */
final class LogReplay {
    private static final int MAGIC_AT = 16;

    private final CoordinatorState state;
    private final int unpackedBytesMax;
    private final RecordBatch batch = new RecordBatch();
    private final RecordReader records = new RecordReader();
    /** For all pieces: large ones that were made anew would be garbage among what is to stay. */
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long nextOffset;
    private RecordSource source = RecordSource.plain(RecordBatch.NO_TIMESTAMP);

    /** @param unpackedBytesMax of one batch */
    LogReplay(CoordinatorState state, int unpackedBytesMax) {
        this.state = state;
        this.unpackedBytesMax = unpackedBytesMax;
    }

    /**
     * Applies the whole batches of a piece of the log, which stays the caller's.
     *
     * @param fromOffset records before it are passed over
     * @return where the next batch may begin; {@code fromOffset} if there was none
     * @throws io.barnabas.base.StorageException if the piece cannot be read
     * @throws DecodeException                   if a record is not what its type says
     * @throws io.barnabas.model.RecordException if a batch is damaged
     */
    long apply(LogSlice piece, long fromOffset) {
        nextOffset = fromOffset;
        apply(read(piece));
        return nextOffset;
    }

    private ByteBuffer read(LogSlice piece) {
        if (buffer.capacity() < piece.size()) buffer = ByteBuffer.allocate(piece.size());
        piece.copyTo(buffer.clear().limit(piece.size()), 0);
        return buffer.flip();
    }

    private void apply(ByteBuffer bytes) {
        int at = bytes.position();
        while (bytes.limit() - at > MAGIC_AT) {
            int end = at + RecordBatch.LENGTH_PREFIX_BYTES + bytes.getInt(at + Long.BYTES);
            if (end > bytes.limit() || end <= at) break;
            if (LegacyMessage.isLegacy(bytes.get(at + MAGIC_AT))) applyMessage(new LegacyMessage().wrap(bytes, at));
            else applyBatch(batch.wrap(bytes, at));
            at = end;
        }
    }

    private void applyBatch(RecordBatch batch) {
        if (!batch.isValidCrc()) throw new DecodeException("checksum does not match: " + batch);
        boolean isOpen = batch.isTransactional();
        long producerId = isOpen ? batch.producerId() : RecordBatch.NO_PRODUCER_ID;
        short producerEpoch = isOpen ? batch.producerEpoch() : RecordBatch.NO_PRODUCER_EPOCH;
        try (var reader = records.read(batch, unpackedBytesMax)) {
            if (batch.isControl()) {
                endTransaction(batch, reader.next());
            } else {
                while (reader.advance()) replay(reader.offset(), reader.timestamp(), reader.key(), reader.value(), producerId, producerEpoch);
            }
        }
        nextOffset = Math.max(nextOffset, batch.nextOffset());
    }

    private void endTransaction(RecordBatch batch, Record marker) {
        var type = marker == null ? null : ControlRecordType.ofKey(marker.key());
        boolean isEnd = type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT;
        if (isEnd) state.onTransactionEnded(batch.producerId(), batch.producerEpoch(), type == ControlRecordType.COMMIT);
    }

    private void applyMessage(LegacyMessage message) {
        if (!message.isValidCrc()) throw new DecodeException("checksum does not match: " + message);
        try (var records = message.records(unpackedBytesMax)) {
            for (var record = records.next(); record != null; record = records.next()) {
                replay(record.offset(), record.timestamp(), readerOf(record.key()), readerOf(record.value()), RecordBatch.NO_PRODUCER_ID,
                        RecordBatch.NO_PRODUCER_EPOCH);
            }
        }
        nextOffset = Math.max(nextOffset, message.lastOffset() + 1);
    }

    private static ByteReader readerOf(ByteBuffer bytes) {
        return bytes == null ? null : new ByteReader(bytes);
    }

    private void replay(long offset, long timestampMs, ByteReader key, ByteReader value, long producerId, short producerEpoch) {
        if (offset < nextOffset || key == null) return;
        var type = state.recordType(CoordinatorRecords.readTypeId(key));
        // Nobody here knows such records.
        if (type == null) return;
        // Those of one batch mostly have one.
        if (!source.is(timestampMs, producerId, producerEpoch)) source = new RecordSource(timestampMs, producerId, producerEpoch);
        state.replay(type, key, value, source);
    }
}
