package io.barnabas.server;

import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.quorum.MetadataDirectory;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The broker's log directories, and which of them holds which partition. Owned by the metadata's loop. */
final class LogDirectories {
    private final List<LogDirectory> all;
    private final Map<TopicPartition, LogDirectory> placed = new HashMap<>();
    private final Map<LogDirectory, Integer> partitionCounts = new HashMap<>();

    LogDirectories(List<LogDirectory> all) {
        this.all = List.copyOf(all);
        for (var directory : all) {
            partitionCounts.put(directory, 0);
            for (var partition : directory.partitions()) note(partition, directory);
        }
    }

    List<LogDirectory> all() {
        return all;
    }

    /**
     * The directory of a partition: where its folder lies, else where the controller wants it, else the emptiest.
     *
     * @param assigned id of the directory that the controller knows, or a reserved id
     * @return null if none is online
     */
    LogDirectory placeOf(TopicPartition partition, Uuid topicId, Uuid assigned) {
        var held = placed.get(partition);
        if (held != null) return held;
        LogDirectory best = null;
        for (var directory : all) {
            if (directory.isOffline()) continue;
            if (directory.id().equals(assigned)) {
                best = directory;
                break;
            }
            if (best == null || partitionCounts.get(directory) < partitionCounts.get(best)) best = directory;
        }
        if (best != null) note(partition, best);
        return best;
    }

    /**
     * Takes folders out of the way that belong to no partition of this broker, as a topic leaves them that was deleted
     * just before a crash.
     */
    void setAsideAllBut(ClusterImage image, int nodeId) {
        for (var directory : all) {
            for (var partition : directory.partitions()) {
                if (partition.equals(MetadataDirectory.PARTITION)) continue;
                var known = image.partition(partition.topic(), partition.partition());
                if (known != null && known.isReplica(nodeId)) continue;
                directory.setAside(partition);
                forget(partition);
            }
        }
    }

    /** Id of the directory that holds a partition; null if none does. */
    Uuid idOf(TopicPartition partition) {
        var directory = placed.get(partition);
        return directory == null ? null : directory.id();
    }

    void forget(TopicPartition partition) {
        var directory = placed.remove(partition);
        if (directory != null) partitionCounts.merge(directory, -1, Integer::sum);
    }

    private void note(TopicPartition partition, LogDirectory directory) {
        if (placed.put(partition, directory) == null) partitionCounts.merge(directory, 1, Integer::sum);
    }
}
