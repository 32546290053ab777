package io.barnabas.cluster.quorum;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.protocol.record.VotersRecord;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes a snapshot file: a control batch (header, and with {@code kraft.version} 1 the version and the voters), batches
 * of records, a control batch (footer). Offsets count from 0 in the file, whatever log it stands for.
 */
final class SnapshotWriter {
    private static final String PART_SUFFIX = ".part";

    private SnapshotWriter() {}

    /**
     * Writes it beside its place, makes it durable, and puts it there in one step. Blocks.
     *
     * @param voters null if voters are static ({@code kraft.version} 0)
     * @return bytes of the file
     */
    static long write(Disk disk, Path directory, SnapshotId id, long lastContainedLogTimestampMs, long nowMs,
            VotersRecord voters, MetadataQuorum.SnapshotRecords records) {
        var part = directory.resolve(id.fileName() + PART_SUFFIX);
        disk.delete(part);
        long bytes;
        try (var file = disk.open(part, true)) {
            var output = new Output(file);
            var header = new RecordBatchBuilder().leaderEpoch(id.leaderEpoch());
            ControlRecords.addSnapshotHeader(header, nowMs, lastContainedLogTimestampMs);
            if (voters != null) {
                ControlRecords.addKRaftVersion(header, nowMs, (short) 1);
                ControlRecords.addVoters(header, nowMs, voters);
            }
            output.append(header.recordCount(), header.build());
            for (var batch = records.nextBatch(); batch != null; batch = records.nextBatch()) {
                output.append(batch.size(), RecordBatches.encode(batch, nowMs, output.nextOffset, id.leaderEpoch()));
            }
            var footer = new RecordBatchBuilder().baseOffset(output.nextOffset).leaderEpoch(id.leaderEpoch());
            ControlRecords.addSnapshotFooter(footer, nowMs);
            output.append(1, footer.build());
            file.sync();
            bytes = output.position;
        }
        disk.rename(part, directory.resolve(id.fileName()));
        disk.syncDirectory(directory);
        return bytes;
    }

    /** Deletes what a crash left half written. */
    static void deleteParts(Disk disk, Path directory) {
        for (var name : disk.list(directory)) {
            if (name.endsWith(SnapshotId.SUFFIX + PART_SUFFIX)) disk.delete(directory.resolve(name));
        }
    }

    private static final class Output {
        private final DiskFile file;
        private long position;
        private long nextOffset;

        Output(DiskFile file) {
            this.file = file;
        }

        void append(int recordCount, ByteBuffer batch) {
            int size = batch.remaining();
            file.write(batch, position);
            position += size;
            nextOffset += recordCount;
        }
    }
}
