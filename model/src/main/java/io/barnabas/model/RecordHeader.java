package io.barnabas.model;

import java.nio.ByteBuffer;

/**
 * A header of a record.
 *
 * @param value null where the header has none
 */
public record RecordHeader(String key, ByteBuffer value) {}
