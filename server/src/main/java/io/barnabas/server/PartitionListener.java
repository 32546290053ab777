package io.barnabas.server;

import io.barnabas.replication.Partition;

/** Hears of the partitions that this broker holds. */
interface PartitionListener {
    /** It has been made and will be opened. The metadata's thread. */
    default void onCreated(Partition partition) {}

    /** Its log has been opened, or not. The partition's loop. */
    default void onOpened(Partition partition) {}

    /** Its topic is gone, and it will be deleted. The metadata's thread. */
    default void onDeleted(Partition partition) {}
}
