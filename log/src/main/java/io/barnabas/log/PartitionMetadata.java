package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The file {@code partition.metadata}: which topic a folder belongs to, {@code version: 0} and {@code topic_id: ...}. */
final class PartitionMetadata {
    private static final String ID_KEY = "topic_id:";

    private PartitionMetadata() {}

    /** Not synced: the metadata log knows it too. */
    static void write(Disk disk, Path folder, Uuid topicId) {
        try (var file = disk.open(folder.resolve(FileNames.PARTITION_METADATA), true)) {
            // As long as any other, so that nothing of an older text stays.
            file.write(ByteBuffer.wrap(("version: 0\ntopic_id: " + topicId).getBytes(StandardCharsets.UTF_8)), 0);
        }
    }

    /** @return the folder's topic id, {@link Uuid#ZERO} if the file is missing or torn */
    static Uuid read(Disk disk, Path folder) {
        var file = folder.resolve(FileNames.PARTITION_METADATA);
        return disk.exists(file) ? parse(CheckpointFile.readExisting(disk, file)) : Uuid.ZERO;
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
