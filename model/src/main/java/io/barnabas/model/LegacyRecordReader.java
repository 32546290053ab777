package io.barnabas.model;

import java.util.List;

/**
 * Gives the records of one {@link LegacyMessage} in order: the only one, or those within a wrapper. A set within a wrapper of
 * v1 is unpacked twice, since only its last message tells what the offsets are relative to. Owned by one thread; to be
 * closed, which frees what a codec holds. The message and its buffer stay unchanged meanwhile; the view may move on.
 */
public final class LegacyRecordReader implements AutoCloseable {
    private final RecordBytes bytes = new RecordBytes();
    private final LegacyMessageWalk walk = new LegacyMessageWalk(bytes);
    private final DecompressionStream stream;
    private final boolean isWrapped;
    private final boolean isLogAppendTime;
    private final long logAppendTime;
    /** Added to the offsets within. */
    private final long baseOffset;
    private boolean hasRead;

    LegacyRecordReader(LegacyMessage message, int decompressedBytesMax) {
        isWrapped = message.isCompressed();
        isLogAppendTime = message.timestampType() == TimestampType.LOG_APPEND_TIME;
        logAppendTime = message.maxTimestamp();
        if (!isWrapped) {
            stream = null;
            baseOffset = 0;
            bytes.resetTo(message.buffer(), message.position(), message.endPosition());
            return;
        }
        baseOffset = baseOffset(message, decompressedBytesMax);
        stream = message.unpack(decompressedBytesMax);
        bytes.resetTo(stream);
    }

    private long baseOffset(LegacyMessage wrapper, int decompressedBytesMax) {
        // Some producers left the wrapper's offset 0: what they sent and nobody has numbered yet.
        if (wrapper.magic() == 0 || wrapper.lastOffset() == 0) return 0;
        long last = -1;
        try (var unpacked = wrapper.unpack(decompressedBytesMax)) {
            bytes.resetTo(unpacked);
            while (walk.next()) {
                last = walk.offset();
                walk.skipBody();
            }
        }
        if (last > wrapper.lastOffset()) {
            throw DecompressionStream.malformed("wrapper's offset before that of its last message: wrapper=" + wrapper.lastOffset() + " last=" + last);
        }
        return wrapper.lastOffset() - last;
    }

    /**
     * @return null after the last
     * @throws RecordException if the messages are not what their format says
     */
    public Record next() {
        if (!walk.next()) {
            if (isWrapped && !hasRead) throw DecompressionStream.malformed("compressed message with nothing within");
            return null;
        }
        hasRead = true;
        if (isWrapped && walk.isCompressed()) throw DecompressionStream.malformed("compressed message within a compressed one");
        var key = walk.takeKey();
        var value = walk.takeValue();
        long timestamp = isLogAppendTime && walk.magic() > 0 ? logAppendTime : walk.timestamp();
        return new Record(baseOffset + walk.offset(), timestamp, RecordBatch.NO_SEQUENCE, key, value, List.of());
    }

    /** Of the message that the last record came in. */
    public byte magic() {
        return walk.magic();
    }

    /** As stored in the message that the last record came in, 0 to 2^32 - 1. */
    public long crc() {
        return walk.crc();
    }

    /** Whether the message that the last record came in is as its checksum says. */
    public boolean isValidCrc() {
        return walk.isValidCrc();
    }

    @Override
    public void close() {
        if (stream != null) stream.close();
    }
}
