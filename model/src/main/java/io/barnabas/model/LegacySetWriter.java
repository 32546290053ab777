package io.barnabas.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Writes records as messages of format v0 or v1: one after another, or, with a codec, within one wrapper. To be closed, which
 * completes the wrapper. One record at a time is held. Used once, by one thread.
 */
final class LegacySetWriter implements AutoCloseable {
    private final BatchOutput output;
    private final byte magic;
    private final CompressionType codec;
    private final boolean isLogAppendTime;
    private final int start;
    private final OutputStream target;
    private final CRC32 checksum = new CRC32();
    private final ByteBuffer fields = ByteBuffer.allocate(LegacyMessage.TIMESTAMP_AT + LegacyMessage.TIMESTAMP_BYTES + 4);
    private long baseOffset;
    private long lastOffset = -1;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private boolean isEmpty = true;

    /** @param type what the timestamps mean; records of LogAppendTime all have the same */
    LegacySetWriter(BatchOutput output, byte magic, CompressionType codec, TimestampType type) {
        this.output = output;
        this.magic = magic;
        this.codec = codec;
        this.isLogAppendTime = type == TimestampType.LOG_APPEND_TIME;
        this.start = output.size();
        this.target = open();
    }

    private OutputStream open() {
        if (codec == CompressionType.NONE) return output;
        output.writeBytes(new byte[wrapperStartBytes()]);
        try {
            if (codec == CompressionType.LZ4) return new Lz4OutputStream(output, codec.defaultLevel(), magic == 0);
            return codec.compress(output, codec.defaultLevel());
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
    }

    private int wrapperStartBytes() {
        return LegacyMessage.LENGTH_PREFIX_BYTES + LegacyMessage.sizeMin(magic);
    }

    /** Appends a record at its offset, after those before. */
    void append(long offset, long timestamp, ByteBuffer key, ByteBuffer value) {
        if (isEmpty) baseOffset = offset;
        isEmpty = false;
        lastOffset = offset;
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        boolean isRelative = codec != CompressionType.NONE && magic > 0;
        try {
            writeMessage(isRelative ? offset - baseOffset : offset, timestamp, key, value);
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
    }

    private void writeMessage(long offset, long timestamp, ByteBuffer key, ByteBuffer value) throws IOException {
        fields.clear().putLong(offset)
                .putInt(Math.addExact(LegacyMessage.sizeMin(magic), Math.addExact(sizeOf(key), sizeOf(value))))
                .putInt(0);
        putFields(CompressionType.NONE, timestamp).putInt(lengthOf(key));
        checksum.reset();
        checksum.update(fields.array(), LegacyMessage.MAGIC_AT, fields.position() - LegacyMessage.MAGIC_AT);
        update(key);
        for (int shift = 24; shift >= 0; shift -= 8) checksum.update(lengthOf(value) >>> shift);
        update(value);
        fields.putInt(LegacyMessage.CRC_AT, (int) checksum.getValue());
        target.write(fields.array(), 0, fields.position());
        write(key);
        target.write(fields.clear().putInt(lengthOf(value)).array(), 0, 4);
        write(value);
    }

    /** From the magic on to the key's length. */
    private ByteBuffer putFields(CompressionType type, long timestamp) {
        int stamped = magic > 0 && isLogAppendTime ? RecordBatch.LOG_APPEND_TIME_BIT : 0;
        fields.put(magic).put((byte) (type.id() | stamped));
        return magic == 0 ? fields : fields.putLong(timestamp);
    }

    private static int lengthOf(ByteBuffer bytes) {
        return bytes == null ? -1 : bytes.remaining();
    }

    private static int sizeOf(ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    private void update(ByteBuffer bytes) {
        if (bytes != null) checksum.update(bytes.duplicate());
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes == null) return;
        if (bytes.hasArray()) {
            target.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            return;
        }
        var copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        target.write(copy);
    }

    /** Completes what was written. A wrapper without records is taken back. */
    @Override
    public void close() {
        if (codec == CompressionType.NONE) return;
        try {
            target.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot pack in memory", e);
        }
        if (output.isOverfull()) return;
        if (isEmpty) output.truncateTo(start);
        else writeWrapperStart();
    }

    private void writeWrapperStart() {
        int size = output.size() - start - LegacyMessage.LENGTH_PREFIX_BYTES;
        fields.clear().putLong(lastOffset).putInt(size).putInt(0);
        putFields(codec, maxTimestamp).putInt(-1);
        var written = output.written();
        written.put(start, fields.array(), 0, fields.position());
        written.putInt(start + wrapperStartBytes() - 4, size - LegacyMessage.sizeMin(magic));
        checksum.reset();
        checksum.update(written.array(), written.arrayOffset() + start + LegacyMessage.MAGIC_AT, size - 4);
        written.putInt(start + LegacyMessage.CRC_AT, (int) checksum.getValue());
    }
}
