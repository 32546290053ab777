package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One data directory goes from one broker to the other and back, altered and written by each: both must show the same of it, and
 * Apache Kafka's dump tool find nothing wrong in its files.
 */
class ExchangeTest {
    private static final int MOVES = 4;
    private static final int LINES_TOLD_MAX = 20;

    private enum Quorum { STATIC, DYNAMIC }

    private enum Stop { CLEAN, KILLED }

    private final ExchangeScenes scenes = new ExchangeScenes(5);
    private Path data;
    private Quorum quorum;

    @Test
    void fromApacheKafkaStoppedCleanly() throws Exception {
        exchange(true, Quorum.DYNAMIC, Stop.CLEAN);
    }

    @Test
    void fromBarnabasKilled() throws Exception {
        exchange(false, Quorum.DYNAMIC, Stop.KILLED);
    }

    @Test
    @Tag("long")
    void fromApacheKafkaKilled() throws Exception {
        exchange(true, Quorum.DYNAMIC, Stop.KILLED);
    }

    @Test
    @Tag("long")
    void fromApacheKafkaWithAStaticQuorumStoppedCleanly() throws Exception {
        exchange(true, Quorum.STATIC, Stop.CLEAN);
    }

    @Test
    @Tag("long")
    void fromApacheKafkaWithAStaticQuorumKilled() throws Exception {
        exchange(true, Quorum.STATIC, Stop.KILLED);
    }

    @Test
    @Tag("long")
    void fromBarnabasStoppedCleanly() throws Exception {
        exchange(false, Quorum.DYNAMIC, Stop.CLEAN);
    }

    /** The two take turns, so that each finds what the other has left. */
    private void exchange(boolean kafkaBegins, Quorum quorum, Stop stop) throws Exception {
        data = Repository.newScratch("exchanged").resolve("data");
        this.quorum = quorum;
        List<String> left = null;
        String committed = null;
        for (int move = 0; move < MOVES; move++) {
            boolean isKafka = kafkaBegins == (move % 2 == 0);
            try (var broker = isKafka ? kafka() : barnabas()) {
                if (left != null) assertSame(left, ClusterView.of(broker), broker);
                if (isKafka && committed != null) assertEquals(committed, ExchangeScenes.committedOffsets(broker));
                if (move == 0) scenes.fill(broker);
                else scenes.change(broker, move);
                if (isKafka && committed == null) scenes.fillFurther(broker);
                if (isKafka) committed = ExchangeScenes.committedOffsets(broker);
                left = ClusterView.of(broker);
                if (stop == Stop.CLEAN) broker.process().terminate();
                else broker.process().kill();
            }
            if (stop == Stop.CLEAN) assertFilesAreSound();
        }
    }

    private Broker kafka() {
        var setup = KafkaPeer.with().data(data).allFeatures().setting("log.retention.check.interval.ms", "100").setting("log.cleaner.backoff.ms", "100")
                .setting("log.flush.start.offset.checkpoint.interval.ms", "100").setting("log.initial.task.delay.ms", "100")
                .setting("offsets.topic.num.partitions", "2").setting("transaction.state.log.num.partitions", "2");
        return (quorum == Quorum.STATIC ? setup.staticQuorum() : setup).start();
    }

    private Broker barnabas() {
        return BarnabasProcess.with().data(data).setting("log.retention.check.interval.ms", "100").setting("log.cleaner.backoff.ms", "100").start();
    }

    private static void assertSame(List<String> left, List<String> found, Broker broker) {
        var missing = new ArrayList<>(left);
        missing.removeAll(found);
        var added = new ArrayList<>(found);
        added.removeAll(left);
        assertEquals(first(missing), first(added), () -> "what " + broker.name() + " shows otherwise than was left");
        assertEquals(left, found, "in another order");
    }

    private static String first(List<String> lines) {
        return String.join("\n", lines.subList(0, Math.min(LINES_TOLD_MAX, lines.size())));
    }

    private void assertFilesAreSound() throws IOException {
        try (var paths = Files.walk(data, 2)) {
            var files = paths.filter(path -> path.toString().matches(".*\\.(log|index|timeindex|txnindex|snapshot|checkpoint)")
                    && !path.getParent().getFileName().toString().endsWith("-delete") && size(path) > 0).map(Path::toString).toList();
            var told = KafkaTools.dumpLog("--files", String.join(",", files)).successful().lines();
            var wrong = told.stream().filter(line -> line.matches("(?i).*(mismatch|non-consecutive|out of order|corrupt|invalid|error).*")).toList();
            assertEquals(List.of(), wrong);
        }
    }

    private static long size(Path path) {
        return path.toFile().length();
    }
}
