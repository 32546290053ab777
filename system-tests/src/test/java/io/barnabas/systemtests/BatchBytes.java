package io.barnabas.systemtests;

import io.barnabas.base.ByteWriter;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** A record batch of format v2 written field by field, so that any of them can lie; the checksum is true unless it is the lie. */
final class BatchBytes {
    static final int BATCH_LENGTH_AT = 8;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;
    static final int LAST_OFFSET_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int BASE_SEQUENCE_AT = 53;
    static final int RECORD_COUNT_AT = 57;
    static final int HEADER_BYTES = 61;

    private BatchBytes() {}

    /** A batch of the given records, without a producer id, whose lie is told before the checksum is made. */
    static ByteBuffer of(int count, byte[] records, Consumer<ByteBuffer> lie) {
        long nowMs = System.currentTimeMillis();
        var batch = ByteBuffer.allocate(HEADER_BYTES + records.length)
                .putLong(0).putInt(HEADER_BYTES - 12 + records.length).putInt(-1).put((byte) 2).putInt(0)
                .putShort((short) 0).putInt(count - 1).putLong(nowMs).putLong(nowMs)
                .putLong(-1).putShort((short) -1).putInt(-1).putInt(count).put(records).flip();
        lie.accept(batch);
        return seal(batch);
    }

    /** Sets the checksum. */
    static ByteBuffer seal(ByteBuffer batch) {
        var crc = new CRC32C();
        crc.update(batch.duplicate().position(ATTRIBUTES_AT));
        return batch.putInt(CRC_AT, (int) crc.getValue());
    }

    /** {@code count} records without a key. */
    static byte[] records(int count) {
        var records = ByteWriter.onHeap(256);
        for (int i = 0; i < count; i++) records.writeBytes(record(i, "value"));
        return bytes(records);
    }

    static byte[] record(int offsetDelta, String value) {
        return record(body -> {
            body.writeByte(0);
            body.writeVarlong(0);
            body.writeVarint(offsetDelta);
            body.writeVarint(-1);
            body.writeVarint(value.length());
            body.writeBytes(value.getBytes());
            body.writeVarint(0);
        });
    }

    /** A record of this body, its true length before it. */
    static byte[] record(Consumer<ByteWriter> body) {
        var inner = ByteWriter.onHeap(64);
        body.accept(inner);
        var record = ByteWriter.onHeap(64);
        record.writeVarint(inner.position());
        record.writeBytes(bytes(inner));
        return bytes(record);
    }

    static byte[] bytes(ByteWriter writer) {
        var buffer = writer.toByteBuffer();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
