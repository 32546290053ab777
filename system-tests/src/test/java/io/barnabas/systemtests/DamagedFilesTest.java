package io.barnabas.systemtests;

import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.systemtests.WrittenDirectory.State;
import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.ChildProcess;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every kind of file in a log directory, damaged in every way, after a stop and after a kill: what a consumer is given was written
 * there, whatever is missing is behind an error, and what can be made again is.
 */
class DamagedFilesTest {
    private static final int EVERYDAY_ROUNDS = 3;
    private static final int LONG_ROUNDS = 2;
    private static final int ABORTED_ENTRY_BYTES = 34;

    /** What is damaged: files of a partition, and of the whole directory. */
    private enum Kind {
        FIRST_LOG(".log"), MIDDLE_LOG(".log"), LAST_LOG(".log"), FIRST_INDEX(".index"), LAST_INDEX(".index"), FIRST_TIME_INDEX(".timeindex"),
        LAST_TIME_INDEX(".timeindex"), TRANSACTION_INDEX(".txnindex"), FIRST_SNAPSHOT(".snapshot"), LAST_SNAPSHOT(".snapshot"),
        EPOCHS("leader-epoch-checkpoint"), METADATA("partition.metadata"), RECOVERY_POINTS("recovery-point-offset-checkpoint"),
        LOG_STARTS("log-start-offset-checkpoint"), HIGH_WATERMARKS("replication-offset-checkpoint"), CLEANER_OFFSETS("cleaner-offset-checkpoint"),
        IDENTITY("meta.properties"), CLEAN_STOP(".kafka_cleanshutdown");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }

        boolean isOfDirectory() {
            return compareTo(RECOVERY_POINTS) >= 0;
        }

        boolean isLog() {
            return compareTo(LAST_LOG) <= 0;
        }

        /** @return null if there is none */
        Path in(Path data, String topic) throws IOException {
            if (isOfDirectory()) return Files.exists(data.resolve(suffix)) ? data.resolve(suffix) : null;
            try (var files = Files.list(data.resolve(topic + "-0"))) {
                var found = files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
                if (found.isEmpty()) return null;
                return found.get(name().startsWith("LAST") ? found.size() - 1 : name().startsWith("MIDDLE") ? found.size() / 2 : 0);
            }
        }
    }

    private record Case(Kind kind, Damage damage, State state, String topic) {}

    @Test
    void whatIsDamagedIsMadeAgainOrRefusedAndNeverServed() throws Exception {
        run(EVERYDAY_ROUNDS, false);
    }

    @Test
    @Tag("long")
    void whatIsDamagedIsMadeAgainOrRefusedHoweverItIsDamaged() throws Exception {
        run(Integer.getInteger("barnabas.seeds", LONG_ROUNDS), true);
    }

    private static void run(int rounds, boolean isWhole) throws Exception {
        long seed = Long.getLong("barnabas.seed", System.nanoTime() & 0xFFFFFFFFL);
        System.out.println("seed=" + seed);
        var random = Seeds.random(seed);
        var written = new WrittenDirectory(random);
        var found = new ArrayList<String>();
        int count = 0;
        for (int round = 0; round < rounds; round++) {
            for (var one : cases(written, random, isWhole)) {
                found.addAll(play(written, one, random));
                count++;
            }
        }
        System.out.println("cases=" + count + " seed=" + seed);
        if (!found.isEmpty()) throw new AssertionError("seed=" + seed + " problems=" + found.size() + "\n  " + String.join("\n  ", found));
    }

    /** @param isWhole every combination; else each kind of file once, damaged in some way */
    private static List<Case> cases(WrittenDirectory written, RandomGenerator random, boolean isWhole) {
        var cases = new ArrayList<Case>();
        for (var kind : Kind.values()) {
            for (var damage : isWhole ? List.of(Damage.values()) : List.of(Damage.values()[random.nextInt(Damage.values().length)])) {
                for (var state : isWhole ? List.of(written.stopped, written.killed) : List.of(random.nextBoolean() ? written.stopped : written.killed)) {
                    var topic = kind == Kind.TRANSACTION_INDEX ? WrittenDirectory.MARKED
                            : WrittenDirectory.TOPICS.get(random.nextInt(WrittenDirectory.TOPICS.size()));
                    cases.add(new Case(kind, damage, state, topic));
                }
            }
        }
        return cases;
    }

    /** @return what is wrong */
    private static List<String> play(WrittenDirectory written, Case one, RandomGenerator random) throws Exception {
        var data = Directories.copy(one.state.path(), Repository.newScratch("damaged").resolve("data"));
        var problems = new ArrayList<String>();
        try {
            var file = one.kind.in(data, one.topic);
            if (file == null) return problems;
            byte[] before = Files.readAllBytes(file);
            var done = one.damage.doTo(file, written.older.resolve(data.relativize(file)), random);
            if (done == null) return problems;
            var where = one.state.name() + " " + done + ": ";
            try (var broker = BarnabasProcess.with().data(data).start()) {
                check(broker, one, random, problems);
                if (one.kind == Kind.TRANSACTION_INDEX && lacksOnlyEntries(file, before)) problems.removeIf(problem -> problem.contains(ServedRecords.ABORTED));
                problems.replaceAll(problem -> where + problem);
            } catch (ChildProcess.EndedException e) {
                boolean isTold = e.getMessage().contains(file.getFileName().toString()) || one.kind == Kind.IDENTITY;
                if (!one.kind.isOfDirectory() || !isTold) problems.add(where + "does not start: " + e.getMessage());
            }
            return problems;
        } finally {
            delete(data);
        }
    }

    /** Nothing tells an index that has lost its last entries, or all of them with its file, from one that never had them. */
    private static boolean lacksOnlyEntries(Path file, byte[] before) throws IOException {
        if (!Files.exists(file)) return true;
        byte[] left = Files.readAllBytes(file);
        return left.length > 0 && left.length % ABORTED_ENTRY_BYTES == 0 && left.length < before.length
                && Arrays.equals(left, Arrays.copyOf(before, left.length));
    }

    private static void check(Broker broker, Case one, RandomGenerator random, List<String> problems) throws Exception {
        for (var topic : WrittenDirectory.TOPICS) {
            var served = ServedRecords.of(broker, one.state, topic, random);
            served.problems().forEach(problem -> problems.add(topic + " " + problem));
            boolean isDamaged = one.kind.isOfDirectory() || topic.equals(one.topic);
            boolean mayLose = isDamaged && (one.kind.isLog() || one.kind.isOfDirectory());
            if (served.error() != null && !mayLose) problems.add(topic + " is refused: " + served.error());
            // After a kill a bad batch beyond the recovery point is one that was never finished.
            boolean mayBeCut = mayLose && one.state.name().equals("killed") && served.firstMissing() >= one.state.recoveryPoints().getOrDefault(topic, 0L);
            boolean isComplete = served.firstMissing() == Long.MAX_VALUE;
            if (!isComplete && !mayBeCut) problems.add(topic + " lacks offset=" + served.firstMissing() + " and nobody says so");
            if (served.error() == null && isComplete) goOn(broker, one.state, topic, problems);
        }
    }

    /** Batches that are sent again are known, and new ones come behind. */
    private static void goOn(Broker broker, State state, String topic, List<String> problems) throws Exception {
        try (var client = new RawClient(broker.port())) {
            if (topic.equals(WrittenDirectory.NUMBERED)) {
                for (var batch : state.batches()) {
                    long offset = WrittenDirectory.produce(client, topic, batch.bytes().duplicate());
                    if (offset != batch.baseOffset()) problems.add("a batch is stored twice: offset=%d again at=%d".formatted(batch.baseOffset(), offset));
                }
            }
            var batch = new RecordBatchBuilder().append(System.currentTimeMillis(), null, ByteBuffer.wrap(Clients.bytes("behind"))).build();
            long offset = WrittenDirectory.produce(client, topic, batch);
            if (offset < state.endOffsets().get(topic)) problems.add(topic + " gave an offset twice: " + offset);
        } catch (AssertionError e) {
            problems.add(e.getMessage());
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
