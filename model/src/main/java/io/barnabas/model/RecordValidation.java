package io.barnabas.model;

import java.util.Objects;

/**
 * What a topic's settings ask of the batches that clients send; each field is named like its setting. Made when the
 * settings change, not per request.
 *
 * @param maxMessageBytes             a batch's greatest size as it is stored
 * @param maxDecompressedMessageBytes a record's greatest size in a compressed batch
 * @param compressionType             null: as the producer sends ("producer"); NONE: stored uncompressed
 * @param cleanupPolicyCompact        whether each record needs a key
 */
public record RecordValidation(
        int maxMessageBytes,
        int maxDecompressedMessageBytes,
        TimestampType messageTimestampType,
        long messageTimestampBeforeMaxMs,
        long messageTimestampAfterMaxMs,
        boolean cleanupPolicyCompact,
        CompressionType compressionType,
        int compressionGzipLevel,
        int compressionLz4Level,
        int compressionZstdLevel) {

    /** The greatest value and the default of {@code max.decompressed.message.bytes}. */
    public static final int DECOMPRESSED_BYTES_MAX = Integer.MAX_VALUE - 8;

    /** The settings' own defaults. */
    public static final RecordValidation DEFAULT = new RecordValidation(1_048_588, DECOMPRESSED_BYTES_MAX,
            TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false, null, -1, 9, 3);

    public RecordValidation {
        Objects.requireNonNull(messageTimestampType, "messageTimestampType");
    }

    /** The level to pack with; 0 for a codec that has none. */
    int levelOf(CompressionType type) {
        return switch (type) {
            case NONE, SNAPPY -> 0;
            case GZIP -> compressionGzipLevel;
            case LZ4 -> compressionLz4Level;
            case ZSTD -> compressionZstdLevel;
        };
    }
}
