package io.barnabas.protocol;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;

/**
 * Keys and values of records in a coordinator's log:
 * <pre>
 * key    record type  int16, id of a {@link CoordinatorRecordType}; body
 * value  version      int16; body
 * </pre>
 * A record without a value takes the key's state away.
 */
public final class CoordinatorRecords {
    /** Keys have one layout for ever. */
    private static final short KEY_VERSION = 0;

    private CoordinatorRecords() {}

    /** The record type's id that a key starts with; the body follows in {@code reader}. */
    public static short readTypeId(ByteReader key) {
        return key.readShort();
    }

    /** The body of a key, after its type. @throws DecodeException if the bytes are not such a key, whole */
    public static Message readKey(ByteReader key, CoordinatorRecordType type) {
        var message = type.newKey();
        message.readWhole(key, KEY_VERSION);
        return message;
    }

    /** The version that a value starts with; the body follows in {@code value}. @throws DecodeException if it is unknown */
    public static short readVersion(ByteReader value, CoordinatorRecordType type) {
        short version = value.readShort();
        if (version < type.lowestVersion() || version > type.highestVersion()) {
            throw new DecodeException("unknown version of a coordinator's record: type=%s version=%d".formatted(type, version));
        }
        return version;
    }

    /** The body of a value, after its version. @throws DecodeException if the bytes are not such a value, whole */
    public static Message readValue(ByteReader value, CoordinatorRecordType type, short version) {
        var message = type.newValue();
        message.readWhole(value, version);
        return message;
    }

    public static void writeKey(ByteWriter writer, CoordinatorRecordType type, Message key) {
        writer.writeShort(type.id());
        key.write(writer, KEY_VERSION);
    }

    public static void writeValue(ByteWriter writer, short version, Message value) {
        writer.writeShort(version);
        value.write(writer, version);
    }
}
