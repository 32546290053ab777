package io.barnabas.model;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One record of a batch. Key, value and header values share the memory they were read from: those of an uncompressed
 * batch live as long as its buffer.
 *
 * @param timestamp ms since 1970, or {@link RecordBatch#NO_TIMESTAMP}
 * @param sequence  {@link RecordBatch#NO_SEQUENCE} in a batch without a producer id
 * @param key       null where the record has none
 * @param value     null for a tombstone
 */
public record Record(long offset, long timestamp, int sequence, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {}
