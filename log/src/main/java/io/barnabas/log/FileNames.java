package io.barnabas.log;

import io.barnabas.model.TopicPartition;
import java.util.UUID;

/** Names of files and folders in a log directory, as Kafka gives them. */
final class FileNames {
    static final String LOG = ".log";
    static final String INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String TRANSACTION_INDEX = ".txnindex";
    static final String SNAPSHOT = ".snapshot";
    static final String DELETED = ".deleted";
    static final String CLEANED = ".cleaned";
    static final String SWAP = ".swap";
    static final String TEMPORARY = ".tmp";

    static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
    static final String PARTITION_METADATA = "partition.metadata";
    static final String META_PROPERTIES = "meta.properties";
    static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    static final String LOG_STARTS = "log-start-offset-checkpoint";
    static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    static final String CLEANER_OFFSETS = "cleaner-offset-checkpoint";
    static final String LOCK = ".lock";
    static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    private static final String DELETED_FOLDER = "-delete";
    private static final String STRAY_FOLDER = "-stray";
    private static final String FUTURE_FOLDER = "-future";
    private static final int UNIQUE_DIGITS = 32;
    private static final int OFFSET_DIGITS = 20;
    private static final int NAME_LENGTH_MAX = 255;

    private FileNames() {}

    /** A file that is named by an offset. */
    static String of(long offset, String suffix) {
        var name = new char[OFFSET_DIGITS];
        for (int i = OFFSET_DIGITS - 1; i >= 0; i--) {
            name[i] = (char) ('0' + offset % 10);
            offset /= 10;
        }
        return new String(name).concat(suffix);
    }

    /** The offset that a file is named by; -1 if its name is not 20 digits and the suffix. */
    static long offsetOf(String name, String suffix) {
        if (name.length() != OFFSET_DIGITS + suffix.length() || !name.endsWith(suffix)) return -1;
        long offset = 0;
        for (int i = 0; i < OFFSET_DIGITS; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) return -1;
            offset = offset * 10 + digit;
        }
        return offset;
    }

    /** The partition that a folder belongs to; null if its name is not one of a living partition. */
    static TopicPartition partitionOf(String folder) {
        int dash = folder.lastIndexOf('-');
        int digits = folder.length() - dash - 1;
        if (dash <= 0 || digits < 1 || digits > 10) return null;
        long partition = 0;
        for (int i = dash + 1; i < folder.length(); i++) {
            int digit = folder.charAt(i) - '0';
            if (digit < 0 || digit > 9) return null;
            partition = partition * 10 + digit;
        }
        return partition > Integer.MAX_VALUE ? null : new TopicPartition(folder.substring(0, dash), (int) partition);
    }

    /** The partition of whose log a folder is a copy in the making; null if it is none. */
    static TopicPartition futurePartitionOf(String folder) {
        if (!folder.endsWith(FUTURE_FOLDER)) return null;
        int dot = folder.lastIndexOf('.');
        if (dot < 0 || folder.length() - dot - 1 - FUTURE_FOLDER.length() != UNIQUE_DIGITS) return null;
        return partitionOf(folder.substring(0, dot));
    }

    /** Where a partition's log is copied to before it takes the place of the one in another directory; null if no name is long enough. */
    static String futureFolder(TopicPartition partition, UUID unique) {
        var name = partition + "." + unique.toString().replace("-", "") + FUTURE_FOLDER;
        return name.length() > NAME_LENGTH_MAX ? null : name;
    }

    static boolean isDeletedFolder(String folder) {
        return folder.endsWith(DELETED_FOLDER);
    }

    /** Where the folder of a deleted partition waits for its end. */
    static String deletedFolder(TopicPartition partition, UUID unique) {
        return renamedFolder(partition, unique, DELETED_FOLDER);
    }

    /** Where the folder of a partition is kept that the cluster does not know; nobody reads or deletes it. */
    static String strayFolder(TopicPartition partition, UUID unique) {
        return renamedFolder(partition, unique, STRAY_FOLDER);
    }

    /** Never longer than a file name may be. */
    private static String renamedFolder(TopicPartition partition, UUID unique, String kind) {
        var suffix = "." + unique.toString().replace("-", "") + kind;
        var name = partition.toString();
        return name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX - suffix.length())) + suffix;
    }
}
