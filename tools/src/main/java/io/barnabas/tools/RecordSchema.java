package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.base.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a record's bytes mean, version by version, and a reader that walks over it: from bytes to names and values, as Apache
 * Kafka's tools name and show them. Sets of versions have a bit for each.
 *
 * @param versions in which it can be read
 * @param flexible of these, the ones with compact lengths and tagged fields
 */
record RecordSchema(String name, long versions, long flexible, List<Field> fields) {
    /**
     * @param type     "struct", or the name of a primitive type; of the elements, where it is an array
     * @param nullable versions in which there may be none
     * @param tagged   versions in which it stands among the tagged fields, and is left out when it has its default
     * @param fields   of a struct
     */
    record Field(String name, String type, boolean isArray, long versions, long nullable, long tagged, int tag, long flexible,
                 String defaultText, List<Field> fields) {
        private boolean isDefault(Object value) {
            if (defaultText.equals("null")) return value == null;
            if (value == null) return false;
            if (isArray) return ((List<?>) value).isEmpty();
            return switch (type) {
                case "struct" -> ((Struct) value).isDefault;
                case "string" -> value.equals(defaultText);
                case "bytes", "records" -> ((byte[]) value).length == 0;
                case "bool" -> value.equals(defaultText.equals("true"));
                case "uuid" -> value.equals(ZERO_ID);
                case "float64" -> ((Double) value) == (defaultText.isEmpty() ? 0 : Double.parseDouble(defaultText));
                default -> ((Number) value).longValue() == (defaultText.isEmpty() ? 0 : Long.decode(defaultText));
            };
        }
    }

    private static final String ZERO_ID = Uuid.ZERO.toString();

    /** A value with its fields, but for tagged ones that have their default. */
    private static final class Struct extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1;
        private boolean isDefault = true;
    }

    static RecordSchema of(String name, long versions, long flexible, Field... fields) {
        return new RecordSchema(name, versions, flexible, List.of(fields));
    }

    static Field field(String name, String type, boolean isArray, long versions, long nullable, long tagged, int tag, long flexible,
            String defaultText, Field... fields) {
        return new Field(name, type, isArray, versions, nullable, tagged, tag, flexible, defaultText, List.of(fields));
    }

    boolean hasVersion(int version) {
        return contains(versions, version);
    }

    /** The lowest version that it can be read in. */
    int lowestVersion() {
        return Long.numberOfTrailingZeros(versions);
    }

    /** The highest version that it can be read in. */
    int highestVersion() {
        return 63 - Long.numberOfLeadingZeros(versions);
    }

    /**
     * @return names and values in the order of the schema, as {@link Json} takes them; bytes after the last field are left
     * @throws DecodeException if the version is unknown, or the bytes are not of this schema
     */
    Map<String, Object> read(ByteReader reader, int version) {
        if (!hasVersion(version)) throw new DecodeException("unknown version: record=%s version=%d".formatted(name, version));
        return readStruct(fields, reader, version);
    }

    private static boolean contains(long versions, int version) {
        return version >= 0 && version < 63 && (versions >>> version & 1) != 0;
    }

    private Struct readStruct(List<Field> fields, ByteReader reader, int version) {
        var values = new Object[fields.size()];
        var isRead = new boolean[fields.size()];
        for (int i = 0; i < values.length; i++) {
            var field = fields.get(i);
            if (!contains(field.versions, version) || isTagged(field, version)) continue;
            values[i] = readField(field, reader, version, false);
            isRead[i] = true;
        }
        var struct = new Struct();
        if (contains(flexible, version)) struct.isDefault = !readTagged(fields, reader, version, values, isRead);
        for (int i = 0; i < values.length; i++) {
            if (!isRead[i]) continue;
            var field = fields.get(i);
            boolean isDefault = field.isDefault(values[i]);
            struct.isDefault &= isDefault;
            if (!isDefault || !isTagged(field, version)) struct.put(field.name, values[i]);
        }
        return struct;
    }

    private boolean isTagged(Field field, int version) {
        return contains(field.tagged, version) && contains(flexible, version);
    }

    /** @return whether there are some that the schema does not know */
    private boolean readTagged(List<Field> fields, ByteReader reader, int version, Object[] values, boolean[] isRead) {
        int count = reader.checkCount(reader.readUnsignedVarint(), 2);
        boolean hasUnknown = false;
        for (int i = 0; i < count; i++) {
            int tag = reader.readUnsignedVarint();
            var bytes = new ByteReader(reader.readSlice(reader.readUnsignedVarint()));
            int at = taggedAt(fields, tag, version);
            hasUnknown |= at < 0;
            if (at < 0) continue;
            values[at] = readField(fields.get(at), bytes, version, true);
            isRead[at] = true;
        }
        return hasUnknown;
    }

    private int taggedAt(List<Field> fields, int tag, int version) {
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            if (field.tag == tag && contains(field.versions, version) && isTagged(field, version)) return i;
        }
        return -1;
    }

    private Object readField(Field field, ByteReader reader, int version, boolean isTagged) {
        boolean isCompact = contains(field.flexible, version);
        boolean isNullable = contains(field.nullable, version);
        if (field.isArray) {
            int count = reader.checkCount(isCompact ? reader.readCompactLength() : reader.readInt(), 1);
            if (count < 0) return missing(field, isNullable);
            var list = new ArrayList<Object>(Math.min(count, 1024));
            for (int i = 0; i < count; i++) list.add(readOne(field, reader, version, isCompact, false));
            return list;
        }
        if (field.type.equals("struct") && isNullable) {
            // A struct that is not there is -1, but 0 among the tagged fields.
            boolean isThere = isTagged ? reader.readUnsignedVarint() > 0 : reader.readByte() >= 0;
            if (!isThere) return null;
        }
        return readOne(field, reader, version, isCompact, isNullable);
    }

    private Object readOne(Field field, ByteReader reader, int version, boolean isCompact, boolean isNullable) {
        return switch (field.type) {
            case "struct" -> readStruct(field.fields, reader, version);
            case "bool" -> reader.readBoolean();
            case "int8" -> reader.readByte();
            case "int16" -> reader.readShort();
            case "uint16" -> reader.readUnsignedShort();
            case "int32" -> reader.readInt();
            case "uint32" -> reader.readUnsignedInt();
            case "int64" -> reader.readLong();
            case "float64" -> reader.readDouble();
            case "uuid" -> reader.readUuid().toString();
            case "string" -> {
                int length = isCompact ? reader.readCompactLength() : reader.readShort();
                yield length < 0 ? missing(field, isNullable) : text(reader.readSlice(length));
            }
            case "bytes", "records" -> {
                int length = isCompact ? reader.readCompactLength() : reader.readInt();
                yield length < 0 ? missing(field, isNullable) : bytes(reader.readSlice(length));
            }
            default -> throw new AssertionError(field.type);
        };
    }

    private static Object missing(Field field, boolean isNullable) {
        if (!isNullable) throw new DecodeException("non-nullable field %s was serialized as null".formatted(field.name));
        return null;
    }

    /** Others write records too: text that is not UTF-8 is shown as far as it is. */
    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static byte[] bytes(ByteBuffer slice) {
        var bytes = new byte[slice.remaining()];
        slice.get(bytes);
        return bytes;
    }
}
