package io.barnabas.model;

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
}
