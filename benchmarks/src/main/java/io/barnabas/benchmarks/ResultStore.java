package io.barnabas.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one run. Each cell goes into {@code cells.jsonl} as soon as it is measured, a line each, so that a run that was
 * ended goes on where it stopped.
 */
final class ResultStore {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Readings readings;

    private ResultStore(Path folder, Readings readings) {
        this.folder = folder;
        this.readings = readings;
    }

    /** Opens a folder, made if need be, with what an earlier run left in it; what failed then is to be tried again. */
    static ResultStore open(Path folder) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve("cells.jsonl");
            dropHalfLine(file);
            var cells = readCells(file);
            cells.removeIf(Cell::failed);
            return new ResultStore(folder, new Readings(cells));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a kill left of a line would spoil the one that follows. */
    private static void dropHalfLine(Path file) throws IOException {
        if (!Files.exists(file)) return;
        String text = Files.readString(file);
        if (!text.endsWith("\n")) Files.writeString(file, text.substring(0, text.lastIndexOf('\n') + 1));
    }

    /** The cells of a file of lines; none when there is no such file. */
    static List<Cell> readCells(Path file) throws IOException {
        var cells = new ArrayList<Cell>();
        if (!Files.exists(file)) return cells;
        var lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            try {
                cells.add(JSON.readValue(lines.get(i), Cell.class));
            } catch (JsonProcessingException e) {
                throw new IOException("not a cell: file=%s line=%d".formatted(file, i + 1), e);
            }
        }
        return cells;
    }

    static void writeCells(Path file, List<Cell> cells) throws IOException {
        var text = new StringBuilder();
        for (Cell cell : cells) text.append(JSON.writeValueAsString(cell)).append('\n');
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    Path folder() {
        return folder;
    }

    Readings readings() {
        return readings;
    }

    void add(Cell cell) {
        try {
            Files.writeString(folder.resolve("cells.jsonl"), JSON.writeValueAsString(cell) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        readings.add(cell);
    }

    void write(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code results.json}: what the run was, and all its cells. */
    void writeResults(RunFacts facts) {
        try {
            write("results.json", JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(new Results(facts, readings.all())) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Results(RunFacts run, List<Cell> cells) {}
}
