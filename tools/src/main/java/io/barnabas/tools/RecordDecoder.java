package io.barnabas.tools;

import io.barnabas.model.Record;
import java.nio.ByteBuffer;

/** What keys and values are shown as. */
interface RecordDecoder {
    /**
     * A record for people; null where there is nothing to show.
     *
     * @param value "payload", as the tools call it
     */
    record Decoded(String key, String value) {}

    /** @throws DumpException if no record like this can be shown, and nothing after it */
    Decoded decode(Record record);

    static byte[] bytesOf(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
