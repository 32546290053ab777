package io.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** All cells of a run, asked by key. */
final class Readings {
    private final List<Cell> cells = new ArrayList<>();

    Readings(Collection<Cell> cells) {
        this.cells.addAll(cells);
    }

    void add(Cell cell) {
        cells.add(cell);
    }

    List<Cell> all() {
        return List.copyOf(cells);
    }

    List<Cell> of(Key key) {
        return cells.stream().filter(cell -> cell.key().equals(key)).toList();
    }

    /** True when that pass has all its repetitions, or was found not to work. */
    boolean has(Key key, int pass, int repetitions) {
        var found = of(key).stream().filter(cell -> cell.pass() == pass).toList();
        return found.size() >= repetitions || found.stream().anyMatch(Cell::failed);
    }

    /** What the cells of {@code key} that have the value come to, all passes together. */
    Optional<Statistics> statistics(Key key, Value value) {
        double[] values = of(key).stream().filter(cell -> cell.values().containsKey(value)).mapToDouble(cell -> cell.values().get(value)).toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Statistics.of(values));
    }

    /** The median, or NaN when nothing was read. */
    double median(Key key, Value value) {
        return statistics(key, value).map(Statistics::median).orElse(Double.NaN);
    }

    /** The median over the first pass alone, or NaN. */
    double firstMedian(Key key, Value value) {
        return new Readings(cells.stream().filter(cell -> cell.pass() == 0).toList()).median(key, value);
    }

    /** True when nothing of it failed, and no others were using the machine. */
    boolean isTrusted(Key key) {
        return of(key).stream().noneMatch(cell -> cell.failed() || cell.otherCores() > OtherWork.CORES_MAX);
    }

    /** Why there are no values, when there are none. */
    Optional<String> failure(Key key) {
        var found = of(key);
        return found.stream().allMatch(Cell::failed) ? found.stream().map(Cell::failure).findFirst() : Optional.empty();
    }
}
