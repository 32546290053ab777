package io.barnabas.protocol;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;

/**
 * The value of a record in the metadata log:
 * <pre>
 * frame version  unsigned varint  1
 * record type    unsigned varint  id of a {@link MetadataRecordType}
 * version        unsigned varint
 * body                            to the end
 * </pre>
 */
public final class MetadataRecords {
    private static final int FRAME_VERSION = 1;

    private MetadataRecords() {}

    /**
     * A record with the type and version it was written in.
     *
     * @param message of the class that {@code type} makes
     */
    public record TypedRecord(MetadataRecordType type, short version, Message message) {}

    /** @throws DecodeException if the frame, type or version is unknown, or the bytes are not such a record, whole */
    public static TypedRecord read(ByteReader reader) {
        int frameVersion = reader.readUnsignedVarint();
        if (frameVersion != FRAME_VERSION) {
            throw new DecodeException("unknown frame version of a metadata record: version=" + frameVersion);
        }
        int id = reader.readUnsignedVarint();
        var type = MetadataRecordType.of(id);
        if (type == null) throw new DecodeException("unknown metadata record: type=" + id);
        int version = reader.readUnsignedVarint();
        if (version < type.lowestVersion() || version > type.highestVersion()) {
            throw new DecodeException("unknown version of a metadata record: type=%s version=%d".formatted(type, version));
        }
        var message = type.newRecord();
        message.readWhole(reader, (short) version);
        return new TypedRecord(type, (short) version, message);
    }

    /** @param message of the class that {@code type} makes */
    public static void write(ByteWriter writer, MetadataRecordType type, short version, Message message) {
        writer.writeUnsignedVarint(FRAME_VERSION);
        writer.writeUnsignedVarint(type.id());
        writer.writeUnsignedVarint(version);
        message.write(writer, version);
    }
}
