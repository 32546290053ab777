package io.barnabas.cluster.metadata;

/**
 * A level of the feature {@code metadata.version}: it decides which records may be written, and in which versions.
 *
 * @param level as finalized by Kafka's feature level record
 */
public record MetadataVersion(short level) {
    /** Name of the feature. */
    public static final String FEATURE = "metadata.version";
    /** The oldest level that this software runs at (Kafka 3.3). */
    public static final MetadataVersion LOWEST = new MetadataVersion((short) 7);
    /** The newest level that this software knows (Kafka 4.4). */
    public static final MetadataVersion HIGHEST = new MetadataVersion((short) 33);

    static MetadataVersion of(short level) {
        return level == HIGHEST.level ? HIGHEST : new MetadataVersion(level);
    }

    private static final String[] NAMES = {
        "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2", "3.7-IV0", "3.7-IV1",
        "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0", "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0",
        "4.1-IV1", "4.2-IV0", "4.2-IV1"};

    public boolean isAtLeast(int otherLevel) {
        return level >= otherLevel;
    }
}
