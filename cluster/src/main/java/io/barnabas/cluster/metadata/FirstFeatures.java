package io.barnabas.cluster.metadata;

import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.util.List;

/** The feature levels of a new cluster: only those whose code exists; a later version raises them. */
public final class FirstFeatures {
    private FirstFeatures() {}

    public static List<TypedRecord> records() {
        return List.of(Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level()), Records.feature("transaction.version", (short) 2));
    }
}
