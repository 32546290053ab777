package io.barnabas.log;

import io.barnabas.base.Disk;
import io.barnabas.base.StorageException;
import io.barnabas.base.Uuid;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.TopicPartition;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** One log on a simulated disk, with a loop and a worker of its own that die in a crash. */
final class LogRig {
    static final Path PATH = Path.of("/data");
    static final TopicPartition PARTITION = new TopicPartition("t", 0);
    static final Uuid TOPIC_ID = new Uuid(7, 9);
    static final String CLUSTER = "cluster";
    static final long RECENT_BYTES = 2000;
    static final LogConfig SMALL = config(LogConfig.DEFAULT, 1000, 100);

    final Simulation simulation;
    final SimulatedDisk disk;
    final Heard heard = new Heard();
    LogConfig config;
    SimulatedLoop loop;
    SimulatedLoop worker;
    LogDirectory directory;
    Log log;
    int openFilesMax = 100;
    long recentBytes = RECENT_BYTES;
    LogCleaner.Limits cleanerLimits = LogCleaner.Limits.DEFAULT;

    LogRig(long seed, LogConfig config) {
        this.simulation = new Simulation(seed);
        this.disk = formattedDisk(simulation, new Uuid(1, 2));
        this.config = config;
        start();
    }

    static SimulatedDisk formattedDisk(Simulation simulation, Uuid directoryId) {
        var disk = new SimulatedDisk(simulation.clock());
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, CLUSTER, directoryId));
        disk.syncDirectory(Path.of("/"));
        return disk;
    }

    static LogRig withDefaults() {
        return new LogRig(1, LogConfig.DEFAULT);
    }

    static LogRig withSmallSegments() {
        return new LogRig(1, SMALL);
    }

    static LogConfig config(LogConfig base, int segmentBytes, int indexIntervalBytes) {
        return new LogConfig(segmentBytes, base.segmentMs(), base.segmentJitterMs(), base.segmentIndexBytes(), indexIntervalBytes,
                base.retentionMs(), base.retentionBytes(), base.fileDeleteDelayMs(), base.flushMessages(), base.flushMessagesSet(),
                base.flushMs(), base.delete(), base.compaction(), base.producerIdExpirationMs());
    }

    static LogConfig compacted(LogConfig base, CompactionConfig compaction, boolean delete) {
        return new LogConfig(base.segmentBytes(), base.segmentMs(), base.segmentJitterMs(), base.segmentIndexBytes(), base.indexIntervalBytes(),
                base.retentionMs(), base.retentionBytes(), base.fileDeleteDelayMs(), base.flushMessages(), base.flushMessagesSet(),
                base.flushMs(), delete, compaction, base.producerIdExpirationMs());
    }

    static LogConfig retaining(LogConfig base, long retentionMs, long retentionBytes) {
        return new LogConfig(base.segmentBytes(), base.segmentMs(), base.segmentJitterMs(), base.segmentIndexBytes(), base.indexIntervalBytes(),
                retentionMs, retentionBytes, base.fileDeleteDelayMs(), base.flushMessages(), base.flushMessagesSet(),
                base.flushMs(), base.delete(), base.compaction(), base.producerIdExpirationMs());
    }

    void openDirectoryOnly() {
        loop = simulation.newLoop("loop");
        worker = simulation.newLoop("worker");
        directory = openDirectory(disk, simulation, worker, Seeds.random(3), cleanerLimits, recentBytes, openFilesMax);
    }

    void start() {
        openDirectoryOnly();
        log = directory.openLogNow(PARTITION, TOPIC_ID, config, loop, heard);
    }

    static LogDirectory openDirectory(Disk disk, Simulation simulation, Executor io, RandomGenerator random, LogCleaner.Limits limits, long recentBytes,
            int openFilesMax) {
        var cleaner = new LogCleaner(io, CompactionPace.FREE, Seeds.random(4), limits);
        return LogDirectory.open(PATH, 1, CLUSTER,
                new LogDirectory.Environment(disk, simulation.clock(), io, io, io, random, cleaner, recentBytes, openFilesMax, 1000));
    }

    void restart() {
        stop();
        start();
    }

    void stop() {
        log.close();
        directory.closeCleanly(5);
        killLoops();
    }

    void killLoops() {
        loop.kill();
        worker.kill();
    }

    /** kill -9: the page cache survives. */
    void kill() {
        killLoops();
        disk.killProcess();
        start();
    }

    void powerCut() {
        killLoops();
        disk.crash(simulation.random());
        start();
    }

    void powerCutWithoutStart() {
        killLoops();
        disk.crash(simulation.random());
    }

    Path file(String name) {
        return PATH.resolve(PARTITION.toString()).resolve(name);
    }

    AppendResult append(RecordBatch batch, int epoch) {
        return log.append(batch, epoch, AppendOrigin.CLIENT);
    }

    /** Appends and writes one batch of these values. */
    AppendResult appendAndWrite(String... values) {
        var result = append(batch(now(), values), 0);
        log.write();
        return result;
    }

    void flush() {
        log.flushTo(log.endOffset());
        simulation.runUntilIdle();
    }

    long now() {
        return simulation.clock().nowMs();
    }

    static RecordBatch batch(long timestamp, String... values) {
        return build(new RecordBatchBuilder(), timestamp, values);
    }

    RecordBatch idempotent(long producerId, int epoch, int sequence, String... values) {
        return build(new RecordBatchBuilder().producer(producerId, (short) epoch, sequence), now(), values);
    }

    static RecordBatch build(RecordBatchBuilder builder, long timestamp, String... values) {
        for (var value : values) builder.append(timestamp, null, bytes(value));
        return new RecordBatch().wrap(builder.build(), 0);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    List<String> values() {
        return values(log.logStartOffset(), log.endOffset());
    }

    List<String> values(long from, long to) {
        return values(log, from, to, 200);
    }

    /** The values in a range, read in small steps as a consumer does. */
    static List<String> values(Log log, long from, long to, int stepBytes) {
        var values = new ArrayList<String>();
        long next = from;
        while (next < to) {
            long before = next;
            for (var record : records(log, next, to, stepBytes)) {
                if (record.offset() < next) continue;
                values.add(text(record.value()));
                next = record.offset() + 1;
            }
            if (next == before) throw new AssertionError("no progress: offset=" + next + " to=" + to);
        }
        return values;
    }

    List<io.barnabas.model.Record> records(long offset, long bound, int bytesMax) {
        return records(log, offset, bound, bytesMax);
    }

    private static List<io.barnabas.model.Record> records(Log log, long offset, long bound, int bytesMax) {
        var result = log.read(offset, bytesMax, bound, true);
        if (!(result instanceof ReadResult.Data data)) throw new AssertionError(result + " at " + offset);
        var bytes = data.slice().toByteBuffer();
        data.slice().release();
        var records = new ArrayList<io.barnabas.model.Record>();
        for (int at = 0; bytes.limit() - at >= RecordBatch.HEADER_BYTES; ) {
            if (bytes.getInt(at + 8) + 12 > bytes.limit() - at) break;
            var batch = new RecordBatch().wrap(bytes, at);
            if (!batch.isValidCrc()) throw new AssertionError("bad checksum in a read: " + batch);
            try (var reader = batch.records(1 << 20)) {
                for (var record = reader.next(); record != null; record = reader.next()) records.add(record);
            }
            at = batch.endPosition();
        }
        return records;
    }

    static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    /** What the listener was told. */
    static final class Heard implements LogListener {
        int written;
        int flushed;
        int startsMoved;
        long failedFrom = -1;
        StorageException failure;
        String offline;

        @Override
        public void onWritten(Log log) {
            written++;
        }

        @Override
        public void onFlushed(Log log) {
            flushed++;
        }

        @Override
        public void onWriteFailed(Log log, long fromOffset, StorageException error) {
            failedFrom = fromOffset;
            failure = error;
        }

        @Override
        public void onOffline(Log log, String reason) {
            offline = reason;
        }

        @Override
        public void onLogStartMoved(Log log) {
            startsMoved++;
        }
    }
}
