package io.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** The pictures of a run: latency at a fixed rate, and what more partitions cost. */
final class Charts {
    private static final List<Value> PERCENTILES = List.of(Value.P50_US, Value.P90_US, Value.P99_US, Value.P999_US, Value.P9999_US);
    private static final String KAFKA_COLOR = "#c2410c";
    private static final String OUR_COLOR = "#1d4ed8";

    private Charts() {}

    /** Writes those for which the run has figures. */
    static void write(ResultStore store, Side subject, int kafkaMost) {
        latency(store, subject, Metrics.CONSUMED, "Latency at 10 % and 50 % of Kafka's best rate, until consumed", "latency-consumed.svg");
        latency(store, subject, Metrics.ACKNOWLEDGED, "Latency at 10 % and 50 % of Kafka's best rate, until acknowledged", "latency-acknowledged.svg");
        var counts = new ArrayList<>(Metrics.SCALE);
        for (int most : List.of(kafkaMost, Metrics.PARTITIONS_MAX)) if (!counts.contains(most)) counts.add(most);
        scaling(store, subject, counts, Value.CPU_US, "CPU per one-record produce, by partitions written", "CPU per request, us", "scaling-cpu.svg");
        scaling(store, subject, counts, Value.REQUESTS_PER_SECOND, "One-record produces a second, by partitions written", "requests/s", "scaling-rate.svg");
    }

    private static void latency(ResultStore store, Side subject, String end, String title, String file) {
        var lines = new ArrayList<Chart.Line>();
        for (String rate : List.of(Metrics.TENTH, Metrics.HALF)) {
            for (Side side : List.of(Side.KAFKA, subject)) {
                var key = new Key(8, rate + end, Durability.LIKE_KAFKA, side);
                boolean isHalf = rate.equals(Metrics.HALF);
                add(lines, side, side.text() + ", " + (isHalf ? "50 %" : "10 %"), !isHalf, PERCENTILES.size(),
                        i -> store.readings().median(key, PERCENTILES.get(i)));
            }
        }
        if (lines.isEmpty()) return;
        store.write(file, Chart.svg(title, "percentile", List.of("50", "90", "99", "99.9", "99.99"), "from due, us", lines));
    }

    private static void scaling(ResultStore store, Side subject, List<Integer> counts, Value value, String title, String valueName, String file) {
        var lines = new ArrayList<Chart.Line>();
        for (Side side : List.of(Side.KAFKA, subject)) {
            add(lines, side, side.text(), false, counts.size(), i -> store.readings().median(
                    new Key(11, Metrics.scaled(Metrics.SMALL_PRODUCE, counts.get(i)), Durability.LIKE_KAFKA, side), value));
        }
        if (lines.isEmpty()) return;
        var labels = counts.stream().map(count -> String.format(java.util.Locale.ROOT, "%,d", count)).toList();
        store.write(file, Chart.svg(title, "partitions", labels, valueName, lines));
    }

    private static void add(List<Chart.Line> lines, Side side, String name, boolean isDashed, int count, IntToDoubleFunction valueAt) {
        var values = new double[count];
        boolean isAny = false;
        for (int i = 0; i < count; i++) {
            values[i] = valueAt.applyAsDouble(i);
            isAny |= values[i] > 0;
        }
        if (isAny) lines.add(new Chart.Line(name, side == Side.KAFKA ? KAFKA_COLOR : OUR_COLOR, isDashed, values));
    }
}
