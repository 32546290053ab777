package io.barnabas.cluster.quorum;

import io.barnabas.base.Disk;
import io.barnabas.base.EventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.log.AppendOrigin;
import io.barnabas.log.AppendResult;
import io.barnabas.log.Log;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogListener;
import io.barnabas.log.ReadResult;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.record.VotersRecord;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A quorum of this node alone: what is appended and synced is committed. Each start begins a new epoch, written to
 * {@code quorum-state} and, as a leader change, to the log, so that the directory can be taken on by several voters.
 *
 * <pre>
 * __cluster_metadata-0/
 *   &lt;20 digits&gt;.log, .index, .timeindex, leader-epoch-checkpoint, partition.metadata   as of any partition
 *   &lt;20 digits&gt;-&lt;10 digits&gt;.checkpoint   snapshots, see {@link SnapshotId} and {@link SnapshotWriter}
 *   quorum-state                       see {@link QuorumState}
 * </pre>
 */
public final class OneVoterQuorum implements MetadataQuorum {
    /**
     * How much of the past is kept.
     *
     * @param segmentBytes     {@code metadata.log.segment.bytes}
     * @param segmentMs        {@code metadata.log.segment.ms}
     * @param retentionBytes   {@code metadata.max.retention.bytes}: log and snapshots together; negative means no limit
     * @param retentionMs      {@code metadata.max.retention.ms}: age of a snapshot; negative means no limit
     */
    public record Retention(int segmentBytes, long segmentMs, long retentionBytes, long retentionMs) {
        public static final Retention DEFAULT = new Retention(1 << 30, 604_800_000, 100L << 20, 604_800_000);
    }

    private static final Logger LOG = LoggerFactory.getLogger(OneVoterQuorum.class);
    private static final int READ_BYTES_MAX = 4 << 20;

    private final int nodeId;
    private final Endpoint controller;
    private final LogDirectory directory;
    private final Disk disk;
    private final EventLoop loop;
    private final Retention retention;
    private final Path folder;
    /** Snapshots on disk with their bytes. */
    private final TreeMap<SnapshotId, Long> snapshots = new TreeMap<>();

    private Listener listener;
    private Log log;
    private int leaderEpoch;
    private short kraftVersion;
    /** Null while voters are static. */
    private VotersRecord voters;
    private long committedEndOffset;
    private long bytesAppended;
    private long bytesAtSnapshot;
    private boolean isSnapshotInTheMaking;
    private boolean failed;
    private boolean isClosed;

    /**
     * @param controller where this node takes requests of the quorum, as configured now
     * @param directory  opened; its identity is this node's
     * @param loop       the metadata loop, owner of this quorum and of its log
     */
    public OneVoterQuorum(int nodeId, Endpoint controller, LogDirectory directory, Disk disk, EventLoop loop, Retention retention) {
        this.nodeId = nodeId;
        this.controller = controller;
        this.directory = directory;
        this.disk = disk;
        this.loop = loop;
        this.retention = retention;
        this.folder = directory.path().resolve(MetadataDirectory.PARTITION.toString());
    }

    /** Reads and writes the disk, and calls the listener, before it returns. @throws MetadataLogException if the log cannot be used */
    @Override
    public void start(Listener listener) {
        this.listener = listener;
        var state = QuorumState.read(disk, folder, nodeId);
        if (state.otherVoters()) throw severalVoters();
        SnapshotWriter.deleteParts(disk, folder);
        listSnapshots();
        openLog();
        long from = loadSnapshot();
        if (log.endOffset() < from) {
            LOG.warn("The metadata log ends before its snapshot; it goes on from there: logEndOffset={} snapshotEndOffset={}", log.endOffset(), from);
            log.truncateFullyAndStartAt(from);
        } else if (log.logStartOffset() > from) {
            throw new MetadataLogException("records are missing between the metadata snapshot and the log: folder=" + folder
                    + " snapshotEndOffset=" + from + " logStartOffset=" + log.logStartOffset() + ". Restore the directory from a backup");
        }
        // What a crash left unsynced in the log counts as written: it must be durable before anybody builds on it.
        log.flushNow();
        replay(from);
        checkVoters();
        lead(Math.max(state.leaderEpoch(), log.latestEpoch()));
    }

    private void listSnapshots() {
        for (var name : disk.list(folder)) {
            var id = SnapshotId.ofFileName(name);
            if (id != null) snapshots.put(id, disk.size(folder.resolve(name)));
        }
    }

    private void openLog() {
        var d = LogConfig.DEFAULT;
        // What is deleted is decided here, by snapshots, not by the log.
        var config = new LogConfig(retention.segmentBytes, retention.segmentMs, 0, d.segmentIndexBytes(), d.indexIntervalBytes(),
                -1, -1, d.fileDeleteDelayMs(), d.flushMessages(), d.flushMessagesSet(), d.flushMs(), true, null,
                d.producerIdExpirationMs());
        log = directory.openLogNow(MetadataDirectory.PARTITION, Uuid.METADATA_TOPIC, config, loop, new LogEvents());
    }

    /** @return the offset from which the log is to be read */
    private long loadSnapshot() {
        if (snapshots.isEmpty()) {
            var old = directory.path().resolve(MetadataDirectory.OLD_BOOTSTRAP_FILE);
            if (log.endOffset() == 0 && disk.exists(old)) loadSnapshot(MetadataDirectory.BOOTSTRAP, old);
            return 0;
        }
        var latest = snapshots.lastKey();
        loadSnapshot(latest, folder.resolve(latest.fileName()));
        return latest.endOffset();
    }

    private void loadSnapshot(SnapshotId id, Path path) {
        try (var reader = new SnapshotReader(disk, path)) {
            listener.onSnapshot(id, reader.lastContainedLogTimestampMs(), reader);
            kraftVersion = reader.kraftVersion();
            voters = reader.voters();
        }
    }

    private void replay(long from) {
        long offset = from;
        long end = log.endOffset();
        var cursor = new RecordBatchCursor();
        while (offset < end) {
            var read = log.read(offset, READ_BYTES_MAX, end, true);
            if (!(read instanceof ReadResult.Data data)) throw unreadable(offset, read.toString());
            var slice = data.slice();
            try {
                cursor.reset(slice.toByteBuffer());
                long next = replay(cursor, offset);
                if (next == offset) throw unreadable(offset, "no batch there");
                offset = next;
            } finally {
                slice.release();
            }
        }
        committedEndOffset = end;
        log.raiseHighWatermark(end);
    }

    private long replay(RecordBatchCursor cursor, long from) {
        long offset = from;
        for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
            if (batch.nextOffset() <= offset) continue;
            if (!batch.isValidCrc()) throw unreadable(batch.baseOffset(), "checksum mismatch");
            var records = RecordBatches.decode(batch, this::onControl, folder);
            if (batch.baseOffset() < offset && !records.isEmpty()) {
                throw unreadable(batch.baseOffset(), "the snapshot ends inside a batch, at offset " + offset);
            }
            listener.onBatch(new MetadataBatch(batch.baseOffset(), batch.lastOffset(), batch.leaderEpoch(), batch.maxTimestamp(), records));
            bytesAppended += batch.sizeInBytes();
            offset = batch.nextOffset();
        }
        return offset;
    }

    private MetadataLogException unreadable(long offset, String reason) {
        return new MetadataLogException("the metadata log cannot be read: folder=" + folder + " offset=" + offset + " reason=" + reason
                + ". Restore the directory from a backup");
    }

    private void onControl(ControlRecordType type, ByteBuffer value) {
        if (type == ControlRecordType.KRAFT_VERSION) kraftVersion = ControlRecords.readKRaftVersion(value);
        else if (type == ControlRecordType.KRAFT_VOTERS) voters = ControlRecords.readVoters(value);
    }

    private void checkVoters() {
        if (kraftVersion > 1) {
            throw new MetadataLogException("the cluster's kraft.version is not one that this software knows: level=" + kraftVersion + " highest=1");
        }
        if (kraftVersion == 0) return;
        if (voters == null || voters.voters().size() != 1) throw severalVoters();
        var voter = voters.voters().get(0);
        if (voter.voterId() != nodeId || !voter.voterDirectoryId().equals(directory.id())) {
            throw new MetadataLogException("this node is not the voter of its metadata log: folder=" + folder + " voter=" + voter.voterId()
                    + " voterDirectoryId=" + voter.voterDirectoryId() + " node.id=" + nodeId + " directory.id=" + directory.id()
                    + ". Restore meta.properties as it was when the directory was formatted");
        }
    }

    private MetadataLogException severalVoters() {
        return new MetadataLogException("the metadata log belongs to a quorum of several voters, which this version cannot join: folder=" + folder);
    }

    private void lead(int lastEpoch) {
        leaderEpoch = Math.addExact(lastEpoch, 1);
        new QuorumState(nodeId, leaderEpoch, -1, false).write(disk, folder, kraftVersion, nodeId);
        long nowMs = loop.clock().nowMs();
        var batch = new RecordBatchBuilder();
        ControlRecords.addLeaderChange(batch, nowMs, nodeId);
        // The snapshot that a first start finds is not part of the log: the voters it names are written once more.
        if (log.endOffset() == 0 && voters != null) {
            ControlRecords.addKRaftVersion(batch, nowMs, kraftVersion);
            ControlRecords.addVoters(batch, nowMs, voters);
        }
        append(batch.build());
        if (voters != null) updateEndpoint(nowMs);
        log.flushNow();
        committedEndOffset = log.flushedOffset();
        log.raiseHighWatermark(committedEndOffset);
        listener.onCommit(committedEndOffset);
        listener.onLeader(nodeId, leaderEpoch);
    }

    /** A voter whose address was configured anew says so, as Kafka's leader does. */
    private void updateEndpoint(long nowMs) {
        var now = ControlRecords.oneVoter(nodeId, directory.id(), controller);
        if (now.voters().get(0).endpoints().equals(voters.voters().get(0).endpoints())) return;
        LOG.info("The voter's address changed: from={} to={}", voters.voters().get(0).endpoints(), now.voters().get(0).endpoints());
        voters = now;
        var batch = new RecordBatchBuilder();
        ControlRecords.addVoters(batch, nowMs, voters);
        append(batch.build());
    }

    @Override
    public long append(int leaderEpoch, long timestampMs, List<TypedRecord> records) {
        if (failed || leaderEpoch != this.leaderEpoch) return -1;
        if (records.isEmpty() || records.size() > RECORDS_PER_BATCH_MAX) throw new IllegalArgumentException("records=" + records.size());
        long lastOffset = append(RecordBatches.encode(records, timestampMs, 0, leaderEpoch));
        log.flushTo(lastOffset + 1);
        return lastOffset;
    }

    private long append(ByteBuffer bytes) {
        int size = bytes.remaining();
        var result = log.append(new RecordBatch().wrap(bytes, 0), leaderEpoch, AppendOrigin.COORDINATOR);
        if (!(result instanceof AppendResult.Appended appended)) throw new IllegalStateException("metadata batch refused: " + result);
        bytesAppended += size;
        return appended.lastOffset();
    }

    private final class LogEvents implements LogListener {
        @Override
        public void onWritten(Log log) {}

        @Override
        public void onFlushed(Log log) {
            if (failed || log.flushedOffset() <= committedEndOffset) return;
            committedEndOffset = log.flushedOffset();
            log.raiseHighWatermark(committedEndOffset);
            listener.onCommit(committedEndOffset);
        }

        @Override
        public void onWriteFailed(Log log, long fromOffset, StorageException error) {
            if (!failed) listener.onAppendFailed(fromOffset, error.getMessage());
        }

        @Override
        public void onOffline(Log log, String reason) {
            if (failed) return;
            failed = true;
            listener.onFailed(reason);
        }
    }

    @Override
    public long endOffset() {
        return log.stagedEndOffset();
    }

    @Override
    public long committedEndOffset() {
        return committedEndOffset;
    }

    @Override
    public int leaderId() {
        return failed ? NO_LEADER : nodeId;
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public short kraftVersion() {
        return kraftVersion;
    }

    @Override
    public QuorumDescription describe() {
        long nowMs = loop.clock().nowMs();
        // Kafka names directories only where voters are dynamic.
        var directoryId = kraftVersion > 0 ? directory.id() : Uuid.ZERO;
        var self = new QuorumDescription.Replica(nodeId, directoryId, log.endOffset(), nowMs, nowMs, List.of(controller));
        return new QuorumDescription(leaderId(), leaderEpoch, committedEndOffset, List.of(self), List.of());
    }

    @Override
    public long bytesSinceSnapshot() {
        return bytesAppended - bytesAtSnapshot;
    }

    @Override
    public void snapshot(long endOffset, int epoch, long lastContainedLogTimestampMs, SnapshotRecords records) {
        var id = new SnapshotId(endOffset, epoch);
        if (isSnapshotInTheMaking || failed || snapshots.containsKey(id)) return;
        if (endOffset > committedEndOffset) throw new IllegalArgumentException("not committed: endOffset=" + endOffset);
        isSnapshotInTheMaking = true;
        bytesAtSnapshot = bytesAppended;
        long nowMs = loop.clock().nowMs();
        var votersNow = voters;
        directory.io().execute(() -> {
            long bytes;
            try {
                bytes = SnapshotWriter.write(disk, folder, id, lastContainedLogTimestampMs, nowMs, votersNow, records);
            } catch (RuntimeException e) {
                loop.execute(() -> onSnapshotFailed(id, e));
                return;
            }
            loop.execute(() -> onSnapshotWritten(id, bytes));
        });
    }

    /** The log has everything, so nothing is lost; the next one is tried when as much has been appended again. */
    private void onSnapshotFailed(SnapshotId id, RuntimeException error) {
        isSnapshotInTheMaking = false;
        LOG.error("A metadata snapshot could not be written: file={} reason={}", id.fileName(), error.getMessage());
    }

    private void onSnapshotWritten(SnapshotId id, long bytes) {
        isSnapshotInTheMaking = false;
        snapshots.put(id, bytes);
        LOG.info("Wrote metadata snapshot: file={} bytes={}", id.fileName(), bytes);
        if (!failed) dropOldest();
    }

    /** Deletes the oldest snapshots, and the log before the next, while too much is kept; the latest always stays. */
    private void dropOldest() {
        var dropped = new ArrayList<SnapshotId>();
        while (snapshots.size() > 1) {
            var oldest = snapshots.firstKey();
            if (!isOverSize() && !isOverAge(oldest)) break;
            snapshots.remove(oldest);
            dropped.add(oldest);
            log.raiseLogStartOffset(Math.min(snapshots.firstKey().endOffset(), log.highWatermark()));
        }
        if (dropped.isEmpty()) return;
        directory.io().execute(() -> {
            for (var id : dropped) disk.delete(folder.resolve(id.fileName()));
        });
    }

    private boolean isOverSize() {
        if (retention.retentionBytes < 0) return false;
        long bytes = log.sizeInBytes();
        for (long snapshotBytes : snapshots.values()) bytes += snapshotBytes;
        return bytes > retention.retentionBytes;
    }

    private boolean isOverAge(SnapshotId id) {
        if (retention.retentionMs < 0) return false;
        return loop.clock().nowMs() - disk.lastModifiedMs(folder.resolve(id.fileName())) > retention.retentionMs;
    }

    @Override
    public void close() {
        if (isClosed) return;
        isClosed = true;
        failed = true;
        if (log != null) log.close();
    }
}
