package io.barnabas.tools;

import io.barnabas.base.ByteReader;
import io.barnabas.base.DecodeException;
import io.barnabas.model.Record;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;

/** Records of {@code __cluster_metadata}: a frame version, a type and a version, unsigned varints all, and a body. */
final class MetadataDecoder implements RecordDecoder {
    private static final int FRAME_VERSION = 1;

    /** What comes before a record's body. */
    record Frame(int type, int version) {}

    @Override
    public Decoded decode(Record record) {
        try {
            return new Decoded(null, read(record));
        } catch (DecodeException e) {
            return new Decoded(null, "Error at %d, skipping. %s".formatted(record.offset(), e.getMessage()));
        }
    }

    private static String read(Record record) {
        var bytes = new ByteReader(record.value() == null ? ByteBuffer.allocate(0) : record.value().duplicate());
        var frame = readFrame(bytes);
        var schema = RecordSchemas.metadata(frame.type);
        if (schema == null) throw new DecodeException("Unknown metadata id " + frame.type);
        var shown = new LinkedHashMap<String, Object>();
        shown.put("type", constantName(schema.name()));
        shown.put("version", frame.version);
        shown.put("data", schema.read(bytes, frame.version));
        if (bytes.remaining() > 0) throw new DecodeException("Found %d byte(s) of garbage after %s".formatted(bytes.remaining(), schema.name()));
        return Json.of(shown);
    }

    static Frame readFrame(ByteReader bytes) {
        int frameVersion = number(bytes, "frame version");
        if (frameVersion == 0) {
            throw new DecodeException("Could not deserialize metadata record with frame version 0. Note that upgrades from the preview release of"
                    + " KRaft in 2.8 to newer versions are not supported.");
        }
        if (frameVersion != FRAME_VERSION) {
            throw new DecodeException("Could not deserialize metadata record due to unknown frame version %d(only frame version %d is supported)"
                    .formatted(frameVersion, FRAME_VERSION));
        }
        return new Frame(number(bytes, "type"), number(bytes, "version"));
    }

    private static int number(ByteReader bytes, String what) {
        int number;
        try {
            number = bytes.readUnsignedVarint();
        } catch (DecodeException e) {
            throw new DecodeException("Error while reading " + what, e);
        }
        if (number > Short.MAX_VALUE) throw new DecodeException("Value for " + what + " was too large.");
        return number;
    }

    /** "RegisterBrokerRecord" to "REGISTER_BROKER_RECORD". */
    private static String constantName(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }
}
