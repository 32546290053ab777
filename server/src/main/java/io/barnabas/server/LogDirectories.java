package io.barnabas.server;

import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.quorum.MetadataDirectory;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.TopicPartition;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's log directories, and which of them holds which partition. A partition that may have records in a directory which is not
 * there is never made anew in another. Owned by the metadata's loop; {@link #all}, {@link #failed} and {@link #isCordoned} are for any
 * thread.
 */
final class LogDirectories {
    /** Where a partition's log is, or why it cannot be anywhere. */
    record Place(LogDirectory directory, String refusal) {}

    /** Stands for all directories in {@code cordoned.log.dirs}. */
    static final String ALL = "*";
    private static final int PREFERRED_MAX = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

    private final List<LogDirectory> all;
    private final List<Path> failed;
    private final Map<TopicPartition, LogDirectory> placed = new HashMap<>();
    private final Map<LogDirectory, Integer> partitionCounts = new HashMap<>();
    /** Wishes for partitions that are not here yet; the oldest go when there are too many. */
    private final Map<TopicPartition, LogDirectory> preferred = new LinkedHashMap<>();
    private volatile Set<LogDirectory> cordoned = Set.of();

    /** @param failed those of the configuration that could not be used at the start */
    LogDirectories(List<LogDirectory> all, List<Path> failed) {
        this.all = List.copyOf(all);
        this.failed = List.copyOf(failed);
        for (var directory : all) partitionCounts.put(directory, 0);
    }

    List<LogDirectory> all() {
        return all;
    }

    List<Path> failed() {
        return failed;
    }

    static String nameOf(Path path) {
        return path.toAbsolutePath().toString();
    }

    /** Takes {@code cordoned.log.dirs} as it is now. */
    void cordon(List<String> names) {
        var now = new HashSet<LogDirectory>();
        for (var directory : all) {
            if (names.contains(ALL) || names.contains(directory.path().toString()) || names.contains(nameOf(directory.path()))) now.add(directory);
        }
        cordoned = Set.copyOf(now);
    }

    boolean isCordoned(LogDirectory directory) {
        return cordoned.contains(directory);
    }

    /** Ids of the cordoned directories that work. */
    List<Uuid> cordonedIds() {
        return all.stream().filter(directory -> isCordoned(directory) && !directory.isOffline()).map(LogDirectory::id).sorted().toList();
    }

    /**
     * The place of a partition: where its folder lies, else where the controller or somebody else wants it, else the emptiest that is
     * not cordoned.
     *
     * @param wanted     as the controller knows it
     * @param isNew      whether it came into being in this run of the broker
     */
    Place placeOf(TopicPartition partition, PartitionImage wanted, int nodeId, boolean isNew) {
        var held = placed.get(partition);
        if (held != null) return new Place(held, null);
        var assigned = wanted.directoryOf(nodeId);
        var known = withId(assigned);
        if (known == null && mayLieElsewhere(wanted, nodeId, assigned, isNew)) {
            return new Place(null, "its log directory is not there: directory.id=" + assigned + "; it is served again when that is back in log.dirs");
        }
        var best = known != null ? known : preferred.remove(partition);
        if (best == null || best.isOffline()) best = emptiest();
        if (best == null) return new Place(null, "no log directory is online");
        note(partition, best);
        return new Place(best, null);
    }

    /** Whether making it anew could pass off an empty log for one with records. */
    private boolean mayLieElsewhere(PartitionImage wanted, int nodeId, Uuid assigned, boolean isNew) {
        boolean isPlaced = !assigned.equals(PartitionImage.UNASSIGNED) && !assigned.equals(PartitionImage.MIGRATING);
        if (!failed.isEmpty()) return isPlaced || !isNew;
        return isPlaced && wanted.isInSync(nodeId);
    }

    private LogDirectory withId(Uuid id) {
        for (var directory : all) if (directory.id().equals(id)) return directory;
        return null;
    }

    /** @return null if none is online. With all cordoned one is taken nevertheless: the controller has decided before it knew. */
    private LogDirectory emptiest() {
        LogDirectory best = null;
        for (var directory : all) {
            if (directory.isOffline()) continue;
            boolean isBetter = best == null || isCordoned(best) && !isCordoned(directory)
                    || isCordoned(best) == isCordoned(directory) && partitionCounts.get(directory) < partitionCounts.get(best);
            if (isBetter) best = directory;
        }
        return best;
    }

    /** Where a partition that is to come shall lie. */
    void prefer(TopicPartition partition, LogDirectory directory) {
        if (preferred.size() >= PREFERRED_MAX) preferred.remove(preferred.keySet().iterator().next());
        preferred.put(partition, directory);
    }

    /**
     * Finds what the directories hold, and takes folders out of the way: those that belong to no partition of this broker, as a topic
     * leaves them that was deleted just before a crash; and of a log that lies in two directories, as a crash leaves it in the middle
     * of a move, the one that the controller does not know.
     */
    void take(ClusterImage image, int nodeId) {
        for (var directory : all) {
            for (var partition : directory.partitions()) {
                if (partition.equals(MetadataDirectory.PARTITION)) continue;
                var known = replica(image, partition, nodeId);
                if (known == null) setAside(partition, directory);
                else take(partition, directory, known.directoryOf(nodeId));
            }
        }
        for (var directory : all) {
            for (var partition : directory.futures()) {
                var lies = placed.get(partition);
                if (replica(image, partition, nodeId) == null || lies == directory) drop(partition, directory);
                else if (lies == null) LOG.error("the copy of a log is here, the log itself is not: partition={} path={}", partition, directory.path());
            }
        }
    }

    private static PartitionImage replica(ClusterImage image, TopicPartition partition, int nodeId) {
        var known = image.partition(partition.topic(), partition.partition());
        return known != null && known.isReplica(nodeId) ? known : null;
    }

    private void take(TopicPartition partition, LogDirectory directory, Uuid assigned) {
        var other = placed.get(partition);
        if (other == null) {
            note(partition, directory);
        } else if (directory.id().equals(assigned)) {
            setAside(partition, other);
            move(partition, directory);
        } else {
            setAside(partition, directory);
        }
    }

    private static void setAside(TopicPartition partition, LogDirectory directory) {
        try {
            directory.setAside(partition);
        } catch (StorageException e) {
            LOG.error("cannot rename a folder: partition={} path={} reason={}", partition, directory.path(), e.getMessage());
        }
    }

    private static void drop(TopicPartition partition, LogDirectory directory) {
        try {
            directory.dropFuture(partition);
        } catch (StorageException e) {
            LOG.error("cannot delete the copy of a log: partition={} path={} reason={}", partition, directory.path(), e.getMessage());
        }
    }

    /** Id of the directory that holds a partition, or is about to; null if none does. */
    Uuid idOf(TopicPartition partition) {
        var directory = placed.get(partition);
        return directory == null ? null : directory.id();
    }

    /** A partition lies in another directory from now on, or is about to. */
    void move(TopicPartition partition, LogDirectory directory) {
        if (!placed.containsKey(partition)) return;
        forget(partition);
        note(partition, directory);
    }

    void forget(TopicPartition partition) {
        var directory = placed.remove(partition);
        if (directory != null) partitionCounts.merge(directory, -1, Integer::sum);
    }

    private void note(TopicPartition partition, LogDirectory directory) {
        if (placed.put(partition, directory) == null) partitionCounts.merge(directory, 1, Integer::sum);
    }
}
