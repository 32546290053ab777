package io.barnabas.protocol;

import io.barnabas.base.ByteReader;
import io.barnabas.base.ByteWriter;
import io.barnabas.base.DecodeException;

/**
 * A generated message, record or part of one: plain and mutable, used by one thread. Strings, numbers and lists are its
 * own after {@link #read}; {@code bytes} and {@code records} are slices of the frame they were read from.
 */
public interface Message {
    /**
     * Replaces all fields by what is read; those that the version lacks get their defaults. After an error the message
     * is of no use.
     *
     * @throws DecodeException if the bytes are not such a message, or the version is unknown
     */
    void read(ByteReader reader, short version);

    /**
     * @throws IllegalArgumentException if the version is unknown, or lacks a field that is set and may not be left out,
     *         or a value is null where the version has no null
     */
    void write(ByteWriter writer, short version);

    /**
     * Like {@link #read}, for a message that must end where its bytes end.
     *
     * @throws DecodeException also if bytes are left over
     */
    default void readWhole(ByteReader reader, short version) {
        read(reader, version);
        if (reader.remaining() > 0) throw new DecodeException("bytes left after the last field: count=" + reader.remaining());
    }
}
