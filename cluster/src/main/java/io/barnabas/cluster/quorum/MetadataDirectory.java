package io.barnabas.cluster.quorum;

import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.BuiltFeatures;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.TopicPartition;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/** The directory of the metadata log: what a first start writes there, and what later starts must find. */
public final class MetadataDirectory {
    /** The metadata log's partition; its folder bears this name. */
    public static final TopicPartition PARTITION = new TopicPartition("__cluster_metadata", 0);
    /** What a first start writes down stands in the snapshot that ends before the first offset. */
    static final SnapshotId BOOTSTRAP = new SnapshotId(0, 0);
    /** Where Kafka kept the first records of a cluster with static voters: beside the folder, not in it. */
    static final String OLD_BOOTSTRAP_FILE = "bootstrap.checkpoint";

    private MetadataDirectory() {}

    /**
     * Makes sure that a node's directories are its own. If the metadata directory is new, the node becomes the one voter
     * of a new cluster; other directories that are new are taken into the node's cluster. A crash at any point leaves
     * something that the next start completes. Durable on return.
     *
     * @param metadataLogDir one of {@code logDirs}, or a directory of its own
     * @param clusterId      the id that a new cluster gets; null makes one
     * @param controller     where the voter takes requests of the quorum
     * @param onFailed       hears of each directory but that of the metadata which cannot be read or written: the node goes on without
     * @return who this node is, with the id of the metadata directory
     * @throws MetadataLogException if a directory is another node's or another cluster's, or the metadata directory is
     *         new although others are not: the cluster's metadata would be lost
     */
    public static DirectoryIdentity formatIfNew(Disk disk, Path metadataLogDir, List<Path> logDirs, int nodeId,
            String clusterId, Endpoint controller, RandomGenerator random, Clock clock, BiConsumer<Path, StorageException> onFailed) {
        var metadataIdentity = readIdentity(disk, metadataLogDir, nodeId);
        if (metadataIdentity == null) {
            refuseIfOthersAreFormatted(disk, metadataLogDir, logDirs, nodeId);
            metadataIdentity = format(disk, metadataLogDir, nodeId, clusterId, controller, random, clock);
        }
        metadataIdentity = withDirectoryId(disk, metadataLogDir, metadataIdentity, random);
        if (clusterId != null && !clusterId.equals(metadataIdentity.clusterId())) {
            throw otherCluster(metadataLogDir, metadataIdentity.clusterId(), clusterId);
        }
        var ids = new HashMap<Uuid, Path>();
        ids.put(metadataIdentity.directoryId(), metadataLogDir);
        for (var logDir : logDirs) {
            if (logDir.equals(metadataLogDir)) continue;
            try {
                var id = identityOf(disk, logDir, nodeId, metadataIdentity.clusterId(), random).directoryId();
                var other = ids.putIfAbsent(id, logDir);
                if (other != null) {
                    throw new MetadataLogException("two directories have the same directory.id=" + id + ": " + other + " and " + logDir
                            + ". One is a copy of the other: take it out of log.dirs");
                }
            } catch (StorageException e) {
                onFailed.accept(logDir, e);
            }
        }
        return metadataIdentity;
    }

    private static DirectoryIdentity identityOf(Disk disk, Path logDir, int nodeId, String clusterId, RandomGenerator random) {
        var identity = readIdentity(disk, logDir, nodeId);
        if (identity == null) {
            identity = new DirectoryIdentity(nodeId, clusterId, Uuid.random(random));
            createDurably(disk, logDir);
            LogDirectory.format(disk, logDir, identity);
        } else if (!identity.clusterId().equals(clusterId)) {
            throw otherCluster(logDir, identity.clusterId(), clusterId);
        }
        return withDirectoryId(disk, logDir, identity, random);
    }

    /** Directories from before Apache Kafka gave them ids get one. */
    private static DirectoryIdentity withDirectoryId(Disk disk, Path directory, DirectoryIdentity identity, RandomGenerator random) {
        if (!identity.directoryId().isZero()) return identity;
        var complete = new DirectoryIdentity(identity.nodeId(), identity.clusterId(), Uuid.random(random));
        LogDirectory.format(disk, directory, complete);
        return complete;
    }

    private static DirectoryIdentity readIdentity(Disk disk, Path directory, int nodeId) {
        var identity = LogDirectory.readIdentity(disk, directory);
        if (identity != null && identity.nodeId() != nodeId) {
            throw new MetadataLogException("the directory belongs to another node: directory=" + directory + " node.id there="
                    + identity.nodeId() + " node.id configured=" + nodeId + ". Set node.id=" + identity.nodeId() + ", or log.dirs to another directory");
        }
        return identity;
    }

    private static void refuseIfOthersAreFormatted(Disk disk, Path metadataLogDir, List<Path> logDirs, int nodeId) {
        for (var logDir : logDirs) {
            if (!logDir.equals(metadataLogDir) && isFormatted(disk, logDir, nodeId)) {
                throw new MetadataLogException("the metadata directory is empty although this node has data: metadata.log.dir="
                        + metadataLogDir + " directory with data=" + logDir + ". Point metadata.log.dir (or the first of log.dirs)"
                        + " to the directory that holds " + PARTITION + ", or restore it");
            }
        }
        var logFile = metadataLogDir.resolve(PARTITION.toString()).resolve("00000000000000000000.log");
        if (disk.exists(logFile) && disk.size(logFile) > 0) {
            throw new MetadataLogException("the directory holds a metadata log but no meta.properties: directory=" + metadataLogDir
                    + ". Restore meta.properties, or set log.dirs to another directory");
        }
    }

    private static boolean isFormatted(Disk disk, Path logDir, int nodeId) {
        try {
            return readIdentity(disk, logDir, nodeId) != null;
        } catch (StorageException e) {
            throw new MetadataLogException("the metadata directory is empty, and it cannot be told whether this node has data: directory=" + logDir
                    + " reason=" + e.getMessage() + ". Repair that directory, or take it out of log.dirs");
        }
    }

    private static MetadataLogException otherCluster(Path directory, String clusterIdThere, String clusterId) {
        return new MetadataLogException("the directory belongs to another cluster: directory=" + directory + " cluster.id there="
                + clusterIdThere + " expected=" + clusterId + ". Set log.dirs to this cluster's directories");
    }

    /** The identity is written last: until it is there the directory counts as new. */
    private static DirectoryIdentity format(Disk disk, Path directory, int nodeId, String clusterId, Endpoint controller,
            RandomGenerator random, Clock clock) {
        var identity = new DirectoryIdentity(nodeId, clusterId == null ? Uuid.random(random).toString() : clusterId, Uuid.random(random));
        var folder = directory.resolve(PARTITION.toString());
        createDurably(disk, directory);
        createDurably(disk, folder);
        long nowMs = clock.nowMs();
        SnapshotWriter.write(disk, folder, BOOTSTRAP, nowMs, nowMs,
                ControlRecords.oneVoter(nodeId, identity.directoryId(), controller), batches(List.of(BuiltFeatures.records())));
        LogDirectory.format(disk, directory, identity);
        return identity;
    }

    /** Makes a directory and every one above it that is not there, so that a power cut leaves all of them. */
    private static void createDurably(Disk disk, Path directory) {
        var parent = directory.toAbsolutePath().getParent();
        boolean isNew = !disk.exists(directory);
        if (isNew) {
            if (parent != null && !disk.exists(parent)) createDurably(disk, parent);
            disk.createDirectories(directory);
        }
        if (parent == null) return;
        try {
            disk.syncDirectory(parent);
        } catch (StorageException e) {
            // One that was there before may lie in a directory that only its owner can open.
            if (isNew) throw e;
        }
    }

    static MetadataQuorum.SnapshotRecords batches(List<List<TypedRecord>> batches) {
        Iterator<List<TypedRecord>> iterator = batches.iterator();
        return () -> iterator.hasNext() ? iterator.next() : null;
    }
}
