package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads all files of a partition once and tells what is wrong with them, without changing anything: every batch's header,
 * checksum and offsets, the indexes by offset and time and of transactions, snapshots of producers and of metadata, leader
 * epochs. In memory: a buffer, the largest batch where records are read, and the aborted transactions of a segment. What a torn
 * end is, or damage, depends on the log directory; without one, a folder is taken for one that was not closed cleanly and has
 * nothing that is known to be durable. Used by one thread.
 */
public final class PartitionCheck {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final String METADATA_SNAPSHOT = ".checkpoint";

    /**
     * What was read.
     *
     * @param endOffset  behind the last batch
     * @param bytes      of segments
     * @param isDamaged  whether any finding was of damage
     */
    public record Result(Uuid topicId, long startOffset, long endOffset, int segments, long bytes, long batches, boolean isDamaged) {}

    private final Disk disk;
    private final boolean readsRecords;
    private final Consumer<Finding> findings;
    private final BatchScanner scanner = new BatchScanner(ByteBuffer.allocateDirect(BUFFER_BYTES));

    /**
     * @param readsRecords whether records are unpacked and read too, which takes twice as long, and longer where they are compressed
     * @param findings     is told of each as it is met
     */
    public PartitionCheck(Disk disk, boolean readsRecords, Consumer<Finding> findings) {
        this.disk = disk;
        this.readsRecords = readsRecords;
        this.findings = findings;
    }

    /** Where findings of one partition go, with what decides how bad they are. */
    final class Sink {
        private final boolean mayBeTorn;
        private final long recoveryPoint;
        private final boolean isCompacted;
        private boolean isDamaged;
        private boolean isLastSegment;

        private Sink(boolean mayBeTorn, long recoveryPoint, boolean isCompacted) {
            this.mayBeTorn = mayBeTorn;
            this.recoveryPoint = recoveryPoint;
            this.isCompacted = isCompacted;
        }

        boolean isCompacted() {
            return isCompacted;
        }

        /** Whether this is the segment that a broker was writing to when it ended, or is writing to. */
        boolean mayBeUnfinished() {
            return mayBeTorn && isLastSegment;
        }

        /** @param isEnd whether nothing that is whole follows: what was not flushed may end so, and the next start cuts it off */
        void tell(Finding finding, boolean isEnd) {
            boolean isTorn = isEnd && mayBeUnfinished() && finding.offset() >= recoveryPoint;
            if (isTorn) note(finding.file(), finding.position(), finding.offset(), finding.what() + " (not flushed; the next start cuts it off)");
            else damage(finding);
        }

        void damage(Finding finding) {
            isDamaged = true;
            findings.accept(finding);
        }

        void note(Path file, long position, long offset, String what) {
            findings.accept(new Finding(file, position, offset, what, false));
        }
    }

    /**
     * @param directory that the folder lies in; null if it lies in none
     * @param inUse     whether a broker runs on it: then the end of the active segment moves
     * @throws StorageException if the folder cannot be read
     */
    public Result check(Path folder, OfflineDirectory directory, boolean inUse) {
        var partition = FileNames.partitionOf(folder.getFileName().toString());
        boolean isKnown = directory != null && partition != null;
        long recoveryPoint = isKnown ? Math.max(0, directory.recoveryPoint(partition)) : 0;
        var sink = new Sink(inUse || !isKnown || !directory.closedCleanly(), recoveryPoint, isKnown && directory.isCompacted(partition));
        var names = disk.list(folder);
        long logStart = isKnown ? directory.logStart(partition) : 0;
        // Of a log that was not closed its batches tell the epochs, and the file may be behind or ahead.
        var epochs = readEpochs(folder, names, sink);
        var topicId = PartitionMetadata.read(disk, folder, names);
        if (names.contains(FileNames.PARTITION_METADATA) && topicId.isZero()) {
            sink.damage(new Finding(folder.resolve(FileNames.PARTITION_METADATA), -1, -1, "names no topic id", true));
        }
        var result = checkSegments(folder, names, sink.mayBeTorn ? null : epochs, logStart, topicId, sink);
        checkProducers(folder, names, result.endOffset(), sink);
        checkMetadataSnapshots(folder, names, sink);
        if (isKnown && !inUse) checkCheckpoints(partition, directory, result, sink);
        return new Result(topicId, result.startOffset(), result.endOffset(), result.segments(), result.bytes(), result.batches(), sink.isDamaged);
    }

    private Result checkSegments(Path folder, List<String> names, LeaderEpochHistory epochs, long logStart, Uuid topicId, Sink sink) {
        var baseOffsets = new ArrayList<Long>();
        for (var name : names) {
            long baseOffset = FileNames.offsetOf(name, FileNames.LOG);
            if (baseOffset >= 0) baseOffsets.add(baseOffset);
        }
        var check = new SegmentCheck(disk, folder, scanner, readsRecords, sink);
        long bytes = 0;
        for (int i = 0; i < baseOffsets.size(); i++) {
            sink.isLastSegment = i + 1 == baseOffsets.size();
            bytes += check.check(baseOffsets.get(i), sink.isLastSegment ? Long.MAX_VALUE : baseOffsets.get(i + 1), names, epochs);
        }
        if (check.gaps() > 0 && !sink.isCompacted) {
            sink.note(folder, -1, check.firstGap(), "offsets are missing between batches, as after compaction: times=" + check.gaps());
        }
        long start = baseOffsets.isEmpty() ? logStart : Math.max(logStart, baseOffsets.get(0));
        return new Result(topicId, start, Math.max(start, check.endOffset()), baseOffsets.size(), bytes, check.batches(), false);
    }

    private LeaderEpochHistory readEpochs(Path folder, List<String> names, Sink sink) {
        if (!names.contains(FileNames.LEADER_EPOCHS)) return null;
        var path = folder.resolve(FileNames.LEADER_EPOCHS);
        try {
            return LeaderEpochHistory.parse(CheckpointFile.readExisting(disk, path));
        } catch (IllegalArgumentException e) {
            sink.damage(new Finding(path, -1, -1, "malformed: " + e.getMessage(), true));
            return null;
        }
    }

    private void checkProducers(Path folder, List<String> names, long endOffset, Sink sink) {
        for (var name : names) {
            long offset = FileNames.offsetOf(name, FileNames.SNAPSHOT);
            if (offset < 0) continue;
            var path = folder.resolve(name);
            boolean isUnfinished = sink.mayBeTorn && offset > sink.recoveryPoint;
            if (ProducerSnapshot.read(disk, path) == null) tell(sink, path, offset,
                    "torn, or of another version, or its checksum is wrong", isUnfinished);
            else if (offset > endOffset) tell(sink, path, offset, "is of a later offset than the log's end: endOffset=" + endOffset, isUnfinished);
        }
    }

    private static void tell(Sink sink, Path path, long offset, String what, boolean isUnfinished) {
        if (isUnfinished) sink.note(path, -1, offset, what + " (the next start makes it again)");
        else sink.damage(new Finding(path, -1, offset, what, true));
    }

    /** Snapshots of metadata hold batches, the first and the last of control records. */
    private void checkMetadataSnapshots(Path folder, List<String> names, Sink sink) {
        for (var name : names) {
            if (!name.endsWith(METADATA_SNAPSHOT)) continue;
            var path = folder.resolve(name);
            try (var file = disk.open(path, false)) {
                checkSnapshot(file.size(), path, scanner.start(file, 0, file.size()), sink);
            }
        }
    }

    private static void checkSnapshot(long size, Path path, BatchScanner batches, Sink sink) {
        boolean isControl = false;
        while (batches.next()) {
            isControl = batches.header().isControl();
            if (batches.position() == 0 && !isControl) sink.damage(new Finding(path, 0, 0, "snapshot without its header", true));
            long offset = batches.header().baseOffset();
            if (!batches.isValidCrc()) sink.damage(new Finding(path, batches.position(), offset, "checksum of a batch is wrong", true));
        }
        if (batches.problem() != null) {
            sink.damage(new Finding(path, batches.position(), -1, "no batch from here on: " + batches.problem() + " bytesLeft="
                    + (size - batches.position()), true));
        } else if (!isControl) {
            sink.damage(new Finding(path, size, -1, "snapshot without its footer", true));
        }
    }

    private static void checkCheckpoints(TopicPartition partition, OfflineDirectory directory, Result result, Sink sink) {
        long recoveryPoint = directory.recoveryPoint(partition);
        if (recoveryPoint < 0) return;
        var path = directory.path().resolve(FileNames.RECOVERY_POINTS);
        if (recoveryPoint > result.endOffset()) {
            sink.damage(new Finding(path, -1, result.endOffset(), "log ends before what was durable: partition=%s recoveryPoint=%d endOffset=%d"
                    .formatted(partition, recoveryPoint, result.endOffset()), true));
        } else if (directory.closedCleanly() && recoveryPoint < result.endOffset()) {
            sink.damage(new Finding(path, -1, result.endOffset(), "log goes on behind where it was closed: partition=%s recoveryPoint=%d endOffset=%d"
                    .formatted(partition, recoveryPoint, result.endOffset()), true));
        }
    }
}
