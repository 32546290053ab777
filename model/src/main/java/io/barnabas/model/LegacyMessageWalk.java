package io.barnabas.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Walks over messages of the formats v0 and v1 that lie one after another: those of a set, or those that a wrapper's stream
 * gives. Of each the fields up to the key's length are read by {@link #next}; key and value are then skipped, taken or
 * written somewhere, before the next step. Bounded memory: no more of a message is held than is taken. Owned by one thread.
 */
final class LegacyMessageWalk {
    private final RecordBytes bytes;
    private final CRC32 checksum = new CRC32();
    private final byte[] checked = new byte[LegacyMessage.TIMESTAMP_AT - LegacyMessage.MAGIC_AT + LegacyMessage.TIMESTAMP_BYTES + 4];
    private final ByteBuffer checkedFields = ByteBuffer.wrap(checked);

    private long offset;
    private int crc;
    private byte magic;
    private byte attributes;
    private long timestamp;
    private int keyBytes;
    private int valueBytes;
    /** Bytes of the message that are not read yet. */
    private int bytesLeft;

    LegacyMessageWalk(RecordBytes bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the start of the next message.
     *
     * @return false at the end
     * @throws RecordException if something else lies there
     */
    boolean next() {
        if (bytes.isAtEnd()) return false;
        offset = bytes.readLong();
        int size = bytes.readInt();
        if (size < LegacyMessage.sizeMin(0)) throw LegacyMessage.corrupt("message size out of range: size=" + size);
        crc = bytes.readInt();
        magic = bytes.readByte();
        if (!LegacyMessage.isLegacy(magic)) throw DecompressionStream.malformed("not a message of format v0 or v1: magic=" + magic);
        if (size < LegacyMessage.sizeMin(magic)) throw LegacyMessage.corrupt("message size out of range: size=" + size);
        attributes = bytes.readByte();
        timestamp = magic == 0 ? RecordBatch.NO_TIMESTAMP : bytes.readLong();
        keyBytes = bytes.readInt();
        bytesLeft = size - LegacyMessage.sizeMin(magic) + 4;
        if (keyBytes < -1 || keyBytes > bytesLeft - 4) {
            throw DecompressionStream.malformed("key past the end of its message: length=" + keyBytes);
        }
        checkedFields.clear().put(magic).put(attributes);
        if (magic > 0) checkedFields.putLong(timestamp);
        checkedFields.putInt(keyBytes);
        checksum.reset();
        checksum.update(checked, 0, checkedFields.position());
        return true;
    }

    long offset() {
        return offset;
    }

    long crc() {
        return crc & 0xFFFFFFFFL;
    }

    byte magic() {
        return magic;
    }

    byte attributes() {
        return attributes;
    }

    boolean isCompressed() {
        return (attributes & RecordBatch.CODEC_BITS) != 0;
    }

    boolean isLogAppendTime() {
        return magic > 0 && (attributes & RecordBatch.LOG_APPEND_TIME_BIT) != 0;
    }

    long timestamp() {
        return timestamp;
    }

    /** -1 if there is no key. */
    int keyBytes() {
        return keyBytes;
    }

    /** Bytes of key and value together, as the message's size leaves room for; what a null has none of. */
    int bodyBytes() {
        return bytesLeft - 4;
    }

    /** Whether the whole message was as its checksum says; after key and value have been read. */
    boolean isValidCrc() {
        return crc == (int) checksum.getValue();
    }

    void skipBody() {
        bytes.skip(bytesLeft);
    }

    ByteBuffer takeKey() {
        return take(keyBytes);
    }

    ByteBuffer takeValue() {
        readValueLength();
        return take(valueBytes);
    }

    private ByteBuffer take(int byteCount) {
        if (byteCount < 0) return null;
        var taken = bytes.take(byteCount);
        bytesLeft -= byteCount;
        checksum.update(taken.duplicate());
        return taken;
    }

    /** @param target null to only check */
    void drainKey(OutputStream target) throws IOException {
        if (keyBytes <= 0) return;
        bytes.drain(keyBytes, checksum, target);
        bytesLeft -= keyBytes;
    }

    /** After the key. @return -1 if there is no value */
    int readValueLength() {
        valueBytes = bytes.readInt();
        bytesLeft -= 4;
        checkedFields.clear().putInt(valueBytes);
        checksum.update(checked, 0, checkedFields.position());
        if (Math.max(valueBytes, 0) != bytesLeft || valueBytes < -1) {
            throw DecompressionStream.malformed("value does not fill its message: length=" + valueBytes + " left=" + bytesLeft);
        }
        return valueBytes;
    }

    /** After its length. */
    void drainValue(OutputStream target) throws IOException {
        bytes.drain(bytesLeft, checksum, target);
        bytesLeft = 0;
    }
}
