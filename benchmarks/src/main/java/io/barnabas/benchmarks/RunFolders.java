package io.barnabas.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Folders of runs, named by when they began, and what is kept of Apache Kafka's figures from one to the next. */
final class RunFolders {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final String FACTS = "run.json";
    private static final String TABLE = "table.txt";
    private static final String TABLE_SO_FAR = "table-so-far.txt";

    private final Path runs;
    private final Path kept;

    /**
     * @param runs where the folders of runs are
     * @param kept where Apache Kafka's figures are kept
     */
    RunFolders(Path runs, Path kept) {
        this.runs = runs;
        this.kept = kept;
    }

    ResultStore begin(RunFacts facts, LocalDateTime now) {
        var store = ResultStore.open(runs.resolve(NAME.format(now) + "-" + facts.mode().name()));
        store.write(FACTS, facts.json());
        return store;
    }

    /**
     * The newest run that has no table yet.
     *
     * @throws IllegalArgumentException if there is none, or it was another kind of run
     */
    ResultStore resume(RunFacts facts) {
        Path newest = unfinished().orElseThrow(() -> new IllegalArgumentException("no unfinished run to go on with: directory=" + runs));
        try {
            String found = Files.readString(newest.resolve(FACTS));
            if (!found.equals(facts.json())) {
                throw new IllegalArgumentException("the unfinished run is of another kind: directory=%s\nit was  %sthis is %s".formatted(newest, found, facts.json()));
            }
            return ResultStore.open(newest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Path> unfinished() {
        if (!Files.isDirectory(runs)) return Optional.empty();
        try (var folders = Files.list(runs)) {
            return folders.filter(folder -> Files.exists(folder.resolve(FACTS)) && !Files.exists(folder.resolve(TABLE))).max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the table. @param isFinished if not, the run can be gone on with */
    static void end(ResultStore store, String table, boolean isFinished) {
        store.write(isFinished ? TABLE : TABLE_SO_FAR, table);
        try {
            if (isFinished) Files.deleteIfExists(store.folder().resolve(TABLE_SO_FAR));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path keptFile(RunFacts facts) {
        return kept.resolve(facts.kafkaKey() + ".jsonl");
    }

    /** What was kept of Apache Kafka under the same facts, for the metrics that they name, and its profile; nothing if there is none. */
    List<Cell> keptOfKafka(RunFacts facts) {
        return allKept(facts).stream().filter(cell -> cell.key().metric() == Key.PROFILE || facts.metrics().contains(cell.key().metric())).toList();
    }

    private List<Cell> allKept(RunFacts facts) {
        try {
            return ResultStore.readCells(keptFile(facts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Keeps those of Apache Kafka's figures of a run during which the machine was its own; those of earlier ones stay where this
     * one has none.
     */
    void keepKafka(RunFacts facts, Readings readings) {
        var byKey = new LinkedHashMap<Key, List<Cell>>();
        for (Cell cell : allKept(facts)) byKey.computeIfAbsent(cell.key(), key -> new ArrayList<>()).add(cell);
        for (Cell cell : readings.all()) {
            if (cell.key().side() == Side.KAFKA && readings.isTrusted(cell.key())) byKey.put(cell.key(), readings.of(cell.key()));
        }
        if (byKey.isEmpty()) return;
        try {
            ResultStore.writeCells(keptFile(facts), byKey.values().stream().flatMap(List::stream).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
