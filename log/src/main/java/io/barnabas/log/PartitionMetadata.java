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
    /** Two random ids have about 61 bits in which they differ; fewer than these only once in 10^12. */
    private static final int DIFFERING_BITS_MIN = 24;

    private PartitionMetadata() {}

    /** Not synced: the metadata log knows it too. */
    static void write(Disk disk, Path folder, Uuid topicId) {
        try (var file = disk.open(folder.resolve(FileNames.PARTITION_METADATA), true)) {
            // As long as any other, so that nothing of an older text stays.
            file.write(ByteBuffer.wrap(("version: 0\ntopic_id: " + topicId).getBytes(StandardCharsets.UTF_8)), 0);
        }
    }

    /**
     * As {@link #read}, for one who knows which id should be there: another that is nearly the same is damaged, and not of another topic,
     * whose folder would have to go out of the way.
     *
     * @return {@link Uuid#ZERO} for that, too
     */
    static Uuid read(Disk disk, Path folder, List<String> names, Uuid wanted) {
        var found = read(disk, folder, names);
        int differing = Long.bitCount(found.mostSignificantBits() ^ wanted.mostSignificantBits())
                + Long.bitCount(found.leastSignificantBits() ^ wanted.leastSignificantBits());
        return !wanted.isZero() && differing > 0 && differing < DIFFERING_BITS_MIN ? Uuid.ZERO : found;
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
