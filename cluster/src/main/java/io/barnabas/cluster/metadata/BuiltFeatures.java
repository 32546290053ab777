package io.barnabas.cluster.metadata;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The features whose code is there. A new cluster finalizes them at these levels, and only theirs may be raised; one that was formatted
 * by an earlier version keeps what it has until it is told otherwise.
 */
public final class BuiltFeatures {
    /** The consumer group protocol (KIP-848). */
    public static final String GROUP_VERSION = "group.version";

    /** Rules of transactions: 1 has records of a newer layout, 2 an epoch for each transaction (KIP-890). */
    public static final String TRANSACTION_VERSION = "transaction.version";

    /** Levels by name. */
    public static final Map<String, Short> LEVELS = levels();

    private BuiltFeatures() {}

    private static Map<String, Short> levels() {
        var levels = new TreeMap<String, Short>();
        levels.put(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level());
        levels.put(GROUP_VERSION, (short) 1);
        levels.put(TRANSACTION_VERSION, (short) 2);
        return Collections.unmodifiableMap(levels);
    }

    /** What a new cluster finalizes; the metadata version first, since it says how to read the rest. */
    public static List<TypedRecord> records() {
        var records = new ArrayList<TypedRecord>();
        records.add(Records.feature(MetadataVersion.FEATURE, LEVELS.get(MetadataVersion.FEATURE)));
        LEVELS.forEach((name, level) -> {
            if (!name.equals(MetadataVersion.FEATURE)) records.add(Records.feature(name, level));
        });
        return records;
    }
}
