package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.GroupJoin.Protocol;
import io.barnabas.model.CompressionType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The table of goals: each load that the table shows, in its order, with its values. What a goal is about is measured with
 * acknowledgements like Apache Kafka's; the durable ones are shown below.
 */
final class Metrics {
    /** One block of the table. */
    record Block(int metric, String load, Durability durability, List<Row> rows) {
        Key key(Side side) {
            return new Key(metric, load, durability, side);
        }
    }

    static final String ACKS_1 = "acks=1";
    static final String ACKS_ALL = "acks=all";
    static final String SMALL_PRODUCE = "produce, 4 connections x 5, one record of 100 B";
    static final String SMALL_PRODUCE_AWAKE = SMALL_PRODUCE + ", cores kept awake";
    static final String SYNCHRONOUS = "produce, 1 x 1, one record of 100 B";
    static final String SYNCHRONOUS_AWAKE = "produce, 1 x 1, one record of 100 B, cores kept awake";
    static final String MOST_REQUESTS = "produce, 16 x 50, one record of 100 B";
    static final String BATCHES_16K = "produce, 4 x 2, batches of 16 KiB";
    static final String BATCHES_1M = "produce, 2 x 2, batches of 1 MiB";
    static final String FETCH_4X1 = "fetch of one record, 4 x 1";
    static final String FETCH_4X5 = "fetch of one record, 4 x 5";
    static final String IN_SESSIONS = " in sessions";
    static final String FETCH_1M = "fetch of 1 MiB, 2 x 1";
    static final String TENTH = "10 % of Kafka's best rate";
    static final String HALF = "50 % of Kafka's best rate";
    static final String CONSUMED = ", until consumed";
    static final String ACKNOWLEDGED = ", until acknowledged";
    static final String AFTER_START = "memory after start";
    static final String AFTER_LOADS = "memory after loads 1 to 7";
    static final String IDLE = "idle with ";
    static final String ONE_PRODUCER = "produce, 1 x 1, acks=all, every answer after a sync";
    static final String MANY_PRODUCERS = "produce, 100 x 1, acks=all, every answer after a sync";
    static final String ALL_JARS = "all jars";
    static final String JARS_WITHOUT_NATIVES = "jars without compression natives";
    static final String SOAK = "soak, 70 % of its best rate";
    static final String FRESH = "batches of 16 KiB into fresh partitions";
    static final String CREATE = "created, until each took a write";
    static final String RESTART = "kill -9 and restart until all leaders answer";
    private static final String COMPACTION = "a pass of compaction over ";
    private static final String TAIL = "produce to consume at 2,000/s, ";
    static final String TAIL_ALONE = TAIL + "alone";
    static final String TRANSACTIONS = "transactions, %d producers, a record to each of %d partitions"
            .formatted(TransactionSession.PRODUCERS, TransactionSession.PARTITIONS_EACH);
    static final String START_WITHOUT_GROUPS = "exec until all coordinators answer, no groups";
    /** On {@link Side#MACHINE}. */
    static final String SYNC = "a write of 4 KiB and its fdatasync";

    /** Partition counts of the scaling curve below the most. */
    static final List<Integer> SCALE = List.of(6, 100, 1_000);
    static final int PARTITIONS_MAX = 10_000;
    /** Of the batches in logs that are compacted. */
    static final List<CompressionType> COMPACTED = List.of(CompressionType.NONE, CompressionType.LZ4, CompressionType.ZSTD);

    /** Readers of old data beside the tail; a quick run has the fewest only. */
    static final List<Integer> BACK_FILLING = List.of(1, 4);

    static final int COMMITTING_GROUPS = 50;
    /** Partitions in one commit. */
    static final List<Integer> COMMITTED = List.of(1, 10);

    static final int JOINING_MEMBERS = 500;
    static final int JOINED_PARTITIONS = 1_000;

    /** Groups that a broker starts with; in a quick run. */
    static final int GROUPS = 100_000;
    static final int GROUPS_QUICK = 10_000;

    private static final Row[] LATENCIES = {Row.of(Value.P50_US), Row.of(Value.P99_US), Row.of(Value.P999_US)};

    private Metrics() {}

    static String withAcks(String load, int acks) {
        return load + ", " + (acks == 1 ? ACKS_1 : ACKS_ALL);
    }

    static String scaled(String load, int partitionCount) {
        return load + ", " + partitions(partitionCount);
    }

    static String partitions(int count) {
        return String.format(Locale.ROOT, "%,d partitions", count);
    }

    static String start(int javaVersion) {
        return "exec to the first answered Metadata, JDK " + javaVersion;
    }

    static String compaction(CompressionType codec) {
        return COMPACTION + (codec == CompressionType.NONE ? "plain batches" : "batches packed by " + codec.name().toLowerCase(Locale.ROOT));
    }

    static String tailBeside(int readerCount, boolean isEvicted) {
        return TAIL + "beside %d of old data, %s".formatted(readerCount, isEvicted ? "evicted from the page cache (dd)" : "in the page cache");
    }

    static String commit(int partitionCount) {
        return "commit of %d offset%s, %d groups x 1".formatted(partitionCount, partitionCount == 1 ? "" : "s", COMMITTING_GROUPS);
    }

    static String join(Protocol protocol, int memberCount, int partitionCount) {
        return "%s group of %d joins over %s, until all have theirs".formatted(protocol.name().toLowerCase(Locale.ROOT), memberCount, partitions(partitionCount));
    }

    static String startWith(int groupCount, int offsetsEach) {
        return String.format(Locale.ROOT, "exec until all coordinators answer, %,d groups with %d offsets each", groupCount, offsetsEach);
    }

    /**
     * @param javaVersions  of the JDKs that brokers are started on, for metric 9
     * @param kafkaMost     partitions that Apache Kafka has at most
     */
    static List<Block> blocks(List<Integer> javaVersions, int kafkaMost) {
        var blocks = new ArrayList<Block>();
        loads(blocks, Durability.LIKE_KAFKA);
        for (int javaVersion : javaVersions) {
            boolean isNew = javaVersion >= 25;
            blocks.add(block(9, start(javaVersion), Row.of(Value.WALL_SECONDS, Goal.atMost(isNew ? 0.5 : 1)),
                    Row.of(Value.CPU_SECONDS, isNew ? Goal.atMost(0.5) : Goal.NONE)));
        }
        blocks.add(block(10, AFTER_START, Row.of(Value.RESIDENT_MB, Goal.atMost(90))));
        blocks.add(block(10, AFTER_LOADS, Row.of(Value.RESIDENT_MB, Goal.atMost(150)), Row.of(Value.PEAK_RESIDENT_MB)));
        scaling(blocks, kafkaMost);
        loads(blocks, Durability.DURABLE);
        blocks.add(new Block(16, ONE_PRODUCER, Durability.DURABLE, List.of(Row.of(Value.P50_US, Goal.atMost(300)), Row.of(Value.P99_US),
                Row.of(Value.P50_SYNCS), Row.of(Value.REQUESTS_PER_SECOND), Row.of(Value.CPU_US))));
        blocks.add(new Block(16, MANY_PRODUCERS, Durability.DURABLE, List.of(Row.of(Value.REQUESTS_PER_SECOND, Goal.timesBetter(10)),
                Row.of(Value.P50_US), Row.of(Value.P99_US), Row.of(Value.P50_SYNCS, Goal.atMost(2.5)), Row.of(Value.CPU_US))));
        blocks.add(block(19, ALL_JARS, Row.of(Value.SIZE_MB, Goal.atMost(15))));
        blocks.add(block(19, JARS_WITHOUT_NATIVES, Row.of(Value.SIZE_MB, Goal.atMost(5))));
        blocks.add(block(20, SOAK, Row.of(Value.MB_PER_MINUTE, Goal.atMost(1)), Row.of(Value.P999_TIMES_FIRST, Goal.atMost(1.2)),
                Row.of(Value.RESIDENT_MB), Row.of(Value.REQUESTS_PER_SECOND)));
        for (var codec : COMPACTED) {
            blocks.add(block(21, compaction(codec), Row.of(Value.CPU_SECONDS_PER_GIB, Goal.timesBetter(3)), Row.of(Value.MIB_PER_SECOND),
                    Row.of(Value.PEAK_RESIDENT_MB, Goal.timesBetter(4)), Row.of(Value.GROWN_MB)));
        }
        tail(blocks);
        groups(blocks);
        blocks.sort(Comparator.comparingInt(Block::metric));
        return blocks;
    }

    private static void loads(List<Block> blocks, Durability durability) {
        boolean isGoal = durability == Durability.LIKE_KAFKA;
        for (int acks : new int[] {1, -1}) {
            boolean counts = isGoal && acks == 1;
            blocks.add(new Block(1, withAcks(SMALL_PRODUCE, acks), durability, rows(Row.of(Value.CPU_US, goal(counts, Goal.atMost(4))),
                    Row.of(Value.REQUESTS_PER_SECOND), LATENCIES)));
            blocks.add(new Block(2, withAcks(SYNCHRONOUS, acks), durability, synchronous(counts)));
            if (counts) blocks.add(new Block(2, withAcks(SYNCHRONOUS_AWAKE, acks), durability, synchronous(true)));
            if (counts) blocks.add(new Block(3, withAcks(MOST_REQUESTS, acks), durability, rows(
                    Row.of(Value.REQUESTS_PER_SECOND, Goal.atLeast(250_000)), Row.of(Value.CPU_US), LATENCIES)));
            blocks.add(new Block(4, withAcks(BATCHES_16K, acks), durability, List.of(
                    Row.of(Value.CPU_SECONDS_PER_GIB, goal(counts, Goal.atMost(1.5))), Row.of(Value.MIB_PER_SECOND), Row.of(Value.P99_US))));
            if (counts) blocks.add(new Block(5, withAcks(BATCHES_1M, acks), durability, List.of(
                    Row.of(Value.CPU_SECONDS_PER_GIB, Goal.timesBetter(1.5)), Row.of(Value.MIB_PER_SECOND), Row.of(Value.P99_US))));
        }
        if (durability == Durability.DURABLE) return;
        for (String load : List.of(FETCH_4X1, FETCH_4X1 + IN_SESSIONS, FETCH_4X5)) {
            blocks.add(block(6, load, rows(Row.of(Value.CPU_US, Goal.atMost(4)), Row.of(Value.REQUESTS_PER_SECOND), LATENCIES)));
        }
        blocks.add(block(7, FETCH_1M, Row.of(Value.CPU_SECONDS_PER_GIB, Goal.atMost(0.22)), Row.of(Value.MIB_PER_SECOND)));
        for (String rate : List.of(TENTH, HALF)) {
            for (String end : List.of(CONSUMED, ACKNOWLEDGED)) {
                boolean counts = end.equals(CONSUMED);
                blocks.add(block(8, rate + end, Row.of(Value.P50_US, goal(counts, Goal.timesBetter(2))), Row.of(Value.P90_US), Row.of(Value.P99_US),
                        Row.of(Value.P999_US, goal(counts, Goal.timesBetter(3))), Row.of(Value.P9999_US), Row.of(Value.CPU_US),
                        Row.of(Value.LATENESS_P99_US)));
            }
        }
    }

    private static void tail(List<Block> blocks) {
        blocks.add(block(22, TAIL_ALONE, Row.of(Value.P50_US), Row.of(Value.P99_US), Row.of(Value.P999_US), Row.of(Value.CPU_PERCENT)));
        for (int readerCount : BACK_FILLING) {
            for (boolean isEvicted : new boolean[] {false, true}) {
                blocks.add(block(22, tailBeside(readerCount, isEvicted), Row.of(Value.P50_US, Goal.timesBetter(1)), Row.of(Value.P50_TIMES_ALONE),
                        Row.of(Value.P99_US, Goal.timesBetter(1)), Row.of(Value.P99_TIMES_ALONE), Row.of(Value.P999_US, Goal.timesBetter(1)),
                        Row.of(Value.P999_TIMES_ALONE), Row.of(Value.READERS_MIB_PER_SECOND), Row.of(Value.DISK_MIB_PER_SECOND),
                        Row.of(Value.CPU_PERCENT)));
            }
        }
    }

    private static void groups(List<Block> blocks) {
        for (Durability durability : Durability.values()) {
            boolean isGoal = durability == Durability.LIKE_KAFKA;
            for (int partitionCount : COMMITTED) {
                blocks.add(new Block(23, commit(partitionCount), durability, List.of(Row.of(Value.REQUESTS_PER_CPU_SECOND, goal(isGoal, Goal.timesBetter(5))),
                        Row.of(Value.CPU_US), Row.of(Value.REQUESTS_PER_SECOND), Row.of(Value.P50_US), Row.of(Value.P99_US))));
            }
            blocks.add(new Block(25, TRANSACTIONS, durability, List.of(Row.of(Value.TRANSACTIONS_PER_SECOND, goal(isGoal, Goal.timesBetter(3))),
                    Row.of(Value.TRANSACTION_CPU_US), Row.of(Value.P50_US), Row.of(Value.P99_US))));
        }
        for (Protocol protocol : Protocol.values()) {
            blocks.add(block(24, join(protocol, JOINING_MEMBERS, JOINED_PARTITIONS), Row.of(Value.WALL_SECONDS, Goal.timesBetter(2)), Row.of(Value.CPU_SECONDS)));
        }
        blocks.add(block(26, START_WITHOUT_GROUPS, Row.of(Value.WALL_SECONDS), Row.of(Value.CPU_SECONDS), Row.of(Value.RESIDENT_MB), Row.of(Value.LIVE_HEAP_MB)));
        for (int groupCount : List.of(GROUPS_QUICK, GROUPS)) {
            blocks.add(block(26, startWith(groupCount, GroupData.OFFSETS_EACH), Row.of(Value.WALL_SECONDS, Goal.timesBetter(5)),
                    Row.of(Value.LOADING_SECONDS, Goal.timesBetter(5)), Row.of(Value.CPU_SECONDS), Row.of(Value.LOADING_CPU_SECONDS),
                    Row.of(Value.RESIDENT_MB), Row.of(Value.RESIDENT_KB_PER_GROUP), Row.of(Value.LIVE_HEAP_MB), Row.of(Value.HEAP_KB_PER_GROUP)));
        }
    }

    private static List<Row> synchronous(boolean counts) {
        return List.of(Row.of(Value.P50_US, goal(counts, Goal.atMost(20))), Row.of(Value.P99_US, goal(counts, Goal.atMost(60))),
                Row.of(Value.CPU_US, goal(counts, Goal.atMost(12))), Row.of(Value.REQUESTS_PER_SECOND));
    }

    private static void scaling(List<Block> blocks, int kafkaMost) {
        var counts = new ArrayList<>(SCALE);
        if (!counts.contains(kafkaMost)) counts.add(kafkaMost);
        if (!counts.contains(PARTITIONS_MAX)) counts.add(PARTITIONS_MAX);
        for (int count : counts) {
            boolean most = count == PARTITIONS_MAX;
            for (String load : scaledLoads(count)) {
                blocks.add(block(11, scaled(load, count), Row.of(Value.CPU_US, goal(most, Goal.atMost(6))),
                        Row.of(Value.REQUESTS_PER_SECOND, goal(most, Goal.atLeast(100_000))), Row.of(Value.P99_US)));
            }
        }
        for (int count : counts) {
            if (SCALE.contains(count) && count != kafkaMost) continue;
            boolean most = count == PARTITIONS_MAX;
            blocks.add(block(11, scaled(FRESH, count), Row.of(Value.CPU_SECONDS_PER_GIB), Row.of(Value.MIB_PER_SECOND)));
            blocks.add(block(11, scaled(BATCHES_16K, count), Row.of(Value.CPU_SECONDS_PER_GIB), Row.of(Value.MIB_PER_SECOND),
                    Row.of(Value.CPU_TIMES_FEW, goal(most, Goal.atMost(1.1))), Row.of(Value.RATE_TIMES_FEW, goal(most, Goal.atLeast(0.9)))));
            blocks.add(block(11, scaled(TENTH + ACKNOWLEDGED, count), Row.of(Value.P50_US), Row.of(Value.P99_US), Row.of(Value.P999_US), Row.of(Value.CPU_US),
                    Row.of(Value.CPU_TIMES_FEW, goal(most, Goal.atMost(1.1)))));
            blocks.add(block(12, partitions(count) + " " + CREATE, Row.of(Value.WALL_SECONDS, goal(most, Goal.atMost(3))),
                    Row.of(Value.CPU_SECONDS), Row.of(Value.RESIDENT_MB), Row.of(Value.OPEN_FILES)));
            blocks.add(block(13, partitions(count) + ", " + RESTART, Row.of(Value.WALL_SECONDS, goal(most, Goal.atMost(3))),
                    Row.of(Value.CPU_SECONDS, goal(most, Goal.atMost(3))), Row.of(Value.RESIDENT_MB, goal(most, Goal.atMost(250)))));
        }
        blocks.add(block(14, IDLE + partitions(SCALE.get(0)), Row.of(Value.CPU_PERCENT, Goal.atMost(0.3)), Row.of(Value.RESIDENT_MB)));
        for (int count : counts) {
            if (SCALE.contains(count) && count != kafkaMost) continue;
            blocks.add(block(14, IDLE + partitions(count), Row.of(Value.CPU_PERCENT, goal(count == PARTITIONS_MAX, Goal.atMost(0.5))),
                    Row.of(Value.RESIDENT_MB)));
        }
    }

    /** Small produces over so many partitions; over the fewest and the most also without what waking the cores costs. */
    static List<String> scaledLoads(int partitionCount) {
        boolean isEnd = partitionCount == SCALE.get(0) || !SCALE.contains(partitionCount);
        return isEnd ? List.of(SMALL_PRODUCE, SMALL_PRODUCE_AWAKE) : List.of(SMALL_PRODUCE);
    }

    private static Goal goal(boolean counts, Goal goal) {
        return counts ? goal : Goal.NONE;
    }

    private static Block block(int metric, String load, Row... rows) {
        return block(metric, load, List.of(rows));
    }

    private static Block block(int metric, String load, List<Row> rows) {
        return new Block(metric, load, Durability.LIKE_KAFKA, rows);
    }

    private static List<Row> rows(Row first, Row second, Row... more) {
        var rows = new ArrayList<>(List.of(first, second));
        rows.addAll(List.of(more));
        return rows;
    }
}
