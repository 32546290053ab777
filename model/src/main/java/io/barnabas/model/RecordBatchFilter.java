package io.barnabas.model;

import io.barnabas.base.Varint;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Looks at the keys of a batch's records, and takes records out of it: for compaction. Batches lie in buffers with an array.
 * Reusable; owned by one thread, and keeps the memory of its largest batch, and what codecs need outside the heap until
 * {@link #free}.
 */
public final class RecordBatchFilter {
    /** What is asked for each record. */
    public interface Visitor {
        /** Announces a record: of the next few, one after the other, before each is shown in the same order. */
        default void expect(long offset, byte[] bytes, int keyFrom, int keyBytes) {}

        /**
         * @param bytes    hold the key, for the time of this call
         * @param keyBytes -1 if the record has no key
         * @param hasValue false for a tombstone
         * @return whether the record stays; from {@link #visit}, whether to go on
         */
        boolean onRecord(long offset, byte[] bytes, int keyFrom, int keyBytes, boolean hasValue);
    }

    /** What is left of a batch. */
    public enum Rest { ALL, SOME, NONE }

    private static final int RECORD_BYTES_MIN = 6;
    private static final int PLAIN_BYTES_INITIAL = 64 << 10;
    private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 9;
    private static final int KEPT_INTS = 3;
    private static final int KEPT_BYTES = Long.BYTES + KEPT_INTS * Integer.BYTES;
    /** Records that are read before the first of them is shown. */
    private static final int AHEAD_MAX = 256;
    private static final int AHEAD_INTS = 6;

    private final int bytesMax;
    private final DecompressionStreams streams = new DecompressionStreams();
    private ZstdPacker zstd;
    /** The records, unpacked: the batch's own array, or {@link #plain}. */
    private byte[] bytes;
    private byte[] plain = {};
    private int at;
    private int end;

    private long timestampDelta;
    private int offsetDelta;
    private int restFrom;
    private int keyFrom;
    private int keyBytes;
    private boolean hasValue;
    private int recordEnd;

    /** Of records that were read and are to be shown, what the fields above hold of the one at hand. */
    private final long[] aheadTimestampDeltas = new long[AHEAD_MAX];
    private final int[] ahead = new int[AHEAD_MAX * AHEAD_INTS];

    /** Of the records that stay: their deltas, and where the rest of each, from the key on, begins and ends. */
    private long[] keptTimestampDeltas = new long[64];
    private int[] kept = new int[64 * KEPT_INTS];
    private int keptCount;
    private boolean keepsTombstone;

    /** @param bytesMax that a batch may take when it is unpacked, and so what is noted of its records, each; beyond it cannot be looked at */
    public RecordBatchFilter(long bytesMax) {
        this.bytesMax = (int) Math.min(bytesMax, ARRAY_BYTES_MAX);
    }

    /**
     * Shows every record.
     *
     * @return false if the visitor did not want to go on
     * @throws RecordException if the batch is not what its header or the format says
     */
    public boolean visit(RecordBatch batch, Visitor visitor) {
        return walk(batch, visitor, false);
    }

    /**
     * Asks for every record whether it stays. {@link #rest} then makes a batch of those.
     *
     * @throws RecordException if the batch is not what its header or the format says
     */
    public Rest filter(RecordBatch batch, Visitor visitor) {
        keptCount = 0;
        keepsTombstone = false;
        walk(batch, visitor, true);
        if (keptCount == 0) return Rest.NONE;
        return keptCount == batch.recordCount() ? Rest.ALL : Rest.SOME;
    }

    /** @return false if this was no filtering, and the visitor did not want to go on */
    private boolean walk(RecordBatch batch, Visitor visitor, boolean isFilter) {
        unpack(batch);
        long baseOffset = batch.baseOffset();
        for (int shown = 0; shown < batch.recordCount(); shown += AHEAD_MAX) {
            int count = Math.min(AHEAD_MAX, batch.recordCount() - shown);
            for (int i = 0; i < count; i++) {
                readRecord();
                visitor.expect(baseOffset + offsetDelta, bytes, keyFrom, keyBytes);
                putAside(i);
            }
            for (int i = 0; i < count; i++) {
                takeUp(i);
                boolean answer = visitor.onRecord(baseOffset + offsetDelta, bytes, keyFrom, keyBytes, hasValue);
                if (isFilter && answer) keep();
                else if (!isFilter && !answer) return false;
            }
        }
        if (at != end) throw DecompressionStream.malformed("bytes left over after the last record");
        return true;
    }

    private void putAside(int i) {
        aheadTimestampDeltas[i] = timestampDelta;
        int to = i * AHEAD_INTS;
        ahead[to] = offsetDelta;
        ahead[to + 1] = restFrom;
        ahead[to + 2] = keyFrom;
        ahead[to + 3] = keyBytes;
        ahead[to + 4] = hasValue ? 1 : 0;
        ahead[to + 5] = recordEnd;
    }

    private void takeUp(int i) {
        timestampDelta = aheadTimestampDeltas[i];
        int from = i * AHEAD_INTS;
        offsetDelta = ahead[from];
        restFrom = ahead[from + 1];
        keyFrom = ahead[from + 2];
        keyBytes = ahead[from + 3];
        hasValue = ahead[from + 4] != 0;
        recordEnd = ahead[from + 5];
    }

    /** Whether one of the records that stay has no value. */
    public boolean keepsTombstone() {
        return keepsTombstone;
    }

    /**
     * The records that stay, as a batch with the offsets, producer and codec of the one just filtered.
     *
     * @param deleteHorizonMs when its tombstones and markers may go, NO_TIMESTAMP if that is not decided
     * @return from position 0 to its limit, on the heap
     */
    public ByteBuffer rest(RecordBatch batch, long deleteHorizonMs) {
        boolean isLogAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        long oldBase = batch.baseTimestamp();
        long first = isLogAppendTime ? batch.maxTimestamp() : oldBase + keptTimestampDeltas[0];
        long newBase = deleteHorizonMs == RecordBatch.NO_TIMESTAMP ? first : deleteHorizonMs;
        long maxTimestamp = isLogAppendTime ? batch.maxTimestamp() : RecordBatch.NO_TIMESTAMP;
        for (int i = 0; i < keptCount; i++) {
            // What was given the time of its append has that, whatever it came with.
            long timestamp = isLogAppendTime ? batch.maxTimestamp() : oldBase + keptTimestampDeltas[i];
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            keptTimestampDeltas[i] = timestamp - newBase;
        }
        var written = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + keptBytes()).position(RecordBatch.HEADER_BYTES);
        for (int i = 0; i < keptCount; i++) writeKept(i, written);
        written.flip();
        var type = batch.compressionType();
        if (type != CompressionType.NONE) {
            written = packed(written.position(RecordBatch.HEADER_BYTES), type);
        }
        copyHeader(batch, written);
        int horizonBit = deleteHorizonMs == RecordBatch.NO_TIMESTAMP ? 0 : RecordBatch.DELETE_HORIZON_BIT;
        written.putShort(RecordBatch.ATTRIBUTES_AT, (short) (batch.attributes() & ~RecordBatch.DELETE_HORIZON_BIT | horizonBit))
                .putLong(RecordBatch.BASE_TIMESTAMP_AT, newBase)
                .putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestamp)
                .putInt(RecordBatch.RECORD_COUNT_AT, keptCount);
        return RecordBatchBuilder.finish(written, type);
    }

    private ByteBuffer packed(ByteBuffer plain, CompressionType type) {
        if (type != CompressionType.ZSTD) return RecordBatchBuilder.packed(plain, type, type.defaultLevel());
        if (zstd == null) zstd = new ZstdPacker(type.defaultLevel());
        return zstd.pack(plain);
    }

    /** Gives back the memory outside the heap, which nothing else does; it comes again with the next batch. */
    public void free() {
        streams.free();
        if (zstd != null) zstd.free();
        zstd = null;
    }

    /** A batch without records, which keeps offsets, producer and time of one that had some. */
    public static ByteBuffer emptied(RecordBatch batch) {
        var written = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        copyHeader(batch, written);
        written.putShort(RecordBatch.ATTRIBUTES_AT, (short) (batch.attributes() & ~RecordBatch.DELETE_HORIZON_BIT))
                .putLong(RecordBatch.BASE_TIMESTAMP_AT, batch.maxTimestamp())
                .putInt(RecordBatch.RECORD_COUNT_AT, 0);
        return RecordBatchBuilder.finish(written, CompressionType.NONE);
    }

    private static void copyHeader(RecordBatch batch, ByteBuffer target) {
        target.put(0, batch.buffer(), batch.position(), RecordBatch.HEADER_BYTES);
    }

    private void unpack(RecordBatch batch) {
        if (batch.recordCount() < 0) throw DecompressionStream.malformed("negative record count: recordCount=" + batch.recordCount());
        var type = batch.compressionType();
        if (type == null) {
            throw new RecordException(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "unknown codec: id=" + (batch.attributes() & RecordBatch.CODEC_BITS));
        }
        if (type == CompressionType.NONE) {
            bytes = batch.buffer().array();
            at = batch.buffer().arrayOffset() + batch.position() + RecordBatch.HEADER_BYTES;
            end = batch.buffer().arrayOffset() + batch.endPosition();
            return;
        }
        int count = 0;
        try (var stream = streams.open(type, batch.recordBytes(), bytesMax)) {
            while (true) {
                // There is room for one byte too many, which the stream refuses.
                if (count == plain.length) plain = Arrays.copyOf(plain, (int) Math.min(bytesMax + 1, Math.max(PLAIN_BYTES_INITIAL, count * 2L)));
                int read = stream.read(plain, count, plain.length - count);
                if (read < 0) break;
                count += read;
            }
        }
        bytes = plain;
        at = 0;
        end = count;
    }

    private void readRecord() {
        int length = readVarint();
        if (length < RECORD_BYTES_MIN || length > end - at) throw DecompressionStream.malformed("record past the end of its batch: length=" + length);
        recordEnd = at + length;
        at++;
        timestampDelta = readVarlong();
        offsetDelta = readVarint();
        restFrom = at;
        keyBytes = readVarint();
        keyFrom = at;
        if (keyBytes > 0) at += checked(keyBytes);
        hasValue = readVarint() >= 0;
        if (at > recordEnd) throw DecompressionStream.malformed("record longer than its length");
        at = recordEnd;
    }

    private int checked(int byteCount) {
        if (byteCount > recordEnd - at) throw DecompressionStream.malformed("key past the end of its record");
        return byteCount;
    }

    private int readVarint() {
        int raw = 0;
        for (int shift = 0; shift < 35 && at < end; shift += 7) {
            byte next = bytes[at++];
            raw |= (next & 0x7F) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        throw DecompressionStream.malformed("malformed varint in a record");
    }

    private long readVarlong() {
        long raw = 0;
        for (int shift = 0; shift < 70 && at < end; shift += 7) {
            byte next = bytes[at++];
            raw |= (long) (next & 0x7F) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        throw DecompressionStream.malformed("malformed varint in a record");
    }

    private void keep() {
        keepsTombstone |= !hasValue;
        if (keptCount == keptTimestampDeltas.length) {
            if (keptCount * 2L * KEPT_BYTES > bytesMax) throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "batch of too many records: recordCount>" + keptCount);
            keptTimestampDeltas = Arrays.copyOf(keptTimestampDeltas, keptCount * 2);
            kept = Arrays.copyOf(kept, keptCount * 2 * KEPT_INTS);
        }
        keptTimestampDeltas[keptCount] = timestampDelta;
        kept[keptCount * KEPT_INTS] = offsetDelta;
        kept[keptCount * KEPT_INTS + 1] = restFrom;
        kept[keptCount * KEPT_INTS + 2] = recordEnd;
        keptCount++;
    }

    private int keptBytes() {
        int size = 0;
        for (int i = 0; i < keptCount; i++) {
            int body = bodyBytes(i);
            size = Math.addExact(size, Varint.sizeOfInt(body) + body);
        }
        return size;
    }

    /** Of a record without its length: attributes, deltas, and the rest as it was. */
    private int bodyBytes(int i) {
        return 1 + Varint.sizeOfLong(keptTimestampDeltas[i]) + Varint.sizeOfInt(kept[i * KEPT_INTS])
                + kept[i * KEPT_INTS + 2] - kept[i * KEPT_INTS + 1];
    }

    private void writeKept(int i, ByteBuffer target) {
        Varint.writeInt(target, bodyBytes(i));
        target.put((byte) 0);
        Varint.writeLong(target, keptTimestampDeltas[i]);
        Varint.writeInt(target, kept[i * KEPT_INTS]);
        int from = kept[i * KEPT_INTS + 1];
        target.put(bytes, from, kept[i * KEPT_INTS + 2] - from);
    }
}
