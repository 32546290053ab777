package io.barnabas.protocol;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Payload;
import io.barnabas.base.Uuid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The composite types of the wire, as the generated classes read and write them. A length or count stands before each:
 * {@code compact} means an unsigned varint of the value plus one, else an int16 for strings and an int32 for the rest;
 * null is 0 or -1.
 */
public final class Wire {
    public static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    /** Slots given to a list before its elements have been read. */
    private static final int LIST_CAPACITY_MAX = 1024;
    private static final byte[] EMPTY = new byte[0];

    private Wire() {}

    public static String readString(ByteReader reader, boolean compact, boolean nullable) {
        int length = compact ? reader.readCompactLength() : reader.readShort();
        if (isNull(length, nullable)) return null;
        if (length > Short.MAX_VALUE) throw new DecodeException("string too long: bytes=" + length);
        return reader.readString(length);
    }

    public static ByteBuffer readBytes(ByteReader reader, boolean compact, boolean nullable) {
        int length = compact ? reader.readCompactLength() : reader.readInt();
        return isNull(length, nullable) ? null : reader.readSlice(length);
    }

    public static Payload readRecords(ByteReader reader, boolean compact, boolean nullable) {
        var bytes = readBytes(reader, compact, nullable);
        return bytes == null ? null : Payload.of(bytes);
    }

    /** Reads an array's count, checked against the bytes that are there; -1 for null. */
    public static int readCount(ByteReader reader, boolean compact, boolean nullable, int elementBytesMin) {
        int count = reader.checkCount(compact ? reader.readCompactLength() : reader.readInt(), elementBytesMin);
        return isNull(count, nullable) ? -1 : count;
    }

    /** A list for {@code count} elements that have been claimed, not yet read. */
    public static <T> List<T> newList(int count) {
        return new ArrayList<>(Math.min(count, LIST_CAPACITY_MAX));
    }

    public static List<String> readStringList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, compact ? 1 : 2);
        if (count < 0) return null;
        var list = Wire.<String>newList(count);
        for (int i = 0; i < count; i++) list.add(readString(reader, compact, false));
        return list;
    }

    public static List<ByteBuffer> readBytesList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, compact ? 1 : 4);
        if (count < 0) return null;
        var list = Wire.<ByteBuffer>newList(count);
        for (int i = 0; i < count; i++) list.add(readBytes(reader, compact, false));
        return list;
    }

    public static List<Byte> readByteList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, 1);
        if (count < 0) return null;
        var list = Wire.<Byte>newList(count);
        for (int i = 0; i < count; i++) list.add(reader.readByte());
        return list;
    }

    public static List<Short> readShortList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, 2);
        if (count < 0) return null;
        var list = Wire.<Short>newList(count);
        for (int i = 0; i < count; i++) list.add(reader.readShort());
        return list;
    }

    public static List<Integer> readIntList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, 4);
        if (count < 0) return null;
        var list = Wire.<Integer>newList(count);
        for (int i = 0; i < count; i++) list.add(reader.readInt());
        return list;
    }

    public static List<Long> readLongList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, 8);
        if (count < 0) return null;
        var list = Wire.<Long>newList(count);
        for (int i = 0; i < count; i++) list.add(reader.readLong());
        return list;
    }

    public static List<Uuid> readUuidList(ByteReader reader, boolean compact, boolean nullable) {
        int count = readCount(reader, compact, nullable, 16);
        if (count < 0) return null;
        var list = Wire.<Uuid>newList(count);
        for (int i = 0; i < count; i++) list.add(reader.readUuid());
        return list;
    }

    /** Whether a nullable struct follows. */
    public static boolean readPresence(ByteReader reader) {
        return reader.readByte() >= 0;
    }

    /** Whether a nullable struct follows in a tagged field, where null is 0 and not -1. */
    public static boolean readTaggedPresence(ByteReader reader) {
        return reader.readUnsignedVarint() > 0;
    }

    public static void writeString(ByteWriter writer, String value, boolean compact, boolean nullable) {
        if (value == null) refuseNull(nullable);
        writer.writeString(value, compact);
    }

    public static void writeBytes(ByteWriter writer, ByteBuffer value, boolean compact, boolean nullable) {
        writeLength(writer, value == null ? -1 : value.remaining(), compact, nullable);
        if (value != null) writer.writeBytes(value);
    }

    public static void writeRecords(ByteWriter writer, Payload value, boolean compact, boolean nullable) {
        writeLength(writer, value == null ? -1 : value.size(), compact, nullable);
        if (value != null) writer.writePayload(value);
    }

    /** Writes an array's count. @return the elements that must follow, 0 for null */
    public static int writeCount(ByteWriter writer, List<?> list, boolean compact, boolean nullable) {
        writeLength(writer, list == null ? -1 : list.size(), compact, nullable);
        return list == null ? 0 : list.size();
    }

    public static void writeStringList(ByteWriter writer, List<String> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writeString(writer, list.get(i), compact, false);
    }

    public static void writeBytesList(ByteWriter writer, List<ByteBuffer> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writeBytes(writer, list.get(i), compact, false);
    }

    public static void writeByteList(ByteWriter writer, List<Byte> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writer.writeByte(list.get(i));
    }

    public static void writeShortList(ByteWriter writer, List<Short> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writer.writeShort(list.get(i));
    }

    public static void writeIntList(ByteWriter writer, List<Integer> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writer.writeInt(list.get(i));
    }

    public static void writeLongList(ByteWriter writer, List<Long> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writer.writeLong(list.get(i));
    }

    public static void writeUuidList(ByteWriter writer, List<Uuid> list, boolean compact, boolean nullable) {
        int count = writeCount(writer, list, compact, nullable);
        for (int i = 0; i < count; i++) writer.writeUuid(list.get(i));
    }

    public static void writeUnsignedShort(ByteWriter writer, int value) {
        if (value < 0 || value > 0xFFFF) throw new IllegalArgumentException("not an unsigned 16-bit number: value=" + value);
        writer.writeShort(value);
    }

    /** Writes whether a nullable struct follows. */
    public static boolean writePresence(ByteWriter writer, Object value) {
        writer.writeByte(value == null ? -1 : 1);
        return value != null;
    }

    /** Writes whether a nullable struct follows in a tagged field. */
    public static boolean writeTaggedPresence(ByteWriter writer, Object value) {
        writer.writeByte(value == null ? 0 : 1);
        return value != null;
    }

    public static int readTagCount(ByteReader reader) {
        return reader.checkCount(nonNegative(reader.readUnsignedVarint()), 2);
    }

    /** Reads a tag, which must be greater than the one before it. */
    public static int readTag(ByteReader reader, int previousTag) {
        int tag = nonNegative(reader.readUnsignedVarint());
        if (tag <= previousTag) throw new DecodeException("tags out of order: tag=%d after=%d".formatted(tag, previousTag));
        return tag;
    }

    public static int readTagSize(ByteReader reader) {
        return reader.checkCount(nonNegative(reader.readUnsignedVarint()), 1);
    }

    public static void checkTagEnd(ByteReader reader, int tag, int end) {
        if (reader.position() == end) return;
        throw new DecodeException("tagged field does not fill its size: tag=%d missing=%d".formatted(tag, end - reader.position()));
    }

    public static List<TaggedField> readUnknownTaggedFields(ByteReader reader) {
        int count = readTagCount(reader);
        List<TaggedField> fields = null;
        int tag = -1;
        for (int i = 0; i < count; i++) {
            tag = readTag(reader, tag);
            fields = readUnknown(reader, tag, readTagSize(reader), fields);
        }
        return fields;
    }

    /** Adds an unknown tagged field to {@code fields}, which may be null. */
    public static List<TaggedField> readUnknown(ByteReader reader, int tag, int size, List<TaggedField> fields) {
        var bytes = size == 0 ? EMPTY : new byte[size];
        if (size > 0) reader.readSlice(size).get(bytes);
        var list = fields != null ? fields : new ArrayList<TaggedField>(1);
        list.add(new TaggedField(tag, bytes));
        return list;
    }

    public static int count(List<TaggedField> fields) {
        return fields == null ? 0 : fields.size();
    }

    public static void writeUnknownTaggedFields(ByteWriter writer, List<TaggedField> fields) {
        writer.writeUnsignedVarint(count(fields));
        writeUnknown(writer, fields, 0);
    }

    /** Writes unknown fields after the known ones, whose tags are all below {@code tagMin}. */
    public static void writeUnknown(ByteWriter writer, List<TaggedField> fields, int tagMin) {
        int least = tagMin;
        for (int i = 0, count = count(fields); i < count; i++) {
            var field = fields.get(i);
            if (field.tag() < least) throw new IllegalArgumentException("tag is known or out of order: tag=" + field.tag());
            least = field.tag() + 1;
            writer.writeUnsignedVarint(field.tag());
            writer.writeUnsignedVarint(field.bytes().length);
            writer.writeBytes(field.bytes());
        }
    }

    public static void refuseUnknown(List<TaggedField> fields, short version) {
        if (count(fields) > 0) throw new IllegalArgumentException("the version has no tagged fields: version=" + version);
    }

    public static boolean isEmpty(List<?> list) {
        return list != null && list.isEmpty();
    }

    public static boolean isEmpty(ByteBuffer bytes) {
        return bytes != null && !bytes.hasRemaining();
    }

    public static DecodeException misplacedTag(int tag, short version) {
        return new DecodeException("tagged field of another version: tag=%d version=%d".formatted(tag, version));
    }

    public static DecodeException unreadable(String message, short version) {
        return new DecodeException("unknown version: message=%s version=%d".formatted(message, version));
    }

    public static IllegalArgumentException unwritable(String message, short version) {
        return new IllegalArgumentException("unknown version: message=%s version=%d".formatted(message, version));
    }

    public static IllegalArgumentException unsupported(String field, short version) {
        return new IllegalArgumentException("the version lacks a field that is set: field=%s version=%d".formatted(field, version));
    }

    private static boolean isNull(int length, boolean nullable) {
        if (length != -1) return false;
        if (!nullable) throw new DecodeException("null where it is not allowed");
        return true;
    }

    private static int nonNegative(int value) {
        if (value < 0) throw new DecodeException("unsigned number too large: value=" + Integer.toUnsignedString(value));
        return value;
    }

    private static void writeLength(ByteWriter writer, int length, boolean compact, boolean nullable) {
        if (length < 0) refuseNull(nullable);
        if (compact) writer.writeUnsignedVarint(length + 1);
        else writer.writeInt(length);
    }

    private static void refuseNull(boolean nullable) {
        if (!nullable) throw new IllegalArgumentException("null where the version has no null");
    }
}
