package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.Seeds;
import io.barnabas.testkit.process.Command;
import io.barnabas.testkit.process.KafkaTools;
import io.barnabas.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bin/kafka-dump-log.sh} prints what Apache Kafka's tool prints, line by line, and ends as it ends: on what either broker
 * writes, and on files that are damaged.
 */
class DumpLogTest {
    private static final List<String> ENDINGS = List.of(".log", ".index", ".timeindex", ".txnindex", ".snapshot", ".checkpoint");

    private static Path kafka;
    private static Path killed;
    private static Path barnabas;

    @BeforeAll
    static void write() throws Exception {
        kafka = LogSamples.byKafka();
        killed = LogSamples.byKilledKafka();
        barnabas = LogSamples.byBarnabas();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--deep-iteration", "--print-data-log", "--print-data-log --skip-record-metadata", "--verify-index-only --max-bytes 20000"})
    void everyFileOfEitherBrokerIsShownAlike(String options) throws IOException {
        for (Path data : List.of(kafka, killed, barnabas)) same(0, allFiles(data), options);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--deep-iteration", "--print-data-log --skip-record-metadata"})
    void messagesOfOldFormatsAreShownAlike(String options) throws IOException {
        var files = LogSamples.filesIn(OldFormatsTest.write(new Random(11)).path(), ".log").stream().map(Path::toString).toList();
        var shown = same(0, files, options);
        assertTrue(shown.contains(" magic: 0") && shown.contains(" magic: 1") && shown.contains(" magic: 2"));
    }

    @Test
    void brokersLeaveAllKindsOfFiles() throws IOException {
        var names = allFiles(kafka).stream().map(file -> file.substring(file.lastIndexOf('.'))).distinct().sorted().toList();
        assertEquals(ENDINGS.stream().sorted().toList(), names);
    }

    @Test
    void recordsOfInternalTopicsAreDecodedAlike() throws IOException {
        var offsets = same(0, logs(kafka, "__consumer_offsets"), "--offsets-decoder");
        for (int type : new int[] {1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15}) {
            assertTrue(offsets.contains("key: {\"type\":\"" + type + "\""), () -> "no records of type " + type + " in the sample");
        }
        assertTrue(offsets.contains("\"subscription\":{\"topics\"") && offsets.contains("<DELETE>"), "members and deletions wanted");
        same(0, logs(kafka, "__consumer_offsets"), "--offsets-decoder --skip-record-metadata");
        assertTrue(same(0, logs(kafka, "__transaction_state"), "--transaction-log-decoder").contains("\"transactionalId\":\"t-zstd\""));
        assertTrue(same(0, logs(kafka, "__share_group_state"), "--share-group-state-decoder").contains("\"deliveryState\""));
    }

    @Test
    void theMetadataLogAndItsSnapshotsAreDecodedAlike() throws IOException {
        for (Path data : List.of(kafka, killed, barnabas)) {
            var files = LogSamples.filesIn(data.resolve("__cluster_metadata-0"), ".log", ".checkpoint").stream().map(Path::toString).toList();
            var shown = same(0, files, "--cluster-metadata-decoder");
            for (String part : List.of("Snapshot end offset: 0, epoch: 0", "SnapshotHeader {", "LeaderChange: {", "\"TOPIC_RECORD\"")) {
                assertTrue(shown.contains(part), () -> "no " + part);
            }
            same(0, files, "--cluster-metadata-decoder --skip-record-metadata");
        }
        var bootstrap = Files.copy(LogSamples.filesIn(kafka.resolve("__cluster_metadata-0"), ".checkpoint").get(0),
                Repository.newScratch("bootstrap").resolve("bootstrap.checkpoint"));
        same(0, List.of(bootstrap.toString()), "--cluster-metadata-decoder");
    }

    @Test
    void recordsOfTieredStorageAreDecodedAlike() throws IOException {
        var shown = same(0, logs(kafka, LogSamples.REMOTE), "--remote-log-metadata-decoder");
        for (String kind : List.of("RemoteLogSegmentMetadata{", "RemoteLogSegmentMetadataUpdate{", "RemotePartitionDeleteMetadata{",
                "RemoteLogSegmentMetadataSnapshot{")) {
            assertTrue(shown.contains(kind), () -> "no " + kind);
        }
        same(0, logs(kafka, LogSamples.REMOTE), "--remote-log-metadata-decoder --skip-record-metadata");
    }

    /** The decoders meet what is not theirs: their complaints are lines among the others. */
    @ParameterizedTest
    @ValueSource(strings = {"--cluster-metadata-decoder", "--remote-log-metadata-decoder"})
    void recordsOfOtherKindsAreComplainedAboutAlike(String decoder) throws IOException {
        same(0, logs(kafka, LogSamples.DATA), decoder);
    }

    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {"--offsets-decoder", "--transaction-log-decoder", "--share-group-state-decoder"})
    void aRecordWithoutAKeyEndsACoordinatorsDecoder(String decoder) throws IOException {
        same(1, logs(kafka, LogSamples.DATA), decoder);
    }

    @Test
    void numbersAreDecodedAlike() throws IOException {
        var files = logs(kafka, LogSamples.DATA + "-1");
        var last = List.of(files.get(files.size() - 1));
        String api = "org.apache.kafka.tools.api.";
        same(0, last, "--value-decoder-class " + api + "LongDecoder --key-decoder-class " + api + "IntegerDecoder");
        same(0, last, "--value-decoder-class " + api + "LongDecoder");
        same(0, last, "--value-decoder-class");
        same(1, files, "--key-decoder-class " + api + "LongDecoder");
        // Ours says so before it begins.
        var unknown = ours(List.of("--files", files.get(0), "--key-decoder-class", "no.such.Decoder")).exiting(1);
        assertTrue(unknown.errors().contains("no.such.Decoder"), unknown::toString);
    }

    @Test
    void indexesAreCheckedAsABrokerChecksThem() throws IOException {
        same(-1, files(kafka.resolve(LogSamples.DATA + "-0"), "0.index", ".timeindex"), "--index-sanity-check");
        same(-1, files(killed, ".index"), "--index-sanity-check");
        same(1, List.of(killed.resolve(LogSamples.DATA + "-0/00000000000000000000.timeindex").toString()), "--index-sanity-check");
    }

    @Test
    void anIndexOfZerosBesideNoBatchesIsRefusedAlike() throws IOException {
        same(1, List.of(killed.resolve(LogSamples.EMPTY + "-0/00000000000000000000.index").toString()), "");
        same(0, List.of(killed.resolve(LogSamples.EMPTY + "-0/00000000000000000000.timeindex").toString()), "");
    }

    @Test
    void wrongUseEndsAlike() throws IOException {
        String log = logs(kafka, LogSamples.DATA).get(0);
        for (var arguments : List.<List<String>>of(List.of(), List.of("--help"), List.of("--files"), List.of("--bogus"),
                List.of("--files", log, "--bogus"), List.of("--file", log),
                List.of("--files", log, "--files", log), List.of(log), List.of("--files", log + ",no-such.log"), List.of("--files", log + ".gone"),
                List.of("--files", log.replace(".log", ".txt")), List.of("--files", log + "/00000000000000000007.log"), List.of("--files", ""),
                List.of("--files", log + ",," + log, "--max-bytes", "10"), List.of("--files", log, "extra"), List.of("-files", log),
                List.of("--files=" + log), List.of("--files", kafka.resolve(LogSamples.DATA + "-0/leader-epoch-checkpoint").toString()))) {
            same(-1, arguments);
        }
        assertEquals("4.4.0 (Barnabas)", ours(List.of("--version")).successful().output().strip());
    }

    // --- damage

    @Test
    @Tag("long")
    void aLogThatIsCutOffIsShownAlike() throws IOException {
        for (int cut : new int[] {1, 500}) {
            var folder = damaged("00000000000000000000.log", bytes -> Arrays.copyOf(bytes, bytes.length - cut));
            same(-1, files(folder, ".log"), "--print-data-log");
            same(-1, files(folder, ".timeindex", ".log"), "");
            same(-1, files(folder, ".index"), "");
        }
        same(0, files(damaged("00000000000000000000.log", bytes -> new byte[0]), ".log"), "--print-data-log");
        same(-1, files(damaged("00000000000000000000.log", bytes -> Arrays.copyOf(bytes, bytes.length + 100)), ".log"), "--print-data-log");
    }

    @Test
    void flippedBitsInALogAreShownAlike() {
        Seeds.check(3, (seed, random) -> {
            for (String options : List.of("", "--print-data-log")) {
                var folder = damaged("00000000000000000000.log", bytes -> {
                    // Each batch's header is a small part of it.
                    int at = random.nextInt(3) == 0 ? random.nextInt(61) : random.nextInt(bytes.length);
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                    return bytes;
                });
                same(-1, files(folder, ".log"), options);
            }
        });
    }

    @Test
    @Tag("long")
    void wrongEntriesOfAnIndexAreFoundAlike() throws IOException {
        for (var change : List.<UnaryOperator<byte[]>>of(
                bytes -> put(bytes, 5 * 8, 1), bytes -> put(bytes, 5 * 8 + 4, 4), bytes -> put(bytes, 7 * 8, 0), bytes -> put(bytes,
                        8 * 3 + 4, 1 << 30),
                bytes -> Arrays.copyOf(bytes, bytes.length - 3), bytes -> Arrays.copyOf(bytes, bytes.length + 800), bytes -> new byte[0])) {
            var folder = damaged("00000000000000000000.index", change);
            same(-1, files(folder, ".index"), "");
            if (Files.size(folder.resolve("00000000000000000000.index")) % 8 != 0) same(-1, files(folder, ".index"), "--index-sanity-check");
        }
    }

    @Test
    @Tag("long")
    void wrongEntriesOfATimeIndexAreFoundAlike() throws IOException {
        for (var change : List.<UnaryOperator<byte[]>>of(
                bytes -> put(bytes, 5 * 12 + 4, 99), bytes -> put(bytes, 5 * 12 + 8, 1), bytes -> put(bytes, 2 * 12 + 8, 1 << 30),
                        bytes -> put(bytes, 3 * 12, 0),
                bytes -> Arrays.copyOf(bytes, bytes.length - 3), bytes -> Arrays.copyOf(bytes, bytes.length + 1200), bytes -> new byte[0])) {
            var folder = damaged("00000000000000000000.timeindex", change);
            same(-1, files(folder, ".timeindex"), "");
            if (Files.size(folder.resolve("00000000000000000000.timeindex")) % 12 != 0) same(-1, files(folder, ".timeindex"), "--index-sanity-check");
        }
    }

    @Test
    @Tag("long")
    void wrongTransactionIndexesAndSnapshotsEndAlike() throws IOException {
        Path folder = kafka.resolve(LogSamples.TRANSACTIONS + "-0");
        for (Path file : LogSamples.filesIn(folder, ".txnindex", "627.snapshot")) {
            for (var change : List.<UnaryOperator<byte[]>>of(bytes -> put(bytes, 2, 9), bytes -> Arrays.copyOf(bytes, Math.max(0, bytes.length - 5)),
                    bytes -> put(bytes, 12, 5), bytes -> new byte[0])) {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length < 16) continue;
                Path copy = Repository.newScratch("damaged").resolve(file.getFileName());
                Files.write(copy, change.apply(bytes));
                same(-1, List.of(copy.toString()), "");
            }
        }
    }

    private static byte[] put(byte[] bytes, int at, int value) {
        ByteBuffer.wrap(bytes).putInt(at, value);
        return bytes;
    }

    /** A copy of a partition with one file changed. */
    private static Path damaged(String name, UnaryOperator<byte[]> change) throws IOException {
        Path folder = Repository.newScratch("damaged");
        for (Path file : LogSamples.filesIn(kafka.resolve(LogSamples.DATA + "-0"), "")) Files.copy(file, folder.resolve(file.getFileName()));
        Files.write(folder.resolve(name), change.apply(Files.readAllBytes(folder.resolve(name))));
        return folder;
    }

    // --- both tools

    /** @param exitCode -1 for whatever Apache Kafka's tool ends with @return what both print */
    private static String same(int exitCode, List<String> files, String options) {
        var arguments = new ArrayList<>(List.of("--files", String.join(",", files)));
        if (!options.isEmpty()) arguments.addAll(List.of(options.split(" ")));
        return same(exitCode, arguments);
    }

    private static String same(int exitCode, List<String> arguments) {
        var ours = CompletableFuture.supplyAsync(() -> ours(arguments));
        var expected = KafkaTools.dumpLog(arguments.toArray(String[]::new));
        var found = ours.join();
        assertEquals("", firstDifference(expected, found), () -> "what differs: " + arguments + "\n" + expected.errors() + "\n" + found.errors());
        assertEquals(expected.exitCode(), found.exitCode(), () -> arguments + "\n" + expected.errors() + "\n" + found.errors());
        if (exitCode >= 0) assertEquals(exitCode, expected.exitCode(), expected::toString);
        var complaints = complaints(expected);
        // Apache Kafka's come in no order of files.
        if (complaints != null) assertEquals(complaints.stream().sorted().toList(), found.errors().lines().sorted().toList(), arguments::toString);
        else assertTrue(!found.errors().isBlank(), () -> "an error wants a reason: " + arguments);
        return expected.output();
    }

    /** What decoders complain about is in Java's words. */
    private static List<String> shown(Command.Answer answer) {
        return answer.lines().stream().map(line -> line.replaceAll("(Error at (offset )?\\d+, skipping\\.).*", "$1")).toList();
    }

    private static Command.Answer ours(List<String> arguments) {
        var words = Stream.concat(Stream.of(Repository.ROOT.resolve("bin/kafka-dump-log.sh").toString()), arguments.stream()).toArray(String[]::new);
        return Command.of(words).environment("JAVA_HOME", Repository.jdk().toString()).in(Repository.ROOT).run();
    }

    private static String firstDifference(Command.Answer expected, Command.Answer found) {
        var wanted = shown(expected);
        var got = shown(found);
        int count = Math.max(wanted.size(), got.size());
        if (expected.exitCode() == 1 && found.exitCode() == 1 && endsInCompressedBatch(wanted)) count = Math.min(wanted.size(), got.size());
        for (int i = 0; i < count; i++) {
            var wantedLine = i < wanted.size() ? wanted.get(i) : "(nothing)";
            var gotLine = i < got.size() ? got.get(i) : "(nothing)";
            if (!wantedLine.equals(gotLine)) return "line " + (i + 1) + "\n  Apache Kafka: " + wantedLine + "\n  Barnabas:     " + gotLine;
        }
        return "";
    }

    /** How many records come out of a damaged stream before its end is met depends on how much is unpacked at once. */
    private static boolean endsInCompressedBatch(List<String> lines) {
        var batches = lines.stream().filter(line -> line.contains(" compresscodec: ")).toList();
        return !batches.isEmpty() && !batches.get(batches.size() - 1).contains(" compresscodec: none ");
    }

    /**
     * What the tool itself has to say, without what Java says; null where it ended by an exception or with its usage, whose words are
     * its own. 4.3.1 takes the first record of any segment but the first for one that does not follow offset -1.
     */
    private static List<String> complaints(Command.Answer answer) {
        var lines = answer.errors().lines().filter(line -> !line.startsWith("WARNING:") && !line.isEmpty()
                && !line.startsWith("  -1 is followed by ")).toList();
        if (lines.stream().anyMatch(line -> line.startsWith("Exception in thread") || line.startsWith("Option "))) return null;
        var kept = new ArrayList<String>();
        for (int i = 0; i < lines.size(); i++) {
            boolean isEmptyTitle = lines.get(i).startsWith("Non-consecutive offsets in ") && (i + 1 == lines.size() || !lines.get(i
                    + 1).contains(" is followed by "));
            if (!isEmptyTitle) kept.add(lines.get(i));
        }
        return kept;
    }

    // --- files

    private static List<String> logs(Path data, String folderPrefix) throws IOException {
        try (var folders = Files.list(data)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith(folderPrefix)).sorted().flatMap(folder -> files(folder, ".log").stream()).toList();
        }
    }

    private static List<String> files(Path root, String... endings) {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).map(Path::toString).filter(file -> Arrays.stream(endings).anyMatch(file::endsWith)).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the tool reads, but for indexes of zeros beside empty logs, at which it ends. */
    private static List<String> allFiles(Path data) throws IOException {
        var all = new ArrayList<String>();
        for (String file : files(data, ENDINGS.toArray(String[]::new))) {
            boolean isOfZeros = file.endsWith(".index") && Files.size(Path.of(file)) > 0 && Files.size(Path.of(file.replace(".index", ".log"))) == 0;
            if (!isOfZeros && !file.contains("-delete/")) all.add(file);
        }
        return all;
    }
}
