package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.Uuid;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Properties;

/** The file {@code meta.properties} of a log directory, version 1: whose data it holds. */
final class MetaProperties {
    private MetaProperties() {}

    static DirectoryIdentity read(Disk disk, Path directory) {
        var path = directory.resolve(FileNames.META_PROPERTIES);
        var text = CheckpointFile.read(disk, path);
        if (text == null) return null;
        try {
            var properties = new Properties();
            properties.load(new StringReader(text));
            if (!"1".equals(trimmed(properties, "version"))) {
                throw new LogDirectoryException("cannot read %s: version=%s, only version 1 is known; data of a ZooKeeper cluster must be migrated by Apache Kafka first"
                        .formatted(path, trimmed(properties, "version")));
            }
            var directoryId = trimmed(properties, "directory.id");
            return new DirectoryIdentity(Integer.parseInt(required(properties, "node.id", path)), required(properties, "cluster.id", path),
                    directoryId == null ? Uuid.ZERO : Uuid.parse(directoryId));
        } catch (IOException | IllegalArgumentException e) {
            throw new LogDirectoryException("cannot read %s: %s; restore the file, or use an empty directory".formatted(path, e.getMessage()), e);
        }
    }

    /**
     * @return as {@link #read}
     * @throws LogDirectoryException also if there is none, or another node's or cluster's
     */
    static DirectoryIdentity readOwn(Disk disk, Path path, int nodeId, String clusterId) {
        var identity = read(disk, path);
        if (identity == null) {
            throw new LogDirectoryException("log directory is not formatted: path=%s has no %s".formatted(path, FileNames.META_PROPERTIES));
        }
        if (!identity.clusterId().equals(clusterId)) {
            throw new LogDirectoryException("log directory holds data of another cluster: path=%s cluster.id=%s expected=%s; set log.dirs to this cluster's data, or to an empty directory"
                    .formatted(path, identity.clusterId(), clusterId));
        }
        if (identity.nodeId() != nodeId) {
            throw new LogDirectoryException("log directory holds data of another node: path=%s node.id=%d expected=%d; set node.id to %d, or log.dirs to this node's data"
                    .formatted(path, identity.nodeId(), nodeId, identity.nodeId()));
        }
        return identity;
    }

    static void write(Disk disk, Path directory, DirectoryIdentity identity) {
        CheckpointFile.replace(disk, directory.resolve(FileNames.META_PROPERTIES), "#\ncluster.id=%s\ndirectory.id=%s\nnode.id=%d\nversion=1\n"
                .formatted(identity.clusterId(), identity.directoryId(), identity.nodeId()));
    }

    private static String required(Properties properties, String key, Path path) {
        var value = trimmed(properties, key);
        if (value == null) throw new LogDirectoryException("cannot read %s: %s is missing; restore the file, or use an empty directory".formatted(path, key));
        return value;
    }

    private static String trimmed(Properties properties, String key) {
        var value = properties.getProperty(key);
        return value == null ? null : value.trim();
    }
}
