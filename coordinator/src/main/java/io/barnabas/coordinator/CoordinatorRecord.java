package io.barnabas.coordinator;

import io.barnabas.base.ByteReader;
import io.barnabas.protocol.CoordinatorRecordType;
import io.barnabas.protocol.CoordinatorRecords;
import io.barnabas.protocol.Message;
import java.util.Objects;

/**
 * One record of a coordinator's log, as messages.
 *
 * @param valueVersion layout of the value, 0 where there is none
 * @param value        null takes away what the key stands for
 */
public record CoordinatorRecord(CoordinatorRecordType type, Message key, short valueVersion, Message value) {
    public CoordinatorRecord {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
    }

    /** In the newest layout of the value. */
    public static CoordinatorRecord of(CoordinatorRecordType type, Message key, Message value) {
        return new CoordinatorRecord(type, key, type.highestVersion(), value);
    }

    public static CoordinatorRecord of(CoordinatorRecordType type, Message key, int valueVersion, Message value) {
        return new CoordinatorRecord(type, key, (short) valueVersion, value);
    }

    /** Takes away what the key stands for. */
    public static CoordinatorRecord tombstone(CoordinatorRecordType type, Message key) {
        return new CoordinatorRecord(type, key, (short) 0, null);
    }

    /**
     * A record as it lies in a log.
     *
     * @param key   behind the type
     * @param value null for a tombstone
     */
    static CoordinatorRecord read(CoordinatorRecordType type, ByteReader key, ByteReader value) {
        var keyMessage = CoordinatorRecords.readKey(key, type);
        if (value == null) return tombstone(type, keyMessage);
        short version = CoordinatorRecords.readVersion(value, type);
        return new CoordinatorRecord(type, keyMessage, version, CoordinatorRecords.readValue(value, type, version));
    }
}
