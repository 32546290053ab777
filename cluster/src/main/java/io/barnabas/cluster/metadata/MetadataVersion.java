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

    private static final String[] NAMES = {
        "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2", "3.7-IV0", "3.7-IV1",
        "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0", "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0",
        "4.1-IV1", "4.2-IV0", "4.2-IV1", "4.3-IV0", "4.4-IV0", "4.4-IV1", "4.4-IV2"};
    /** Bit n: level {@code LOWEST + n} brought new records or fields, so that going below it would lose some. */
    private static final int CHANGES_RECORDS = changes(7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33);

    static MetadataVersion of(short level) {
        return level == HIGHEST.level ? HIGHEST : new MetadataVersion(level);
    }

    private static int changes(int... levels) {
        int bits = 0;
        for (int level : levels) bits |= 1 << level - 7;
        return bits;
    }

    public boolean isKnown() {
        return level >= LOWEST.level && level <= HIGHEST.level;
    }

    /** Whether records written at this level may hold something that {@code lower} has no room for. */
    public boolean losesRecordsDownTo(short lower) {
        for (int changed = lower + 1; changed <= level; changed++) if ((CHANGES_RECORDS >>> changed - LOWEST.level & 1) != 0) return true;
        return false;
    }

    public boolean hasScram() {
        return level >= 11;
    }

    /** Below it a partition's leader epoch grows also when its ISR shrinks. */
    public boolean bumpsLeaderEpochOnIsrShrink() {
        return level < 12;
    }

    public boolean hasTransactions() {
        return level >= 13;
    }

    public boolean hasDelegationTokens() {
        return level >= 14;
    }

    public boolean hasControllerRegistration() {
        return level >= 15;
    }

    /** Whether replicas know the log directory they lie in. */
    public boolean hasDirectories() {
        return level >= 17;
    }

    public boolean hasEligibleLeaders() {
        return level >= 23;
    }

    public boolean hasCordonedLogDirs() {
        return level >= 30;
    }

    public boolean hasControllerUnregistration() {
        return level >= 33;
    }

    public short registerBrokerRecordVersion() {
        return (short) (hasCordonedLogDirs() ? 4 : hasDirectories() ? 3 : level >= 8 ? 2 : 1);
    }

    /** Of partition records and of partition change records. */
    public short partitionRecordVersion() {
        return (short) (hasEligibleLeaders() ? 2 : hasDirectories() ? 1 : 0);
    }

    /** Kafka's name of the level, such as {@code 4.4-IV2}. */
    @Override
    public String toString() {
        return isKnown() ? NAMES[level - LOWEST.level] : "level " + level;
    }
}
