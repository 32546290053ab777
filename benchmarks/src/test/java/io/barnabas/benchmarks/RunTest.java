package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs, their folders and going on with them, without any broker. */
class RunTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2026, 1, 2, 12, 0, 0);

    @TempDir
    private Path folder;

    private static Key key(String load, Side side) {
        return new Key(1, load, Durability.LIKE_KAFKA, side);
    }

    private static Cell cell(Key key, int pass, double otherCores) {
        return new Cell(key, pass, 0, "2026-01-01T00:00:00Z", 0.5, otherCores, Map.of(Value.CPU_US, 4.5), null);
    }

    private static RunFacts facts(Mode mode) {
        return new RunFacts(RunFacts.HARNESS, mode, Set.of(1, 2), new Machine("cpu", 2, 1000, "6.1", "ext4"), "17", "4.4.0", "abc", Map.of("a", "b"), "", "");
    }

    private RunFolders folders() {
        return new RunFolders(folder.resolve("runs"), folder.resolve("kept"));
    }

    private static Run run(Mode mode, ResultStore store) {
        return new Run(mode, Set.of(1), null, store, new Progress(new PrintStream(new ByteArrayOutputStream()), false, 1), 0);
    }

    /** Reads each of its keys once, or fails. */
    private record Readers(List<Key> keys, List<String> begun, RuntimeException failure) implements Session {
        @Override
        public String name() {
            return keys.get(0).load();
        }

        @Override
        public int pass() {
            return 0;
        }

        @Override
        public List<Key> left(Run run) {
            return run.left(keys, 0, 1);
        }

        @Override
        public void run(Run run, List<Key> left) {
            begun.add(name());
            if (failure != null) throw failure;
            for (Key key : left) run.read(key, 0, 0, () -> Map.of(Value.CPU_US, 1.0));
        }

        @Override
        public double estimatedSeconds(Run run) {
            return 1;
        }
    }

    @Test
    void whatIsMeasuredIsThereAtOnceAndIsNotMeasuredAgain() {
        var begun = new ArrayList<String>();
        List<Session> sessions = List.of(new Readers(List.of(key("first", Side.KAFKA)), begun, null), new Readers(List.of(key("second", Side.KAFKA)), begun, null));
        run(Mode.FULL, ResultStore.open(folder)).execute(sessions.subList(0, 1));
        assertThat(run(Mode.FULL, ResultStore.open(folder)).execute(sessions)).isEmpty();
        assertThat(begun).containsExactly("first", "second");
    }

    @Test
    void aFailureEndsItsSessionAloneAndIsTriedAgainByTheNextRun() {
        var begun = new ArrayList<String>();
        List<Session> sessions = List.of(new Readers(List.of(key("broken", Side.KAFKA)), begun, new IllegalStateException("it broke\nat length")),
                new Readers(List.of(key("whole", Side.KAFKA)), begun, null));
        var store = ResultStore.open(folder);
        run(Mode.FULL, store).execute(sessions);
        assertThat(begun).containsExactly("broken", "whole");
        assertThat(store.readings().failure(key("broken", Side.KAFKA))).contains("it broke");
        run(Mode.FULL, ResultStore.open(folder)).execute(sessions);
        assertThat(begun).containsExactly("broken", "whole", "broken");
    }

    @Test
    void nothingIsBegunWhenTheTimeIsUp() {
        var begun = new ArrayList<String>();
        var noTime = new Mode("short", 1, 1, 1, 1, 1, 1, 1, 1, 1, false, 1, -1);
        List<Session> sessions = List.of(new Readers(List.of(key("late", Side.KAFKA)), begun, null));
        assertThat(run(noTime, ResultStore.open(folder)).execute(sessions)).containsExactly("late");
        assertThat(begun).isEmpty();
    }

    @Test
    void metricsThatAreNotWantedAreNotLeft() {
        var other = new Key(2, "other", Durability.LIKE_KAFKA, Side.KAFKA);
        assertThat(run(Mode.FULL, ResultStore.open(folder)).left(List.of(other, key("x", Side.KAFKA)), 0, 1)).containsExactly(key("x", Side.KAFKA));
    }

    @Test
    void allRepetitionsOfAPassAreWanted() {
        var readings = new Readings(List.of(cell(key("x", Side.KAFKA), 0, 0), cell(key("x", Side.KAFKA), 0, 0), cell(key("x", Side.KAFKA), 1, 0)));
        assertThat(readings.has(key("x", Side.KAFKA), 0, 2)).isTrue();
        assertThat(readings.has(key("x", Side.KAFKA), 0, 3)).isFalse();
        assertThat(readings.has(key("x", Side.KAFKA), 1, 2)).isFalse();
    }

    @Test
    void aLineThatAKillCutShortIsMeasuredAgainAndAnyOtherBadLineIsAnError() throws IOException {
        var store = ResultStore.open(folder);
        store.add(cell(key("x", Side.BARNABAS), 0, 0.25));
        Path file = folder.resolve("cells.jsonl");
        Files.writeString(file, "{\"key\":{\"met", StandardOpenOption.APPEND);
        var cells = ResultStore.open(folder).readings().all();
        assertThat(cells).containsExactly(cell(key("x", Side.BARNABAS), 0, 0.25));
        ResultStore.open(folder).add(cell(key("y", Side.BARNABAS), 0, 0));
        assertThat(ResultStore.open(folder).readings().all()).hasSize(2);
        Files.writeString(file, "nonsense\n" + Files.readString(file));
        assertThatThrownBy(() -> ResultStore.open(folder)).hasMessageContaining("line=1");
    }

    @Test
    void theNewestUnfinishedRunIsGoneOnWith() {
        var folders = folders();
        var facts = facts(Mode.FULL);
        folders.begin(facts, NOON).add(cell(key("old", Side.KAFKA), 0, 0));
        folders.begin(facts, NOON.plusHours(1)).add(cell(key("new", Side.KAFKA), 0, 0));
        RunFolders.end(folders.begin(facts, NOON.plusHours(2)), "a table\n", true);
        RunFolders.end(folders.resume(facts), "half a table\n", false);
        var resumed = folders.resume(facts);
        assertThat(resumed.readings().all()).containsExactly(cell(key("new", Side.KAFKA), 0, 0));
        RunFolders.end(resumed, "a whole table\n", true);
        assertThat(resumed.folder()).isDirectoryNotContaining("glob:**so-far*").isDirectoryContaining("glob:**table.txt");
    }

    @Test
    void aRunOfAnotherKindIsNotGoneOnWith() {
        assertThatThrownBy(() -> folders().resume(facts(Mode.FULL))).hasMessageContaining("no unfinished run");
        folders().begin(facts(Mode.FULL), NOON);
        assertThatThrownBy(() -> folders().resume(facts(Mode.QUICK))).hasMessageContaining("of another kind");
    }

    @Test
    void ofKafkaIsKeptWhatTheMachineHadForItself() {
        var quiet = key("quiet", Side.KAFKA);
        var disturbed = key("disturbed", Side.KAFKA);
        var readings = new Readings(List.of(cell(quiet, 0, 0.05), cell(quiet, 1, 0.1), cell(disturbed, 0, 0.05), cell(disturbed, 1, 0.9), cell(key("ours", Side.BARNABAS), 0, 0)));
        folders().keepKafka(facts(Mode.QUICK), readings);
        assertThat(folders().keptOfKafka(facts(Mode.QUICK))).containsExactly(cell(quiet, 0, 0.05), cell(quiet, 1, 0.1));
        assertThat(folders().keptOfKafka(facts(Mode.FULL))).isEmpty();

        var later = new Readings(List.of(cell(disturbed, 0, 0.01)));
        folders().keepKafka(facts(Mode.QUICK), later);
        assertThat(folders().keptOfKafka(facts(Mode.QUICK))).hasSize(3);

        var unwanted = new Key(7, "unwanted", Durability.LIKE_KAFKA, Side.KAFKA);
        folders().keepKafka(facts(Mode.QUICK), new Readings(List.of(cell(unwanted, 0, 0))));
        assertThat(folders().keptOfKafka(facts(Mode.QUICK))).hasSize(3);
    }

    @Test
    void progressTellsHowMuchIsLeft() {
        assertThat(Progress.text(30, 120, "x")).isEqualTo("[######..................]  25 %  1:30 left  x");
        assertThat(Progress.text(130, 120, "x")).startsWith("[########################] 100 %  0:00 left");
    }
}
