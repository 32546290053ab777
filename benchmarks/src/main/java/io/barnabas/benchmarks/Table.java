package io.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as text: per load its values, Apache Kafka's and ours side by side, and whether a goal is reached. */
final class Table {
    private static final String LINE = "  %-38s %9s %9s %8s  %-12s %-8s %-13s %-5s %s";

    private final Readings readings;
    private final Side subject;
    private final List<String> lines = new ArrayList<>();
    private int metric;
    private boolean isDisturbed;

    private Table(Readings readings, Side subject) {
        this.readings = readings;
        this.subject = subject;
    }

    /** @param subject whose figures stand beside Apache Kafka's and are held against the goals */
    static String text(Readings readings, List<Metrics.Block> blocks, Side subject) {
        var table = new Table(readings, subject);
        table.lines.add(LINE.formatted("", "Kafka", subject.text(), "better", "goal", "", "spread K/B", "load", "others").stripTrailing());
        for (Metrics.Block block : blocks) table.add(block);
        if (table.isDisturbed) {
            table.lines.add("");
            table.lines.add("!!! Other processes kept more than " + OtherWork.CORES_MAX + " cores busy during what is marked with '!': wall times, rates and");
            table.lines.add("!!! latencies there say little. Run again on a quiet machine before you quote them.");
        }
        return String.join("\n", table.lines) + "\n";
    }

    private void add(Metrics.Block block) {
        Key ours = block.key(subject);
        Key theirs = counterpart(block);
        if (readings.of(ours).isEmpty() && readings.of(theirs).isEmpty()) return;
        if (block.metric() != metric) lines.add("");
        metric = block.metric();
        lines.add("%2d %s".formatted(metric, title(block)));
        for (Key key : List.of(theirs, ours)) {
            readings.failure(key).ifPresent(failure -> lines.add("   %s: not measured: %s".formatted(key.side().text(), failure)));
        }
        for (Row row : block.rows()) add(row, ours, theirs);
    }

    private static String title(Metrics.Block block) {
        boolean isMore = block.durability() == Durability.DURABLE && block.metric() != 16;
        return block.load() + (isMore ? ", log.flush.before.ack=true" : "");
    }

    /** Apache Kafka's key: its durable readings are those of metric 16 only; elsewhere its default stands beside both of ours. */
    private static Key counterpart(Metrics.Block block) {
        Key key = block.key(Side.KAFKA);
        return block.metric() == 16 ? key : new Key(key.metric(), key.load(), Durability.LIKE_KAFKA, Side.KAFKA);
    }

    private void add(Row row, Key ours, Key theirs) {
        Optional<Statistics> our = readings.statistics(ours, row.value());
        Optional<Statistics> their = readings.statistics(theirs, row.value());
        if (our.isEmpty() && their.isEmpty()) return;
        double timesBetter = row.value().timesBetter(median(our), median(their));
        String mark = row.goal() == Goal.NONE || our.isEmpty() ? ""
                : row.goal().isReached(median(our), timesBetter) ? "reached" : "MISSED";
        double loadAverage = max(ours, theirs, Cell::loadAverage);
        double otherCores = max(ours, theirs, Cell::otherCores);
        boolean isMarked = otherCores > OtherWork.CORES_MAX;
        isDisturbed |= isMarked;
        lines.add(LINE.formatted(row.value().text(), Numbers.text(median(their)), Numbers.text(median(our)),
                !Double.isFinite(timesBetter) ? "" : String.format(Locale.ROOT, "%.1fx", timesBetter), row.goal().text(), mark,
                spread(their) + " / " + spread(our), String.format(Locale.ROOT, "%.1f", loadAverage),
                String.format(Locale.ROOT, "%.2f%s", otherCores, isMarked ? " !" : "")).stripTrailing());
    }

    private double max(Key ours, Key theirs, java.util.function.ToDoubleFunction<Cell> figure) {
        return java.util.stream.Stream.concat(readings.of(ours).stream(), readings.of(theirs).stream()).mapToDouble(figure).max().orElse(0);
    }

    private static double median(Optional<Statistics> statistics) {
        return statistics.map(Statistics::median).orElse(Double.NaN);
    }

    private static String spread(Optional<Statistics> statistics) {
        return statistics.filter(found -> found.count() > 1).map(found -> Numbers.percent(found.spread())).orElse("-");
    }

    /** What a request of each load costs besides time: where its CPU goes, calls, switches, garbage. */
    static String profile(Readings readings, List<Metrics.Block> blocks, Side subject) {
        String line = "  %-80s %-9s %8s %8s %9s %9s %11s";
        var lines = new ArrayList<String>();
        lines.add(line.formatted("per request", "", "user us", "sys us", "switches", "calls", "allocated B").stripTrailing());
        for (Metrics.Block block : blocks) {
            for (Side side : List.of(Side.KAFKA, subject)) {
                Key key = block.key(side);
                Key profile = new Key(Key.PROFILE, block.load(), block.durability(), side);
                if (readings.statistics(key, Value.USER_US).isEmpty()) continue;
                lines.add(line.formatted(title(block), side.text(), Numbers.text(readings.median(key, Value.USER_US)),
                        Numbers.text(readings.median(key, Value.SYSTEM_US)), Numbers.text(readings.median(key, Value.CONTEXT_SWITCHES)),
                        Numbers.text(readings.median(profile, Value.SYSTEM_CALLS)), Numbers.text(readings.median(profile, Value.ALLOCATED_BYTES))).stripTrailing());
            }
        }
        return lines.size() == 1 ? "" : String.join("\n", lines) + "\n";
    }
}
