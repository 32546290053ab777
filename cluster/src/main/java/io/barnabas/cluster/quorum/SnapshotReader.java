package io.barnabas.cluster.quorum;

import io.barnabas.base.Disk;
import io.barnabas.base.DiskFile;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordException;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.VotersRecord;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Reads a snapshot file batch by batch, checking each: checksum, offsets, a header first and a footer last. Blocks. */
final class SnapshotReader implements MetadataQuorum.SnapshotRecords, AutoCloseable {
    private final DiskFile file;
    private final Path path;
    private final long size;
    private final RecordBatch batch = new RecordBatch();
    private long position;
    private long nextOffset;
    private boolean ended;
    private long lastContainedLogTimestampMs = -1;
    private short kraftVersion;
    private VotersRecord voters;

    /** Reads up to the first records, so that what the header says is known. */
    SnapshotReader(Disk disk, Path path) {
        this.path = path;
        this.file = disk.open(path, false);
        this.size = file.size();
        try {
            if (!readBatch() || !batch.isControl()) throw damaged("it does not begin with a header");
            RecordBatches.decode(batch, this::onControl, path);
            if (lastContainedLogTimestampMs == -1) throw damaged("it does not begin with a header");
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    long lastContainedLogTimestampMs() {
        return lastContainedLogTimestampMs;
    }

    short kraftVersion() {
        return kraftVersion;
    }

    /** Null if voters are static. */
    VotersRecord voters() {
        return voters;
    }

    @Override
    public List<TypedRecord> nextBatch() {
        while (readBatch()) {
            if (ended) throw damaged("something follows its footer");
            var records = RecordBatches.decode(batch, this::onControl, path);
            if (!records.isEmpty()) return records;
        }
        if (!ended) throw damaged("it has no footer, so it is not whole");
        return null;
    }

    @Override
    public void close() {
        file.close();
    }

    private void onControl(ControlRecordType type, ByteBuffer value) {
        switch (type) {
            case SNAPSHOT_HEADER -> lastContainedLogTimestampMs = Math.max(0, ControlRecords.readLastContainedLogTimestamp(value));
            case SNAPSHOT_FOOTER -> ended = true;
            case KRAFT_VERSION -> kraftVersion = ControlRecords.readKRaftVersion(value);
            case KRAFT_VOTERS -> voters = ControlRecords.readVoters(value);
            case ABORT, COMMIT, LEADER_CHANGE -> throw damaged("a control record that does not belong there: type=" + type);
        }
    }

    /** Puts {@link #batch} over the next batch. @return false at the end of the file */
    private boolean readBatch() {
        if (position == size) return false;
        var header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        if (file.read(header, position) < header.capacity()) throw damaged("it is cut off");
        try {
            int batchBytes = batch.wrapHeader(header.flip(), 0).sizeInBytes();
            if (batchBytes > size - position) throw damaged("it is cut off");
            var bytes = ByteBuffer.allocate(batchBytes);
            file.read(bytes, position);
            batch.wrap(bytes.flip(), 0);
        } catch (RecordException e) {
            throw damaged(e.getMessage());
        }
        if (!batch.isValidCrc()) throw damaged("checksum mismatch");
        if (batch.baseOffset() != nextOffset) throw damaged("offsets do not follow one another: expected=" + nextOffset + " found=" + batch.baseOffset());
        nextOffset = batch.nextOffset();
        position += batch.sizeInBytes();
        return true;
    }

    private MetadataLogException damaged(String reason) {
        return new MetadataLogException("metadata snapshot is damaged: file=" + path + " position=" + position + " reason=" + reason
                + ". Restore it from a backup, or from another controller's directory");
    }
}
