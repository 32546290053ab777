package io.barnabas.benchmarks;

import java.util.Arrays;

/** What several readings of one thing come to. */
record Statistics(double median, double min, double max, int count) {
    /** @param values at least one */
    static Statistics of(double... values) {
        if (values.length == 0) throw new IllegalArgumentException("no values");
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    /** How far apart the readings lie, as a part of their median; 0 for a single one. */
    double spread() {
        return max == min ? 0 : (max - min) / median;
    }

    /** Growth of y per x, by least squares. Both of the same length, at least two, not all x alike. */
    static double slope(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double above = 0;
        double below = 0;
        for (int i = 0; i < x.length; i++) {
            above += (x[i] - meanX) * (y[i] - meanY);
            below += (x[i] - meanX) * (x[i] - meanX);
        }
        if (below == 0) throw new IllegalArgumentException("all x are alike: count=" + x.length);
        return above / below;
    }
}
