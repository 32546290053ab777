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
    private static final int EVERYDAY_ROUNDS = 2;
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

    /** @param isRunning whether a broker has the files in use when they are damaged, and is killed then @param isUnknown whether nobody knows what was durable */
    private record Case(Kind kind, Damage damage, State state, boolean isRunning, boolean isUnknown, String topic) {
        /** Whether a start after it cannot rely on what a clean stop leaves. */
        boolean isKilled() {
            return isRunning || state.name().equals("killed");
        }

        /** What is not known to be durable ends where it is not whole, and the partition goes on there. */
        boolean mustGoOn() {
            return isUnknown && damage != Damage.MISSING;
        }

        long recoveryPoint(String topic) {
            return isUnknown ? 0 : state.recoveryPoints().getOrDefault(topic, 0L);
        }
    }

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
        // What a start after a crash is about is never left out.
        cases.add(new Case(Kind.LAST_LOG, Damage.FLIPPED_BIT, written.killed, false, true, WrittenDirectory.NUMBERED));
        for (var kind : Kind.values()) {
            for (var damage : isWhole ? List.of(Damage.values()) : List.of(Damage.values()[random.nextInt(Damage.values().length)])) {
                for (int when : isWhole ? new int[] {0, 1, 2} : new int[] {random.nextInt(3)}) {
                    var topic = kind == Kind.TRANSACTION_INDEX ? WrittenDirectory.MARKED
                            : WrittenDirectory.TOPICS.get(random.nextInt(WrittenDirectory.TOPICS.size()));
                    boolean isUnknown = when == 0 && kind.isLog() && random.nextBoolean();
                    cases.add(new Case(kind, damage, when == 0 ? written.killed : written.stopped, when == 2, isUnknown, topic));
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
            var older = written.older.resolve(data.relativize(file));
            String done = one.isRunning ? damageInUse(one, data, file, older, random, problems) : one.damage.doTo(file, older, random);
            if (done == null) return problems;
            if (one.isUnknown) Files.delete(Kind.RECOVERY_POINTS.in(data, one.topic));
            var where = one.state.name() + (one.isRunning ? " and running " : one.isUnknown ? ", recovery point unknown, " : " ") + done + ": ";
            try (var broker = BarnabasProcess.with().data(data).start()) {
                check(broker, one, random, problems);
            } catch (ChildProcess.EndedException e) {
                boolean isTold = e.getMessage().contains(file.getFileName().toString()) || one.kind == Kind.IDENTITY;
                if (!one.kind.isOfDirectory() || !isTold) problems.add("does not start: " + e.getMessage());
            }
            if (one.kind == Kind.TRANSACTION_INDEX && lacksOnlyEntries(file, before)) problems.removeIf(problem -> problem.contains(ServedRecords.ABORTED));
            problems.replaceAll(problem -> where + problem);
            return problems;
        } finally {
            delete(data);
        }
    }

    /** What is in use is not looked at again, so it need not be noticed: but nothing wrong may be given. */
    private static String damageInUse(Case one, Path data, Path file, Path older, RandomGenerator random, List<String> problems) throws Exception {
        try (var broker = BarnabasProcess.with().data(data).start()) {
            for (var topic : WrittenDirectory.TOPICS) ServedRecords.of(broker, one.state, topic, random);
            // A start takes the mark of a clean stop away.
            if (!Files.exists(file)) return null;
            var done = one.damage.doTo(file, older, random);
            for (var topic : WrittenDirectory.TOPICS) {
                var served = ServedRecords.of(broker, one.state, topic, random);
                served.problems().forEach(problem -> problems.add(topic + " " + problem));
                if (served.error() != null && !topic.equals(one.topic)) problems.add(topic + " is refused: " + served.error());
                if (served.firstMissing() != Long.MAX_VALUE) problems.add(topic + " lacks offset=" + served.firstMissing() + " and nobody says so");
            }
            broker.process().kill();
            return done;
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
            if (served.error() != null && (!mayLose || one.mustGoOn())) problems.add(topic + " is refused: " + served.error());
            // After a kill a bad batch beyond the recovery point is one that was never finished.
            boolean mayBeCut = mayLose && one.isKilled() && served.firstMissing() >= one.recoveryPoint(topic);
            boolean isComplete = served.firstMissing() == Long.MAX_VALUE;
            if (!isComplete && !mayBeCut) problems.add(topic + " lacks offset=" + served.firstMissing() + " and nobody says so");
            if (served.error() == null && (isComplete || mayBeCut)) goOn(broker, one.state, topic, isComplete, problems);
        }
    }

    /** Batches that are sent again are known, and new ones come behind. */
    private static void goOn(Broker broker, State state, String topic, boolean isComplete, List<String> problems) throws Exception {
        try (var client = new RawClient(broker.port())) {
            if (topic.equals(WrittenDirectory.NUMBERED) && isComplete) {
                for (var batch : state.batches()) {
                    long offset = WrittenDirectory.produce(client, topic, batch.bytes().duplicate());
                    if (offset != batch.baseOffset()) problems.add("a batch is stored twice: offset=%d again at=%d".formatted(batch.baseOffset(), offset));
                }
            }
            var batch = new RecordBatchBuilder().append(System.currentTimeMillis(), null, ByteBuffer.wrap(Clients.bytes("behind"))).build();
            long offset = WrittenDirectory.produce(client, topic, batch);
            if (isComplete && offset < state.endOffsets().get(topic)) problems.add(topic + " gave an offset twice: " + offset);
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
