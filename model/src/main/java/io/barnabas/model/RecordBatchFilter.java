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
    /** At most so many records are announced before the first of them is shown. */
    public static final int AHEAD_MAX = 256;

    // What is noted of a record: its offset, where parts of it begin or end, and whether it has a value.
    private static final int OFFSET_DELTA = 0;
    private static final int TIMESTAMP_FROM = 1;
    /** From the length of the key on, everything stays as it is. */
    private static final int REST_FROM = 2;
    private static final int KEY_FROM = 3;
    private static final int KEY_BYTES = 4;
    private static final int HAS_VALUE = 5;
    private static final int END = 6;
    private static final int RECORD_INTS = 7;

    private final int bytesMax;
    private final DecompressionStreams streams = new DecompressionStreams();
    private ZstdPacker zstd;
    /** The records, unpacked: the batch's own array, or {@link #plain}. */
    private byte[] bytes;
    private byte[] plain = {};
    private int at;
    private int end;

    /** Of records that were read and are to be shown, and then of those that stay: {@link #RECORD_INTS} each. */
    private final int[] ahead = new int[AHEAD_MAX * RECORD_INTS];
    private int[] kept = new int[64 * RECORD_INTS];
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
            for (int i = 0, to = 0; i < count; i++, to += RECORD_INTS) {
                at = readRecord(to);
                visitor.expect(baseOffset + ahead[to + OFFSET_DELTA], bytes, ahead[to + KEY_FROM], ahead[to + KEY_BYTES]);
            }
            for (int i = 0, from = 0; i < count; i++, from += RECORD_INTS) {
                boolean answer = visitor.onRecord(baseOffset + ahead[from + OFFSET_DELTA], bytes, ahead[from + KEY_FROM], ahead[from + KEY_BYTES],
                        ahead[from + HAS_VALUE] != 0);
                if (isFilter && answer) keep(from);
                else if (!isFilter && !answer) return false;
            }
        }
        if (at != end) throw DecompressionStream.malformed("bytes left over after the last record");
        return true;
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
        long appended = batch.maxTimestamp();
        long oldBase = batch.baseTimestamp();
        long newBase = deleteHorizonMs != RecordBatch.NO_TIMESTAMP ? deleteHorizonMs : isLogAppendTime ? appended : oldBase + timestampDelta(0);
        long maxTimestamp = isLogAppendTime ? appended : RecordBatch.NO_TIMESTAMP;
        int sizeMax = RecordBatch.HEADER_BYTES;
        for (int i = 0; i < keptCount; i++) sizeMax = Math.addExact(sizeMax, sizeMax(i));
        var written = ByteBuffer.allocate(sizeMax).position(RecordBatch.HEADER_BYTES);
        for (int i = 0; i < keptCount; i++) {
            // What was given the time of its append has that, whatever it came with.
            long timestamp = isLogAppendTime ? appended : oldBase + timestampDelta(i);
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            writeKept(i, timestamp - newBase, written);
        }
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

    /**
     * Notes the record at {@link #at}. Numbers come with the position behind them, so that neither goes by way of memory.
     *
     * @return where it ends
     */
    private int readRecord(int to) {
        long length = readVarint(at, end);
        int from = positionOf(length);
        if (valueOf(length) < RECORD_BYTES_MIN || valueOf(length) > end - from) {
            throw DecompressionStream.malformed("record past the end of its batch: length=" + valueOf(length));
        }
        int recordEnd = from + valueOf(length);
        int timestampFrom = from + 1; // behind the attributes
        long offsetDelta = readVarint(skipVarlong(timestampFrom, recordEnd), recordEnd);
        long keyBytes = readVarint(positionOf(offsetDelta), recordEnd);
        int keyFrom = positionOf(keyBytes);
        if (valueOf(keyBytes) > recordEnd - keyFrom) throw DecompressionStream.malformed("key past the end of its record");
        long valueBytes = readVarint(keyFrom + Math.max(0, valueOf(keyBytes)), recordEnd);
        ahead[to + OFFSET_DELTA] = valueOf(offsetDelta);
        ahead[to + TIMESTAMP_FROM] = timestampFrom;
        ahead[to + REST_FROM] = positionOf(offsetDelta);
        ahead[to + KEY_FROM] = keyFrom;
        ahead[to + KEY_BYTES] = valueOf(keyBytes);
        ahead[to + HAS_VALUE] = valueOf(valueBytes) < 0 ? 0 : 1;
        ahead[to + END] = recordEnd;
        return recordEnd;
    }

    private static int valueOf(long varint) {
        return (int) varint;
    }

    private static int positionOf(long varint) {
        return (int) (varint >>> 32);
    }

    /** @return the number, and above its 32 bits the position behind it */
    private long readVarint(int from, int end) {
        int raw = 0;
        for (int shift = 0; shift < 35 && from < end; shift += 7) {
            byte next = bytes[from++];
            raw |= (next & 0x7F) << shift;
            if (next >= 0) return (long) from << 32 | ((raw >>> 1) ^ -(raw & 1)) & 0xFFFF_FFFFL;
        }
        throw DecompressionStream.malformed("malformed varint in a record");
    }

    private int skipVarlong(int from, int end) {
        int endMax = Math.min(end, from + 10);
        while (from < endMax) if (bytes[from++] >= 0) return from;
        throw DecompressionStream.malformed("malformed varint in a record");
    }

    /** Of a record that was read before. */
    private long timestampDelta(int i) {
        int at = kept[i * RECORD_INTS + TIMESTAMP_FROM];
        long raw = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at++];
            raw |= (long) (next & 0x7F) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
    }

    private void keep(int from) {
        keepsTombstone |= ahead[from + HAS_VALUE] == 0;
        int to = keptCount * RECORD_INTS;
        if (to == kept.length) {
            if (to * 2L * Integer.BYTES > bytesMax) throw new RecordException(ErrorCode.MESSAGE_TOO_LARGE, "batch of too many records: recordCount>" + keptCount);
            kept = Arrays.copyOf(kept, to * 2);
        }
        System.arraycopy(ahead, from, kept, to, RECORD_INTS);
        keptCount++;
    }

    /** With the longest numbers that there are. */
    private int sizeMax(int i) {
        int from = i * RECORD_INTS;
        return Varint.INT_BYTES_MAX + 1 + Varint.LONG_BYTES_MAX + Varint.INT_BYTES_MAX + kept[from + END] - kept[from + REST_FROM];
    }

    private void writeKept(int i, long timestampDelta, ByteBuffer target) {
        int from = i * RECORD_INTS;
        int offsetDelta = kept[from + OFFSET_DELTA];
        int restFrom = kept[from + REST_FROM];
        int restBytes = kept[from + END] - restFrom;
        Varint.writeInt(target, 1 + Varint.sizeOfLong(timestampDelta) + Varint.sizeOfInt(offsetDelta) + restBytes);
        target.put((byte) 0);
        Varint.writeLong(target, timestampDelta);
        Varint.writeInt(target, offsetDelta);
        target.put(bytes, restFrom, restBytes);
    }
}
