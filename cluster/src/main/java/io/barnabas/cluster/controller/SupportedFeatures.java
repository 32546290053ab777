package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.LevelRange;
import io.barnabas.cluster.metadata.MetadataVersion;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The feature levels that a node registers with and advertises. */
public final class SupportedFeatures {
    /** By name: the levels that this software reads and carries, so that it opens any directory of Kafka 4.4. */
    public static final Map<String, LevelRange> LEVELS = levels();

    private SupportedFeatures() {}

    private static Map<String, LevelRange> levels() {
        var levels = new TreeMap<String, LevelRange>();
        levels.put("eligible.leader.replicas.version", new LevelRange((short) 0, (short) 1));
        levels.put("group.version", new LevelRange((short) 0, (short) 1));
        levels.put("kraft.version", new LevelRange((short) 0, (short) 1));
        levels.put(MetadataVersion.FEATURE, new LevelRange(MetadataVersion.LOWEST.level(), MetadataVersion.HIGHEST.level()));
        levels.put("share.version", new LevelRange((short) 0, (short) 2));
        levels.put("streams.version", new LevelRange((short) 0, (short) 1));
        levels.put("transaction.version", new LevelRange((short) 0, (short) 2));
        return Collections.unmodifiableMap(levels);
    }
}
