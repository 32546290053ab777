package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The file {@code partition.metadata}: which topic a folder belongs to, {@code version: 0} and {@code topic_id: ...}. */
final class PartitionMetadata {
    private static final String ID_KEY = "topic_id:";

    private PartitionMetadata() {}

    /** Not synced: the metadata log knows it too. */
    static void write(Disk disk, Path folder, Uuid topicId) {
        try (var file = disk.open(folder.resolve(FileNames.PARTITION_METADATA), true)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(("version: 0\ntopic_id: " + topicId).getBytes(StandardCharsets.UTF_8)), 0);
        }
    }

    /**
     * The folder's topic id; a file that is missing or torn is written again with the wanted one.
     *
     * @throws StorageException if the folder belongs to another topic than the wanted one
     */
    static Uuid readOrRestore(Disk disk, Path folder, TopicPartition partition, Uuid wanted, List<String> names) {
        var found = names.contains(FileNames.PARTITION_METADATA)
                ? parse(CheckpointFile.read(disk, folder.resolve(FileNames.PARTITION_METADATA))) : Uuid.ZERO;
        if (found.isZero()) {
            if (!wanted.isZero()) write(disk, folder, wanted);
            return wanted;
        }
        if (!wanted.isZero() && !found.equals(wanted)) {
            throw new StorageException("folder belongs to another topic of that name: partition=%s folder=%s topicId=%s wanted=%s"
                    .formatted(partition, folder, found, wanted));
        }
        return found;
    }

    /** @return the folder's topic id, {@link Uuid#ZERO} if it does not say */
    static Uuid read(Disk disk, Path folder) {
        var file = folder.resolve(FileNames.PARTITION_METADATA);
        return disk.exists(file) ? parse(CheckpointFile.read(disk, file)) : Uuid.ZERO;
    }

    private static Uuid parse(String text) {
        for (var line : text.split("\n")) {
            if (!line.startsWith(ID_KEY)) continue;
            try {
                return Uuid.parse(line.substring(ID_KEY.length()).trim());
            } catch (IllegalArgumentException e) {
                return Uuid.ZERO;
            }
        }
        return Uuid.ZERO;
    }
}
