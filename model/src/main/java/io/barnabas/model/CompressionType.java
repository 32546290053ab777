package io.barnabas.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A codec that the records of a batch may be packed with; the ordinal is its number in the batch's attributes. */
public enum CompressionType {
    NONE("none"),
    GZIP("gzip"),
    SNAPPY("snappy"),
    LZ4("lz4"),
    ZSTD("zstd");

    private static final CompressionType[] BY_ID = values();

    private final String configName;

    CompressionType(String configName) {
        this.configName = configName;
    }

    /** Its number in the batch's attributes. */
    public int id() {
        return ordinal();
    }

    /** As in a producer's {@code compression.type}; a topic's also knows "uncompressed" and "producer". */
    public String configName() {
        return configName;
    }

    /** @return null if nobody knows the codec */
    public static CompressionType of(int id) {
        return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
    }

    /** @return null if there is none of this name */
    public static CompressionType ofName(String configName) {
        for (var type : BY_ID) if (type.configName.equals(configName)) return type;
        return null;
    }

    /**
     * Unpacks bytes that have wholly arrived, in memory bounded by their size. What is read after {@code bytesMax}
     * bytes throws MESSAGE_TOO_LARGE, and every other failure is a {@link RecordException} too.
     *
     * @param packed its position moves, perhaps not to the end
     * @return to be closed, on every path
     */
    public InputStream decompress(ByteBuffer packed, int bytesMax) {
        return DecompressionStream.open(this, packed, bytesMax);
    }

    /**
     * Packs what is written, in the format that Kafka's clients write. The codec's library is loaded by the first use.
     *
     * @param level GZIP 1 to 9 or -1, LZ4 1 to 17, ZSTD -131072 to 22; others have none
     * @return to be closed, which also closes {@code target}
     */
    public OutputStream compress(OutputStream target, int level) throws IOException {
        return CompressionStream.open(this, target, level);
    }

    /** The level that a topic's settings give when they are silent; 0 for a codec that has none. */
    public int defaultLevel() {
        return switch (this) {
            case NONE, SNAPPY -> 0;
            case GZIP -> -1;
            case LZ4 -> Lz4OutputStream.DEFAULT_LEVEL;
            case ZSTD -> 3;
        };
    }
}
