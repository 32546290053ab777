package io.barnabas.coordinator.transaction;

import io.barnabas.base.Uuid;
import io.barnabas.coordinator.CoordinatorShards;
import io.barnabas.coordinator.ShardConfig;
import io.barnabas.coordinator.group.Groups;
import io.barnabas.log.DirectoryIdentity;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.model.CompressionType;
import io.barnabas.model.ControlRecordType;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchCursor;
import io.barnabas.model.RecordBatchValidator;
import io.barnabas.model.RecordValidation;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Append;
import io.barnabas.replication.IsolationLevel;
import io.barnabas.replication.Partition;
import io.barnabas.replication.PartitionAssignment;
import io.barnabas.replication.PartitionConfig;
import io.barnabas.replication.PartitionConfig.FlushPolicy;
import io.barnabas.replication.PartitionRead;
import io.barnabas.testkit.SimulatedDisk;
import io.barnabas.testkit.SimulatedLoop;
import io.barnabas.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A broker with two loops, a transaction coordinator and some partitions, on a simulated disk; its markers may be lost, late and doubled. */
final class TransactionWorld {
    private static final Path PATH = Path.of("/data");
    private static final String STATE = "__transaction_state";
    private static final int SHARDS = 2;
    static final int PARTITIONS = 3;

    final Simulation simulation;
    final SimulatedDisk disk;
    private final PartitionConfig config = new PartitionConfig(LogConfig.DEFAULT, RecordValidation.DEFAULT, 1, FlushPolicy.ACKS_ALL);
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final List<SimulatedLoop> all = new ArrayList<>();
    final Map<TopicPartition, Partition> partitions = new TreeMap<>(Comparator.comparing(TopicPartition::toString));
    TransactionCoordinator coordinator;
    private final Map<TopicPartition, Integer> leaderEpochs = new HashMap<>();
    private long nextProducerId = 1_000;
    /** Out of 100 markers, each kind of mishap. */
    int mishaps;

    TransactionWorld(long seed) {
        simulation = new Simulation(seed);
        disk = new SimulatedDisk(simulation.clock());
        LogDirectory.format(disk, PATH, new DirectoryIdentity(1, "cluster", new Uuid(1, 2)));
        disk.syncDirectory(Path.of("/"));
        start();
    }

    private void start() {
        for (int i = 0; i < 2; i++) loops.add(simulation.newLoop("loop-" + i));
        var worker = simulation.newLoop("worker");
        all.addAll(loops);
        all.add(worker);
        var directory = LogDirectory.open(PATH, 1, "cluster", new LogDirectory.Environment(disk, simulation.clock(), worker, simulation.random(), 100));
        var offsets = new CoordinatorShards<Groups>("__consumer_offsets", () -> 0, null, null);
        var writer = new MarkerWriter(offsets);
        coordinator = new TransactionCoordinator(STATE, () -> SHARDS, () -> new ShardConfig(1 << 20, 5_000, CompressionType.NONE),
                () -> new TransactionConfig(900_000, Integer.MAX_VALUE, 3_600_000, (short) 2), receiver -> receiver.accept(nextProducerId++),
                (marker, partition, whenDone) -> send(writer, marker, partition, whenDone));
        var questions = new HashMap<SimulatedLoop, TransactionQuestions>();
        for (var loop : loops) questions.put(loop, new TransactionQuestions(loop, coordinator, () -> new TransactionQuestions.Config(true, 20, 100)));
        for (int i = 0; i < SHARDS; i++) open(directory, new TopicPartition(STATE, i), questions);
        for (int i = 0; i < PARTITIONS; i++) open(directory, TransactionRig.partition(i), questions);
    }

    private void open(LogDirectory directory, TopicPartition name, Map<SimulatedLoop, TransactionQuestions> questions) {
        var loop = loops.get(name.partition() % loops.size());
        var partition = new Partition(name, new Uuid(7, name.hashCode()), loop, new RecordBatchValidator(), config, leading(name));
        partition.verifyTransactions(questions.get(loop));
        if (name.topic().equals(STATE)) coordinator.shards().add(partition);
        partitions.put(name, partition);
        loop.execute(() -> partition.open(directory));
    }

    private PartitionAssignment leading(TopicPartition name) {
        return new PartitionAssignment(true, 1, leaderEpochs.merge(name, 1, Integer::sum), 1, 1);
    }

    private void send(MarkerWriter writer, TransactionMarker marker, TopicPartition name, Consumer<ErrorCode> whenDone) {
        var partition = partitions.get(name);
        int fate = simulation.random().nextInt(100);
        if (fate < mishaps) {
            whenDone.accept(ErrorCode.REQUEST_TIMED_OUT);
        } else if (fate < 2 * mishaps) {
            writer.write(marker, partition, error -> whenDone.accept(ErrorCode.REQUEST_TIMED_OUT));
        } else {
            writer.write(marker, partition, whenDone);
            // Where the epoch tells transactions apart, one may even come when all is over.
            if (fate < 3 * mishaps && marker.version() >= 2) later(partition, () -> writer.write(marker, partition, error -> {}));
        }
    }

    private void later(Partition partition, Runnable task) {
        long delayMs = simulation.random().nextInt(3_000);
        partition.loop().execute(() -> partition.loop().schedule(delayMs, task));
    }

    void powerCut() {
        for (var loop : all) loop.kill();
        all.clear();
        loops.clear();
        partitions.clear();
        disk.crash(simulation.random());
        start();
    }

    /** A partition is led under a new epoch: a coordinator's shard is loaded anew. */
    void elect() {
        var names = List.copyOf(partitions.keySet());
        var name = names.get(simulation.random().nextInt(names.size()));
        var partition = partitions.get(name);
        var assignment = leading(name);
        partition.loop().execute(() -> partition.assign(assignment));
    }

    void append(TopicPartition name, Append append) {
        var partition = partitions.get(name);
        partition.loop().execute(() -> partition.whenSettled(() -> partition.append(append)));
    }

    boolean isOffline() {
        return partitions.values().stream().anyMatch(partition -> partition.leaderError(-1) == ErrorCode.KAFKA_STORAGE_ERROR);
    }

    boolean isStable() {
        return partitions.values().stream().allMatch(partition -> partition.log() != null
                && partition.log().lastStableOffset() == partition.log().endOffset());
    }

    /** What is committed in a partition, in order, by the plain reading of its markers. */
    List<String> committed(int index) {
        var partition = partitions.get(TransactionRig.partition(index));
        var committed = new ArrayList<String>();
        var open = new HashMap<Long, List<String>>();
        for (long offset = partition.log().logStartOffset(); offset < partition.log().endOffset(); ) {
            var read = (PartitionRead.Data) partition.read(offset, Integer.MAX_VALUE, true, IsolationLevel.LOG_END, -1, -1);
            var cursor = new RecordBatchCursor();
            cursor.reset(read.slice().toByteBuffer());
            for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                offset = batch.nextOffset();
                try (var records = batch.records(1 << 20)) {
                    for (var record = records.next(); record != null; record = records.next()) {
                        var values = open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>());
                        if (!batch.isControl()) {
                            values.add(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString());
                            continue;
                        }
                        if (ControlRecordType.ofKey(record.key()) == ControlRecordType.COMMIT) committed.addAll(values);
                        values.clear();
                    }
                }
            }
            read.slice().release();
        }
        return committed;
    }
}
