package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

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

    /** @param names what the folder holds, sorted @return the folder's topic id, {@link Uuid#ZERO} if the file is missing or torn */
    static Uuid read(Disk disk, Path folder, List<String> names) {
        if (Collections.binarySearch(names, FileNames.PARTITION_METADATA) < 0) return Uuid.ZERO;
        return parse(CheckpointFile.readExisting(disk, folder.resolve(FileNames.PARTITION_METADATA)));
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
