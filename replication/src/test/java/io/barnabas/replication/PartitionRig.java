package io.barnabas.replication;

import io.barnabas.base.Uuid;
import io.barnabas.log.AppendOrigin;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatch;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TopicPartition;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One partition, led by this broker alone, on a simulated disk whose worker is a loop of its own. */
final class PartitionRig {
    private static final Path PATH = Path.of("/data");
    private static final String CLUSTER = "cluster";

    final Simulation simulation;
    final SimulatedDisk disk;
    final PartitionConfig config;
    /** What a transaction's coordinator is asked, for the test to answer. */
    final ArrayDeque<Asked> asked = new ArrayDeque<>();
    SimulatedLoop loop;
    SimulatedLoop worker;
    Partition partition;
    private int leaderEpoch;

    record Asked(TransactionVerifier.Question question, Consumer<ErrorCode> receiver) {}

    PartitionRig(long seed, PartitionConfig.FlushPolicy policy) {
        this(seed, policy, LogConfig.DEFAULT.segmentBytes());
    }

    PartitionRig(long seed, PartitionConfig.FlushPolicy policy, int segmentBytes) {
        this.simulation = new Simulation(seed);
        this.disk = new SimulatedDisk(simulation.clock());
        this.config = new PartitionConfig(withSegments(segmentBytes), RecordValidation.DEFAULT, 1, policy);
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, CLUSTER, new Uuid(1, 2)));
        disk.syncDirectory(Path.of("/"));
        start();
    }

    private static LogConfig withSegments(int bytes) {
        var base = LogConfig.DEFAULT;
        return new LogConfig(bytes, base.segmentMs(), base.segmentJitterMs(), base.segmentIndexBytes(), base.indexIntervalBytes(),
                base.retentionMs(), base.retentionBytes(), base.fileDeleteDelayMs(), base.flushMessages(), base.flushMessagesSet(),
                base.flushMs(), base.delete(), base.compaction(), base.producerIdExpirationMs());
    }

    private void start() {
        loop = simulation.newLoop("loop");
        worker = simulation.newLoop("worker");
        var directory = LogDirectory.open(PATH, 1, CLUSTER,
                new LogDirectory.Environment(disk, simulation.clock(), worker, simulation.random(), 100));
        partition = new Partition(new TopicPartition("t", 0), new Uuid(7, 9), loop, new RecordBatchValidator(), config, leading());
        partition.verifyTransactions((question, receiver) -> asked.add(new Asked(question, receiver)));
        loop.execute(() -> partition.open(directory));
        simulation.runUntilIdle();
    }

    private PartitionAssignment leading() {
        return new PartitionAssignment(true, 1, leaderEpoch++, 1, 1);
    }

    /** The power goes, and comes back. */
    void powerCut() {
        loop.kill();
        worker.kill();
        disk.crash(simulation.random());
        start();
    }

    /** Another leader epoch of the same broker. */
    void elect() {
        var assignment = leading();
        loop.execute(() -> partition.assign(assignment));
    }

    /** From now on each write to the log takes so long. */
    void writesTake(long ms) {
        disk.failOn((call, path) -> {
            if (call == SimulatedDisk.Call.WRITE && path.toString().endsWith(".log")) simulation.clock().advance(ms);
            return false;
        });
    }

    Sent append(int acks, String value) {
        return appendInOneTurn(acks, List.of(value)).get(0);
    }

    /** One batch for each value. */
    List<Sent> appendInOneTurn(int acks, List<String> values) {
        var sent = values.stream().map(value -> new Sent(value, (short) acks)).toList();
        loop.execute(() -> sent.forEach(partition::append));
        return sent;
    }

    /** All records that a consumer may see now. */
    List<String> visible() {
        var values = new ArrayList<String>();
        // A read ends with its segment.
        for (long offset = partition.log().logStartOffset(); offset < partition.log().highWatermark(); ) offset = read(offset, values);
        return values;
    }

    /** @return where the next read begins */
    private long read(long offset, List<String> values) {
        var read = partition.read(offset, Integer.MAX_VALUE, true, IsolationLevel.READ_UNCOMMITTED, -1, -1);
        if (!(read instanceof PartitionRead.Data data)) throw new AssertionError(read);
        long next = offset;
        var cursor = new RecordBatchCursor();
        cursor.reset(data.slice().toByteBuffer());
        for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
            next = batch.nextOffset();
            try (var records = batch.records(1 << 20)) {
                for (var record = records.next(); record != null; record = records.next()) {
                    values.add(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString());
                }
            }
        }
        data.slice().release();
        if (next == offset) throw new AssertionError("nothing to read: offset=" + offset);
        return next;
    }

    /** One record on its way. */
    static final class Sent extends Append {
        final String value;
        boolean isStored;
        boolean isDecided;

        Sent(String value, short acks) {
            super(new RecordBatchBuilder().append(1_000, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8))).build(),
                    acks, (short) 12, null);
            this.value = value;
        }

        @Override
        protected void onStored() {
            if (isStored) throw new AssertionError("stored twice: " + value);
            isStored = true;
        }

        @Override
        protected void onDecided() {
            if (isDecided || !isStored) throw new AssertionError("decided twice, or before it was stored: " + value);
            isDecided = true;
        }

        /** In a transaction. */
        Sent(String value, int produceVersion, long producerId, int epoch, int sequence) {
            super(new RecordBatchBuilder().producer(producerId, (short) epoch, sequence).transactional()
                    .append(1_000, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8))).build(), ACKS_ALL, (short) produceVersion, "id");
            this.value = value;
        }

        /** A marker. */
        Sent(long producerId, int epoch, AppendOrigin origin) {
            super(new RecordBatchBuilder().producer(producerId, (short) epoch, RecordBatch.NO_SEQUENCE).transactional()
                    .appendEndTransaction(1_000, true, 0).build(), origin);
            this.value = "marker";
        }

        boolean isAcknowledged() {
            return isDecided && error() == ErrorCode.NONE;
        }
    }
}
